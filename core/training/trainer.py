"""From ratings to a trained run: epochs, measurements, early stopping."""

import contextlib
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from core.config import RunConfig, run_id
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.errors import CanceledError, DivergedError, LimitError, OutOfMemoryError
from core.model.backend import keras, tf
from core.model.events import Epoch, Event, Step
from core.model.families import family_of
from core.model.networks import arrays_of, set_arrays
from core.model.run import Outcome, Run
from core.model.scoring import Scorer
from core.training.average_guess import AverageGuess
from core.training.baselines import baselines, mae, rmse, started
from core.training.budget import check_size
from core.training.engine import DataShape, Engine, engine_for

Result = TypeVar("Result")

STRETCH_SECONDS = 0.25
"""About how long the compiled program runs before progress is reported and a stop is heard."""

FIRST_STRETCH, FIRST_RATINGS = 16, 2**17
"""Batches in the first stretch, while the speed is not known, and about how many ratings they may have together."""

TRAINING_SAMPLE = 1_000_000
"""Training ratings that an epoch's training error is measured on, at most; its standard error is then below 0.001."""

RUNAWAY = 10
"""Widths of the rating scale: guesses that are off by more, and further than an epoch ago, will not come back."""

MEASURED_AT_ONCE = 2**18
"""Ratings predicted between two looks at whether to stop."""


