"""A family's Keras model, and how its arrays lie in that."""

from dataclasses import dataclass
from typing import Any

import numpy as np

ANY_LENGTH = 0  # in the shape of an array: of an axis whose length the data decide, not the settings


def own_layers(*names: str) -> dict[str, tuple[str, int]]:
    """`Scorer.weights` of arrays that are the only weights of Keras layers called like them."""
    return {name: (name, 0) for name in names}


def has_shape(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether an array has this shape, in which an axis may be ANY_LENGTH."""
    return array.ndim == len(shape) and all(
        wanted in (ANY_LENGTH, length) for wanted, length in zip(shape, array.shape, strict=True)
    )


@dataclass(frozen=True, eq=False)
class Network:
    """An untrained or trained Keras model of a family."""

    model: Any  # inputs "user" and "item", (batch,) int32; output (batch,) in rating units
    penalized: tuple[Any, ...]  # Keras tensors, (batch, any), whose squared lengths the penalty weighs
