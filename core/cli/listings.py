"""The calls that list items or people: closest to one or to a - b + c, by bias, and along an axis of one's own."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.access import COMMAND_LINE
from core.analysis.biases.bias import average_terms, biases
from core.analysis.components.extremes import ends
from core.analysis.components.pca import pca
from core.analysis.components.predictions import predicted_tastes
from core.analysis.features import learned_features, placed_items
from core.analysis.gauge import centered_on
from core.analysis.maps.axes import closest_component
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors, agreement, analogy, neighbors
from core.analysis.neighbors.support import LEVELS, resampled
from core.analysis.posterior import vector_variance
from core.cli.common import Answer, add_count, add_listing, attributes, entry, listing, load, pairs
from core.data.ratings import Ratings, Vocabulary
from core.data.splits import split, trained_rows
from core.errors import UsageError
from core.model.run import Run
from core.model.scoring import require_biases, require_bilinear, require_user_vectors, require_vectors
from core.studies import saved_axes
from core.studies.neighbors import NEIGHBORS, PREDICTIONS, VECTORS, support_of, thresholds_of
from core.studies.saved_axes import OwnAxis
from core.studies.study import as_limit_error


def add_neighbors_flags(call: argparse.ArgumentParser) -> None:
    """What `neighbors` can be told."""
    whose = call.add_mutually_exclusive_group(required=True)
    whose.add_argument("--item", metavar="ID", help="The item's own id in the data.")
    whose.add_argument("--user", metavar="ID", help="A user's own id in the data: the people who rate alike.")
    about_metric = (
        "How closeness is measured (default cosine); predictions: the correlation, over all people, of what the model "
        "predicts, which is the same however the model is written."
    )
    call.add_argument("--metric", choices=(*METRICS, PREDICTIONS), default="cosine", help=about_metric)
    add_count(call, "--top", 10, "How many (default 10).", minimum=1)
    about_trained = (
        "Those without a rating in the training part are not listed, as their numbers were never learned; items are "
        "where the model learned what describes them."
    )
    add_count(
        call, "--min-ratings", 1, f"List only items, or users, with at least N ratings (default 1). {about_trained}"
    )


def show_neighbors(arguments: argparse.Namespace) -> Answer:
    """The rows closest to one, among those that training has moved; says so on stderr where it has not moved that one.

    For a person also how many items both have rated, and how far apart on average; the model has no part in these two.
    For an item by cosine or predictions also how well each holds in other trainings, where that has been studied.
    """
    run, ratings = load(arguments.run_id)
    users = arguments.user is not None
    scorer, metric = (require_user_vectors if users else require_vectors)(run.scorer), arguments.metric
    row = ratings.users.index(arguments.user) if users else ratings.items.index(arguments.item)
    name = f"user {arguments.user}" if users else entry(ratings, row)["title"]
    trained = trained_rows(ratings, run.config.split, users=users)
    placed = trained if users else placed_items(scorer, ratings, trained)
    if not trained[row]:
        meaning = (
            "its place is that of what describes it, such as a genre"
            if placed[row]
            else "its numbers were never learned, and its neighbors mean nothing"
        )
        print(f"{name} has no rating in the training part: {meaning}", file=sys.stderr)
    vectors = _compared(run, ratings, metric, users=users)
    eligible = placed & ratings.rated(arguments.min_ratings, users=users)
    by: Metric = "cosine" if metric == PREDICTIONS else metric
    near = neighbors(vectors, row, metric=by, top=arguments.top, eligible=eligible)
    document = [
        entry(ratings, index, users=users) | {"similarity": float(similarity)}
        for index, similarity in zip(near.index, near.similarity, strict=True)
    ]
    sure = {} if users else _add_support(document, run, row, near, metric)
    variance = None if metric == PREDICTIONS else vector_variance(scorer, users=users)
    if variance is not None:
        sure |= {"agreement": "again"}
        again = resampled(vectors, variance, row, {by: near}, eligible=eligible)[by]
        for one, share in zip(document, again, strict=True):
            one["agreement"] = float(share)
    headings = {"item_id": "item", "title": "title", "similarity": metric} | sure
    if users:
        both = agreement(ratings, row, near.index)
        for one, shared, apart in zip(document, both.shared, both.difference, strict=True):
            one |= {"shared": int(shared), "difference": None if shared == 0 else float(apart)}
        headings = {
            "user_id": "user",
            "similarity": metric,
            **sure,
            "shared": "items both rated",
            "difference": "apart",
        }
    return Answer(document, f"closest to {name}\n\n{listing(document, headings)}")


def _compared(run: Run, ratings: Ratings, metric: str, *, users: bool) -> np.ndarray:
    """The matrix whose rows are compared: vectors, or what the model predicts."""
    if metric != PREDICTIONS:
        scorer = require_vectors(run.scorer)
        return scorer.user_embedding if users else scorer.item_embedding
    with as_limit_error():
        model = centered_on(require_bilinear(run.scorer), ratings, split(ratings, run.config.split))
        return predicted_tastes(model, users=users)


def _add_support(
    document: Sequence[dict[str, Any]], run: Run, row: int, near: Neighbors, metric: str
) -> dict[str, str]:
    """Add how well each neighbor holds by the newest study, if there is one; headings of what was added.

    `holds` is the share of the neighbors without taste that hold as well, 0.05 or 0.01, or None for more.
    """
    stored = NEIGHBORS.newest(run.run_id) if metric in (VECTORS, PREDICTIONS) else None
    if stored is None:
        return {}
    found = support_of(stored, row, near.index, metric)
    levels = (None, *LEVELS)
    for one, value, mark in zip(document, found, thresholds_of(stored, metric).marks(found), strict=True):
        one |= {"support": float(value), "holds": levels[mark]}
    return {"support": "support", "holds": "holds"}


def add_biases_flags(call: argparse.ArgumentParser) -> None:
    """What `biases` can be told."""
    call.add_argument("--users", action="store_true", help="The users' biases (default: the items').")
    add_listing(call, rows="rows", top="Rows at each end")


def show_biases(arguments: argparse.Namespace) -> Answer:
    """How far averages explain the biases, who departs furthest from that, and what tastes add to their scores."""
    run, ratings = load(arguments.run_id)
    scorer, users = require_biases(run.scorer), arguments.users
    divided = split(ratings, run.config.split)
    model = centered_on(require_bilinear(scorer), ratings, divided)
    learned_from = divided.training_count(ratings, users=users)
    bias = model.user_bias if users else model.item_bias
    fitted = biases(bias, learned_from, divided.training_mean(ratings, users=users), model.scale)
    count, mean = (ratings.user_count, ratings.user_mean) if users else (ratings.item_count, ratings.item_mean)
    listed = (learned_from > 0) & (count >= arguments.min_ratings)
    both = ends(np.nan_to_num(fitted.residual), listed, arguments.top)
    learned = ratings.user_index[divided.train], ratings.item_index[divided.train]
    top, bottom = (
        [
            entry(ratings, row, users=users)
            | {
                "bias": float(bias[row]),
                "expected": float(fitted.expected[row]),
                "rest": float(fitted.residual[row]),
                "mean_rating": float(mean[row]),
                "n_ratings": int(count[row]),
                "taste": float(taste),
            }
            for row, taste in zip(rows, average_terms(model, *learned, rows, users=users).taste, strict=True)
        ]
        for rows in (both.top, both.bottom)
    )
    facts = attributes(fitted, ("r2", "shrinkage", "slope", "level", "center"))
    document = {"users": users, "n": int(listed.sum()), **facts, "top": top, "bottom": bottom}
    names = ("user_id",) if users else ("item_id", "title")
    headings = {name: name for name in (*names, "rest", "taste", "bias", "expected", "mean_rating", "n_ratings")}
    parts = [
        pairs((name, document[name]) for name in ("n", "r2", "shrinkage", "center")),
        f"above what averages lead to expect\n{listing(top, headings)}",
        f"below\n{listing(bottom, headings)}",
    ]
    return Answer(document, "\n\n".join(parts))


def add_axis_flags(call: argparse.ArgumentParser) -> None:
    """What `axis` can be told."""
    for pole in ("low", "high"):
        text = f"Ids of the items at the {pole} pole; may be given several times."
        call.add_argument(f"--{pole}", default=[], action="append", metavar="ID,ID", help=text)
        feature = f"What the model learned that stands at the {pole} pole, such as 'Horror (genres)'; likewise."
        call.add_argument(f"--{pole}-feature", default=[], action="append", metavar="NAME", help=feature)
        call.add_argument(f"--{pole}-name", default="", metavar="TEXT", help=f"What the {pole} pole is called.")
    add_listing(call, top="Items listed at each end")
    call.add_argument("--save", action="store_true", help="Keep the axis with the run, as the Maps page does.")


def show_axis(arguments: argparse.Namespace) -> Answer:
    """Both ends of the axis and the closest component, as on the Maps page."""
    low_features, high_features = tuple(arguments.low_feature), tuple(arguments.high_feature)
    for pole, given in (("low", [*arguments.low, *low_features]), ("high", [*arguments.high, *high_features])):
        if not given:
            raise UsageError(f"the {pole} pole is missing; name it with --{pole} or --{pole}-feature")
    run, ratings = load(arguments.run_id)
    low, high = (_ids(texts, ratings.items) for texts in (arguments.low, arguments.high))
    chosen = OwnAxis(low, high, arguments.low_name, arguments.high_name, low_features, high_features)
    scorer = require_vectors(run.scorer)
    axis = saved_axes.project(chosen, scorer.item_embedding, ratings.items, learned_features(scorer, ratings))
    if arguments.save:
        saved_axes.save(run.run_id, chosen, by=COMMAND_LINE)
    near = closest_component(axis.direction, pca(run.scorer.item_embedding))
    placed = placed_items(scorer, ratings, trained_rows(ratings, run.config.split))
    eligible = placed & ratings.rated(arguments.min_ratings)
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
        "closest": {"component": near.index + 1, "cosine": near.likeness},
        "n_items": int(eligible.sum()),
        "low": at_low,
        "high": at_high,
        "saved": arguments.save,
    }
    headings = {"item_id": "item", "title": "title", "place": "place", "n_ratings": "ratings"}
    parts = [
        f"toward {chosen.low_name or 'low'}\n{listing(at_low, headings)}",
        f"toward {chosen.high_name or 'high'}\n{listing(at_high, headings)}",
        f"closest to component {near.index + 1}, cosine {near.likeness:.2f}",
    ]
    return Answer(document, "\n\n".join(parts))


def _ids(texts: Sequence[str], items: Vocabulary) -> tuple[str, ...]:
    """Ids as they were given; a comma parts them, unless it belongs to an id."""
    ids = []
    for text in texts:
        ids += [text] if text in items else [item for item in text.split(",") if item]
    return tuple(dict.fromkeys(ids))


def add_analogy_flags(call: argparse.ArgumentParser) -> None:
    """Which three items, and how many answers."""
    text = "Id of an item whose vector is added; give it twice, for a and for c."
    call.add_argument("--plus", metavar="ID", action="append", default=[], help=text)
    call.add_argument("--minus", metavar="ID", required=True, help="Id of the item whose vector is taken away, b.")
    add_count(call, "--top", 10, "How many answers (default 10).", minimum=1)


def show_analogy(arguments: argparse.Namespace) -> Answer:
    """The items closest to a - b + c, and how much more than c's own neighbors they are."""
    if len(arguments.plus) != 2:
        raise UsageError(f"--plus was given {len(arguments.plus)} times; a - b + c needs it twice, for a and for c")
    run, ratings = load(arguments.run_id)
    scorer = require_vectors(run.scorer)
    rows = [ratings.items.index(item) for item in (arguments.plus[0], arguments.minus, arguments.plus[1])]
    placed = placed_items(scorer, ratings, trained_rows(ratings, run.config.split))
    found = analogy(scorer.item_embedding, *rows, top=arguments.top, eligible=placed)
    answers = [
        entry(ratings, row) | {"similarity": float(similarity)}
        for row, similarity in zip(found.answers.index, found.answers.similarity, strict=True)
    ]
    document = {"answers": answers, "from_c": found.from_c, "shared_with_c": found.shared_with_c}
    a, b, c = (entry(ratings, row)["title"] for row in rows)
    honest = (
        f"{a} - {b} + {c} is itself as close to {c} as {found.from_c:.3f}, and {found.shared_with_c:.0%} of the "
        f"answers are among the nearest of {c} anyway"
    )
    headings = {"item_id": "item", "title": "title", "similarity": "cosine"}
    return Answer(document, f"{listing(answers, headings)}\n\n{honest}")
