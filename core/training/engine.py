"""Many training steps as one compiled program, over an ordinary Keras model and optimizer.

`model.fit` returns to Python after every batch, and at 32 ratings a batch that costs more than the arithmetic. Here one
call runs as many batches as it is told: XLA compiles the loop, the model, the gradient and Adam's update together.
Nothing in this file knows which model it trains: the family builds it, and says what the penalty weighs.

A step moves every row of the tables, those without a rating in its batch too: Adam's running means fade for them as for
the others. What that costs depends on the tables alone, so with large ones the batch decides. At 288,533 rows of 64 on
two processors it is about 35 ms a step, and 0.6 µs for each rating of the batch: 28,000 ratings a second in batches of
1,024, and 0.7 to 0.85 million in batches of 65,536. Updates of the touched rows alone (finding the distinct rows,
summing their gradients, writing them back) stayed at 0.3 to 0.55 million, whichever optimizer: so there is one way, and
large tables want large batches, as the preset `large` has them and `core.training.budget` asks for them.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from core.config import GradientConfig
from core.model.backend import keras, tf
from core.model.families import family_of
from core.model.layers import Network
from core.model.scale import Scale

PREDICT_ROWS = 16_384  # ratings predicted by one call: one shape, so that any number of them compiles once
PIECE_RATINGS = 2**22  # ratings handed to the compiled program at once, about: 48 MiB, however many an epoch has
ENGINES_KEPT = 3  # compiled programs kept for a later run of the same shape in this process


@dataclass(frozen=True)
class DataShape:
    """What the program is compiled for besides the model's architecture."""

    # n_users, n_items: rows of the two tables
    n_users: int
    n_items: int
    # min_rating, max_rating: ends of the rating scale
    min_rating: float
    max_rating: float
    n_train: int  # ratings trained on
    batch_size: int  # ratings a step

    @property
    def n_batches(self) -> int:
        """Batches of an epoch."""
        return math.ceil(self.n_train / self.batch_size)

    @property
    def piece_batches(self) -> int:
        """Batches handed over at once: the epoch, or a piece of it."""
        return min(self.n_batches, math.ceil(PIECE_RATINGS / self.batch_size))


class Batches(NamedTuple):
    """Training ratings in their order, in tensors of shape (piece_batches, batch_size).

    The first `count` are real; what fills up the rest is zeros, which the program does not count.
    """

    user: Any
    item: Any
    rating: Any
    count: Any


