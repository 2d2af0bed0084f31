"""The calls that compare runs: two of them item by item, and any number on several splits of the ratings."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core import access
from core.access import COMMAND_LINE, Action
from core.analysis.compare.comparison import Compared, compare_parts, part
from core.analysis.compare.score import Row, paired
from core.analysis.compare.score import pairs as pairs_of
from core.analysis.item_attributes import ItemColumns, item_columns
from core.analysis.new_user.model import looked_at
from core.analysis.questions.probes import in_short, probe
from core.analysis.questions.spectra import STRONGEST, angles, taste
from core.cli.common import Answer, Percent, add_count, attributes, listing, pairs, table, write_items
from core.cli.train import interrupt_asks_to_stop
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import differences
from core.model.run import Run
from core.store.runs import RunStore
from core.studies import scoreboard


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `compare` can be told beside the first run."""
    call.add_argument("other_id", metavar="OTHER", help="Id of the run to compare it with.")
    text = "Compare only items with at least N ratings in the data of both (default 21)."
    add_count(call, "--min-ratings", 21, text)
    add_count(call, "--k", 10, "Neighbors looked at (default 10).", minimum=1)
    call.add_argument("--to", metavar="FILE", help="Write what became of every item into this CSV file.")


def show(arguments: argparse.Namespace) -> Answer:
    """How alike two runs are, what sets them apart, and, in a file, what became of every item."""
    store = RunStore()
    first, second = store.load(arguments.run_id), store.load(arguments.other_id)
    data = ratings_of(first.dataset)
    other_data = data if second.dataset.digest == data.digest else ratings_of(second.dataset)
    result = compare_parts(
        part(first, data), part(second, other_data), min_ratings=arguments.min_ratings, k=arguments.k
    )
    files = [str(_write(Path(arguments.to), result, data))] if arguments.to else []
    document = _document(first, second, result, data) | {"files": files}
    return Answer(document, _text(document))


def _document(first: Run, second: Run, result: Compared, data: Ratings) -> dict[str, Any]:
    measured, overlap, items = result.comparison.measured, result.comparison.overlap, result.shared
    columns = item_columns(data).take(items.first)
    return {
        "common_items": len(result.shared),
        "in_both": result.shared.in_both,
        "drawn_from": result.shared.of,
        "left_out": {"untrained": result.shared.untrained, "rare": result.shared.rare},
        "same_data": first.dataset.digest == second.dataset.digest,
        "cka": measured.cka,
        "cka_by_chance": measured.cka_by_chance,
        "cka_rest": measured.cka_rest,
        "procrustes": measured.distance,
        "procrustes_by_chance": measured.distance_by_chance,
        "k": overlap.k,
        "kept_mean": measured.kept,
        "kept_by_chance": measured.kept_by_chance,
        "overlap_mean": measured.overlap,
        "overlap_by_chance": measured.overlap_by_chance,
        "settings": [
            {"setting": one.name, "title": one.title, "first": one.values[0], "second": one.values[1]}
            for one in differences([first.config, second.config])
        ],
        "paired": _paired(first, second, data),
        "directions": _directions(first, second, result),
        "told": [_told(run, rows, columns) for run, rows in ((first, items.first), (second, items.second))],
        "metrics": [{"run_id": run.run_id} | asdict(run.outcome) for run in (first, second)],
    }


def _paired(first: Run, second: Run, data: Ratings) -> dict[str, Any] | None:
    """How much further off the first run is on the same ratings; None where not so, or where one guesses none."""
    guessing = first.scorer.guesses_ratings and second.scorer.guesses_ratings
    if not guessing or first.dataset.digest != second.dataset.digest or first.config.split != second.config.split:
        return None
    rows = looked_at(split(data, first.config.split))
    user, item = data.user_index[rows], data.item_index[rows]
    one, other = (run.scorer.scale.clip(run.scorer.predict(user, item)) for run in (first, second))
    found = paired(one, other, data.rating[rows], user)
    return asdict(found) | {"clear": found.clear}


