"""The calls that make studies or take them from the store: maps, groups, films, trainings under other circumstances."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.analysis.film import shown
from core.analysis.questions.one_hot import group_names
from core.cli.common import (
    Answer,
    Percent,
    add_fields,
    add_settings,
    attributes,
    entry,
    given,
    load,
    table,
    target_file,
    write_items,
)
from core.cli.components import analyze
from core.data.nouns import count
from core.data.ratings import Ratings
from core.disk.files import replace_text
from core.errors import LimitError, UsageError
from core.export.living_map.film_file import film_page
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.clusters import CLUSTERS
from core.studies.films import FILM, FilmSettings, film_of
from core.studies.maps import MAP
from core.studies.neighbors import NEIGHBORS, PREDICTIONS, VECTORS
from core.studies.one_hot import ONE_HOT, errors_of
from core.studies.proofs import PROOF, proof_of
from core.studies.stability import STABILITY, returning
from core.studies.study import Settings, Study
from core.studies.twins import TWINS


def add_map_flags(call: argparse.ArgumentParser) -> None:
    """What `map` can be told."""
    add_fields(call, MAP.settings.model_fields)
    call.add_argument("--to", metavar="FILE", help="CSV file for every item's place; made new or replaced.")


def add_clusters_flags(call: argparse.ArgumentParser) -> None:
    """What `clusters` can be told."""
    add_fields(call, CLUSTERS.settings.model_fields)
    call.add_argument("--to", metavar="FILE", help="CSV file for every item's group; made new or replaced.")


def add_stability_flags(call: argparse.ArgumentParser) -> None:
    """What `stability` can be told."""
    add_fields(call, STABILITY.settings.model_fields)
    add_settings(call)


def add_proof_flags(call: argparse.ArgumentParser) -> None:
    """What `proof` can be told."""
    add_fields(call, PROOF.settings.model_fields)


def add_twins_flags(call: argparse.ArgumentParser) -> None:
    """What `twins` can be told."""
    add_fields(call, TWINS.settings.model_fields)


def add_support_flags(call: argparse.ArgumentParser) -> None:
    """What `support` can be told."""
    add_fields(call, NEIGHBORS.settings.model_fields)


def add_one_hot_flags(call: argparse.ArgumentParser) -> None:
    """What `one-hot` can be told."""
    add_fields(call, ONE_HOT.settings.model_fields)


def draw(arguments: argparse.Namespace) -> Answer:
    """A map's faithfulness, and its points as a file where one is asked for."""
    _, ratings, study, head = _made(MAP, arguments)
    rows, points, facts, target = study.arrays["rows"], study.arrays["points"], study.facts, arguments.to
    measures = {name: facts[name] for name in ("kept", "chance", "trustworthiness", "measured_on", "k", "loss")}
    document = head | {"n_items": len(rows), **measures, "to": target}
    if target is not None:
        columns = {name: points[:, axis] for axis, name in enumerate("xyz"[: points.shape[1]])}
        write_items(Path(target), ratings, rows, columns | {"kept": study.arrays["kept"]})
    k = facts["k"]
    text = (
        f"{count(len(rows), 'item')}; {k * facts['kept']:.2f} of {k} true neighbors are near on the map "
        f"({k * facts['chance']:.2f} by chance), trustworthiness {facts['trustworthiness']:.3f}"
    )
    return Answer(document, f"{text}\nwritten to {target}" if target else f"{text}; --to FILE writes the places")


def clusters(arguments: argparse.Namespace) -> Answer:
    """Groups with their names, and the group of every item as a file where one is asked for."""
    _, ratings, study, head = _made(CLUSTERS, arguments)
    rows, label = study.arrays["rows"], study.arrays["label"]
    groups = [
        {
            "group": number,
            **{name: group[name] for name in ("label", "size", "signs")},
            "typical": [entry(ratings, row) for row in group["typical"]],
        }
        for number, group in enumerate(study.facts["groups"], 1)
    ]
    document = head | {
        "n_items": len(rows),
        "none": study.facts["none"],
        "repeat": study.facts.get("repeat"),  # not in studies of earlier versions
        "silhouette": study.facts.get("silhouette"),
        "found_on": study.facts.get("found_on"),
        "groups": groups,
        "to": arguments.to,
    }
    if arguments.to is not None:
        write_items(Path(arguments.to), ratings, rows, {"group": np.where(label < 0, 0, label + 1)})
    lines = [
        (group["group"], group["label"] or "-", group["size"], group["typical"][0]["title"] if group["typical"] else "")
        for group in groups
    ]
    headings = ("group", "what stands out", "items", "nearest its middle")
    return Answer(document, table(headings, lines, empty="no groups"))


def stability(arguments: argparse.Namespace) -> Answer:
    """How well each component comes back from other seeds."""
    run, ratings, study, head = _made(STABILITY, arguments)
    analysis = analyze(arguments)
    matched = returning(run, ratings, analysis.parts, analysis.how, analysis.result, study)
    if matched is None:
        raise LimitError(
            "the stored study is of an earlier version, which knows the item matrix alone; ask with --basis pca or for "
            "another number of --runs"
        )
    document = head | {
        "basis": arguments.basis,
        "centered": arguments.centered,
        "seeds": list(study.facts["seeds"]),
        "val_rmse": list(study.facts["val_rmse"]),
        "median_r": matched.median_r.tolist(),
        "r": matched.r.tolist(),
    }
    lines = [(number, float(r)) for number, r in enumerate(matched.median_r, 1)]
    return Answer(document, table(("component", "median |r|"), lines))


