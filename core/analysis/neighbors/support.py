"""Neighbors that hold: whether two items are still alike when the model is trained on other ratings, or drawn again.

Neighbors are there in any model, also in one of data without taste. What tells them apart is whether trainings on other
parts of the ratings bring the same two items close again, more than such data would. The mean similarity of a listed
pair over those trainings says it better than how often the pair is listed again, which hangs on near-ties. Four other
trainings are nearly as good as eight, and one twin with four of its own tells what to exceed.

Of a model with uncertainty, `resampled` says how often a neighbor would be one again, were the vectors drawn anew from
the posterior.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.of_one import Metric, Neighbors, similarities
from core.errors import AnalysisError

LEVELS = (0.05, 0.01)  # shares of the neighbors on data without taste that are marked all the same


@dataclass(frozen=True)
class Thresholds:
    """From which support a neighbor is marked."""

    likely: float  # one in twenty neighbors on data without taste has more
    sure: float  # one in a hundred has

    def marks(self, support: np.ndarray) -> np.ndarray:
        """0 for no mark, 1 for a likely neighbor, 2 for a sure one, int, in the shape of the supports."""
        return (support > self.likely).astype(np.int64) + (support > self.sure)


def support(
    base: np.ndarray, others: Sequence[np.ndarray], rows: np.ndarray, near: np.ndarray, *, floor: float = 0.0
) -> np.ndarray:
    """Mean similarity of listed pairs in other trainings: the cosine of the two items' rows there.

    With item vectors that is the usual cosine. It depends on how a model was penalized: stretching a dimension for the
    items and shrinking it for the users changes it and no prediction (Steck et al. 2024, "Is Cosine-Similarity of
    Embeddings Really About Similarity?"). With the scores of `predicted_components` it is the similarity of
    predictions, v'C w / sqrt(v'C v · w'C w), where C is the covariance of the users' vectors over the training ratings:
    the correlation over people between how much they like the one item and the other, beyond averages.

    A model may bring the same tiny differences back every time, as one does that is told genres: on data without taste
    its neighbors are as alike as can be, in next to nothing. With a `floor` c the similarity is v·w / sqrt((|v|² + c)
    (|w|² + c)), small where the two vectors are no longer than those that such data give.

    Args:
        base: Matrix of the training that lists the neighbors, (n_items, any number).
        others: The same items in other trainings, each (n_items, any number): every training turns its axes anew.
        rows: Items whose neighbors are listed, int, (n,).
        near: Their neighbors by `base`, int, (n, k).
        floor: Square of a length below which vectors say little, such as `mean_square` of a twin's matrices.

    Returns -1 … 1, float64, (n, k). Raises AnalysisError: there is no other training, or one of other items.
    """
    if not others or any(len(other) != len(base) for other in others):
        sizes = ", ".join(f"{len(other):,}" for other in others) or "none"
        raise AnalysisError(f"other trainings have {sizes} items; there must be some, each of {len(base):,}")
    total = np.zeros(near.shape)
    for other in others:
        vectors = np.asarray(other, np.float64)
        length = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True) + floor)
        unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
        total += np.einsum("nd,nkd->nk", unit[rows], unit[near])
    return total / len(others)


def mean_square(matrices: Sequence[np.ndarray]) -> float:
    """Mean squared length of the rows of some matrices, each (n_items, any number), at least one."""
    return float(np.mean([np.square(matrix, dtype=np.float64).sum(axis=1).mean() for matrix in matrices]))


def thresholds(null: np.ndarray) -> Thresholds:
    """What a neighbor has to exceed, from the supports of neighbors on data without taste.

    `null`: `support` of a twin's own neighbors (`core.training.twin`) in trainings of that twin, any shape. Raises
    AnalysisError: there are none.
    """
    if null.size == 0:
        raise AnalysisError("there are no neighbors on data without taste to compare with")
    likely, sure = np.quantile(null, [1 - level for level in LEVELS])
    return Thresholds(float(likely), float(sure))


DRAWS = 200  # samples: a probability is known to ±0.035 at worst

CANDIDATES = 500
"""Rows drawn again for each metric, the nearest by the means. Those further away come among the nearest rarely: on the
bundled ratings they would lower a probability by 0.01."""

_BLOCK = 4_000_000  # numbers drawn at once


def resampled(
    embeddings: np.ndarray,
    variance: np.ndarray,
    row: int,
    near: Mapping[Metric, Neighbors],
    *,
    eligible: np.ndarray | None = None,
    draws: int = DRAWS,
) -> dict[Metric, np.ndarray]:
    """Probability that each listed neighbor is among as many nearest ones again, when all vectors are drawn again.

    Every number is drawn by itself from its normal posterior, that of the asked row too. What two rows have in common,
    such as the part that one genre gives to both, is drawn apart for each, which makes the probabilities a little too
    low where it is uncertain. All metrics look at the same samples.

    Args:
        embeddings: Posterior means, float array, (n_rows, d).
        variance: Posterior variances, (n_rows, d).
        near: Its neighbors, as `neighbors` lists them among the same eligible rows, by metric.
        draws: Samples, at least 1.

    Returns fractions, (len(near.index),), by metric. Raises AnalysisError: the shapes differ, draws is below 1, or as
    `similarities`.
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
    rng, left = np.random.default_rng(0), draws
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
