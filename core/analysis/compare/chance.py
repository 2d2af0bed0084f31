"""What a comparison of two runs would find by chance alone, to hold beside what it found."""

import math

import numpy as np

from core.errors import AnalysisError


def kept_by_chance(n_items: int, k: int) -> np.ndarray:
    """Probability that two lists of k drawn at random from the same others share 0, 1, … k entries, (k + 1,).

    The hypergeometric distribution: each list is of an item's k neighbors, drawn from the n_items - 1 others.

    Raises:
        AnalysisError: k is out of range.
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

    With centered Gram matrices K and L and a random permutation P,
    E tr(K P L P^T) = tr(K) tr(L) / (n - 1), exactly: on average P L P^T is tr(L) / (n - 1) times the matrix
    that centers. Divided by the norms of K and L, this is large where few items have many
    dimensions of equal size.

    Args:
        first, second: Float arrays, (n_items, their own embedding_dim), the same n_items.

    Raises:
        AnalysisError: All rows of a matrix are equal.
    """
    norms = [float(np.linalg.norm(unit.T @ unit)) for unit in (_unit(first), _unit(second))]
    return 1 / (norms[0] * norms[1] * (len(first) - 1))


def procrustes_by_chance(first: np.ndarray, second: np.ndarray, *, draws: int = 5, seed: int = 0) -> float:
    """Mean Procrustes distance, 0–1, over a few random ways to pair the rows of one matrix with those of the other.

    The distance as `core.analysis.compare.measures.procrustes` defines it, without the alignment. It varies little
    from draw to draw, since every row takes part in each.

    Args:
        first, second: Float arrays, (n_items, their own embedding_dim), the same n_items.
        draws: Pairings drawn.
        seed: Rules the draw.

    Raises:
        AnalysisError: All rows of a matrix are equal.
    """
    rng = np.random.default_rng(seed)
    a, b = _unit(first), _unit(second)
    scales = [np.linalg.svd(a.T @ rng.permutation(b), compute_uv=False).sum() for _ in range(draws)]
    return float(np.mean(1 - np.square(scales)))


def _unit(matrix: np.ndarray) -> np.ndarray:
    """Centered and of size one."""
    matrix = np.asarray(matrix, np.float64)
    centered = matrix - matrix.mean(axis=0)
    size = float(np.linalg.norm(centered))
    if (matrix == matrix[0]).all() or size == 0:
        raise AnalysisError(f"all {len(matrix):,} rows are equal; there is nothing to compare")
    return centered / size