def proof(arguments: argparse.Namespace) -> Answer:
    """Which components of the predictions earn their place on held-out ratings of several splits."""
    _, _, study, head = _made(PROOF, arguments)
    found = proof_of(study)
    each = _rows({"component": range(1, len(found.z) + 1), **attributes(found, ("gain", "se", "z", "score_z"))})
    document = head | {
        **attributes(found, ("proven", "signal", "n_ratings")),
        "rmse": found.rmse.tolist(),
        "split_seeds": list(study.facts["split_seeds"]),
        "val_rmse": list(study.facts["val_rmse"]),
        "proven_by_split": list(study.facts["proven"]),
        "held_out": each,
    }
    lines = [(one["component"], one["gain"], one["z"], one["score_z"]) for one in each]
    summary = (
        f"{count(found.proven, 'component')} proven, {found.signal} with some signal, on {found.n_ratings:,} held-out "
        f"ratings of {count(found.n_splits, 'split')}"
    )
    return Answer(document, f"{summary}\n\n{table(('component', 'gain', 'z', 'score z'), lines)}")


def twins(arguments: argparse.Namespace) -> Answer:
    """What the same training finds in ratings without taste."""
    _, _, study, head = _made(TWINS, arguments)
    facts = {name: list(study.facts[name]) for name in ("seeds", "val_rmse", "averages_rmse", "proven")}
    document = head | facts
    document |= {"strength": study.arrays["strength"].tolist()}
    lines = list(zip(*facts.values(), study.arrays["strength"].max(axis=1).tolist(), strict=True))
    headings = ("twin", "RMSE", "averages alone", "components proven", "strongest component")
    return Answer(document, table(headings, lines))


def one_hot(arguments: argparse.Namespace) -> Answer:
    """How far off one-hot vectors are, and embeddings of several sizes."""
    _, _, study, head = _made(ONE_HOT, arguments)
    errors, dims = errors_of(study), list(study.facts["dims"])
    without = dict(zip(("one_hot_rmse", "rmse"), study.arrays["twin"].tolist(), strict=True))
    document = head | {
        "penalty": study.facts["penalty"],
        "one_hot_rmse": float(errors.rmse[0]),
        "embeddings": _rows(
            {"embedding_dim": dims, "rmse": errors.rmse[1:], **{name: study.arrays[name] for name in ("brings", "se")}}
        ),
        "training_ratings": group_names(),
        "n": errors.n.tolist(),
        "rmse_by_training_ratings": [
            [rmse if n else None for rmse, n in zip(line, errors.n.tolist(), strict=True)]
            for line in errors.by_group.tolist()
        ],
        "without_taste": {"embedding_dim": study.facts["twin_dim"]} | without,
    }
    lines = [("one-hot", errors.rmse[0], 0.0, 0.0)] + [tuple(one.values()) for one in document["embeddings"]]
    text = (
        f"without taste: one-hot {without['one_hot_rmse']:.4f}, {study.facts['twin_dim']} dimensions "
        f"{without['rmse']:.4f}"
    )
    return Answer(document, f"{table(('dimensions', 'RMSE', 'brings', 'standard error'), lines)}\n{text}")


def support(arguments: argparse.Namespace) -> Answer:
    """From which support on a neighbor is more than chance, and how many of the model's are."""
    run, _, study, head = _made(NEIGHBORS, arguments)
    facts = {name: study.facts[name] for name in ("val_rmse", VECTORS, PREDICTIONS)}
    document = head | facts
    lines = [
        (measure, facts[measure]["likely"], f"{likely:.0%}", facts[measure]["sure"], f"{sure:.0%}")
        for measure in (VECTORS, PREDICTIONS)
        for likely, sure in [facts[measure]["marked"]]
    ]
    headings = ("measure", "5% of chance above", "of the model's", "1% of chance above", "of the model's")
    return Answer(document, f"{table(headings, lines)}\n`neighbors {run.run_id}` tells it of each neighbor")


def _rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One object a row, from columns of one length."""
    lists = (column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _made(study: Study[Settings], arguments: argparse.Namespace) -> tuple[Run, Ratings, Stored, dict[str, Any]]:
    """The run, its data, the result, from the store where it is there, and how each document about it begins."""
    run, ratings = load(arguments.run_id)
    settings = study.parse(given(arguments, study.settings.model_fields))
    study.check_run(run, settings)
    if not study.exists(run.run_id, settings):
        print(f"{study.name}: not made yet with these settings; at work", file=sys.stderr)
    made = study.make(run, ratings, settings, on_progress=Percent())
    return run, ratings, made, {"run_id": run.run_id, "settings": settings.model_dump()}


SUFFIX = ".html"


def add_film_flags(call: argparse.ArgumentParser) -> None:
    """What `film` can be told."""
    text = f"The file to write, *{SUFFIX}; made new or replaced."
    call.add_argument("--to", required=True, metavar="FILE", help=text)


def write_film(arguments: argparse.Namespace) -> Answer:
    """The film of a run as a file; of a run without one the training is filmed anew."""
    path = Path(arguments.to)
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"--to is {arguments.to!r:.200}; a browser plays a file whose name ends in {SUFFIX}")
    run, ratings = load(arguments.run_id)
    settings = FilmSettings()
    if not FILM.exists(run.run_id, settings):
        FILM.check(run, settings)
        print("film: none was taken of this training; it is trained once more", file=sys.stderr)
    film = film_of(FILM.make(run, ratings, settings, on_progress=Percent()))
    page = film_page(run, ratings, film)
    with target_file(path):
        replace_text(path, page)
    frames, items = len(film.at), len(shown(film.rows, ratings.item_count))
    document = {"run_id": run.run_id, "files": [str(path)], "frames": frames, "items": items}
    megabytes = path.stat().st_size / 1e6
    text = f"{path}: {count(frames, 'frame')} of {count(items, ratings.noun)}, {megabytes:.1f} MB; any browser plays it"
    return Answer(document, text)
