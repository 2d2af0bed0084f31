"""A guess taken apart: from the average over the person and the item to each component of taste."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.analysis.gauge import Averages
from core.analysis.neighbors.of_one import similarities_to
from core.analysis.new_user.foldin import NewUser, Prior, fold_in
from core.model.scale import Scale
from core.model.scoring import Bilinear, Scorer


@dataclass(frozen=True, eq=False)
class Vectors:
    """One of the two who meet in a rating: a vector, and a bias (0 where the model has none)."""

    vector: np.ndarray
    bias: float

    @classmethod
    def of_item(cls, scorer: Bilinear, row: int) -> Self:
        """An item as one of the two."""
        return cls(np.asarray(scorer.item_embedding[row], np.float64), float(scorer.item_bias[row]))

    @classmethod
    def of_user(cls, scorer: Bilinear, row: int) -> Self:
        """Somebody the model was trained on as one of the two."""
        return cls(np.asarray(scorer.user_embedding[row], np.float64), float(scorer.user_bias[row]))


@dataclass(frozen=True)
class Term:
    """One step of the way from the average to the guess."""

    # "average" begins; then what the person and the item do whoever the other is, a component each where taste and item
    # meet, and "rest" for all components together that have no step of their own. `explain_parts` begins with "mean";
    # then comes the person, and a "part" for each of what the item's numbers are a sum of.
    kind: str
    score: float  # what it adds to the score, in the model's own units
    # what it adds to the guess at its place in the order, in rating units; for "average" the guess itself
    rating: float = 0.0
    component: int = -1  # from 0, for kind "component"
    # person, item: for components: how far the person and the item lie from the average along it
    person: float = 0.0
    item: float = 0.0
    name: str = ""  # of a part


@dataclass(frozen=True)
class Explanation:
    """Steps whose scores add up to the model's, and whose ratings add up to its guess."""

    terms: tuple[Term, ...]  # in order: average, person, item, components by falling size, rest
    score: float  # sum of the terms, the model's own score
    rating: float  # the guess, in rating units, not yet held inside the scale


def explain(
    person: Vectors,
    item: Vectors,
    average: Averages,
    components: np.ndarray,
    scale: Scale,
    *,
    for_users: np.ndarray | None = None,
    most: int = 8,
) -> Explanation:
    """Take a guess apart, exactly.

    With the averages U and V and the distances a = u - U, b = v - V,

        u·v + b_u + b_v  =  (U·V + mean biases)         the average person and item
                         +  a·V + b_u - its mean        the person, whatever the item
                         +  U·b + b_v - its mean        the item, whoever the person
                         +  sum over k of (a·c_k)(b·c_k)  where the two meet,

    the last along principal components c_k: rotating both vectors alike keeps their dot product. Components of what the
    model predicts have other directions for people than for items, and the same sum. What the components given do not
    span (there are fewer items than dimensions) goes to the rest. In rating units each step is what it changes when it
    comes in this order; through a sigmoid another order would share out the same total a little differently.

    Args:
        components: Directions of the item, (n_components, embedding_dim), as `Pca.components`.
        for_users: Those of the person, as `Pca.for_users`; None where they are the item's, orthonormal rows.
        most: Components with a step of their own, those with the largest terms.
    """
    away, off = person.vector - average.user, item.vector - average.item
    along_person = (components if for_users is None else for_users) @ away
    along_item = components @ off
    terms = along_person * along_item
    largest = np.argsort(-np.abs(terms), kind="stable")[:most]
    return _in_order(
        [
            Term("average", average.score),
            Term("person", float(away @ average.item) + person.bias - average.user_bias),
            Term("item", float(average.user @ off) + item.bias - average.item_bias),
            *(
                Term("component", float(terms[k]), 0.0, int(k), float(along_person[k]), float(along_item[k]))
                for k in largest
            ),
            Term("rest", float(away @ off) - float(terms[largest].sum())),
        ],
        scale,
    )


def explain_parts(person: Vectors, parts: Mapping[str, np.ndarray], constant: float, scale: Scale) -> Explanation:
    """Take a guess apart by what the item's numbers are a sum of, exactly.

    With the item's bias b and vector v the sums of b_g and v_g over its parts g,

        constant + b_u + b + u·v  =  constant + b_u + sum over g of (b_g + u·v_g).

    Args:
        parts: A row for each part, by name: its bias and then its vector, (1 + embedding_dim,).
        constant: What the model adds for every pair alike.
    """
    of_item = [
        Term("part", float(row[0]) + float(person.vector @ row[1:].astype(np.float64)), name=name)
        for name, row in parts.items()
    ]
    return _in_order([Term("mean", constant), Term("person", person.bias), *of_item], scale)


