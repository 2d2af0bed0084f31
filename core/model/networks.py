"""The Keras side of the model families: an embedding layer written by hand, and the parts that models share."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.config import LayerConfig, RunConfig, VectorConfig
from core.model.backend import keras
from core.model.layers import Network, has_shape
from core.model.scale import Scale
from core.model.scoring import Scorer

ops = keras.ops


@keras.saving.register_keras_serializable(package="embedding_explorer")
class DiyEmbedding(keras.layers.Layer):
    """A table with one row of numbers per index; calling it looks rows up.

    Same outputs, gradients, mask and shapes as `keras.layers.Embedding`, and a stricter check: an index outside 0 …
    input_dim - 1 raises where its value can be seen (an eager call). Inside a compiled program values are not known
    until it runs and nothing can be raised, so there its row reads as NaN, which no later step can mistake for an
    embedding.

    Args:
        input_dim: Number of rows, the count of different indices.
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
        raise_unless(known, f"an index is outside 0 … {self.input_dim - 1}, the rows of layer {self.name!r}")
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


def raise_unless(known: Any, message: str) -> None:
    """Raise IndexError where `known` holds values and one is False; a compiled program's tensor holds none yet."""
    if hasattr(known, "numpy") and not bool(ops.all(known)):
        raise IndexError(message)


class Builder:
    """The parts that the families' models have in common, each drawn from its own seed.
    `seed`: every random number, dropout included, follows from it."""

    def __init__(self, *, n_users: int, n_items: int, scale: Scale, seed: int) -> None:
        self.rows = {"user": int(n_users), "item": int(n_items)}
        self.scale = scale
        self.index = {name: keras.Input((), name=name, dtype="int32") for name in self.rows}
        self._seeds = iter(np.random.SeedSequence(seed).generate_state(8) % 2**31)

    def vectors(self, config: VectorConfig, layer: type[keras.layers.Layer] = keras.layers.Embedding) -> list[Any]:
        """The vectors of both sides, (batch, d), uniform in init_min … init_max at first."""
        low, high = config.init_min, config.init_max
        starts = {side: keras.initializers.RandomUniform(low, high, seed=self.next_seed()) for side in self.rows}
        return [self.table(side, config.embedding_dim, start, layer) for side, start in starts.items()]

    def table(self, side: str, dim: int, start: Any, layer: type[keras.layers.Layer] = keras.layers.Embedding) -> Any:
        """The vectors of one side, (batch, dim)."""
        table = layer(self.rows[side], dim, embeddings_initializer=start, name=f"{side}_embedding")
        return table(self.index[side])

    def dropped(self, config: VectorConfig, vectors: list[Any]) -> list[Any]:
        """The vectors behind dropout, which is the identity at a rate of 0: so every model has the same layers."""
        rates = {"user_dropout": config.user_dropout, "item_dropout": config.item_dropout}
        return [
            keras.layers.Dropout(rate, seed=self.next_seed(), name=name)(vector)
            for (name, rate), vector in zip(rates.items(), vectors, strict=True)
        ]

    def biases(self) -> list[Any]:
        """The biases of both sides, (batch, 1), zero at first."""
        return [
            keras.layers.Embedding(rows, 1, embeddings_initializer="zeros", name=f"{name}_bias")(self.index[name])
            for name, rows in self.rows.items()
        ]

    def mean(self) -> Any:
        """One number for every pair alike, (batch, 1): a table of one row, which starts in the middle of the scale."""
        middle = keras.initializers.Constant((self.scale.low + self.scale.high) / 2)
        mean = keras.layers.Embedding(1, 1, embeddings_initializer=middle, name="mean")
        return mean(ops.zeros_like(self.index["user"]))

    def network(self, score: Any, penalized: list[Any], *, name: str, sigmoid: bool) -> Network:
        """The model that turns a score, (batch, 1), into a rating."""
        if sigmoid:
            width = self.scale.high - self.scale.low
            score = keras.layers.Activation("sigmoid", name="share")(score)
            score = keras.layers.Rescaling(width, offset=self.scale.low, name="to_rating_range")(score)
        rating = keras.layers.Reshape((), name="rating")(score)
        return Network(keras.Model(list(self.index.values()), rating, name=name), tuple(penalized))

    def next_seed(self) -> int:
        """The seed of the next part."""
        return int(next(self._seeds))


