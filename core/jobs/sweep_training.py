"""Training the trials of a sweep as ordinary jobs, carried out by whichever workers there are."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core import settings
from core.access import Visitor
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.errors import BusyError, CanceledError, ExplorerError, LimitError, WorkerDiedError, error_of
from core.jobs.job_folder import Job
from core.model.events import Epoch, Event
from core.store.runs import RunStore
from core.sweeps.record import GivesUp, Sweep, Trained

OF_THE_SETTINGS = frozenset({"DIVERGED", "LIMIT", "OUT_OF_MEMORY"})
"""Codes of errors that other settings would not have met: the trial failed, and the sweep goes on."""

POLL_SECONDS = 0.1
ON_A_CLUSTER = 64  # trainings that wait or run at a time where a cluster does them, which grows and shrinks
ATTEMPTS = 5  # how often a training is asked for whose worker dies


class Queue(Protocol):
    """What of `core.jobs.queue` it takes to have trainings done."""

    def submit_training(
        self, config: RunConfig, dataset: str | Ratings, *, by: Visitor, title: str = "", part_of: str = ""
    ) -> Job:
        """Ask for a training; a finished job with an empty job_id where its run is in the store."""

    def get(self, job_id: str) -> Job:
        """One job as it stands."""

    def events(self, job_id: str, after: int = 0) -> list[Event]:
        """What it has reported."""

    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask it to stop."""


def steer(
    sweep: Sweep,
    ratings: Ratings,
    queue: Queue,
    by: Visitor,
    *,
    on_change: Callable[[Sweep], None],
    should_stop: Callable[[], bool],
    at_once: int | None = None,
) -> Sweep:
    """Carry a sweep out with trainings of a queue; arguments as `QueueTrainer` and `carry_out` say."""
    from core.sweeps.carry_out import carry_out  # needs Optuna: most of a second to import

    train = QueueTrainer(queue, ratings, by, sweep.sweep_id, should_stop=should_stop, at_once=at_once)
    return carry_out(sweep, ratings, train, on_change=on_change)