def _directions(first: Run, second: Run, result: Compared) -> dict[str, Any] | None:
    """How much of the space of their strongest directions two runs share; None where one has no vectors of people."""
    if not (first.scorer.has_user_vectors and second.scorer.has_user_vectors):
        return None
    sides = ((first, result.shared.first), (second, result.shared.second))
    tastes = [taste(run.scorer.user_embedding, run.scorer.item_embedding[rows]) for run, rows in sides]
    many = min(STRONGEST, len(result.shared) // 3, *(len(one.values) for one in tastes))
    found = angles(*(one.items[:, :many] for one in tastes))
    return {
        "n": many,
        "degrees": found.degrees.tolist(),
        "degrees_by_chance": found.by_chance.tolist(),
        "shared": found.shared,
        "shared_by_chance": found.shared_by_chance,
    }


def _told(run: Run, rows: np.ndarray, columns: ItemColumns) -> dict[str, Any]:
    """What a linear probe reads out of a run's vectors of the items compared: 0 nothing, 1 all."""
    return {name: asdict(one) for name, one in in_short(probe(run.scorer.item_embedding[rows], columns)).items()}


def _write(path: Path, result: Compared, data: Ratings) -> Path:
    """One row an item, those that keep the fewest neighbors first; titles are those of the first run's data."""
    rows, overlap = result.shared.first, result.comparison.overlap
    columns = {
        "kept": overlap.kept,
        "jaccard": overlap.jaccard,
        "moved": result.comparison.moved,
        "n_ratings": data.item_count[rows],
        "mean_rating": data.item_mean[rows],
    }
    order = np.lexsort((-data.item_count[rows], overlap.kept))
    write_items(path, data, rows[order], {name: values[order] for name, values in columns.items()})
    return path


def _text(document: dict[str, Any]) -> str:
    apart, (first, second) = document["paired"], document["told"]
    told = [(name, one["score"], second[name]["score"], one["chance"]) for name, one in first.items()]
    measures = [
        ("neighbors kept", document["kept_mean"], document["kept_by_chance"], document["k"]),
        ("overlap (Jaccard)", document["overlap_mean"], document["overlap_by_chance"], 1),
        ("linear CKA", document["cka"], document["cka_by_chance"], 1),
        ("linear CKA, strongest direction out", document["cka_rest"], document["cka_by_chance"], 1),
        ("Procrustes distance", document["procrustes"], document["procrustes_by_chance"], 0),
    ]
    facts = [
        ("items compared", document["common_items"]),
        ("in both", document["in_both"]),
        ("drawn by chance from", document["drawn_from"]),
        ("left out, untrained", document["left_out"]["untrained"]),
        ("left out, few ratings", document["left_out"]["rare"]),
    ]
    settings = [(one["title"], str(one["first"]), str(one["second"])) for one in document["settings"]]
    metrics = {
        "run_id": "run",
        "val_rmse": "val_rmse",
        "val_mae": "val_mae",
        "epochs": "epochs",
        "train_seconds": "seconds",
    }
    parts = [
        pairs(facts),
        table(("measure", "value", "by chance", "the same"), [one for one in measures if one[1] is not None]),
        table(("setting", "first", "second"), settings, empty="all settings are the same"),
        listing(document["metrics"], metrics),
        *([_apart(apart)] if apart else []),
        *([_shared(document["directions"])] if document["directions"] else []),
        table(("told", "first", "second", "by chance"), told, empty="nothing is known of them"),
        *document["files"],
    ]
    return "\n\n".join(parts)


def _apart(found: dict[str, Any]) -> str:
    luck = "more than" if found["clear"] else "no more than"
    return (
        f"the error of the first less that of the second is {found['difference']:+.4f} ± {found['se']:.4f} on the same "
        f"{found['n_ratings']:,} ratings, {luck} the luck of who was asked"
    )


def _shared(found: dict[str, Any]) -> str:
    return (
        f"of the space of their {found['n']} strongest directions they share {found['shared']:.0%}, by chance "
        f"{found['shared_by_chance']:.0%}"
    )


def add_score_flags(call: argparse.ArgumentParser) -> None:
    """What `score` can be told."""
    call.add_argument(
        "run_ids", metavar="RUN", nargs="+", help="Ids of runs, 16 hex digits each, as `runs` shows them."
    )
    text = (
        f"How many splits, {scoreboard.FEWEST} to {scoreboard.MOST}: those of split seed 0, 1, … "
        f"(default {scoreboard.SPLITS})."
    )
    call.add_argument("--splits", type=int, default=scoreboard.SPLITS, metavar="K", help=text)


def show_score(arguments: argparse.Namespace) -> Answer:
    """The error of the runs' settings on each split, the means, and what sets every two apart."""
    runs = [RunStore().load(name) for name in dict.fromkeys(arguments.run_ids)]
    scoreboard.check(runs, arguments.splits)
    ratings = ratings_of(runs[0].dataset)
    if scoreboard.missing(runs, arguments.splits):
        access.check(Action.TRAIN, COMMAND_LINE)
        print("training on the splits that are missing", file=sys.stderr)
    with interrupt_asks_to_stop() as should_stop:
        scoreboard.train_missing(runs, ratings, arguments.splits, on_progress=Percent(), should_stop=should_stop)
    rows = scoreboard.rows(runs, arguments.splits, lambda name: scoreboard.score_stored(name, ratings))
    apart = [
        {"a": one.a, "b": one.b, "difference": one.difference.mean, "se": one.difference.se} for one in pairs_of(rows)
    ]
    document = {"runs": [_score_row(row) for row in rows], "pairs": apart}
    return Answer(document, _score_text(rows, document))


def _score_row(row: Row) -> dict[str, Any]:
    figures = ("val_rmse", "warm_rmse", "cold_rmse", "raw_rmse")
    splits = [{"split_seed": seed} | attributes(split, figures) for seed, split in enumerate(row.splits)]
    return {"run_id": row.run_id, "mean": row.pooled.mean, "se": row.pooled.se, "splits": splits}


def _score_text(rows: tuple[Row, ...], document: dict[str, Any]) -> str:
    means = [(row.run_id, row.pooled.mean, row.pooled.se, row.own.val_rmse, row.luck) for row in rows]
    splits = [{"run_id": run["run_id"]} | split for run in document["runs"] for split in run["splits"]]
    parts = [
        table(("run", "mean", "standard error", "its own split", "better there by"), means),
        listing(splits, {name: name for name in ("run_id", *document["runs"][0]["splits"][0])}),
    ]
    if document["pairs"]:
        parts.append(listing(document["pairs"], {"a": "a", "b": "b", "difference": "a - b", "se": "standard error"}))
    return "\n\n".join(parts)
