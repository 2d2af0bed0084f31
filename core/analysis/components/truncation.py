"""How many components the predictions need: the error with only the first few."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import Pca
from core.analysis.components.proof import held_out
from core.analysis.gauge import CenteredModel
from core.errors import AnalysisError

MOST_MEASURED = 100_000
"""Ratings that tell the error well enough (to about 0.002 rating units) and within half a second."""


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


def cost(model: CenteredModel, result: Pca, user_index: np.ndarray, item_index: np.ndarray, rating: np.ndarray) -> Cost:
    """Error on some ratings when only the first k components of taste are kept.

    Biases stay as they are; with k = 0 only they are left. A component adds the product of the places that the two
    vectors have along it, measured from the average person and item, be it one of predictions or of the item matrix.
    The last entry equals the model's own error if the components span its vectors.

    Args:
        model: The trained model in centered form.
        result: Components, from `predicted_components` or `pca`.
        user_index, item_index, rating: The ratings to predict, (n_ratings,) each.

    Raises:
        AnalysisError: There are no ratings, or the components do not fit the vectors.
    """
    widths = result.components.shape[1], model.item_embedding.shape[1]
    if widths[0] != widths[1]:
        raise AnalysisError(f"components of {widths[0]} numbers do not fit vectors of {widths[1]}")
    return Cost(rmse=held_out(model, result, user_index, item_index, rating).rmse, n_ratings=len(rating))
