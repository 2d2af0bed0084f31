"""Training a Keras model by gradient steps: batches in a new order each epoch, early stopping, the kept epoch."""

import math
import time
from collections.abc import Iterator, Mapping

import numpy as np

from core.config import GradientConfig
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import DivergedError, OutOfMemoryError
from core.model.backend import keras, tf
from core.model.events import Epoch, Step
from core.model.families import family_of
from core.model.networks import arrays_of, set_arrays
from core.model.scoring import Scorer
from core.training.average_guess import AverageGuess
from core.training.engine import DataShape, Engine, engine_for
from core.training.progress import STRETCH_SECONDS, Progress, Training, measure

FIRST_STRETCH, FIRST_RATINGS = 16, 2**17
"""Batches in the first stretch, while the speed is not known, and about how many ratings they may have together."""

RUNAWAY = 10
"""Widths of the rating scale: guesses that are off by more, and further than an epoch ago, will not come back."""


class GradientTraining(Training[GradientConfig]):
    """One training from its first batch to the epoch that the settings keep."""

    libraries = (("tensorflow", tf.__version__), ("keras", keras.__version__))

    def __init__(self, config: GradientConfig, ratings: Ratings, parts: Split, progress: Progress) -> None:
        super().__init__(config, ratings, parts, progress)
        self.best_epoch, self.best_loss = 0, math.inf

    @staticmethod
    def prepare(config: GradientConfig, ratings: Ratings, n_train: int) -> None:
        """Compile what a training of this shape needs."""
        _engine(config, ratings, n_train)

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs, up to the last or until patience ends.

        Returns the numbers that the settings ask to keep, and the epoch they are of. Raises DivergedError: the loss
        stopped being finite, or the guesses ran away; OutOfMemoryError: the system had less memory than the limit
        allows.
        """
        try:
            return self._run()
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            config = self.config
            raise OutOfMemoryError(
                f"memory ran out with {config.dimensions} dimensions and {count(config.batch_size, 'rating')} a batch; "
                "choose fewer dimensions or smaller batches"
            ) from error

    def _run(self) -> tuple[dict[str, np.ndarray], int]:
        config = self.config
        self.engine = _engine(config, self.ratings, len(self.parts.train))
        self.engine.reset(config, learning_rate=config.learning_rate, seed=config.seed)
        average = AverageGuess.of(self.ratings, self.parts) if config.starting_guess == "average" else None
        if average is not None:
            self._put(average.first_arrays(self._scorer()))
        self.look(0.0)
        self.stretch = max(1, min(FIRST_STRETCH, FIRST_RATINGS // self.engine.shape.batch_size))
        kept: dict[str, np.ndarray] = {}
        for number in range(1, config.epochs + 1):
            epoch = self._epoch(number, average)
            self.progress.epoch(epoch)
            if self._val_loss < self.best_loss:
                self.best_epoch, self.best_loss = number, self._val_loss
                if config.restore_best:
                    kept = self._arrays()
            elif number - self.best_epoch >= config.patience:
                break
        if config.restore_best and kept:
            return kept, self.best_epoch
        return self._arrays(), len(self.progress.history)

    def _arrays(self) -> dict[str, np.ndarray]:
        ratings, family = self.ratings, family_of(self.config)
        shapes = family.shapes(self.config, len(ratings.users), len(ratings.items))
        return arrays_of(self.engine.model, family, shapes)

    def _put(self, arrays: Mapping[str, np.ndarray]) -> None:
        set_arrays(self.engine.model, family_of(self.config), arrays)

    def _scorer(self) -> Scorer:
        """What the model knows at this moment."""
        low, high = self.ratings.min_rating, self.ratings.max_rating
        return family_of(self.config).make(self._arrays(), min_rating=low, max_rating=high)

    def _epoch(self, number: int, average: AverageGuess | None) -> Epoch:
        began = time.perf_counter()
        total = 0.0
        for total in self._stretches(number):
            if not np.isfinite(total):
                raise self._diverged(number)
        if average is not None:  # no step of the training reads these rows
            self._put(average.unseen_rows(self._scorer()))
        measured = measure(self.ratings, self.parts, self.engine.predict, self.progress)
        if not np.isfinite(measured["val_loss"]):
            raise self._diverged(number)
        if self._runs_away(measured["val_loss"]):
            raise self._diverged(number, f"the guesses were off by {measured['val_loss'] ** 0.5:,.0f} and ever further")
        self._val_loss = measured["val_loss"]
        seconds, loss = time.perf_counter() - began, total / len(self.parts.train)
        return Epoch(number, seconds, loss, **measured)

    def _runs_away(self, val_loss: float) -> bool:
        """Whether the guesses are off by many times the width of the scale, and further than an epoch ago."""
        bound = (RUNAWAY * (self.ratings.max_rating - self.ratings.min_rating)) ** 2
        return bool(self.progress.history) and val_loss > max(bound, self._val_loss)

    def _stretches(self, number: int) -> Iterator[float]:
        """Train the epoch in stretches; after each, the loss summed since the epoch began."""
        chance = np.random.default_rng((self.config.seed, number))
        rows = self.progress.heeding(lambda: chance.permutation(self.parts.train))
        ratings, shape = self.ratings, self.engine.shape
        width = ratings.max_rating - ratings.min_rating
        l2 = self.config.l2 * (width**2 if self.config.l2_unit == "scale" else 1)
        done, total = 0, 0.0  # batches of the epoch, and the loss of their ratings
        while done < shape.n_batches:
            start = done * shape.batch_size
            piece = rows[start : start + shape.piece_batches * shape.batch_size]
            batches = self.engine.batches(ratings.user_index[piece], ratings.item_index[piece], ratings.rating[piece])
            first, end = 0, -(-len(piece) // shape.batch_size)
            while first < end:
                self.progress.heed()
                last = min(
                    first + self.stretch, end, first + self._until_frame(number - 1 + (done + first) / shape.n_batches)
                )
                began, before = time.perf_counter(), total
                total = self.engine.train(batches, first, last, l2=l2, total=total)
                self._set_pace(last - first, time.perf_counter() - began)
                yield total
                seen = min(last * shape.batch_size, len(piece)) - first * shape.batch_size
                at = number - 1 + (done + last) / shape.n_batches
                self.progress.step(Step(at=at, loss=(total - before) / seen))
                self.look(at)
                first = last
            done += end

    def _until_frame(self, at: float) -> int:
        """Batches until the next frame of a film is due; where a stretch ends does not change what is learned."""
        camera, batches = self.progress.camera, self.engine.shape.n_batches
        return batches if camera is None else max(1, math.ceil((camera.next_at - at) * batches - 1e-6))

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """What the Keras layer of the recorded array holds."""
        family = family_of(self.config)
        return self.engine.rows(*family.weights[family.recorded], rows)

    def _set_pace(self, batches: int, seconds: float) -> None:
        """Choose the next stretch by the speed of the last; more than doubling waits for another look."""
        wanted = int(batches * STRETCH_SECONDS / max(seconds, 1e-9))
        self.stretch = max(1, min(wanted, 2 * self.stretch))

    def _diverged(self, number: int, what: str = "the loss stopped being a finite number") -> DivergedError:
        rate = self.config.learning_rate
        return self.diverged(f"{what} in epoch {number}, at learning rate {rate:g}; lower the learning rate")


TRAINING = GradientTraining


def _engine(config: GradientConfig, ratings: Ratings, n_train: int) -> Engine:
    shape = DataShape(
        n_users=len(ratings.users),
        n_items=len(ratings.items),
        min_rating=ratings.min_rating,
        max_rating=ratings.max_rating,
        n_train=n_train,
        batch_size=min(config.batch_size, n_train),
    )
    return engine_for(config, shape)
