"""The Keras models, and an embedding layer written by hand.

    simple_dot       rating = u · v
    dot_with_bias    rating = min + (max - min) · sigmoid(u · v + b_u + b_v)
    simple_dot_diy   simple_dot with `DiyEmbedding` in place of Keras' own layer

u and v are the embeddings of the user and the item, b_u and b_v their biases:
the models of the RStudio AI blog's article on embeddings for collaborative
filtering, the second also that of fast.ai's lesson.
"""

from typing import Any

import numpy as np

from core.config import ModelConfig
from core.model.backend import keras
from core.model.run import Weights

ops = keras.ops


@keras.saving.register_keras_serializable(package="embedding_explorer")
class DiyEmbedding(keras.layers.Layer):
    """A table with one row of numbers per index; calling it looks rows up.

    Same outputs, gradients, mask and shapes as `keras.layers.Embedding`, and a
    stricter check: an index outside 0 … input_dim - 1 raises where its value
    can be seen (an eager call). Inside a compiled program values are not known
    until it runs and nothing can be raised, so there its row reads as NaN, which
    no later step can mistake for an embedding.

    Args:
        input_dim: Number of rows, the count of different indices.
        output_dim: Numbers per row.
        embeddings_initializer: What the table starts from, as in Keras.
        mask_zero: Index 0 means "nothing here": the layer passes on a mask that says so.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        mask_zero: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False  # indices must not be turned into floats

    def build(self, input_shape: Any = None) -> None:
        """Make the table; the shape of the indices does not matter."""
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), initializer=self.embeddings_initializer, name="embeddings"
        )

    def call(self, indices: Any) -> Any:
        """Rows of the table: integers of any shape in, that shape and one axis of output_dim out."""
        indices = ops.cast(indices, "int32")
        known = ops.logical_and(indices >= 0, indices < self.input_dim)
        _raise_unless(known, f"an index is outside 0 … {self.input_dim - 1}, the rows of layer {self.name!r}")
        rows = ops.take(self.embeddings, ops.where(known, indices, 0), axis=0)  # the gather
        rows = ops.where(ops.expand_dims(known, -1), rows, float("nan"))
        return ops.cast(rows, self.compute_dtype)

    def compute_mask(self, indices: Any, mask: Any = None) -> Any:
        """True where there is something, or None where every index is a row like any other."""
        return ops.not_equal(indices, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the indices, with the length of a row behind it."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Everything needed to build the layer again."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "mask_zero": self.mask_zero,
        }


def _raise_unless(known: Any, message: str) -> None:
    """Raise IndexError where `known` holds values and one is False; a compiled program's tensor holds none yet."""
    if hasattr(known, "numpy") and not bool(ops.all(known)):
        raise IndexError(message)


def build_model(
    config: ModelConfig, *, n_users: int, n_items: int, min_rating: float, max_rating: float, seed: int
) -> keras.Model:
    """An untrained model: inputs "user" and "item" (batch,) int32, output (batch,) in rating units.

    Embeddings start uniform in config.init_min … config.init_max, biases at
    zero. Every random number, dropout included, follows from `seed`.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(4) % 2**31)
    user = keras.Input((), name="user", dtype="int32")
    item = keras.Input((), name="item", dtype="int32")
    user_vector = _embedding(config, "user_embedding", n_users, int(next(seeds)))(user)
    item_vector = _embedding(config, "item_embedding", n_items, int(next(seeds)))(item)
    user_vector = _dropout("user_dropout", config.user_dropout, int(next(seeds)))(user_vector)
    item_vector = _dropout("item_dropout", config.item_dropout, int(next(seeds)))(item_vector)
    score = keras.layers.Dot(axes=1, name="dot")([user_vector, item_vector])
    if config.model == "dot_with_bias":
        user_bias = keras.layers.Embedding(int(n_users), 1, embeddings_initializer="zeros", name="user_bias")(user)
        item_bias = keras.layers.Embedding(int(n_items), 1, embeddings_initializer="zeros", name="item_bias")(item)
        score = keras.layers.Add(name="score")([score, user_bias, item_bias])
        score = keras.layers.Activation("sigmoid", name="share")(score)
        score = keras.layers.Rescaling(max_rating - min_rating, offset=min_rating, name="to_rating_range")(score)
    rating = keras.layers.Reshape((), name="rating")(score)
    return keras.Model([user, item], rating, name=config.model)


def _embedding(config: ModelConfig, name: str, rows: int, seed: int) -> keras.layers.Layer:
    layer = DiyEmbedding if config.embedding_layer == "diy" else keras.layers.Embedding
    start = keras.initializers.RandomUniform(config.init_min, config.init_max, seed=seed)
    return layer(int(rows), config.embedding_dim, embeddings_initializer=start, name=name)


def _dropout(name: str, rate: float, seed: int) -> keras.layers.Layer:
    """The identity when `rate` is 0, so that every model has the same layers."""
    return keras.layers.Dropout(rate, seed=seed, name=name)


def weights_of(model: keras.Model) -> Weights:
    """Copies of the model's numbers, float32."""
    has_bias = any(layer.name == "user_bias" for layer in model.layers)
    return Weights(
        user_embedding=_table(model, "user_embedding"),
        item_embedding=_table(model, "item_embedding"),
        user_bias=_table(model, "user_bias")[:, 0] if has_bias else None,
        item_bias=_table(model, "item_bias")[:, 0] if has_bias else None,
    )


def _table(model: keras.Model, layer: str) -> np.ndarray:
    return np.array(model.get_layer(layer).get_weights()[0], dtype=np.float32)


def model_from_weights(config: ModelConfig, weights: Weights, min_rating: float, max_rating: float) -> keras.Model:
    """The trained Keras model again, from its architecture and its arrays.

    Raises:
        ValueError: The arrays are not of the shapes the config asks for.
    """
    model = build_model(
        config,
        n_users=len(weights.user_embedding),
        n_items=len(weights.item_embedding),
        min_rating=min_rating,
        max_rating=max_rating,
        seed=0,
    )
    model.get_layer("user_embedding").set_weights([weights.user_embedding])
    model.get_layer("item_embedding").set_weights([weights.item_embedding])
    if weights.user_bias is not None and weights.item_bias is not None:
        model.get_layer("user_bias").set_weights([weights.user_bias[:, None]])
        model.get_layer("item_bias").set_weights([weights.item_bias[:, None]])
    return model
