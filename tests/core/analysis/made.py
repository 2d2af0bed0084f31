"""Models made by hand."""

import numpy as np

from core.model.run import Weights


def weights(
    *, users: int = 5, items: int = 7, dims: int = 4, biased: bool = True, seed: int = 1, scale: float = 0.6
) -> Weights:
    """Normal random numbers around 0 with this standard deviation."""
    rng = np.random.default_rng(seed)

    def numbers(*shape: int) -> np.ndarray:
        return rng.normal(scale=scale, size=shape).astype(np.float32)

    return Weights(
        numbers(users, dims),
        numbers(items, dims),
        numbers(users) if biased else None,
        numbers(items) if biased else None,
    )
