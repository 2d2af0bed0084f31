"""The calls that make studies, or take them from the store: maps, groups, and trainings from other seeds."""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from core.analysis.compare.shared_items import part
from core.analysis.components.stability import across_seeds
from core.cli.answer import Answer, table
from core.cli.common import add_settings, check_range
from core.cli.data import ratings_of
from core.cli.fields import add_fields, given
from core.data.ratings import Ratings
from core.disk.files import disk_full_told, is_disk_full
from core.errors import UsageError
from core.export import inert
from core.jobs.study_jobs import check, parse_settings
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies import study_kinds
from core.studies.settings import ClusterSettings, MapStudySettings, StabilitySettings


def add_map_flags(call: argparse.ArgumentParser) -> None:
    """What `map` can be told."""
    add_fields(call, MapStudySettings.model_fields)
    call.add_argument("--to", metavar="FILE", help="CSV file for every item's place; made new or replaced.")


def add_clusters_flags(call: argparse.ArgumentParser) -> None:
    """What `clusters` can be told."""
    add_fields(call, ClusterSettings.model_fields)
    call.add_argument("--to", metavar="FILE", help="CSV file for every item's group; made new or replaced.")


def add_stability_flags(call: argparse.ArgumentParser) -> None:
    """What `stability` can be told."""
    add_fields(call, StabilitySettings.model_fields)
    add_settings(call)


def draw(called: argparse.Namespace) -> Answer:
    """A map's faithfulness, and its points as a file where one is asked for."""
    run, ratings, settings, found = _study("map", MapStudySettings, called)
    rows, points = found.arrays["rows"], found.arrays["points"]
    facts = {name: found.facts[name] for name in ("kept", "chance", "trustworthiness", "measured_on", "k", "loss")}
    document = {"run_id": run.run_id, "settings": settings.model_dump(), "n_items": len(rows), **facts, "to": called.to}
    if called.to is not None:
        columns = {name: points[:, axis] for axis, name in enumerate("xyz"[: points.shape[1]])}
        _write(Path(called.to), ratings, rows, columns | {"kept": found.arrays["kept"]})
    k = facts["k"]
    text = (
        f"{len(rows):,} items; {k * facts['kept']:.2f} of {k} true neighbors are near on the map "
        f"({k * facts['chance']:.2f} by chance), trustworthiness {facts['trustworthiness']:.3f}"
    )
    return Answer(document, f"{text}\nwritten to {called.to}" if called.to else f"{text}; --to FILE writes the places")


def clusters(called: argparse.Namespace) -> Answer:
    """Groups with their names, and the group of every item as a file where one is asked for."""
    run, ratings, settings, found = _study("clusters", ClusterSettings, called)
    rows, label, titles = found.arrays["rows"], found.arrays["label"], ratings.item_table["title"].tolist()
    groups = [
        {
            "group": number,
            "label": group["label"],
            "size": group["size"],
            "signs": group["signs"],
            "typical": [{"item_id": ratings.items.ids[row], "title": titles[row]} for row in group["typical"]],
        }
        for number, group in enumerate(found.facts["groups"], 1)
    ]
    document = {
        "run_id": run.run_id,
        "settings": settings.model_dump(),
        "n_items": len(rows),
        "none": found.facts["none"],
        "groups": groups,
        "to": called.to,
    }
    if called.to is not None:
        _write(Path(called.to), ratings, rows, {"group": np.where(label < 0, 0, label + 1)})
    lines = [
        (group["group"], group["label"] or "-", group["size"], group["typical"][0]["title"] if group["typical"] else "")
        for group in groups
    ]
    return Answer(
        document, table(("group", "what stands out", "items", "nearest its middle"), lines, empty="no groups")
    )


def stability(called: argparse.Namespace) -> Answer:
    """How well each component comes back from other seeds."""
    check_range("--fit-min-ratings", called.fit_min_ratings, 0)
    run, ratings, settings, found = _study("stability", StabilitySettings, called)
    shaping = ratings.item_count >= called.fit_min_ratings
    matched = across_seeds(
        run.scorer.item_embedding,
        list(found.arrays["embeddings"]),
        centered=called.centered,
        shaping=shaping,
        measured=shaping & part(run, ratings).trained,
    )
    document = {
        "run_id": run.run_id,
        "settings": settings.model_dump(),
        "centered": called.centered,
        "seeds": list(found.facts["seeds"]),
        "val_rmse": list(found.facts["val_rmse"]),
        "median_r": matched.median_r.tolist(),
        "r": matched.r.tolist(),
    }
    lines = [(number, float(r)) for number, r in enumerate(matched.median_r, 1)]
    return Answer(document, table(("component", "median |r|"), lines))


def _study(kind: str, model: type[BaseModel], called: argparse.Namespace) -> tuple[Run, Ratings, BaseModel, Stored]:
    """The run, its data, the settings as they count, and the study, from the store where it is there."""
    run = RunStore().load(called.run_id)
    ratings, settings = ratings_of(run), parse_settings(kind, given(called, model))
    check(run, settings)
    if not study_store.exists(run.run_id, kind, settings):
        print(f"{kind}: not made yet with these settings; at work", file=sys.stderr)
    return run, ratings, settings, study_kinds.make(kind, run, ratings, settings, on_progress=_Percent())


class _Percent:
    """Tells every tenth of the work on stderr."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, share: float) -> None:
        if int(10 * share) > self._told:
            self._told = int(10 * share)
            print(f"{10 * self._told:>4} %", file=sys.stderr)


def _write(path: Path, ratings: Ratings, rows: np.ndarray, columns: dict[str, Any]) -> None:
    """One line an item: its id, its title, and the columns."""
    titles = ratings.item_table["title"].tolist()
    data = pd.DataFrame(
        {
            "item_id": [inert(str(ratings.items.ids[row])) for row in rows],
            "title": [inert(str(titles[row])) for row in rows],
            **columns,
        }
    )
    with disk_full_told(f"the file {path.name}", path.parent):
        try:
            data.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        except OSError as error:
            if is_disk_full(error):
                raise
            raise UsageError(f"{path} cannot be written to ({error.strerror}); choose another file") from error
