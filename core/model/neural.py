"""neural: the two vectors go through a hidden layer instead of a dot product alone.

    hidden = relu(W [u; v] + c)
    rating = min + (max - min) · sigmoid(w · [u ∘ v; hidden] + w_0)

He et al. (2017), "Neural collaborative filtering" (NeuMF), on one pair of tables and with one hidden layer; also the
second model of fast.ai's lesson, with the products of the vectors added to what the last layer sees.
"""

from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from core.config import GradientConfig, RunConfig, VectorConfig, family_name, setting
from core.model.layers import Network, own_layers
from core.model.scale import Scale
from core.model.scoring import BLOCK, Scorer


class NeuralConfig(GradientConfig, VectorConfig):
    """Settings of the small neural network."""

    model: Literal["neural"] = family_name("neural")
    hidden_units: int = setting(
        32,
        "How many units the hidden layer has: each looks at both vectors at once.",
        title="Hidden units",
        unit="units",
        grows="Room for rules that a dot product cannot express; slower, and easier to learn by heart.",
        ge=1,
        le=1024,
    )


class Neural(Scorer):
    """A small network over the two vectors; its score is no sum of one term for each dimension."""

    config_type: ClassVar[type[RunConfig]] = NeuralConfig
    title: ClassVar[str] = "Neural network"
    short_title: ClassVar[str] = "neural network"
    summary: ClassVar[str] = (
        "Both vectors go through a hidden layer, which can learn what a dot product cannot express."
    )
    score_latex: ClassVar[str] = r"w \cdot [u \circ v,\ \mathrm{relu}(W [u, v] + c)] + w_0"
    weights = own_layers("user_embedding", "item_embedding") | {
        "hidden_kernel": ("hidden", 0),
        "hidden_bias": ("hidden", 1),
        "output_kernel": ("score", 0),
        "output_bias": ("score", 1),
    }
    level: ClassVar[str] = "output_bias"
    uses_sigmoid: ClassVar[bool] = True

    @classmethod
    def shapes(cls, config: Any, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """The two tables and the two layers."""
        dim, hidden = config.embedding_dim, config.hidden_units
        return {
            "user_embedding": (n_users, dim),
            "item_embedding": (n_items, dim),
            "hidden_kernel": (2 * dim, hidden),
            "hidden_bias": (hidden,),
            "output_kernel": (dim + hidden,),
            "output_bias": (1,),
        }

    @classmethod
    def build(cls, config: Any, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """The two vectors, their products, the hidden layer, and one number out of both."""
        from core.model.backend import keras  # only training and exports need TensorFlow
        from core.model.networks import Builder

        builder = Builder(n_users=n_users, n_items=n_items, scale=scale, seed=seed)
        vectors = builder.vectors(config)
        dropped = builder.dropped(config, vectors)

        def start() -> keras.initializers.Initializer:
            """What the layers' kernels start from (Glorot and Bengio 2010), each from a seed of its own."""
            return keras.initializers.GlorotUniform(seed=builder.next_seed())

        dense = keras.layers.Dense(config.hidden_units, "relu", kernel_initializer=start(), name="hidden")
        hidden = dense(keras.layers.Concatenate(name="both")(dropped))
        product = keras.layers.Multiply(name="products")(dropped)
        seen = keras.layers.Concatenate(name="seen")([product, hidden])
        score = keras.layers.Dense(1, kernel_initializer=start(), name="score")(seen)
        return builder.network(score, vectors, name=config.model, sigmoid=cls.uses_sigmoid)

    @classmethod
    def numbers_per_rating(cls, config: Any) -> int:
        """A dimension of each vector, and the hidden units."""
        return config.embedding_dim + config.hidden_units

    @cached_property
    def _of_item(self) -> np.ndarray:
        """What each item sends into the hidden layer, its offset included, float32, (n_items, hidden_units)."""
        kernel = self.arrays["hidden_kernel"][self.item_embedding.shape[1] :]
        return self.item_embedding @ kernel + self.arrays["hidden_bias"]

    @property
    def _product_weights(self) -> np.ndarray:
        return self.arrays["output_kernel"][: self.item_embedding.shape[1]]

    @property
    def _hidden_weights(self) -> np.ndarray:
        return self.arrays["output_kernel"][self.item_embedding.shape[1] :]

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """The network's output before the sigmoid, (n,); pairs go through in blocks."""
        kernel = self.arrays["hidden_kernel"][: self.item_embedding.shape[1]]
        scores = np.empty(len(user_index), np.float32)
        for start in range(0, len(user_index), BLOCK):
            part = slice(start, start + BLOCK)
            users, items = self.user_embedding[user_index[part]], item_index[part]
            hidden = np.maximum(users @ kernel + self._of_item[items], 0)
            product = (users * self.item_embedding[items]) @ self._product_weights
            scores[part] = product + hidden @ self._hidden_weights + self.arrays["output_bias"]
        return scores

    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores, and their derivatives by the chain rule: a unit that is off passes nothing on."""
        kernel = np.asarray(self.arrays["hidden_kernel"][: len(numbers)], np.float64)
        products = np.asarray(self.item_embedding[items], np.float64) * self._product_weights
        sent = numbers @ kernel + self._of_item[items]
        change = products + ((sent > 0) * self._hidden_weights) @ kernel.T
        score = products @ numbers + np.maximum(sent, 0) @ self._hidden_weights + float(self.arrays["output_bias"][0])
        return score, change

    def formula(self) -> str:
        """The network as arithmetic on the exported tables and layers."""
        hidden = "relu(concat(user.embedding, item.embedding) @ hidden_kernel + hidden_bias)"
        score = f"dot(concat(user.embedding * item.embedding, {hidden}), output_kernel) + output_bias"
        return f"rating = {self.scale.text(score)}"