def fit(
    config: RunConfig,
    ratings: Ratings,
    *,
    on_event: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Train one model.

    The same config on the same ratings gives the same run bit for bit on one machine, but for the times it took.

    Args:
        config: Every setting.
        ratings: The data; split as the config says.
        on_event: Told once `Started`, several times a second `Step`, and `Epoch` after each.
        should_stop: Asked about four times a second; True ends the training.

    Raises:
        LimitError: The training needs more memory or time than allowed, or an index has no row in its table.
        DivergedError: The loss stopped being finite; `history` holds the epochs before.
        CanceledError: `should_stop` said so; `history` holds the epochs done.
        OutOfMemoryError: The system had less memory than the limit allows.
    """
    began = time.perf_counter()
    _check(config, ratings)
    parts = _heeding(lambda: split(ratings, config), should_stop, "before the first epoch")
    lines = _heeding(lambda: baselines(ratings, parts), should_stop, "before the first epoch")
    begin = started(config.epochs, parts, lines)
    on_event(begin)
    try:
        engine = _engine(config, ratings, len(parts.train))
        engine.reset(config, learning_rate=config.learning_rate, seed=config.seed)
        training = _Training(config, ratings, parts, engine, on_event, should_stop)
        training.run()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise OutOfMemoryError(
            f"memory ran out with {config.dimensions} dimensions and {count(config.batch_size, 'rating')} a batch; "
            "choose fewer dimensions or smaller batches"
        ) from error
    return Run(
        run_id=run_id(config, ratings.digest),
        config=config,
        dataset=ratings.reference,
        started=begin,
        history=tuple(training.history),
        steps=tuple(training.steps),
        outcome=training.outcome(time.perf_counter() - began),
        scorer=training.scorer(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
    )


def prepare(config: RunConfig, ratings: Ratings) -> None:
    """Compile what `fit` will need, so that a worker can do it before anybody waits; raises as `fit` does."""
    _check(config, ratings)
    _engine(config, ratings, len(split(ratings, config).train))


def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions of what computes a run."""
    return (
        ("python", platform.python_version()),
        ("tensorflow", tf.__version__),
        ("keras", keras.__version__),
        ("numpy", np.__version__),
    )


def _check(config: RunConfig, ratings: Ratings) -> None:
    """Sizes and index ranges, once for the whole data: compiled code cannot complain about an index."""
    check_size(config, len(ratings.users), len(ratings.items), len(ratings))
    for name, index, table in (
        ("user", ratings.user_index, ratings.users),
        ("item", ratings.item_index, ratings.items),
    ):
        low, high = int(index.min()), int(index.max())
        if low < 0 or high >= len(table):
            raise LimitError(f"{name} indices run from {low:,} to {high:,}; allowed are 0 to {len(table) - 1:,}")


def _heed(should_stop: Callable[[], bool], when: str, history: Sequence[Epoch] = ()) -> None:
    if should_stop():
        raise CanceledError(f"stopped {when}, as asked", history=tuple(history))


def _heeding(
    work: Callable[[], Result], should_stop: Callable[[], bool], when: str, history: Sequence[Epoch] = ()
) -> Result:
    """Do what takes seconds with millions of ratings, and go on asking whether to stop; NumPy leaves room for that."""
    beside = ThreadPoolExecutor(1)
    try:
        coming = beside.submit(work)
        while True:
            _heed(should_stop, when, history)
            with contextlib.suppress(TimeoutError):
                return coming.result(timeout=STRETCH_SECONDS)
    finally:
        beside.shutdown(wait=False)  # after a stop nobody waits for its end


def _engine(config: RunConfig, ratings: Ratings, n_train: int) -> Engine:
    shape = DataShape(
        n_users=len(ratings.users),
        n_items=len(ratings.items),
        min_rating=ratings.min_rating,
        max_rating=ratings.max_rating,
        n_train=n_train,
        batch_size=min(config.batch_size, n_train),
    )
    return engine_for(config, shape)


@dataclass
class _Training:
    """The state of one training; `run` moves it from the first epoch to the last."""

    config: RunConfig
    ratings: Ratings
    parts: Split
    engine: Engine
    on_event: Callable[[Event], None]
    should_stop: Callable[[], bool]
    history: list[Epoch] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    best: Epoch | None = None
    kept: dict[str, np.ndarray] = field(init=False)
    stretch: int = field(init=False)

    def run(self) -> None:
        """All epochs, up to the last or until patience ends; `kept` is then what the config asks to keep."""
        average = AverageGuess.of(self.ratings, self.parts) if self.config.starting_guess == "average" else None
        if average is not None:
            self._put(average.first_arrays(self.scorer(self._arrays())))
        self.stretch = max(1, min(FIRST_STRETCH, FIRST_RATINGS // self.engine.shape.batch_size))
        for number in range(1, self.config.epochs + 1):
            epoch = self._epoch(number, average)
            self.history.append(epoch)
            self.on_event(epoch)
            if self.best is None or epoch.val_loss < self.best.val_loss:
                self.best = epoch
                if self.config.restore_best:
                    self.kept = self._arrays()
            elif self._stalled():
                break
        if not self.config.restore_best:
            self.kept = self._arrays()

    def _arrays(self) -> dict[str, np.ndarray]:
        ratings, family = self.ratings, family_of(self.config)
        shapes = family.shapes(self.config, len(ratings.users), len(ratings.items))
        return arrays_of(self.engine.model, family, shapes)

    def _put(self, arrays: Mapping[str, np.ndarray]) -> None:
        set_arrays(self.engine.model, family_of(self.config), arrays)

    def scorer(self, arrays: Mapping[str, np.ndarray] | None = None) -> Scorer:
        """What was kept, or these arrays, as the run's scorer."""
        low, high = self.ratings.min_rating, self.ratings.max_rating
        return family_of(self.config).make(self.kept if arrays is None else arrays, min_rating=low, max_rating=high)

    def _stalled(self) -> bool:
        return self.best is not None and len(self.history) - self.best.epoch >= self.config.patience

    def _epoch(self, number: int, average: AverageGuess | None) -> Epoch:
        began = time.perf_counter()
        total = 0.0
        for total in self._stretches(number):
            if not np.isfinite(total):
                raise self._diverged(number)
        if average is not None:  # no step of the training reads these rows
            self._put(average.unseen_rows(self.scorer(self._arrays())))
        measured = self._measure(number)
        if not np.isfinite(measured["val_loss"]):
            raise self._diverged(number)
        if self._runs_away(measured["val_loss"]):
            raise self._diverged(number, f"the guesses were off by {measured['val_loss'] ** 0.5:,.0f} and ever further")
        loss = total / len(self.parts.train)
        return Epoch(epoch=number, seconds=time.perf_counter() - began, loss=loss, **measured)

    def _runs_away(self, val_loss: float) -> bool:
        """Whether the guesses are off by many times the width of the scale, and further than an epoch ago."""
        bound = (RUNAWAY * (self.ratings.max_rating - self.ratings.min_rating)) ** 2
        return bool(self.history) and val_loss > max(bound, self.history[-1].val_loss)

    def _stretches(self, number: int) -> Iterator[float]:
        """Train the epoch in stretches; after each, the loss summed since the epoch began."""
        chance = np.random.default_rng((self.config.seed, number))
        rows = _heeding(
            lambda: chance.permutation(self.parts.train), self.should_stop, f"in epoch {number}", self.history
        )
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
                _heed(self.should_stop, f"in epoch {number}", self.history)
                last = min(first + self.stretch, end)
                began, before = time.perf_counter(), total
                total = self.engine.train(batches, first, last, l2=l2, total=total)
                self._set_pace(last - first, time.perf_counter() - began)
                yield total
                seen = min(last * shape.batch_size, len(piece)) - first * shape.batch_size
                self._tell(Step(at=number - 1 + (done + last) / shape.n_batches, loss=(total - before) / seen))
                first = last
            done += end

    def _tell(self, step: Step) -> None:
        self.steps.append(step)
        self.on_event(step)

    def _set_pace(self, batches: int, seconds: float) -> None:
        """Choose the next stretch by the speed of the last; more than doubling waits for another look."""
        wanted = int(batches * STRETCH_SECONDS / max(seconds, 1e-9))
        self.stretch = max(1, min(wanted, 2 * self.stretch))

    def _measure(self, number: int) -> dict[str, float]:
        """Errors on both parts without dropout; the validation loss of the raw predictions, the rest clipped."""
        ratings, validation = self.ratings, self.parts.validation
        train = self.parts.train[:: -(-len(self.parts.train) // TRAINING_SAMPLE)]
        low, high = ratings.min_rating, ratings.max_rating
        fitted, predicted = np.clip(self._predict(train, number), low, high), self._predict(validation, number)
        clipped = np.clip(predicted, low, high)
        actual, wanted = ratings.rating[train], ratings.rating[validation]
        return {
            "rmse": rmse(fitted, actual),
            "mae": mae(fitted, actual),
            "val_loss": rmse(predicted, wanted) ** 2,
            "val_rmse": rmse(clipped, wanted),
            "val_mae": mae(clipped, wanted),
        }

    def _predict(self, rows: np.ndarray, number: int) -> np.ndarray:
        """Predictions for rows of the ratings, float32, (n_rows,)."""
        predicted = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), MEASURED_AT_ONCE):
            _heed(self.should_stop, f"in epoch {number}", self.history)
            part = rows[start : start + MEASURED_AT_ONCE]
            predicted[start : start + len(part)] = self.engine.predict(
                self.ratings.user_index[part], self.ratings.item_index[part]
            )
        return predicted

    def _diverged(self, number: int, what: str = "the loss stopped being a finite number") -> DivergedError:
        return DivergedError(
            f"{what} in epoch {number}, at learning rate {self.config.learning_rate:g}; lower the learning rate",
            history=tuple(self.history),
        )

    def outcome(self, seconds: float) -> Outcome:
        """What came of a training that took `seconds`; its errors are those of the kept epoch."""
        last = self.history[-1]
        kept = self.best if self.config.restore_best and self.best is not None else last
        return Outcome(
            epochs=last.epoch,
            kept_epoch=kept.epoch,
            stopped_early=last.epoch < self.config.epochs,
            val_rmse=kept.val_rmse,
            val_mae=kept.val_mae,
            best_val_rmse=min(epoch.val_rmse for epoch in self.history),
            train_seconds=seconds,
        )
