"""Training an autoencoder in Keras: rows of ratings in, the same rows out, judged where there is a rating."""

import time
from typing import Any, cast

import numpy as np
from scipy import sparse

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.autoencoder import Autoencoder, AutoencoderConfig
from core.model.backend import keras, tf
from core.model.events import Epoch, Step
from core.model.families import family_of
from core.training.progress import STRETCH_SECONDS, Progress, Training, measure
from core.training.slopes import main_effects

CELLS = 2**19  # numbers of the rows that are dense at once, about: 2 MiB, however wide a row is

MOST_ROWS, FEWEST_STEPS = 512, 10
"""Rows of a step at most, and steps that an epoch has at least where there are rows for them."""


class AutoencoderTraining(Training[AutoencoderConfig]):
    """One training from the first batch of rows to the last; nothing is chosen by the validation ratings."""

    libraries = (("tensorflow", tf.__version__), ("keras", keras.__version__))

    def __init__(self, config: AutoencoderConfig, ratings: Ratings, parts: Split, progress: Progress) -> None:
        super().__init__(config, ratings, parts, progress)
        self.by_item = cast(type[Autoencoder], family_of(config)).by == "item"

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs. Returns the numbers that `Autoencoder.shapes` names, and the number of the last epoch.
        Raises DivergedError: a number stopped being finite."""
        self.progress.heeding(self._prepare_rows)
        self._make_program()
        self.look(0.0)
        for number in range(1, self.config.epochs + 1):
            self.progress.epoch(self._epoch(number))
        self.tables = self._tables()
        encoder = self.model.get_layer("encoder").get_weights()
        arrays = self.tables | dict(zip(("encoder_kernel", "encoder_bias"), encoder, strict=True))
        return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}, self.config.epochs

    def _prepare_rows(self) -> None:
        """What averages leave of the training ratings, in units of its standard deviation, one row an item or user."""
        ratings, rows = self.ratings, self.parts.train
        self.effects = main_effects(ratings, rows)
        left = ratings.rating[rows] - self.effects.guess(ratings, rows)
        self.unit = float(left.std()) or 1.0  # nothing is left where all ratings are equal
        sides = (ratings.item_index, ratings.user_index), (len(ratings.items), len(ratings.users))
        (row, column), shape = sides if self.by_item else (sides[0][::-1], sides[1][::-1])
        places = row[rows], column[rows]
        self.left = sparse.csr_array(((left / self.unit).astype(np.float32), places), shape=shape)
        self.known = sparse.csr_array((np.ones(len(rows), np.float32), places), shape=shape)
        n, width = shape
        self.batch = max(1, min(MOST_ROWS, CELLS // width, -(-n // FEWEST_STEPS)))

    def _make_program(self) -> None:
        width = self.left.shape[1]
        config, seeds = self.config, np.random.SeedSequence(self.config.seed).generate_state(2) % 2**31
        start = [keras.initializers.GlorotUniform(int(seed)) for seed in seeds]
        rows = keras.Input((width,), name="ratings")
        bent = {"sigmoid": "sigmoid", "identity": "linear"}[config.activation]
        encoder = keras.layers.Dense(config.embedding_dim, bent, kernel_initializer=start[0], name="encoder")
        decoder = keras.layers.Dense(width, kernel_initializer=start[1], name="decoder")
        self.model = keras.Model(rows, decoder(encoder(rows)))
        optimizer = keras.optimizers.Adam(config.learning_rate)
        variables = self.model.trainable_variables
        optimizer.build(variables)
        penalty = tf.constant(config.penalty / max(1, self.known.nnz), tf.float32)

        def step(wanted: Any, known: Any) -> Any:
            """One step over some rows; their loss, summed over the ratings in them."""
            count = tf.reduce_sum(known)
            with tf.GradientTape() as tape:
                error = tf.reduce_sum(known * tf.square(self.model(wanted, training=True) - wanted)) / count
                squares = sum(tf.reduce_sum(tf.square(layer.kernel)) for layer in (encoder, decoder))
                loss = error + penalty * squares
            optimizer.apply(tape.gradient(loss, variables), variables)
            return loss * count

        self.step = tf.function(step, jit_compile=True)

    def _epoch(self, number: int) -> Epoch:
        began = told = time.perf_counter()
        n, batch = self.left.shape[0], self.batch
        order = np.random.default_rng((self.config.seed, number)).permutation(n)
        rated = order[np.diff(self.known.indptr)[order] > 0]  # a row without a rating teaches nothing
        total = 0.0
        for start in range(0, len(rated), batch):
            rows = rated[start : start + batch]
            total += float(self.step(*(_filled(matrix, rows, batch) for matrix in (self.left, self.known))))
            self.progress.heed()
            done = number - 1 + min(1.0, (start + batch) / len(rated))
            if time.perf_counter() - told > STRETCH_SECONDS:
                seen = max(1, int(self.known[rated[: start + batch]].nnz))
                self.progress.step(Step(at=done, loss=total / seen * self.unit**2))
                told = time.perf_counter()
            self.look(done)
        self.tables = self._tables()
        advice = f", at learning rate {self.config.learning_rate:g}; lower the learning rate"
        self.check_finite(number, *self.tables.values(), advice=advice)
        errors = measure(self.ratings, self.parts, self._predict, self.progress)
        loss = total / self.known.nnz * self.unit**2
        return Epoch(number, time.perf_counter() - began, loss, **errors)

    def _codes(self, rows: np.ndarray) -> np.ndarray:
        """Codes of some rows, float32, (n, d)."""
        encoder = self.model.get_layer("encoder")
        starts = range(0, len(rows), self.batch)
        parts = [np.asarray(encoder(self.left[rows[start : start + self.batch]].toarray())) for start in starts]
        return np.concatenate([np.zeros((0, self.config.embedding_dim), np.float32), *parts])

    def _weights(self) -> tuple[np.ndarray, np.ndarray]:
        """The decoder's weights, (width, d), and offsets, (width,), in rating units; zeros where nothing was rated."""
        kernel, offset = self.model.get_layer("decoder").get_weights()
        rated = np.bincount(self.known.indices, minlength=self.known.shape[1]) > 0
        return kernel.T * rated[:, None] * self.unit, offset * rated * self.unit

    def _tables(self) -> dict[str, np.ndarray]:
        codes, (weights, offset) = self._codes(np.arange(self.left.shape[0])), self._weights()
        effects = self.effects
        of_item, of_user = (codes, weights) if self.by_item else (weights, codes)
        none = np.float32(0)
        return {
            "user_embedding": of_user,
            "item_embedding": of_item,
            "user_bias": (effects.user + (offset if self.by_item else none)).astype(np.float32),
            "item_bias": (effects.item + (none if self.by_item else offset)).astype(np.float32),
            "mean": np.array([effects.mean], np.float32),
        }

    def _predict(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        tables = self.tables
        product = np.einsum("ij,ij->i", tables["user_embedding"][users], tables["item_embedding"][items])
        return product + tables["user_bias"][users] + tables["item_bias"][items] + tables["mean"][0]

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' codes, or what the decoder makes of codes for them."""
        return self._codes(rows) if self.by_item else self._weights()[0][rows]


def _filled(matrix: sparse.csr_array, rows: np.ndarray, batch: int) -> np.ndarray:
    """Some rows, dense, and rows of zeros behind them up to a batch: one shape compiles once."""
    filled = np.zeros((batch, matrix.shape[1]), np.float32)
    filled[: len(rows)] = matrix[rows].toarray()
    return filled


TRAINING = AutoencoderTraining