def spread(
    configs: Sequence[RunConfig],
    ratings: Ratings,
    queue: Queue,
    by: Visitor,
    part_of: str,
    *,
    on_progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> None:
    """Have models trained side by side; arguments as `QueueTrainer` says, and `on_progress` is told the share done.

    Raises CanceledError: the work should stop. What is trained by then stays; ExplorerError: what ended one of the
    trainings; the others were trained.
    """
    names = [run_id(config, ratings.digest) for config in configs]

    def look() -> bool:
        """Tell how many are there."""
        store = RunStore()
        on_progress(sum(name in store for name in names) / max(1, len(names)))
        return should_stop()

    train = QueueTrainer(queue, ratings, by, part_of, should_stop=look, of="scoreboard")
    trained = train({number: (config,) for number, config in enumerate(configs)}, lambda number, curve: False)
    for number, result in trained.items():
        if result.why:
            raise error_of(result.why, train.said[number])
    on_progress(1.0)


@dataclass
class _Training:
    """One run of a trial."""

    trial: int
    config: RunConfig
    job: Job | None = None  # while it waits or runs; None before and after
    attempts: int = 0  # how often it was asked for
    curve: list[float] = field(default_factory=list)  # validation RMSE of the epochs so far
    # run_id, error: its run in the store and the validation RMSE of that; empty and None before
    run_id: str = ""
    error: float | None = None
    why: str = ""  # code of the error that ended it; empty without one

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.error is not None or bool(self.why)


class QueueTrainer:
    """Trains trials by asking a queue: the `core.sweeps.record.Train` of a home with workers.

    Args:
        should_stop: Asked ten times a second; True stops all of them.
        at_once: Trainings that wait or run at a time; without it as many as this machine trains at once, and one more,
            so that none of its workers waits; or `ON_A_CLUSTER`.
        of: What they are part of, in a word.
    """

    def __init__(
        self,
        queue: Queue,
        ratings: Ratings,
        by: Visitor,
        sweep_id: str,
        *,
        should_stop: Callable[[], bool],
        at_once: int | None = None,
        of: str = "sweep",
    ) -> None:
        self._of = of
        self.said: dict[int, str] = {}  # why trials failed, in words, by their numbers
        self._queue, self._ratings, self._by, self._sweep_id = queue, ratings, by, sweep_id
        self._should_stop = should_stop
        self._at_once = at_once or (ON_A_CLUSTER if settings.scheduler() else 1 + settings.workers())

    def __call__(self, trials: Mapping[int, tuple[RunConfig, ...]], gives_up: GivesUp) -> Mapping[int, Trained]:
        """What came of each trial, as `core.sweeps.record.Train` says."""
        of_trial = {number: [_Training(number, config) for config in configs] for number, configs in trials.items()}
        results: dict[int, Trained] = {}
        try:
            while pending := [
                training
                for number, trainings in of_trial.items()
                for training in trainings
                if number not in results and not training.ended
            ]:
                self._advance(pending)
                for number in {training.trial for training in pending}:
                    result = _result(of_trial[number], gives_up)
                    if result is not None:
                        results[number] = result
                        self._stop(of_trial[number])
                if len(results) < len(trials):
                    time.sleep(POLL_SECONDS)
        finally:
            for trainings in of_trial.values():
                self._stop(trainings)
        return results

    def _advance(self, pending: Sequence[_Training]) -> None:
        """Look at what runs, and ask for what there is room for."""
        if self._should_stop():
            raise CanceledError(f"the {self._of} was stopped; what it has found stays, and it can be carried on")
        for training in pending:
            self._look(training)
        room = self._at_once - sum(training.job is not None for training in pending)
        for training in [one for one in pending if one.job is None and not one.ended][: max(0, room)]:
            self._ask(training)

    def _ask(self, training: _Training) -> None:
        training.attempts += 1
        try:
            job = self._queue.submit_training(training.config, self._ratings, by=self._by, part_of=self._sweep_id)
        except BusyError:  # the queue is full: there will be room
            training.attempts -= 1
            return
        except LimitError as error:
            training.why, self.said[training.trial] = error.code, str(error)
            return
        if job.state == "done":
            _collect(training, job.key)
        else:
            training.job = job

    def _look(self, training: _Training) -> None:
        if training.job is None:
            return
        job = training.job = self._queue.get(training.job.job_id)
        training.curve = [event.guess_error for event in self._queue.events(job.job_id) if isinstance(event, Epoch)]
        if job.active:
            return
        training.job = None
        if job.state == "done":
            _collect(training, job.key)
        elif job.state == "canceled":
            raise CanceledError(
                f"a training of the {self._of} was stopped, and so is the {self._of}; it can be carried on"
            )
        elif job.code in OF_THE_SETTINGS:
            training.why, self.said[training.trial] = job.code, job.message
        elif job.code != WorkerDiedError.code or training.attempts >= ATTEMPTS:
            raise error_of(job.code, f"a training of the {self._of} failed: {job.message}")

    def _stop(self, trainings: Sequence[_Training]) -> None:
        """Stop those that still wait or run, unless somebody else has asked for the same."""
        for training in trainings:
            job, training.job = training.job, None
            if job is not None and job.part_of == self._sweep_id:
                with contextlib.suppress(ExplorerError):  # it has just ended, or is being changed: no harm is done
                    self._queue.cancel(job.job_id, by=self._by)


def _collect(training: _Training, run_id: str) -> None:
    """Take the result from the store; a run that was removed meanwhile is trained once more."""
    run = RunStore().get(run_id)
    if run is not None:
        training.run_id, training.error = run_id, run.outcome.guess_error
        training.curve = [epoch.guess_error for epoch in run.history]


def _result(trainings: Sequence[_Training], gives_up: GivesUp) -> Trained | None:
    """What came of a trial; None while it is open.

    Its mean curve decides first, however far its runs have come by now: else chance would decide whether a trial was
    given up or had been quicker.
    """
    length = min(len(training.curve) for training in trainings)
    curves = np.array([training.curve[:length] for training in trainings], float)
    if length and gives_up(trainings[0].trial, curves.mean(axis=0).tolist()):
        return Trained()
    if not all(training.ended for training in trainings):
        return None
    if why := next((training.why for training in trainings if training.why), ""):
        return Trained(why=why)
    errors = [training.error for training in trainings if training.error is not None]
    return Trained(tuple(training.run_id for training in trainings), tuple(errors))
