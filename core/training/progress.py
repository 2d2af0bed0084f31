"""What every training does while it goes on: it reports, measures itself on both parts, and hears a stop."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import CanceledError, DivergedError
from core.model.events import Epoch, Event, Step
from core.training.baselines import mae, rmse
from core.training.camera import Camera

Result = TypeVar("Result")
Config = TypeVar("Config", bound=RunConfig)

STRETCH_SECONDS = 0.25  # about how long work goes on before progress is reported and a stop is heard

TRAINING_SAMPLE = 1_000_000
"""Training ratings that an epoch's training error is measured on, at most; its standard error is then below 0.001."""

MEASURED_AT_ONCE = 2**18  # ratings predicted between two looks at whether to stop


@dataclass
class Progress:
    """The course of one training: what was told, and whether it shall go on, asked about four times a second."""

    on_event: Callable[[Event], None]
    should_stop: Callable[[], bool]
    camera: Camera | None = None
    history: list[Epoch] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def when(self) -> str:
        """What is going on, for a sentence."""
        return f"in epoch {len(self.history) + 1}"

    def step(self, step: Step) -> None:
        """Keep and tell what happened within an epoch."""
        self.steps.append(step)
        self.on_event(step)

    def epoch(self, epoch: Epoch) -> None:
        """Keep and tell how an epoch ended."""
        self.history.append(epoch)
        self.on_event(epoch)

    def heed(self, when: str = "") -> None:
        """Raise CanceledError, with the epochs done, where a stop is asked for."""
        if self.should_stop():
            raise CanceledError(f"stopped {when or self.when}, as asked", history=tuple(self.history))

    def heeding(
        self,
        work: Callable[[], Result],
        when: str = "",
        meanwhile: Callable[[], None] = lambda: None,
        unwanted: Callable[[Result], None] = lambda result: None,
    ) -> Result:
        """Do in another thread what takes seconds with millions of ratings, and go on asking whether to stop, for which
        NumPy leaves room; `meanwhile` is called between two questions, `unwanted` with what comes of the work after a
        stop, and `when` says what is going on."""
        beside = ThreadPoolExecutor(1)
        coming = beside.submit(work)
        try:
            while True:
                self.heed(when)
                meanwhile()
                with contextlib.suppress(TimeoutError):
                    return coming.result(timeout=STRETCH_SECONDS)
        except BaseException:
            coming.add_done_callback(lambda done: None if done.exception() else unwanted(done.result()))
            raise
        finally:
            beside.shutdown(wait=False)  # after a stop nobody waits for its end


def measure(
    ratings: Ratings, parts: Split, predict: Callable[[np.ndarray, np.ndarray], np.ndarray], progress: Progress
) -> dict[str, Any]:
    """Errors on both parts without dropout, as `Epoch` names them: `val_loss` of raw predictions, the rest clipped.
    `predict`: from rows of users and of items, (n,), to predicted ratings, (n,)."""

    def predicted(rows: np.ndarray) -> np.ndarray:
        """Predictions of rows of the ratings, float32, (n_rows,)."""
        values = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), MEASURED_AT_ONCE):
            progress.heed()
            piece = rows[start : start + MEASURED_AT_ONCE]
            values[start : start + len(piece)] = predict(ratings.user_index[piece], ratings.item_index[piece])
        return values

    train = parts.train[:: -(-len(parts.train) // TRAINING_SAMPLE)]
    low, high = ratings.min_rating, ratings.max_rating
    fitted, raw = np.clip(predicted(train), low, high), predicted(parts.validation)
    clipped = np.clip(raw, low, high)
    actual, wanted = ratings.rating[train], ratings.rating[parts.validation]
    return {
        "rmse": rmse(fitted, actual),
        "mae": mae(fitted, actual),
        "val_loss": rmse(raw, wanted) ** 2,
        "val_rmse": rmse(clipped, wanted),
        "val_mae": mae(clipped, wanted),
    }


class Training(ABC, Generic[Config]):
    """One training of a family, from its first number to its last."""

    libraries: tuple[tuple[str, str], ...] = ()
    """Names and versions of what computes here, beside Python and NumPy."""

    def __init__(self, config: Config, ratings: Ratings, parts: Split, progress: Progress) -> None:
        self.config, self.ratings, self.parts, self.progress = config, ratings, parts, progress

    @staticmethod
    def prepare(config: Config, ratings: Ratings, n_train: int) -> None:
        """Compile what a training of this shape needs: nothing, unless the family says otherwise."""

    @abstractmethod
    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """Train; the numbers that the family's `shapes` name, and the number of the epoch whose numbers they are.

        Raises DivergedError: a number stopped being finite; NotApplicableError: the data lack what the family learns
        from.
        """

    @abstractmethod
    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """What is known at this moment of some items, rows (n,), in the array that the family names `recorded`."""

    def look(self, at: float) -> None:
        """Let the camera take a frame after so many epochs, if one is due."""
        if self.progress.camera is not None:
            self.progress.camera.look(at, self.filmed)

    def check_finite(self, number: int, *numbers: np.ndarray | float, advice: str = "") -> None:
        """Raise DivergedError, with the epochs before, where one of the numbers of this epoch is not finite."""
        if not all(np.isfinite(one).all() for one in numbers):
            raise self.diverged(f"a number stopped being finite in epoch {number}{advice}")

    def diverged(self, what: str) -> DivergedError:
        """The error that says what went wrong; with the epochs before."""
        return DivergedError(what, history=tuple(self.progress.history))
