"""Rank correlation, without the half second that importing SciPy's statistics takes."""

import numpy as np

from core.errors import AnalysisError


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of the pairs that are both numbers (Spearman 1904).

    Args:
        a, b: Float arrays of one length; a pair with a NaN is left out. Ties share their mean rank.

    Returns:
        -1 … 1; NaN with fewer than three pairs, or where one side is constant.

    Raises:
        AnalysisError: The arrays differ in shape.
    """
    if np.shape(a) != np.shape(b) or np.ndim(a) != 1:
        raise AnalysisError(f"shapes {np.shape(a)} and {np.shape(b)} must be two equally long lists")
    both = ~(np.isnan(a) | np.isnan(b))
    if np.count_nonzero(both) < 3:
        return float("nan")
    first, second = _centered_ranks(a[both]), _centered_ranks(b[both])
    size = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / size) if size > 0 else float("nan")


def _centered_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks minus their mean, float64; equal values share the mean of their places."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    shared = last - (count - 1) / 2
    return shared[group] - (len(values) + 1) / 2
