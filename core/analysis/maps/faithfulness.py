"""How far a map can be trusted: which neighbors it keeps, and which it makes up."""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import Space, comparable, drawn, nearest
from core.data.nouns import count
from core.errors import AnalysisError

BLOCK = 2**22  # distances held at once, 32 MB

MOST_COMPARED = 100_000
"""Items all of which are compared with all others; of more, a sample is, so that no more distances are taken."""


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How well near on the map means near in the original space."""

    # share of each item's k true neighbors that are among its k nearest on the map, fractions, (n_items,); NaN where
    # there are so many items that it was measured around some of them only
    kept: np.ndarray
    # 1 where no item is drawn among the k nearest that is not truly near, less by how far off the intruders are, 0–1
    trustworthiness: float
    measured_on: int  # items whose surroundings the trustworthiness was measured on
    k: int
    metric: Space  # what "true" means

    @property
    def mean(self) -> float:
        """The one number for the map: mean share of true neighbors kept."""
        return float(np.nanmean(self.kept))

    @property
    def sampled(self) -> int | None:
        """Items, drawn by chance, around which `kept` was measured; None where that was all."""
        there = int(np.count_nonzero(~np.isnan(self.kept)))
        return there if there < len(self.kept) else None

    @property
    def chance(self) -> float:
        """What a map with the items at random places would reach."""
        return self.k / (len(self.kept) - 1)


def faithfulness(
    embeddings: np.ndarray,
    points: np.ndarray,
    *,
    k: int = 10,
    metric: Space = "cosine",
    most_rows: int = 10_000,
) -> Faithfulness:
    """Compare an item's neighbors on a map with its neighbors in the original space.

    True neighbors are by cosine unless told otherwise, as on the neighbors page; distances on the map are Euclidean, as
    the eye measures. All distances are exact. About 2 s for 9,066 items, 1 minute for 87,585, within 500 MB; above
    MOST_COMPARED items only around some, drawn by chance, each still compared with all.

    Args:
        points: Their places on the map, (n_items, 2 or 3).
        k: Neighbors looked at, below half the number of items.
        most_rows: With more items, trustworthiness is measured on so many drawn by chance, each still against all
            items; `measured_on` says so.

    Raises AnalysisError: the arrays differ in length, or k is out of range.
    """
    if len(embeddings) != len(points):
        raise AnalysisError(f"{len(embeddings):,} embeddings and {len(points):,} points; each item needs both")
    if not 1 <= k < len(points) / 2:
        raise AnalysisError(
            f"k is {k}; with {count(len(points), 'item')} it must be at least 1 and below {len(points) / 2:g}"
        )
    n = len(points)
    rows, around = np.arange(n), drawn(n, most_rows, 0)
    if n > MOST_COMPARED:
        rows = around = drawn(n, min(most_rows, max(1, MOST_COMPARED * most_rows // n)), 0)
    true, shown = (
        nearest(embeddings, k, metric=metric, rows=rows),
        nearest(points, k, metric="euclidean", rows=rows),
    )
    kept = np.full(n, np.nan)
    kept[rows] = np.mean(np.any(true[:, :, None] == shown[:, None, :], axis=2), axis=1)
    return Faithfulness(
        kept=kept,
        trustworthiness=trustworthiness(comparable(embeddings, metric), shown[np.searchsorted(rows, around)], around),
        measured_on=len(around),
        k=k,
        metric=metric,
    )


def trustworthiness(original: np.ndarray, shown: np.ndarray, rows: np.ndarray) -> float:
    """Venna and Kaski's (2001) trustworthiness around some of the items.

    With all rows it is scikit-learn's `trustworthiness`, which needs memory for the square of the number of items; this
    needs a block of rows at a time.

    Args:
        original: Float array, (n_items, embedding_dim), compared by Euclidean distance.
        shown: The nearest on the map of each item measured around, (n_rows, k).
        rows: The items to measure around, (n_rows,).
    """
    n, k = len(original), shown.shape[1]
    points = np.asarray(original, np.float64)
    squares = np.square(points).sum(axis=1)
    step = max(1, BLOCK // n)
    penalty = 0
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        distance = squares - 2 * (points[block] @ points.T)  # less each row's own square, which changes no order
        distance[np.arange(len(block)), block] = np.inf
        limits = np.take_along_axis(distance, shown[start : start + step], axis=1)
        for limit in limits.T:
            rank = 1 + np.count_nonzero(distance < limit[:, None], axis=1)
            penalty += int(np.maximum(rank - k, 0).sum())
    return 1 - 2 * penalty / (len(rows) * k * (2 * n - 3 * k - 1))
