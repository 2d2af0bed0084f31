"""Which items are closest to one item, or to a - b + c, and how far a person agrees with others on items."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from core.data.ratings import Ratings
from core.errors import AnalysisError

Metric = Literal["cosine", "dot", "euclidean"]

WHOLE, BLOCK = 100_000, 2**11
"""Rows that are compared at once, and how many at a time where there are more: those stay in a processor's cache, which
takes half the time for a million."""

METRICS: tuple[Metric, ...] = get_args(Metric)


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The closest items, closest first."""

    index: np.ndarray  # rows of the items, int64, (n,)
    # larger is closer, float64, (n,): the cosine, the dot product, or the Euclidean distance with a minus sign
    similarity: np.ndarray


def similarities(embeddings: np.ndarray, row: int, metric: Metric = "cosine") -> np.ndarray:
    """Similarity of every item to one, float64, (n_items,); larger is closer.

    The cosine with a vector of length zero is 0: it points nowhere.

    Raises AnalysisError: the row is out of range or the metric is unknown.
    """
    if not 0 <= row < len(embeddings):
        raise AnalysisError(f"row {row} is outside 0 to {len(embeddings) - 1}")
    return similarities_to(embeddings, embeddings[row], metric)


def similarities_to(embeddings: np.ndarray, target: np.ndarray, metric: Metric = "cosine") -> np.ndarray:
    """The same to any vector, (embedding_dim,), by blocks of rows, so that a mapped matrix is never held as a whole."""
    if metric not in METRICS:
        raise AnalysisError(f"metric is {metric!r}; it can be {', '.join(METRICS)}")
    target = np.asarray(target, np.float64)
    similarity, step = np.empty(len(embeddings)), len(embeddings) if len(embeddings) <= WHOLE else BLOCK
    for start in range(0, len(embeddings), step):
        block = np.asarray(embeddings[start : start + step], np.float64)
        similarity[start : start + step] = _to_block(block, target, metric)
    return similarity


def _to_block(matrix: np.ndarray, target: np.ndarray, metric: Metric) -> np.ndarray:
    if metric == "euclidean":
        return np.asarray(-np.linalg.norm(matrix - target, axis=1))
    product = matrix @ target
    if metric == "dot":
        return np.asarray(product)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(target)
    return np.clip(np.divide(product, lengths, out=np.zeros(len(matrix)), where=lengths > 0), -1, 1)


def neighbors(
    embeddings: np.ndarray, row: int, *, metric: Metric = "cosine", top: int = 10, eligible: np.ndarray | None = None
) -> Neighbors:
    """The items closest to one item, itself left out. Raises AnalysisError: an argument is out of range."""
    similarity = similarities(embeddings, row, metric)
    allowed = np.ones(len(similarity), bool) if eligible is None else eligible.copy()
    allowed[row] = False
    return closest(similarity, top=top, eligible=allowed)


def closest(similarity: np.ndarray, *, top: int, eligible: np.ndarray) -> Neighbors:
    """The eligible items with the largest similarities, of equal ones those with the smaller row first.
    Raises AnalysisError: top is below 1."""
    if top < 1:
        raise AnalysisError(f"top is {top}; at least 1 neighbor can be listed")
    rows = np.flatnonzero(eligible)
    if len(rows) > top:
        least = np.partition(similarity[rows], -top)[-top]
        rows = rows[similarity[rows] >= least]
    nearest = rows[np.argsort(-similarity[rows], kind="stable")[:top]]
    return Neighbors(index=nearest, similarity=similarity[nearest])


def nearest_by_chance(others: int, dimensions: int, *, share: float = 0.99) -> float:
    """Up to which cosine the nearest of so many rows comes if all directions are drawn by chance, in a share of cases.

    The square of a cosine with a fixed direction is then a beta variable of 1/2 and (d - 1)/2.

    Args:
        others: Rows beside the one that is asked about, at least 1.
        dimensions: d, at least 2.
        share: Of the cases, between 0 and 1.
    """
    from scipy.special import betaincinv  # 0.2 s to import

    beyond = -np.expm1(np.log(share) / others)  # the chance of one row
    return float(np.sqrt(1 - betaincinv((dimensions - 1) / 2, 0.5, 2 * beyond))) if beyond < 0.5 else 0.0