def looked_up_sum(config: RunConfig, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
    """mean + b_u + b_v + u · v on numbers that training found otherwise, for exports."""
    builder = Builder(n_users=n_users, n_items=n_items, scale=scale, seed=seed)
    vectors = [builder.table(side, config.dimensions, "zeros") for side in builder.rows]
    product = keras.layers.Dot(axes=1, name="dot")(vectors)
    score = keras.layers.Add(name="score")([builder.mean(), product, *builder.biases()])
    return builder.network(score, vectors, name=config.model, sigmoid=False)


def looked_up_product(rows: Mapping[str, int], config: RunConfig, *, offsets: bool) -> Network:
    """a · b, and an offset of b where wanted, on numbers that training found otherwise, for exports.

    Args:
        rows: Rows of the two tables by the names of the inputs.
        offsets: Whether the second side has a number of its own.
    """
    inputs = {name: keras.Input((), name=name, dtype="int32") for name in rows}
    second = list(rows)[1]

    def table(side: str, what: str, dim: int) -> Any:
        """Rows of a table that starts at zero, (batch, dim)."""
        layer = keras.layers.Embedding(rows[side], dim, embeddings_initializer="zeros", name=f"{side}_{what}")
        return layer(inputs[side])

    vectors = [table(side, "embedding", config.dimensions) for side in rows]
    score = keras.layers.Dot(axes=1, name="dot")(vectors)
    if offsets:
        score = keras.layers.Add(name="score")([score, table(second, "offset", 1)])
    score = keras.layers.Reshape((), name="flat")(score)
    return Network(keras.Model(list(inputs.values()), score, name=config.model), tuple(vectors))


def dot_product(builder: Builder, config: VectorConfig, layer: type[keras.layers.Layer]) -> tuple[Any, list[Any]]:
    """The dot product of the two vectors, (batch, 1), and the vectors before dropout."""
    vectors = builder.vectors(config, layer)
    return keras.layers.Dot(axes=1, name="dot")(builder.dropped(config, vectors)), vectors


def layer_of(config: LayerConfig) -> type[keras.layers.Layer]:
    """The embedding layer that the settings name."""
    return DiyEmbedding if config.embedding_layer == "diy" else keras.layers.Embedding


def arrays_of(model: keras.Model, family: type[Scorer], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Copies of the model's numbers, float32, under the names and in the shapes that the family gives them."""
    arrays = {}
    for name, shape in shapes.items():
        layer, place = family.weights[name]
        arrays[name] = np.array(model.get_layer(layer).get_weights()[place], np.float32).reshape(shape)
    return arrays


def set_arrays(model: keras.Model, family: type[Scorer], arrays: Mapping[str, np.ndarray]) -> None:
    """Put numbers into the model, those that the family has a layer for; weights without a number stay."""
    for name in arrays.keys() & family.weights.keys():
        array, (layer, place) = arrays[name], family.weights[name]
        weights = model.get_layer(layer).get_weights()
        weights[place] = array.reshape(weights[place].shape)
        model.get_layer(layer).set_weights(weights)


def trained_model(scorer: Scorer, config: RunConfig) -> keras.Model:
    """The trained Keras model again, from its settings and its arrays.
    Raises ValueError: an array does not have the shape that the settings ask for."""
    rows = {"n_users": len(scorer.user_embedding), "n_items": len(scorer.item_embedding)}
    model = scorer.rebuilt(config).model
    for name, shape in scorer.shapes(config, **rows).items():
        if name in scorer.weights and not has_shape(scorer.arrays[name], shape):
            raise ValueError(f"{name} has shape {scorer.arrays[name].shape}; these settings ask for {shape}")
    set_arrays(model, type(scorer), scorer.arrays)
    return model
