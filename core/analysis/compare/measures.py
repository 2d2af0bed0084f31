"""Two runs side by side: their spaces aligned, and how much of what they know is the same."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import Space, nearest
from core.data.ratings import Vocabulary
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Common:
    """Items that two runs share, in the order of the first.

    Attributes:
        first, second: Their rows in each, int64, (n_common,).
    """

    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True, eq=False)
class Aligned:
    """The second matrix turned, scaled and moved onto the first.

    Attributes:
        second: float64, (n_items, embedding_dim of the first), in the first's units.
        distance: Procrustes distance, 0 (the same but for rotation, reflection, size and place) … 1 (nothing alike).
        residual: How far each item is from its counterpart after alignment, (n_items,), in the first's units.
    """

    second: np.ndarray
    distance: float
    residual: np.ndarray


@dataclass(frozen=True, eq=False)
class Overlap:
    """How many neighbors an item keeps from one run to the other.

    Attributes:
        kept: Neighbors in both of its lists, 0 … k, int64, (n_items,).
        k: Length of a list.
    """

    kept: np.ndarray
    k: int

    @property
    def jaccard(self) -> np.ndarray:
        """Neighbors in both lists by neighbors in either, 0–1, (n_items,)."""
        return self.kept / (2 * self.k - self.kept)

    @property
    def mean(self) -> float:
        """Mean Jaccard overlap over all items."""
        return float(self.jaccard.mean())


def common_items(first: Vocabulary, second: Vocabulary) -> Common:
    """Rows of the items that occur in both, matched by id."""
    shared = [item for item in first.ids if item in second]
    return Common(first=first.indices(shared).astype(np.int64), second=second.indices(shared).astype(np.int64))


def procrustes(first: np.ndarray, second: np.ndarray) -> Aligned:
    """Align two embeddings of the same items, row by row.

    Both are centered and scaled to size one; then the second is turned or
    mirrored by the orthogonal matrix that brings it closest (Schönemann 1966) and scaled by
    the best factor. The distance is the share of the first's variance that is
    still unexplained, as `scipy.spatial.procrustes` reports it. The narrower
    matrix is widened with zeros. About 1 s for 87,585 rows of 64.

    Args:
        first, second: Float arrays, (n_items, their own embedding_dim), the same items in the same order.

    Raises:
        AnalysisError: The numbers of rows differ, a value is not finite, or all rows of a matrix are equal.
    """
    from scipy.linalg import orthogonal_procrustes  # 0.15 s to import

    (a, a_mean, a_size), (b, _, _) = (_standardized(matrix) for matrix in _pair(first, second))
    width = max(a.shape[1], b.shape[1])
    wide_a, wide_b = _widened(a, width), _widened(b, width)
    rotation, scale = orthogonal_procrustes(wide_b, wide_a)
    turned = wide_b @ rotation * scale
    return Aligned(
        second=turned[:, : a.shape[1]] * a_size + a_mean,
        distance=float(np.clip(1 - scale**2, 0, 1)),
        residual=np.linalg.norm(wide_a - turned, axis=1) * a_size,
    )


def linear_cka(first: np.ndarray, second: np.ndarray) -> float:
    """Linear centered kernel alignment, 0 (nothing alike) … 1 (the same but for rotation and size).

    Kornblith et al. (2019), equation 4 by way of the features, so that nothing of
    n_items by n_items is ever made. Few items in many dimensions look alike by
    chance. About 0.1 s for 87,585 rows of 64.

    Raises:
        AnalysisError: As `procrustes`.
    """
    (a, _, _), (b, _, _) = (_standardized(matrix) for matrix in _pair(first, second))
    across = np.square(np.linalg.norm(a.T @ b))
    return float(np.clip(across / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)), 0, 1))


def neighbor_overlap(
    first: np.ndarray,
    second: np.ndarray,
    *,
    k: int = 10,
    metric: Space = "cosine",
    on_progress: Callable[[float], None] = lambda share: None,
) -> Overlap:
    """Jaccard overlap of every item's k nearest in the two runs.

    Needs no alignment: neighbors are the same however a space is turned.
    Costs twice what `nearest` costs. `on_progress` is called with the share done, 0–1; what it raises ends the work.

    Raises:
        AnalysisError: The numbers of rows differ, a value is not finite, or k is out of range.
    """
    a, b = _pair(first, second)
    mine = nearest(a, k, metric=metric, on_progress=lambda share: on_progress(share / 2))
    theirs = nearest(b, k, metric=metric, on_progress=lambda share: on_progress((1 + share) / 2))
    return Overlap(kept=np.any(mine[:, :, None] == theirs[:, None, :], axis=2).sum(axis=1), k=k)


def _pair(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(first) != len(second):
        raise AnalysisError(f"{len(first):,} and {len(second):,} rows; the same items are needed in the same order")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise AnalysisError("an embedding value is not finite")
    return first, second


def _standardized(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Centered and of size one, the mean, and the size it had."""
    matrix = np.asarray(matrix, np.float64)
    if (matrix == matrix[0]).all():
        raise AnalysisError(f"all {len(matrix):,} rows are equal; there is nothing to compare")
    mean = matrix.mean(axis=0)
    centered = matrix - mean
    size = float(np.linalg.norm(centered))
    return centered / size, mean, size


def _widened(matrix: np.ndarray, width: int) -> np.ndarray:
    return np.pad(matrix, ((0, 0), (0, width - matrix.shape[1])))
