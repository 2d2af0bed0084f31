"""The call about axes of people's own."""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.analysis.components.extremes import ends
from core.analysis.components.pca import pca
from core.analysis.maps.axes import closest_component
from core.cli.answer import Answer, table
from core.cli.common import check_range
from core.data import ratings_of
from core.data.ratings import Ratings, Vocabulary
from core.data.splits import trained_rows
from core.model.scoring import require_vectors
from core.store.runs import RunStore
from core.studies import saved_axes
from core.studies.saved_axes import OwnAxis


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `axis` can be told."""
    for pole in ("low", "high"):
        call.add_argument(
            f"--{pole}",
            required=True,
            action="append",
            metavar="ID,ID",
            help=f"Ids of the items at the {pole} pole; may be given several times.",
        )
        call.add_argument(f"--{pole}-name", default="", metavar="TEXT", help=f"What the {pole} pole is arguments.")
    call.add_argument("--top", type=int, default=10, metavar="N", help="Items listed at each end (default 10).")
    call.add_argument(
        "--min-ratings", type=int, default=21, metavar="N", help="List only items with at least N ratings (default 21)."
    )
    call.add_argument("--save", action="store_true", help="Keep the axis with the run, as the Maps page does.")


def show(arguments: argparse.Namespace) -> Answer:
    """Both ends of the axis and the closest component, as on the Maps page."""
    check_range("--top", arguments.top, 1)
    check_range("--min-ratings", arguments.min_ratings, 0)
    run = RunStore().load(arguments.run_id)
    ratings = ratings_of(run.dataset)
    low, high = (_ids(texts, ratings.items) for texts in (arguments.low, arguments.high))
    chosen = OwnAxis(low, high, arguments.low_name, arguments.high_name)
    axis = saved_axes.project(chosen, require_vectors(run.scorer).item_embedding, ratings.items)
    if arguments.save:
        saved_axes.save(run.run_id, chosen)
    near = closest_component(axis.direction, pca(run.scorer.item_embedding))
    eligible = trained_rows(ratings, run.config.split) & (ratings.item_count >= arguments.min_ratings)
    both = ends(axis.positions, eligible, arguments.top)
    document = {
        "axis_id": chosen.axis_id,
        "low_name": chosen.low_name,
        "high_name": chosen.high_name,
        "length": axis.length,
        "closest": {"component": near.index + 1, "cosine": near.cosine},
        "n_items": int(eligible.sum()),
        "low": [_placed(ratings, row, axis.positions) for row in both.bottom],
        "high": [_placed(ratings, row, axis.positions) for row in both.top],
        "saved": arguments.save,
    }
    parts = [
        f"toward {name or end}\n{_listed(document[end])}"
        for end, name in (("low", chosen.low_name), ("high", chosen.high_name))
    ]
    closest = f"closest to component {near.index + 1}, cosine {near.cosine:.2f}"
    return Answer(document, "\n\n".join([*parts, closest]))


def _ids(texts: Sequence[str], items: Vocabulary) -> tuple[str, ...]:
    """Ids as they were given; a comma parts them, unless it belongs to an id."""
    ids = []
    for text in texts:
        ids += [text] if text in items else [item for item in text.split(",") if item]
    return tuple(dict.fromkeys(ids))


def _placed(ratings: Ratings, row: int, positions: np.ndarray) -> dict[str, Any]:
    return {
        "item_id": ratings.items.ids[row],
        "title": str(ratings.item_table["title"].iat[row]),
        "place": float(positions[row]),
        "n_ratings": int(ratings.item_count[row]),
    }


def _listed(items: Sequence[dict[str, Any]]) -> str:
    return table(("item", "title", "place", "ratings"), [tuple(item.values()) for item in items])