@dataclass(frozen=True, eq=False)
class Agreement:
    """One person beside others, in the order they were asked for."""

    shared: np.ndarray  # items that both have rated, int64, (n,)
    # mean absolute difference of their ratings on those, in rating units, float64, (n,); NaN where they share none
    difference: np.ndarray


def agreement(ratings: Ratings, user: int, others: np.ndarray) -> Agreement:
    """Compare one person's ratings with those of others; no model takes part.

    Args:
        ratings: The dataset, at most one rating a person and item.
        others: Rows of the people to compare with, int, (n,).

    Raises AnalysisError: the row is out of range.
    """
    if not 0 <= user < len(ratings.users):
        raise AnalysisError(f"user {user} is outside 0 to {len(ratings.users) - 1}")
    own = np.full(len(ratings.items), np.nan, np.float32)
    mine = ratings.user_index == user
    own[ratings.item_index[mine]] = ratings.rating[mine]
    apart = np.abs(own[ratings.item_index] - ratings.rating)
    both = np.flatnonzero(~np.isnan(apart))
    size = len(ratings.users)
    shared = np.bincount(ratings.user_index[both], minlength=size)[others]
    total = np.bincount(ratings.user_index[both], weights=apart[both], minlength=size)[others]
    return Agreement(
        shared=shared, difference=np.divide(total, shared, out=np.full(len(shared), np.nan), where=shared > 0)
    )


@dataclass(frozen=True, eq=False)
class Analogy:
    """Items closest to a - b + c, and how far the arithmetic moved at all."""

    answers: Neighbors  # the closest items by cosine, a, b and c left out
    # cosine of a - b + c with c itself. Where it is above the best answer's, the nearest item is the one asked with,
    # and the answers are little more than c's neighbors.
    from_c: float
    shared_with_c: float  # share of the answers that are among as many of c's own neighbors, fraction


def analogy(
    embeddings: np.ndarray, a: int, b: int, c: int, *, top: int = 10, eligible: np.ndarray | None = None
) -> Analogy:
    """Items closest by cosine to a - b + c, the three vectors brought to length one first.

    The method of Mikolov et al. (2013), with the inputs left out as there. Leaving them out flatters it: often the
    closest item is c (Linzen 2016), so the result says how close c is and how many answers are c's neighbors anyway.

    `a`, `b`, `c`: rows of the three items; b and c may not be equal, nor a and b. Raises AnalysisError: a row is out of
    range, a vector has length zero, a equals b or b equals c (then nothing is asked), the sum is zero, or top is below
    1.
    """
    rows = np.array([a, b, c])
    if rows.min() < 0 or rows.max() >= len(embeddings):
        raise AnalysisError(f"rows {a}, {b} and {c} must be 0 to {len(embeddings) - 1}")
    if b in (a, c):
        raise AnalysisError(f"row {b} is both added and taken away; choose three items, the second unlike the others")
    vectors = np.asarray(embeddings[rows], np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        raise AnalysisError(f"row {rows[np.argmin(lengths)]} is a vector of zeros, which points nowhere")
    first, second, third = vectors / lengths
    target = first - second + third
    if np.linalg.norm(target) < 1e-9:
        raise AnalysisError("the three vectors cancel out, so the sum points nowhere")
    allowed = np.ones(len(embeddings), bool) if eligible is None else eligible.copy()
    allowed[rows] = False
    answers = closest(similarities_to(embeddings, target), top=top, eligible=allowed)
    of_c = neighbors(embeddings, c, top=top, eligible=allowed)
    return Analogy(
        answers=answers,
        from_c=float(third @ target / np.linalg.norm(target)),
        shared_with_c=len(np.intersect1d(answers.index, of_c.index)) / max(len(answers.index), 1),
    )
