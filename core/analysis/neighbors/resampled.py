"""Would another sample agree? How often a neighbor would be one again, were the vectors drawn from the posterior."""

from collections.abc import Mapping

import numpy as np

from core.analysis.neighbors.of_one import Metric, Neighbors, similarities
from core.errors import AnalysisError

DRAWS = 200
"""Samples: a probability is known to ±0.035 at worst."""

CANDIDATES = 500
"""Rows drawn again for each metric, the nearest by the means. Those further away come among the nearest rarely: on the
bundled ratings they would lower a probability by 0.01."""

_BLOCK = 4_000_000
"""Numbers drawn at once."""


def resampled(
    embeddings: np.ndarray,
    variance: np.ndarray,
    row: int,
    near: Mapping[Metric, Neighbors],
    *,
    eligible: np.ndarray | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[Metric, np.ndarray]:
    """Probability that each listed neighbor is among as many nearest ones again, when all vectors are drawn again.

    Every number is drawn by itself from its normal posterior, that of the asked row too. What two rows have in common,
    such as the part that one genre gives to both, is drawn apart for each, which makes the probabilities a little too
    low where it is uncertain. All metrics look at the same samples.

    Args:
        embeddings: Posterior means, float array, (n_rows, d).
        variance: Posterior variances, (n_rows, d).
        row: The row that the neighbors are of.
        near: Its neighbors, as `neighbors` lists them among the same eligible rows, by metric.
        eligible: Boolean array, (n_rows,), rows that may be listed; None allows all.
        draws: Samples, at least 1.
        seed: Of the random numbers.

    Returns:
        Fractions, (len(near.index),), by metric.

    Raises:
        AnalysisError: The shapes differ, draws is below 1, or as `similarities`.
    """
    if embeddings.shape != variance.shape:
        raise AnalysisError(f"means {embeddings.shape} and variances {variance.shape} differ in shape")
    if draws < 1:
        raise AnalysisError(f"draws is {draws}; at least 1 is needed")
    allowed = np.ones(len(embeddings), bool) if eligible is None else eligible.copy()
    allowed[row] = False
    candidates = _candidates(embeddings, row, near, np.flatnonzero(allowed))
    both = np.append(candidates, row)
    mean, spread = embeddings[both].astype(np.float32), np.sqrt(variance[both]).astype(np.float32)
    rng, left = np.random.default_rng(seed), draws
    again = {metric: np.zeros(len(candidates), np.int64) for metric in near}
    while left and len(candidates):
        n = min(left, max(1, _BLOCK // mean.size))
        drawn = mean + spread * rng.standard_normal((n, *mean.shape), np.float32)
        for metric, listed in near.items():
            k, close = len(listed.index), _closeness(drawn[:, :-1], drawn[:, -1], metric)
            nearest = np.argpartition(-close, k - 1, axis=1)[:, :k]
            again[metric] += np.bincount(nearest.ravel(), minlength=len(candidates))
        left -= n
    return {metric: again[metric][np.searchsorted(candidates, near[metric].index)] / draws for metric in near}


def _candidates(embeddings: np.ndarray, row: int, near: Mapping[Metric, Neighbors], rows: np.ndarray) -> np.ndarray:
    """Those of `rows` that are drawn again beside the asked one, rising; all that are listed are among them."""
    if len(rows) <= CANDIDATES:
        return rows
    chosen = []
    for metric, listed in near.items():
        similarity = similarities(embeddings, row, metric)[rows]
        chosen += [rows[np.argpartition(-similarity, CANDIDATES)[:CANDIDATES]], listed.index]
    return np.unique(np.concatenate(chosen))


def _closeness(others: np.ndarray, one: np.ndarray, metric: Metric) -> np.ndarray:
    """Similarity of rows (n_draws, n_rows, d) to one (n_draws, d) in each sample, up to what changes no order in it."""
    product: np.ndarray = np.matmul(others, one[:, :, None])[:, :, 0]
    if metric == "dot":
        return product
    squares = np.einsum("sij,sij->si", others, others)
    if metric == "euclidean":
        return 2 * product - squares
    return product / np.sqrt(np.maximum(squares, 1e-30))
