"""The same model written in other numbers: every prediction stays."""

import numpy as np

from core.model.scoring import Bilinear
from tests.core.analysis.made import scorer


def exact(seed: int = 0, *, users: int = 30, items: int = 40, dims: int = 5) -> Bilinear:
    """A model with biases in float64, so that nothing but the way of writing can differ."""
    rng = np.random.default_rng(seed)
    sizes = np.geomspace(1, 0.2, dims)
    return scorer(
        rng.normal(0.3, 0.6, (users, dims)) * sizes,
        rng.normal(-0.2, 0.6, (items, dims)) * sizes,
        rng.normal(size=users) * 0.3,
        rng.normal(size=items) * 0.3,
    )


def turned(model: Bilinear, seed: int = 1) -> Bilinear:
    """Both sides turned alike."""
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(model.item_embedding.shape[1],) * 2))
    return scorer(model.user_embedding @ rotation, model.item_embedding @ rotation, model.user_bias, model.item_bias)


def rescaled(model: Bilinear, seed: int = 2) -> Bilinear:
    """One side stretched and sheared, the other the opposite way."""
    dims = model.item_embedding.shape[1]
    matrix = np.random.default_rng(seed).normal(size=(dims, dims)) + 2 * np.eye(dims)
    return scorer(
        model.user_embedding @ matrix,
        model.item_embedding @ np.linalg.inv(matrix).T,
        model.user_bias,
        model.item_bias,
    )


def shifted(model: Bilinear, seed: int = 3) -> Bilinear:
    """Numbers moved between vectors and biases: u·v = (u - s)·v + s·v, and alike on the other side."""
    rng = np.random.default_rng(seed)
    user_shift, item_shift = (rng.normal(size=model.item_embedding.shape[1]) for _ in range(2))
    user, item = model.user_embedding - user_shift, model.item_embedding - item_shift
    return scorer(user, item, model.user_bias + user @ item_shift, model.item_bias + model.item_embedding @ user_shift)


WAYS = {"turned": turned, "rescaled": rescaled, "shifted": shifted}
