"""The call about axes of people's own."""

import argparse
from collections.abc import Sequence

from core.analysis.components.extremes import ends
from core.analysis.components.pca import pca
from core.analysis.maps.axes import closest_component
from core.cli.answer import Answer, listing
from core.cli.common import add_listing, entry, load
from core.data.ratings import Vocabulary
from core.data.splits import trained_rows
from core.model.scoring import require_vectors
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
        call.add_argument(f"--{pole}-name", default="", metavar="TEXT", help=f"What the {pole} pole is called.")
    add_listing(call, top="Items listed at each end")
    call.add_argument("--save", action="store_true", help="Keep the axis with the run, as the Maps page does.")


def show(arguments: argparse.Namespace) -> Answer:
    """Both ends of the axis and the closest component, as on the Maps page."""
    run, ratings = load(arguments.run_id)
    low, high = (_ids(texts, ratings.items) for texts in (arguments.low, arguments.high))
    chosen = OwnAxis(low, high, arguments.low_name, arguments.high_name)
    axis = saved_axes.project(chosen, require_vectors(run.scorer).item_embedding, ratings.items)
    if arguments.save:
        saved_axes.save(run.run_id, chosen)
    near = closest_component(axis.direction, pca(run.scorer.item_embedding))
    eligible = trained_rows(ratings, run.config.split) & (ratings.item_count >= arguments.min_ratings)
    both = ends(axis.positions, eligible, arguments.top)
    at_low, at_high = (
        [
            entry(ratings, row) | {"place": float(axis.positions[row]), "n_ratings": int(ratings.item_count[row])}
            for row in rows
        ]
        for rows in (both.bottom, both.top)
    )
    document = {
        "axis_id": chosen.axis_id,
        "low_name": chosen.low_name,
        "high_name": chosen.high_name,
        "length": axis.length,
        "closest": {"component": near.index + 1, "cosine": near.cosine},
        "n_items": int(eligible.sum()),
        "low": at_low,
        "high": at_high,
        "saved": arguments.save,
    }
    headings = {"item_id": "item", "title": "title", "place": "place", "n_ratings": "ratings"}
    parts = [
        f"toward {chosen.low_name or 'low'}\n{listing(at_low, headings)}",
        f"toward {chosen.high_name or 'high'}\n{listing(at_high, headings)}",
        f"closest to component {near.index + 1}, cosine {near.cosine:.2f}",
    ]
    return Answer(document, "\n\n".join(parts))


def _ids(texts: Sequence[str], items: Vocabulary) -> tuple[str, ...]:
    """Ids as they were given; a comma parts them, unless it belongs to an id."""
    ids = []
    for text in texts:
        ids += [text] if text in items else [item for item in text.split(",") if item]
    return tuple(dict.fromkeys(ids))
