"""Models made by hand."""

import numpy as np

from core.model.dot_with_bias import DotWithBias
from core.model.scoring import Bilinear
from core.model.simple_dot import SimpleDot


def scorer(
    user: np.ndarray,
    item: np.ndarray,
    user_bias: np.ndarray | None = None,
    item_bias: np.ndarray | None = None,
    *,
    low: float = 0.5,
    high: float = 5.0,
) -> Bilinear:
    """A model of these vectors, and biases where there are some."""
    arrays = {"user_embedding": user, "item_embedding": item}
    if user_bias is None or item_bias is None:
        return SimpleDot.make(arrays, min_rating=low, max_rating=high)
    return DotWithBias.make(arrays | {"user_bias": user_bias, "item_bias": item_bias}, min_rating=low, max_rating=high)


def random_scorer(
    *, users: int = 5, items: int = 7, dims: int = 4, biased: bool = True, seed: int = 1, scale: float = 0.6
) -> Bilinear:
    """Normal random numbers around 0 with this standard deviation, on a scale from 0.5 to 5."""
    rng = np.random.default_rng(seed)

    def numbers(*shape: int) -> np.ndarray:
        return rng.normal(scale=scale, size=shape).astype(np.float32)

    return scorer(
        numbers(users, dims),
        numbers(items, dims),
        numbers(users) if biased else None,
        numbers(items) if biased else None,
    )
