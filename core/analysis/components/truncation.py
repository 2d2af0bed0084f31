"""How many components the predictions need: the error with only the first few."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.analysis.components.pca import Pca
from core.errors import AnalysisError
from core.model.scoring import Bilinear

MOST_MEASURED = 100_000
"""Ratings that tell the error well enough (to about 0.002 rating units) and within half a second."""

BLOCK = 100_000
"""Ratings handled at once: 64 components of so many are 50 MB."""


@dataclass(frozen=True, eq=False)
class Cost:
    """Error by number of components kept.

    Attributes:
        rmse: With the first k components, k = 0 … all, in rating units, predictions clipped to the rating range,
            float64, (n_components + 1,).
        n_ratings: Ratings it was measured on.
    """

    rmse: np.ndarray
    n_ratings: int

    def enough(self, tolerance: float = 0.001) -> int:
        """The fewest components whose error is at most `tolerance` rating units above that with all."""
        return int(np.argmax(self.rmse <= self.rmse[-1] + tolerance))


def sample(rows: np.ndarray, most: int = MOST_MEASURED) -> np.ndarray:
    """At most so many of the rows, rising, drawn without looking; the same ones every time."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(0).choice(len(rows), most, replace=False, shuffle=False)
    return rows[np.sort(chosen)]


def cost(
    scorer: Bilinear,
    result: Pca,
    user_index: np.ndarray,
    item_index: np.ndarray,
    rating: np.ndarray,
    *,
    side: Literal["item", "user"] = "item",
) -> Cost:
    """Error on some ratings when only the first k components of one side's vectors are kept.

    A vector v is replaced by mean + sum over the first k components c of ((v - mean) · c) c. Its dot product with the
    other side's vector then grows by one term a component, so all k cost little more than one. Biases stay as they are;
    with k = 0 only they are left (and the mean vector, where the PCA is centered). The last entry equals the model's
    own error if the PCA kept all components. About 0.1 s for 20,001 ratings and 64 components.

    Args:
        scorer: The trained model.
        result: Components of the item matrix, or of the user matrix where `side` is "user".
        user_index, item_index, rating: The ratings to predict, (n_ratings,) each.
        side: Whose vectors are cut down.

    Raises:
        AnalysisError: There are no ratings, or the components do not fit the vectors.
    """
    if len(rating) == 0:
        raise AnalysisError("there are no ratings to measure the error on")
    if result.components.shape[1] != scorer.item_embedding.shape[1]:
        widths = result.components.shape[1], scorer.item_embedding.shape[1]
        raise AnalysisError(f"components of {widths[0]} numbers do not fit vectors of {widths[1]}")
    scale, squares = scorer.scale, np.zeros(len(result.components) + 1)
    for start in range(0, len(rating), BLOCK):
        block = slice(start, start + BLOCK)
        users, items = user_index[block], item_index[block]
        kept, whole = scorer.item_embedding[items], scorer.user_embedding[users]
        if side == "user":
            kept, whole = whole, kept
        terms = _terms(np.asarray(kept, np.float64), np.asarray(whole, np.float64), result)
        for k, product in enumerate(np.cumsum(terms, axis=1).T):
            predicted = scale.clip(scale.rating(scorer.complete(product, users, items)))
            squares[k] += np.square(predicted - rating[block], dtype=np.float64).sum()
    return Cost(rmse=np.sqrt(squares / len(rating)), n_ratings=len(rating))


def _terms(kept: np.ndarray, whole: np.ndarray, result: Pca) -> np.ndarray:
    """What the mean and each component add to the dot products, (n, n_components + 1)."""
    by_component = result.project(kept) * (whole @ result.components.T)
    return np.column_stack([whole @ result.mean, by_component])
