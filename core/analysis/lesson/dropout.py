"""Dropout: what a step of training that hides some of the numbers sees of a row."""

from dataclasses import dataclass

import numpy as np

from core.analysis.lesson.step import Pair
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Dropped:
    """A vector as a training step with dropout sees it.

    Attributes:
        kept: Which numbers stay, boolean, (n_dims,).
        vector: Those divided by 1 - rate, the others zero, (n_dims,).
    """

    kept: np.ndarray
    vector: np.ndarray


def dropout(vector: np.ndarray, rate: float, *, seed: int) -> Dropped:
    """Hide each number with probability `rate`, and scale up the rest so that the expected vector is unchanged.

    Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15,
    with the scaling in training rather than afterwards, as Keras has it.

    Args:
        vector: Float array, (n_dims,).
        rate: Share hidden on average, from 0 to below 1.
        seed: Starting number of the draw.

    Raises:
        AnalysisError: The rate is out of range.
    """
    kept = _masks(len(vector), rate, draws=1, seed=seed)[0]
    return Dropped(kept=kept, vector=np.where(kept, vector / (1 - rate), 0.0))


def dropped_products(pair: Pair, *, user_rate: float, item_rate: float, draws: int, seed: int) -> np.ndarray:
    """Dot products of the two rows under many draws of dropout on both, (draws,).

    Their mean approaches the dot product without dropout: the two masks are
    drawn independently, and each leaves its vector unchanged on average.
    """
    user = _masks(len(pair.user), user_rate, draws=draws, seed=seed) * pair.user / (1 - user_rate)
    item = _masks(len(pair.item), item_rate, draws=draws, seed=seed + 1) * pair.item / (1 - item_rate)
    return np.einsum("ij,ij->i", user, item)


def _masks(size: int, rate: float, *, draws: int, seed: int) -> np.ndarray:
    if not 0 <= rate < 1:
        raise AnalysisError(f"the rate is {rate}; it must be from 0 to below 1")
    return np.random.default_rng(seed).random((draws, size)) >= rate
