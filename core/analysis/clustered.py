"""Means of ratings that are not independent of each other."""

import numpy as np


def clustered_mean(values: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each column, and its standard error clustered by these row numbers, (n_columns,) each.

    Ratings of one person, or of one item, are not independent of each other, so what is summed are squares of each
    one's sum: SE² = Σ_u (Σ_(i of u) (x - mean))² / n² (Liang and Zeger 1986).

    Args:
        values: (n, n_columns).
        cluster: Whose each row is, int, (n,).
    """
    mean = values.mean(axis=0, dtype=np.float64)
    squares = np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        sums = np.bincount(cluster, weights=values[:, column] - mean[column])
        squares[column] = np.square(sums).sum()
    return mean, np.sqrt(squares) / len(values)
