"""What is left of a model with biases when its dot products are taken away."""

from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError
from core.model.scoring import Bilinear
from core.training.baselines import rmse

BLOCK = 250_000
"""Ratings predicted at once."""


@dataclass(frozen=True)
class BiasAblation:
    """What is left of a model when its dot products are taken away.

    Attributes:
        biases_rmse: Error of the biases alone, in rating units, clipped predictions.
        whole_rmse: Error of the whole model on the same ratings.
        n_ratings: How many those are.
    """

    biases_rmse: float
    whole_rmse: float
    n_ratings: int


def bias_ablation(scorer: Bilinear, user_index: np.ndarray, item_index: np.ndarray, rating: np.ndarray) -> BiasAblation:
    """Compare a model with its own biases: every dot product replaced by zero, nothing trained again.

    Args:
        scorer: A trained model with biases.
        user_index, item_index, rating: Ratings to predict, (n_ratings,) each.

    Raises:
        AnalysisError: The model has no biases, or there are no ratings.
    """
    if not scorer.has_biases:
        raise AnalysisError("this model has no biases")
    if len(rating) == 0:
        raise AnalysisError("there are no ratings to measure the error on")
    biases, whole = np.empty(len(rating)), np.empty(len(rating))
    for start in range(0, len(rating), BLOCK):
        block = slice(start, start + BLOCK)
        users, items = user_index[block], item_index[block]
        biases[block] = scorer.scale.rating(scorer.complete(np.zeros(len(users)), users, items))
        whole[block] = scorer.predict(users, items)
    return BiasAblation(
        biases_rmse=rmse(scorer.scale.clip(biases), rating),
        whole_rmse=rmse(scorer.scale.clip(whole), rating),
        n_ratings=len(rating),
    )
