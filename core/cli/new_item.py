"""The call about an item that nobody has rated: where it would lie, and who would like it."""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.analysis.new_item.placing import Description, before_taste, fans, place
from core.cli.common import Answer, add_count, entry, listing, load, pairs
from core.data.splits import split
from core.errors import UsageError
from core.model.item_features import FeatureGroup, item_features
from core.model.scoring import require_item_columns


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `new-item` may be told."""
    call.add_argument("--title", default="", metavar="TEXT", help="What it is called; no model reads it.")
    call.add_argument("--year", type=float, metavar="Y", help="The year it is from.")
    call.add_argument("--genre", action="append", default=[], metavar="G", help="One of its genres; repeatable.")
    text = "What a further column of the items would say of it; repeatable."
    call.add_argument("--column", action="append", default=[], metavar="NAME=VALUE", help=text)
    add_count(call, "--top", 10, "Neighbors and people listed (default 10).", minimum=1)
    add_count(call, "--min-ratings", 21, "Only neighbors with at least N ratings (default 21).")


def show(arguments: argparse.Namespace) -> Answer:
    """Its numbers are the sum of what the model learned about its columns."""
    run, ratings = load(arguments.run_id)
    require_item_columns(run.scorer)
    groups = item_features(ratings)
    placed = place(run.scorer, groups, _description(arguments, groups))
    parts = split(ratings, run.config.split)
    eligible = parts.trained(ratings) & ratings.rated(arguments.min_ratings)
    near = placed.nearest(eligible, top=arguments.top)
    people = parts.trained(ratings, users=True)
    liked = fans(placed, ratings.user_mean, people)
    counts = (parts.training_count(ratings, users=users) for users in (True, False))
    taste_aside = before_taste(placed, groups, *counts)
    document = {
        "title": arguments.title,
        "bias": taste_aside.bias,
        "bias_spread": taste_aside.spread,
        "predicted_mean": float(placed.guesses[people].mean()),
        "expected_miss": float(np.sqrt(np.mean(placed.misses[people] ** 2))),
        "liked_share": liked.share,
        "neighbors": [
            entry(ratings, row) | {"similarity": float(similarity), "found_again": float(again)}
            for row, similarity, again in zip(
                near.index, near.similarity, placed.agreement(near, eligible), strict=True
            )
        ],
        "liked_by": [
            entry(ratings, row, users=True)
            | {
                "predicted_rating": float(placed.guesses[row]),
                "expected_miss": float(placed.misses[row]),
                "above_own_mean": float(liked.above[row]),
            }
            for row in liked.order[: arguments.top]
        ],
    }
    return Answer(document, _text(document))


def _description(arguments: argparse.Namespace, groups: Sequence[FeatureGroup]) -> Description:
    """The flags by the kind of column that each is about."""
    numeric = {group.name for group in groups if group.starts is not None}
    categories: dict[str, list[str]] = defaultdict(list)
    numbers: dict[str, float] = {}
    categories["genres"] += arguments.genre
    if arguments.year is not None:
        numbers["year"] = arguments.year
    for text in arguments.column:
        name, parted, value = text.partition("=")
        if not parted:
            raise UsageError(f"--column is {text!r:.60}; it should be NAME=VALUE, such as language=French")
        if name in numeric:
            numbers[name] = _number(name, value)
        else:
            categories[name].append(value)
    return Description({name: labels for name, labels in categories.items() if labels}, numbers)


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"--column {name:.40} is {value!r:.40}; it should be a number") from None


def _text(document: dict[str, Any]) -> str:
    names = ("title", "predicted_mean", "expected_miss", "liked_share", "bias", "bias_spread")
    near = {"item_id": "item", "title": "title", "similarity": "cosine", "found_again": "found again"}
    people = {
        "user_id": "user",
        "predicted_rating": "guess",
        "expected_miss": "give or take",
        "above_own_mean": "above own mean",
    }
    return "\n\n".join(
        [
            pairs((name, None if document[name] == "" else document[name]) for name in names),
            f"closest\n{listing(document['neighbors'], near)}",
            f"who would like it most\n{listing(document['liked_by'], people)}",
        ]
    )
