"""Models made by hand."""

import numpy as np

from core.model.dot_with_bias import DotWithBias
from core.model.scoring import Bilinear
from core.model.simple_dot import SimpleDot
from core.model.variational import Variational


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


def uncertain_scorer(
    *, users: int = 5, items: int = 7, dims: int = 3, noise: float = 0.5, seed: int = 1
) -> Variational:
    """A model that knows how sure it is: random numbers with random variances, on a scale from 0.5 to 5."""
    rng, width = np.random.default_rng(seed), dims + 1

    def numbers(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.6, size=shape).astype(np.float32)

    def variances(*shape: int) -> np.ndarray:
        return rng.uniform(0.02, 0.2, shape).astype(np.float32)

    arrays = {
        "user_embedding": numbers(users, dims),
        "item_embedding": numbers(items, dims),
        "user_bias": numbers(users),
        "item_bias": numbers(items),
        "mean": np.array([3.5], np.float32),
        "user_variance": variances(users, width),
        "item_variance": variances(items, width),
        "own_numbers": numbers(items, width),
        "feature_numbers": np.zeros((0, width), np.float32),
        "feature_variance": np.zeros((0, width), np.float32),
        "user_feature_numbers": np.zeros((0, width), np.float32),
        "user_feature_center": np.zeros(0, np.float32),
        "prior_precision": rng.uniform(1, 9, (4, width)).astype(np.float32),
        "noise_variance": variances(users) + noise,
        "typical_noise": np.array([noise], np.float32),
    }
    return Variational.make(arrays, min_rating=0.5, max_rating=5.0)
