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
    import pandas as pd

    return float(pd.DataFrame({"a": a, "b": b}).corr("spearman", min_periods=3).to_numpy()[0, 1])