def _in_order(terms: Sequence[Term], scale: Scale) -> Explanation:
    """The terms with what each changes in the rating when they come in this order."""
    reached = scale.rating(np.cumsum([term.score for term in terms]))
    changes = np.diff(reached, prepend=0.0).tolist()
    told = tuple(replace(term, rating=change) for term, change in zip(terms, changes, strict=True))
    return Explanation(told, score=float(sum(term.score for term in terms)), rating=float(reached[-1]))


def personal(scorer: Bilinear, person: NewUser, average: Averages) -> np.ndarray:
    """How much of each guess is the person's own taste: the steps of all components in `explain`, (n_items,).

    What is left out is what everybody likes, and how generous the person is whatever they are asked about. So it is
    the same however the vectors are turned, and wherever the zeros of vectors and biases are put.

    `average`: from `core.analysis.gauge.averages`. Returns rating units, float64; not held inside the scale.
    """
    away = person.vector - average.user
    taste = (scorer.item_embedding @ away.astype(np.float32)).astype(np.float64) - float(away @ average.item)
    score = scorer.score_new_user_on_all(person.numbers)
    return np.asarray(scorer.scale.rating(score) - scorer.scale.rating(score - taste))


def printed(values: Sequence[float], digits: int) -> list[float]:
    """Values rounded so that they add up, as printed, to their rounded sum.

    Each is rounded down or up by less than one unit of the last digit; those that lose most by rounding down go up (the
    method of the largest remainder).
    """
    unit = 10.0**-digits
    scaled = np.asarray(values, np.float64) / unit
    low = np.floor(scaled + 1e-9)
    left = round(float(scaled.sum())) - int(low.sum())
    order = np.argsort(-(scaled - low), kind="stable")
    low[order[:left]] += 1
    return [round(float(number) * unit, digits) + 0.0 for number in low]


@dataclass(frozen=True, eq=False)
class Influence:
    """What each rating of a person did to one guess."""

    rated: np.ndarray  # places among the person's ratings, those with the largest effect first, int64, (n,)
    effect: np.ndarray  # guess with the rating less guess without it, rating units, (n,)


def influence(
    scorer: Scorer, items: np.ndarray, rating: np.ndarray, row: int, prior: Prior, *, most: int = 50
) -> Influence:
    """Leave each rating out in turn, fit the person again, and see where the guess goes.

    With more than `most` ratings only the items most alike (cosine) to the one asked about are left out in turn.

    Args:
        items, rating: What the person rated, as for `fold_in`.
        most: Refits at most; each takes about a millisecond.
    """
    items, rating = np.asarray(items), np.asarray(rating, np.float64)

    def predict(kept: np.ndarray) -> float:
        """The rating predicted for the person when fitted to these of their ratings alone."""
        person = fold_in(scorer, items[kept], rating[kept], prior)
        score, _ = scorer.score_new_user(person.numbers, np.array([row]))
        return float(scorer.scale.clip(scorer.scale.rating(score))[0])

    places = _closest(scorer.item_embedding, items, row, most)
    everything = np.arange(len(items))
    whole = predict(everything)
    effect = np.array([whole - predict(everything[everything != place]) for place in places], np.float64)
    order = np.argsort(-np.abs(effect), kind="stable")
    return Influence(rated=places[order], effect=effect[order])


def _closest(embeddings: np.ndarray, items: np.ndarray, row: int, most: int) -> np.ndarray:
    """Places of the rated items most alike to one, at most `most`."""
    if len(items) <= most:
        return np.arange(len(items))
    return np.argsort(-similarities_to(embeddings[items], embeddings[row]), kind="stable")[:most]


@dataclass(frozen=True, eq=False)
class Misses:
    """The guesses furthest from the truth, the worst first."""

    place: np.ndarray  # places among the ratings looked at, int64, (n,)
    guess: np.ndarray  # what the model guessed, held inside the scale, (n,), rating units
    miss: np.ndarray  # guess less rating, (n,), rating units


def worst(guess: np.ndarray, rating: np.ndarray, *, top: int = 20) -> Misses:
    """The largest misses among guesses of known ratings; equal ones keep their order."""
    miss = np.asarray(guess, np.float64) - rating
    place = np.argsort(-np.abs(miss), kind="stable")[:top]
    return Misses(place, np.asarray(guess, np.float64)[place], miss[place])
