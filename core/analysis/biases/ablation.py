"""What is left of a model with biases when its dot products are taken away."""

from dataclasses import dataclass

import numpy as np

from core.model.run import Weights, predict
from core.training.baselines import rmse

BLOCK = 250_000
"""Ratings predicted at once."""


@dataclass(frozen=True)
class WithoutTaste:
    """What is left of a model when its dot products are taken away.

    Attributes:
        biases_rmse: Error of the biases alone, in rating units, clipped predictions.
        whole_rmse: Error of the whole model on the same ratings.
        n_ratings: How many those are.
    """

    biases_rmse: float
    whole_rmse: float
    n_ratings: int


def without_taste(
    weights: Weights,
    user_index: np.ndarray,
    item_index: np.ndarray,
    rating: np.ndarray,
    *,
    min_rating: float,
    max_rating: float,
) -> WithoutTaste:
    """Compare a model with its own biases: every dot product replaced by zero, nothing trained again.

    Args:
        weights: The trained numbers of a model with biases.
        user_index, item_index, rating: Ratings to predict, (n_ratings,) each.
        min_rating, max_rating: Ends of the rating scale.

    Raises:
        ValueError: The model has no biases, or there are no ratings.
    """
    if weights.user_bias is None or weights.item_bias is None:
        raise ValueError("this model has no biases")
    if len(rating) == 0:
        raise ValueError("there are no ratings to measure the error on")
    nothing = Weights(
        user_embedding=np.zeros((len(weights.user_bias), 1), np.float32),
        item_embedding=np.zeros((len(weights.item_bias), 1), np.float32),
        user_bias=weights.user_bias,
        item_bias=weights.item_bias,
    )

    def error(of: Weights) -> float:
        """RMSE of a model's guesses, clipped to the scale; made in blocks, which bounds the memory."""
        predicted = [
            predict(of, user_index[at : at + BLOCK], item_index[at : at + BLOCK], min_rating, max_rating)
            for at in range(0, len(rating), BLOCK)
        ]
        return rmse(np.clip(np.concatenate(predicted), min_rating, max_rating), rating)

    return WithoutTaste(biases_rmse=error(nothing), whole_rmse=error(weights), n_ratings=len(rating))
