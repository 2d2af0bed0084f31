"""Neighbors that hold: whether two items are still alike when the model is trained on other ratings.

Neighbors are there in any model, also in one of data without taste. What tells them apart is whether trainings on other
parts of the ratings bring the same two items close again, more than such data would. The mean similarity of a listed
pair over those trainings says it better than how often the pair is listed again, which hangs on near-ties.

Four other trainings are nearly as good as eight, and one twin with four of its own tells what to exceed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError

LEVELS = (0.05, 0.01)
"""Shares of the neighbors on data without taste that are marked all the same."""


@dataclass(frozen=True)
class Thresholds:
    """From which support a neighbor is marked.

    Attributes:
        likely: One in twenty neighbors on data without taste has more.
        sure: One in a hundred has.
    """

    likely: float
    sure: float

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

    Returns:
        -1 … 1, float64, (n, k).

    Raises:
        AnalysisError: There is no other training, or one of other items.
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

    Args:
        null: `support` of a twin's own neighbors (`core.training.twin`) in trainings of that twin, any shape.

    Raises:
        AnalysisError: There are none.
    """
    if null.size == 0:
        raise AnalysisError("there are no neighbors on data without taste to compare with")
    likely, sure = np.quantile(null, [1 - level for level in LEVELS])
    return Thresholds(float(likely), float(sure))
