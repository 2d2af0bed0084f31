"""Which items are closest to one item, in the original space, and how far a person agrees with others on items."""

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
    """The closest items, closest first.

    Attributes:
        index: Rows of the items, int64, (n,).
        similarity: Larger is closer, float64, (n,): the cosine, the dot product, or the Euclidean distance with a minus
            sign.
    """

    index: np.ndarray
    similarity: np.ndarray


def similarities(embeddings: np.ndarray, row: int, metric: Metric = "cosine") -> np.ndarray:
    """Similarity of every item to one, float64, (n_items,); larger is closer.

    The cosine with a vector of length zero is 0: it points nowhere.

    Raises:
        AnalysisError: The row is out of range or the metric is unknown.
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
    """The items closest to one item, itself left out.

    Args:
        embeddings: Float array, (n_items, embedding_dim).
        row: The item asked about.
        metric: How closeness is measured.
        top: Most neighbors returned, at least 1; fewer where there are fewer items.
        eligible: Boolean array, (n_items,), items that may be listed; None allows all.

    Raises:
        AnalysisError: An argument is out of range.
    """
    similarity = similarities(embeddings, row, metric)
    allowed = np.ones(len(similarity), bool) if eligible is None else eligible.copy()
    allowed[row] = False
    return closest(similarity, top=top, eligible=allowed)


def closest(similarity: np.ndarray, *, top: int, eligible: np.ndarray) -> Neighbors:
    """The eligible items with the largest similarities, of equal ones those with the smaller row first.

    Raises:
        AnalysisError: top is below 1.
    """
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
    """One person beside others, in the order they were asked for.

    Attributes:
        shared: Items that both have rated, int64, (n,).
        difference: Mean absolute difference of their ratings on those, in rating units, float64, (n,); NaN where they
            share none.
    """

    shared: np.ndarray
    difference: np.ndarray


def agreement(ratings: Ratings, user: int, others: np.ndarray) -> Agreement:
    """Compare one person's ratings with those of others; no model takes part.

    Args:
        ratings: The dataset, at most one rating a person and item.
        user: Row of the person.
        others: Rows of the people to compare with, int, (n,).

    Raises:
        AnalysisError: The row is out of range.
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
