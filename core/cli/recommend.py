"""The calls about one person: what to recommend, and why a guess comes out as it does."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.analysis.components.pca import pca
from core.analysis.new_user.explain import (
    Explanation,
    Vectors,
    explain,
    explain_parts,
    printed,
)
from core.analysis.new_user.model import NewUserModel, fitting
from core.analysis.new_user.own_ratings import MOST_RATINGS
from core.analysis.new_user.recommend import best
from core.cli.common import Answer, add_count, entry, listing, load, table
from core.cli.person import FILE_HELP, add_scale, read_person, remark
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError, UsageError
from core.model.scoring import Bilinear, require_bilinear, require_guesses

DIGITS = 3  # of the numbers of an explanation, which add up as printed


def add_recommend_flags(call: argparse.ArgumentParser) -> None:
    """What `recommend` may be told."""
    _add_person(call)
    add_count(call, "--top", 10, "How many (default 10).", minimum=1)
    add_count(call, "--min-ratings", 21, "Only items with at least N ratings (default 21).")
    call.add_argument("--genre", action="append", default=[], metavar="G", help="Only items of this genre; repeatable.")
    call.add_argument("--from-year", type=int, metavar="Y", help="Only items of this year or later.")
    call.add_argument("--to-year", type=int, metavar="Y", help="Only items of this year or earlier.")
    text = "0 the best alone … 1 as unlike as can be (default 0)."
    call.add_argument("--diversity", type=float, default=0.0, metavar="X", help=text)
    text = "What comes first: the highest guesses (default), or what lies furthest above what everybody likes."
    call.add_argument("--by", choices=("guess", "taste"), default="guess", help=text)


def add_explain_flags(call: argparse.ArgumentParser) -> None:
    """What `explain` may be told."""
    call.add_argument("--item", required=True, metavar="ID", help="The item whose guess is taken apart.")
    call.add_argument("--user", metavar="ID", help="Somebody in the data; without it the person of --rate and --from.")
    _add_person(call)
    add_count(call, "--top", 8, "Components with a line of their own (default 8).")
    text = "Along the components of taste (default), or by what the item's numbers are a sum of."
    call.add_argument("--by", choices=("components", "parts"), default="components", help=text)


def _add_person(call: argparse.ArgumentParser) -> None:
    call.add_argument(
        "--rate", action="append", default=[], metavar="ID=RATING", help="What the person rated; repeatable."
    )
    call.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help=f"{FILE_HELP} What --rate says comes before it."
    )
    add_scale(call)


def show(arguments: argparse.Namespace) -> Answer:
    """The best guesses for a person who was not there when the model was trained."""
    _check("--diversity", arguments.diversity, 0 <= arguments.diversity <= 1, "0 to 1")
    model = _new_user_model(arguments.run_id)
    rated = _rated(arguments, model.ratings)
    person = model.place(rated)
    guess, sure, personal = model.predictions(person), model.sureness(person), model.personal(person)
    if arguments.by == "taste" and personal is None:
        raise UsageError("--by taste needs a model with vectors whose guesses are sums, and a rating of the person's")
    chosen = best(
        personal if arguments.by == "taste" and personal is not None else guess,
        model.run.scorer.item_embedding,
        _allowed(arguments, model, rated),
        top=arguments.top,
        diversity=arguments.diversity,
    )
    document = [
        entry(model.ratings, row)
        | {
            "predicted_rating": float(guess[row]),
            "expected_miss": float(sure.miss[row]),
            "sureness": sure.word(row),
            "personal": None if personal is None else float(personal[row]),
        }
        for row in chosen
    ]
    headings = {
        "item_id": "item",
        "title": "title",
        "predicted_rating": "guess",
        "expected_miss": "give or take",
        "sureness": "how sure",
        "personal": "for you",
    }
    return Answer(document, listing(document, headings, empty="no item fits"))


def _allowed(arguments: argparse.Namespace, model: NewUserModel, rated: Mapping[str, float]) -> np.ndarray:
    """Items that may be recommended: trained, not rated by the person, and as asked for."""
    ratings = model.ratings
    every_genre = {genre for genres in ratings.item_table["genres"] for genre in genres}
    for genre in arguments.genre:
        if genre not in every_genre:
            raise LimitError(f"there is no genre {genre!r:.40}; there are {', '.join(sorted(every_genre))}")
    allowed = (model.item_count > 0) & fitting(
        ratings,
        min_ratings=arguments.min_ratings,
        genres=arguments.genre,
        from_year=arguments.from_year,
        to_year=arguments.to_year,
    )
    allowed[ratings.items.indices(rated)] = False
    return allowed


def explain_guess(arguments: argparse.Namespace) -> Answer:
    """A guess taken apart; its lines add up as printed."""
    model = _new_user_model(arguments.run_id)
    scorer, ratings = require_bilinear(model.run.scorer), model.ratings
    row = ratings.items.index(arguments.item)
    person = _person(arguments, model, scorer)
    if arguments.by == "parts":
        parts = {name: part[row] for name, part in model.item_parts.items()}
        result = explain_parts(person, parts, scorer.constant, scorer.scale)
    else:
        components = pca(scorer.item_embedding).components if scorer.has_vectors else np.zeros((0, 0))
        item = Vectors.of_item(scorer, row)
        result = explain(person, item, model.averages, components, scorer.scale, most=arguments.top)
    document = {
        **entry(ratings, row),
        "user_id": arguments.user,
        "actual_rating": None if arguments.user is None else _actual(ratings, arguments.user, row),
        **_numbers(result),
        "predicted_rating": float(np.clip(result.rating, ratings.min_rating, ratings.max_rating)),
    }
    return Answer(document, _text(document))


def _person(arguments: argparse.Namespace, model: NewUserModel, scorer: Bilinear) -> Vectors:
    rated = _rated(arguments, model.ratings)
    if arguments.user is not None:
        if rated:
            raise UsageError("--user names somebody in the data, and --rate or --from somebody who is not; give one")
        return Vectors.of_user(scorer, model.ratings.users.index(arguments.user))
    person = model.place(rated)
    return Vectors(person.vector, person.bias)


def _actual(ratings: Ratings, user: str, item: int) -> float | None:
    """What somebody in the data gave the item; None where they have not rated it."""
    theirs = (ratings.user_index == ratings.users.index(user)) & (ratings.item_index == item)
    return float(ratings.rating[np.flatnonzero(theirs)[0]]) if theirs.any() else None


def _numbers(explanation: Explanation) -> dict[str, Any]:
    """The steps, rounded so that they add up to the rounded totals."""
    scores = printed([term.score for term in explanation.terms], DIGITS)
    steps = printed([term.rating for term in explanation.terms], DIGITS)
    terms = [
        {
            "term": term.kind,
            "component": term.component + 1 if term.component >= 0 else None,
            "part": term.name or None,
            "score": score,
            "rating": step,
        }
        for term, score, step in zip(explanation.terms, scores, steps, strict=True)
    ]
    return {"terms": terms, "score": round(explanation.score, DIGITS), "rating": round(explanation.rating, DIGITS)}


def _text(document: dict[str, Any]) -> str:
    who = f"user {document['user_id']}" if document["user_id"] is not None else "the person"
    names = [
        f"component {term['component']}"
        if term["component"]
        else _WORDS.get(term["part"] or term["term"], term["part"])
        for term in document["terms"]
    ]
    steps = [*document["terms"], document]
    rows = [(name, step["score"], step["rating"]) for name, step in zip([*names, "together"], steps, strict=True)]
    actual = document["actual_rating"]
    truth = "" if actual is None else f"; the true rating is {actual:g}"
    summary = f"{document['title']} for {who}: {document['predicted_rating']:.3f}{truth}"
    return f"{summary}\n\n{table(('step', 'score', 'rating'), rows)}"


_WORDS = {
    "average": "average person and item",
    "person": "the person, whatever the item",
    "item": "the item, whoever the person",
    "rest": "all other components",
    "mean": "where every guess begins",
    "own": "the item itself",
    "raters": "who rated it",
}


def _new_user_model(run_id: str) -> NewUserModel:
    run, ratings = load(run_id)
    require_guesses(run.scorer)
    return NewUserModel(run, ratings, split(ratings, run.config))


def _rated(arguments: argparse.Namespace, ratings: Ratings) -> dict[str, float]:
    """What the person rated, from the file and over it from the flags."""
    rated: dict[str, float] = {}
    if arguments.file is not None:
        person = read_person(arguments.file, ratings, arguments.out_of)
        remark(arguments.file, person, arguments.run_id)
        rated |= person.given
    elif arguments.out_of is not None:
        raise UsageError("--out-of says what the ratings of a file are out of; name it with --from")
    for pair in arguments.rate:
        item, equals, text = pair.rpartition("=")
        if not equals:
            raise UsageError(f"--rate is {pair!r:.60}; it has the form ID=RATING")
        ratings.items.index(item)
        rated[item] = _rating(item, text, ratings)
    _check("ratings", len(rated), len(rated) <= MOST_RATINGS, f"at most {MOST_RATINGS:,}")
    return rated


def _rating(item: str, text: str, ratings: Ratings) -> float:
    try:
        rating = float(text)
    except ValueError:
        raise UsageError(f"--rate {item}={text[:20]}: the rating is not a number") from None
    allowed = f"{ratings.min_rating:g} to {ratings.max_rating:g}"
    _check(f"the rating of {item}", rating, ratings.min_rating <= rating <= ratings.max_rating, allowed)
    return rating


def _check(name: str, value: float, fits: bool, allowed: str) -> None:
    if not fits:
        raise LimitError(f"{name} is {value:g}; allowed is {allowed}")