class Engine:
    """One model, its optimizer, and the compiled programs that train and ask it.

    Not for two threads at once: the variables belong to one run at a time.
    """

    def __init__(self, config: GradientConfig, shape: DataShape) -> None:
        self.shape = shape
        network = self._build(config, seed=0)
        self.model = network.model
        self._variables = self.model.trainable_variables
        self._optimizer = keras.optimizers.Adam()
        self._optimizer.build(self._variables)
        self._forward = keras.Model(self.model.inputs, [self.model.output, *network.penalized])
        self._stretch = tf.function(self._train_batches, jit_compile=True)
        self._answer = tf.function(self._predict_rows, jit_compile=True)
        self._compile()

    def _build(self, config: GradientConfig, seed: int) -> Network:
        family, shape = family_of(config), self.shape
        scale = Scale(shape.min_rating, shape.max_rating, family.uses_sigmoid)
        return family.build(config, n_users=shape.n_users, n_items=shape.n_items, scale=scale, seed=seed)

    def _compile(self) -> None:
        """Run both programs on nothing, so that no later call has to wait for the compiler."""
        nothing = np.zeros(0, np.int32)
        self.train(self.batches(nothing, nothing, nothing.astype(np.float32)), 0, 0, l2=0.0, total=0.0)
        self.predict(np.zeros(1, np.int32), np.zeros(1, np.int32))

    def reset(self, config: GradientConfig, *, learning_rate: float, seed: int) -> None:
        """Start over: the weights and dropout of a newly built model, an optimizer without memory."""
        for variable, fresh in zip(self.model.variables, self._build(config, seed).model.variables, strict=True):
            variable.assign(fresh)
        for variable in self._optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self._optimizer.learning_rate = learning_rate

    def batches(self, user: np.ndarray, item: np.ndarray, rating: np.ndarray) -> Batches:
        """Ratings in the order they will be trained, at most piece_batches × batch_size of them."""
        shape = self.shape.piece_batches, self.shape.batch_size

        def fold(values: np.ndarray, dtype: Any) -> Any:
            """The values in rows of one batch each, zeros behind the last."""
            filled = np.zeros(shape, dtype)
            filled.reshape(-1)[: len(values)] = values
            return tf.constant(filled)

        count = tf.constant(len(user), tf.int32)
        return Batches(fold(user, np.int32), fold(item, np.int32), fold(rating, np.float32), count)

    def train(self, batches: Batches, first: int, last: int, *, l2: float, total: float) -> float:
        """One step for each batch from `first` up to but not including `last`. Returns `total` plus the loss of every
        rating trained on. The sum is carried through, so that it does not depend on where stretches begin."""
        bounds = tf.constant(first, tf.int32), tf.constant(last, tf.int32)
        return float(self._stretch(batches, bounds, tf.constant(l2, tf.float32), tf.constant(total, tf.float64)))

    def _train_batches(self, batches: Batches, bounds: tuple[Any, Any], l2: Any, total: Any) -> Any:
        batch, last = bounds
        while batch < last:  # not tf.range: XLA needs its bounds when compiling, so each new pair would compile again
            place = batch * self.shape.batch_size + tf.range(self.shape.batch_size)
            real = tf.cast(place < batches.count, tf.float32)  # 0 for the rows that fill up the last batch
            count = tf.reduce_sum(real)
            with tf.GradientTape() as tape:
                predicted, *penalized = self._forward([batches.user[batch], batches.item[batch]], training=True)
                squares = tf.square(predicted - batches.rating[batch])
                for numbers in penalized:
                    squares += l2 * tf.reduce_sum(tf.square(numbers), axis=-1)
                loss = tf.reduce_sum(real * squares) / count
            slopes = tape.gradient(loss, self._variables)
            # Summed over equal indices first: Keras would square the parts of a row's gradient one by one.
            self._optimizer.apply([tf.convert_to_tensor(slope) for slope in slopes], self._variables)
            total += tf.cast(loss * count, tf.float64)
            batch += 1
        return total

    def predict(self, user: np.ndarray, item: np.ndarray) -> np.ndarray:
        """Ratings the model predicts without dropout, float32, not clipped; index arrays of shape (n,)."""
        answers = np.empty(len(user), np.float32)
        for start in range(0, len(user), PREDICT_ROWS):
            rows = slice(start, start + PREDICT_ROWS)
            fill = (0, PREDICT_ROWS - len(user[rows]))
            asked = [np.pad(index[rows].astype(np.int32), fill) for index in (user, item)]
            answers[rows] = self._answer(*asked).numpy()[: len(user[rows])]
        return answers

    def rows(self, layer: str, place: int, rows: np.ndarray) -> np.ndarray:
        """Some rows of a layer's weights as they are now, float32, (len(rows), width)."""
        table = self.model.get_layer(layer).weights[place]
        picked = tf.gather(table.value, rows)
        return np.asarray(picked, np.float32).reshape(len(rows), -1)

    def _predict_rows(self, user: Any, item: Any) -> Any:
        return self.model([user, item], training=False)


def engine_for(config: GradientConfig, shape: DataShape) -> Engine:
    """The engine of this architecture and shape, compiled now or left over from an earlier run.

    A reused engine saves about a second of compiling; `Engine.reset` makes the results of the two cases equal.
    """
    return _engine(config.architecture, shape)


@lru_cache(maxsize=ENGINES_KEPT)
def _engine(config: GradientConfig, shape: DataShape) -> Engine:
    return Engine(config, shape)
