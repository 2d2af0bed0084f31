"""How alike two embeddings of the same items are, by three measures, and what chance alone would give for each."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import Space, nearest
from core.errors import AnalysisError

NOTHING = 1e-6  # size, of one, below which what is left of a matrix is rounding


@dataclass(frozen=True, eq=False)
class Aligned:
    """The second matrix turned, scaled and moved onto the first."""

    second: np.ndarray  # float64, (n_items, embedding_dim of the first), in the first's units
    # Procrustes distance, 0 (the same but for rotation, reflection, size and place) … 1 (nothing alike)
    distance: float
    residual: np.ndarray  # how far each item is from its counterpart after alignment, (n_items,), in the first's units


@dataclass(frozen=True, eq=False)
class Overlap:
    """How many neighbors an item keeps from one run to the other."""

    kept: np.ndarray  # neighbors in both of its lists, 0 … k, int64, (n_items,)
    k: int  # length of a list

    @property
    def jaccard(self) -> np.ndarray:
        """Neighbors in both lists by neighbors in either, 0–1, (n_items,)."""
        return self.kept / (2 * self.k - self.kept)

    @property
    def mean(self) -> float:
        """Mean Jaccard overlap over all items."""
        return float(self.jaccard.mean())


def procrustes(first: np.ndarray, second: np.ndarray) -> Aligned:
    """Align two embeddings of the same items, row by row.

    Both are centered and scaled to size one; then the second is turned or mirrored by the orthogonal matrix that brings
    it closest (Schönemann 1966) and scaled by the best factor. The distance is the share of the first's variance that
    is still unexplained, as `scipy.spatial.procrustes` reports it. The narrower matrix is widened with zeros. About 1 s
    for 87,585 rows of 64.

    `first`, `second`: float arrays, (n_items, their own embedding_dim), the same items in the same order. Raises
    AnalysisError: the numbers of rows differ, a value is not finite, or all rows of a matrix are equal.
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

    Kornblith et al. (2019), equation 4 by way of the features, so that nothing of n_items by n_items is ever made. Few
    items in many dimensions look alike by chance. About 0.1 s for 87,585 rows of 64. Raises AnalysisError as
    `procrustes`.
    """
    (a, _, _), (b, _, _) = (_standardized(matrix) for matrix in _pair(first, second))
    across = np.square(np.linalg.norm(a.T @ b))
    return float(np.clip(across / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)), 0, 1))


def rest_cka(first: np.ndarray, second: np.ndarray) -> float | None:
    """`linear_cka` without the strongest direction of either, its first centered principal component.

    Where one direction carries much of the spread, it decides over CKA alone. None where nothing else is there. Raises
    AnalysisError as `procrustes`.
    """
    rests = []
    for matrix in _pair(first, second):
        centered, _, _ = _standardized(matrix)
        strongest = np.linalg.eigh(centered.T @ centered)[1][:, -1]
        rests.append(centered - np.outer(centered @ strongest, strongest))
    if min(float(np.linalg.norm(rest)) for rest in rests) < NOTHING:
        return None
    return linear_cka(*rests)


def neighbor_overlap(
    first: np.ndarray,
    second: np.ndarray,
    *,
    k: int = 10,
    metric: Space = "cosine",
    on_progress: Callable[[float], None] = lambda share: None,
) -> Overlap:
    """Jaccard overlap of every item's k nearest in the two runs.

    Needs no alignment: neighbors are the same however a space is turned. Costs twice what `nearest` costs.
    `on_progress` is called with the share done, 0–1; what it raises ends the work.

    Raises AnalysisError: the numbers of rows differ, a value is not finite, or k is out of range.
    """
    a, b = _pair(first, second)
    mine = nearest(a, k, metric=metric, on_progress=lambda share: on_progress(share / 2))
    theirs = nearest(b, k, metric=metric, on_progress=lambda share: on_progress((1 + share) / 2))
    return Overlap(kept=np.any(mine[:, :, None] == theirs[:, None, :], axis=2).sum(axis=1), k=k)


def kept_by_chance(n_items: int, k: int) -> np.ndarray:
    """Probability that two lists of k drawn at random from the same others share 0, 1, … k entries, (k + 1,).

    The hypergeometric distribution: each list is of an item's k neighbors, drawn from the n_items - 1 others.

    Raises AnalysisError: k is out of range.
    """
    others = n_items - 1
    if not 1 <= k <= others:
        raise AnalysisError(f"k is {k}; {n_items:,} items have 1 to {others:,} neighbors")
    ways = [math.comb(k, both) * math.comb(others - k, k - both) for both in range(k + 1)]  # exact, however large
    total = math.comb(others, k)
    return np.array([way / total for way in ways])


def overlap_by_chance(n_items: int, k: int) -> float:
    """Mean Jaccard overlap, 0–1, of lists drawn at random; raises as `kept_by_chance` does."""
    both = np.arange(k + 1)
    return float(kept_by_chance(n_items, k) @ (both / (2 * k - both)))


def cka_by_chance(first: np.ndarray, second: np.ndarray) -> float:
    """Mean linear CKA, 0–1, over all ways to pair the rows of one matrix with those of the other.

    With centered Gram matrices K and L and a random permutation P, E tr(K P L P^T) = tr(K) tr(L) / (n - 1), exactly: on
    average P L P^T is tr(L) / (n - 1) times the matrix that centers. Divided by the norms of K and L, this is large
    where few items have many dimensions of equal size.

    `first`, `second`: float arrays, (n_items, their own embedding_dim), the same n_items. Raises AnalysisError: all
    rows of a matrix are equal.
    """
    norms = [float(np.linalg.norm(unit.T @ unit)) for unit in (_standardized(first)[0], _standardized(second)[0])]
    return 1 / (norms[0] * norms[1] * (len(first) - 1))


def procrustes_by_chance(first: np.ndarray, second: np.ndarray, *, draws: int = 5, seed: int = 0) -> float:
    """Mean Procrustes distance, 0–1, over a few random ways to pair the rows of one matrix with those of the other.

    The distance as `procrustes` defines it, without the alignment. It varies little from draw to draw, since every row
    takes part in each.

    `first`, `second`: float arrays, (n_items, their own embedding_dim), the same n_items. Raises AnalysisError: all
    rows of a matrix are equal.
    """
    rng = np.random.default_rng(seed)
    a, b = _standardized(first)[0], _standardized(second)[0]
    scales = [np.linalg.svd(a.T @ rng.permutation(b), compute_uv=False).sum() for _ in range(draws)]
    return float(np.mean(1 - np.square(scales)))


def _pair(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(first) != len(second):
        raise AnalysisError(f"{len(first):,} and {len(second):,} rows; the same items are needed in the same order")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise AnalysisError("an embedding value is not finite")
    return first, second


def _standardized(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Centered and of size one, the mean, and the size it had."""
    matrix = np.asarray(matrix, np.float64)
    mean = matrix.mean(axis=0)
    centered = matrix - mean
    size = float(np.linalg.norm(centered))
    if (matrix == matrix[0]).all() or size == 0:
        raise AnalysisError(f"all {len(matrix):,} rows are equal; there is nothing to compare")
    return centered / size, mean, size


def _widened(matrix: np.ndarray, width: int) -> np.ndarray:
    return np.pad(matrix, ((0, 0), (0, width - matrix.shape[1])))
