"""bias_only: rating = mean + b_u + b_v, averages that learn.

What any model with vectors has to beat: the baseline predictor of Koren, Bell and Volinsky (2009), "Matrix
factorization techniques for recommender systems", equation 3, fitted by the same training as every other family.
"""

from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from core.config import GradientConfig, RunConfig, family_name
from core.model.around_mean import AroundMean
from core.model.layers import Network, own_layers
from core.model.scale import Scale


class BiasOnlyConfig(GradientConfig):
    """Settings of the model without vectors: those of the split and of the training alone."""

    model: Literal["bias_only"] = family_name("bias_only")


class BiasOnly(AroundMean):
    """One number for everybody, one for each user and one for each item, added."""

    config_type: ClassVar[type[RunConfig]] = BiasOnlyConfig
    title: ClassVar[str] = "Biases only"
    short_title: ClassVar[str] = "biases only"
    summary: ClassVar[str] = "Averages that learn, without any vector: the honest baseline for all other models."
    score_latex: ClassVar[str] = r"m + b_u + b_v"
    weights = own_layers("mean", "user_bias", "item_bias")
    recorded: ClassVar[str] = "item_bias"
    has_vectors: ClassVar[bool] = False

    @cached_property
    def user_embedding(self) -> np.ndarray:
        """No numbers for any user, (n_users, 0)."""
        return np.zeros((len(self.arrays["user_bias"]), 0), np.float32)

    @cached_property
    def item_embedding(self) -> np.ndarray:
        """No numbers for any item, (n_items, 0)."""
        return np.zeros((len(self.arrays["item_bias"]), 0), np.float32)

    @classmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """One number, and a bias for each user and item."""
        return {"mean": (1,), "user_bias": (n_users,), "item_bias": (n_items,)}

    @classmethod
    def build(cls, config: Any, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """Two biases and a table of one number, which starts in the middle of the scale; the penalty is on biases."""
        from core.model.backend import keras  # only training and exports need TensorFlow
        from core.model.networks import Builder

        builder = Builder(n_users=n_users, n_items=n_items, scale=scale, seed=seed)
        biases = builder.biases()
        score = keras.layers.Add(name="score")([builder.mean(), *biases])
        return builder.network(score, biases, name=config.model, sigmoid=cls.uses_sigmoid)
