"""The calls about one person: what to recommend, and why a guess comes out as it does."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.analysis.components.pca import pca
from core.analysis.new_user.explain import Explanation, Vectors, explain, item_vectors, printed, user_vectors
from core.analysis.new_user.model import NewUserModel, fitting
from core.analysis.new_user.own_ratings import MOST_RATINGS, from_file
from core.analysis.new_user.recommend import best
from core.cli.answer import Answer, table
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError, UsageError
from core.model.scoring import Bilinear, require_bilinear
from core.store.runs import RunStore

DIGITS = 3
"""Of the numbers of an explanation, which add up as printed."""


def add_recommend_flags(call: argparse.ArgumentParser) -> None:
    """What `recommend` may be told."""
    _add_person(call)
    call.add_argument("--top", type=int, default=10, metavar="N", help="How many (default 10).")
    call.add_argument(
        "--min-ratings", type=int, default=21, metavar="N", help="Only items with at least N ratings (default 21)."
    )
    call.add_argument("--genre", action="append", default=[], metavar="G", help="Only items of this genre; repeatable.")
    call.add_argument("--from-year", type=int, metavar="Y", help="Only items of this year or later.")
    call.add_argument("--to-year", type=int, metavar="Y", help="Only items of this year or earlier.")
    call.add_argument(
        "--diversity",
        type=float,
        default=0.0,
        metavar="X",
        help="0 the best alone … 1 as unlike as can be (default 0).",
    )


def add_explain_flags(call: argparse.ArgumentParser) -> None:
    """What `explain` may be told."""
    call.add_argument("--item", required=True, metavar="ID", help="The item whose guess is taken apart.")
    call.add_argument("--user", metavar="ID", help="Somebody in the data; without it the person of --rate and --from.")
    _add_person(call)
    call.add_argument(
        "--top", type=int, default=8, metavar="N", help="Components with a line of their own (default 8)."
    )


def _add_person(call: argparse.ArgumentParser) -> None:
    call.add_argument(
        "--rate", action="append", default=[], metavar="ID=RATING", help="What the person rated; repeatable."
    )
    call.add_argument("--from", dest="file", type=Path, metavar="FILE", help="Ratings saved on the page For you.")


def recommend(called: argparse.Namespace) -> Answer:
    """The best guesses for a person who was not there when the model was trained."""
    _check("--top", called.top, called.top >= 1, "1 or more")
    _check("--diversity", called.diversity, 0 <= called.diversity <= 1, "0 to 1")
    known = _new_user_model(called.run_id)
    given = _given(called, known.ratings)
    person = known.place(given)
    guess, sure = known.predictions(person), known.sureness(person)
    chosen = best(
        guess,
        known.run.scorer.item_embedding,
        _allowed(called, known, given),
        top=called.top,
        diversity=called.diversity,
    )
    titles = known.ratings.item_table["title"]
    document = [
        {
            "item_id": known.ratings.items.ids[row],
            "title": str(titles.iat[row]),
            "predicted_rating": float(guess[row]),
            "expected_miss": float(sure.miss[row]),
            "sureness": sure.word(row),
        }
        for row in chosen
    ]
    rows = [tuple(entry.values()) for entry in document]
    text = table(("item", "title", "guess", "give or take", "how sure"), rows, empty="no item fits")
    return Answer(document, text)


def _allowed(called: argparse.Namespace, known: NewUserModel, given: Mapping[str, float]) -> np.ndarray:
    """Items that may be recommended: trained, not rated by the person, and as asked for."""
    ratings = known.ratings
    there = {genre for genres in ratings.item_table["genres"] for genre in genres}
    for genre in called.genre:
        if genre not in there:
            raise LimitError(f"there is no genre {genre!r:.40}; there are {', '.join(sorted(there))}")
    allowed = (known.item_count > 0) & fitting(
        ratings,
        min_ratings=called.min_ratings,
        genres=called.genre,
        from_year=called.from_year,
        to_year=called.to_year,
    )
    allowed[ratings.items.indices(given)] = False
    return allowed


def explain_guess(called: argparse.Namespace) -> Answer:
    """A guess taken apart; its lines add up as printed."""
    _check("--top", called.top, called.top >= 0, "0 or more")
    known = _new_user_model(called.run_id)
    scorer, ratings = require_bilinear(known.run.scorer), known.ratings
    row = ratings.items.index(called.item)
    components = pca(scorer.item_embedding).components if scorer.has_vectors else np.zeros((0, 0))
    person, item = _person(called, known, scorer), item_vectors(scorer, row)
    found = explain(person, item, known.averages, components, scorer.scale, most=called.top)
    document = {
        "item_id": called.item,
        "title": str(ratings.item_table["title"].iat[row]),
        "user_id": called.user,
        "actual_rating": None if called.user is None else _actual(ratings, called.user, row),
        **_numbers(found),
        "predicted_rating": float(np.clip(found.rating, ratings.min_rating, ratings.max_rating)),
    }
    return Answer(document, _text(document))


def _person(called: argparse.Namespace, known: NewUserModel, scorer: Bilinear) -> Vectors:
    given = _given(called, known.ratings)
    if called.user is not None:
        if given:
            raise UsageError("--user names somebody in the data, and --rate or --from somebody who is not; give one")
        return user_vectors(scorer, known.ratings.users.index(called.user))
    person = known.place(given)
    return Vectors(person.vector, person.bias)


def _actual(ratings: Ratings, user: str, item: int) -> float | None:
    """What somebody in the data gave the item; None where they have not rated it."""
    theirs = (ratings.user_index == ratings.users.index(user)) & (ratings.item_index == item)
    return float(ratings.rating[np.flatnonzero(theirs)[0]]) if theirs.any() else None


def _numbers(found: Explanation) -> dict[str, Any]:
    """The steps, rounded so that they add up to the rounded totals."""
    scores = printed([term.score for term in found.terms], DIGITS)
    steps = printed([term.rating for term in found.terms], DIGITS)
    terms = [
        {
            "term": term.kind,
            "component": term.component + 1 if term.component >= 0 else None,
            "score": score,
            "rating": step,
        }
        for term, score, step in zip(found.terms, scores, steps, strict=True)
    ]
    return {"terms": terms, "score": round(found.score, DIGITS), "rating": round(found.rating, DIGITS)}


def _text(document: dict[str, Any]) -> str:
    who = f"user {document['user_id']}" if document["user_id"] is not None else "the person"
    rows = [
        (
            f"component {term['component']}" if term["component"] else _WORDS[term["term"]],
            term["score"],
            term["rating"],
        )
        for term in document["terms"]
    ]
    rows.append(("together", document["score"], document["rating"]))
    actual = document["actual_rating"]
    said = "" if actual is None else f"; the true rating is {actual:g}"
    return f"{document['title']} for {who}: {document['predicted_rating']:.3f}{said}\n\n" + table(
        ("step", "score", "rating"), rows
    )


_WORDS = {
    "average": "average person and item",
    "person": "the person, whatever the item",
    "item": "the item, whoever the person",
    "rest": "all other components",
}


def _new_user_model(run_id: str) -> NewUserModel:
    run = RunStore().load(run_id)
    ratings = ratings_of(run.dataset)
    return NewUserModel(run, ratings, split(ratings, run.config))


def _given(called: argparse.Namespace, ratings: Ratings) -> dict[str, float]:
    """What the person rated, from the file and over it from the flags."""
    given: dict[str, float] = {}
    if called.file is not None:
        try:
            content = called.file.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{called.file} cannot be read ({error.strerror}); name a file saved on the page"
            ) from None
        given |= from_file(content, ratings).given
    for pair in called.rate:
        item, equals, said = pair.rpartition("=")
        if not equals:
            raise UsageError(f"--rate is {pair!r:.60}; it has the form ID=RATING")
        ratings.items.index(item)
        given[item] = _rating(item, said, ratings)
    _check("ratings", len(given), len(given) <= MOST_RATINGS, f"at most {MOST_RATINGS:,}")
    return given


def _rating(item: str, said: str, ratings: Ratings) -> float:
    try:
        rating = float(said)
    except ValueError:
        raise UsageError(f"--rate {item}={said[:20]}: the rating is not a number") from None
    allowed = f"{ratings.min_rating:g} to {ratings.max_rating:g}"
    _check(f"the rating of {item}", rating, ratings.min_rating <= rating <= ratings.max_rating, allowed)
    return rating


def _check(name: str, value: float, fits: bool, allowed: str) -> None:
    if not fits:
        raise LimitError(f"{name} is {value:g}; allowed is {allowed}")
