"""What is kept of a sweep, for whoever looks at it: the plan, the trials so far, and what the best came to.

    sweeps/<sweep_id>/sweep.json     all of this, replaced as a whole
                      journal.log    what Optuna needs to go on (see core.sweeps.search)
                      .lock          held by who carries the sweep out

Its runs are ordinary ones in the store.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from core.analysis.compare.score import Mean, difference_of, is_clear, mean_of
from core.config import RunConfig, run_id
from core.data.ratings import DatasetRef
from core.disk.files import disk_full_told, replace_text
from core.disk.home import home
from core.disk.reading import IntegrityError, Moment, SetAside, read_object, typed
from core.errors import UnknownEntryError
from core.sweeps.plan import FRESH_SPLITS, SweepPlan, Value

FILE, LOCK = "sweep.json", ".lock"
_ID = re.compile(r"[0-9a-f]{16}")

State = Literal["running", "done", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """One choice of values, and what came of it."""

    number: int  # from 0, in the order in which they were chosen
    values: dict[str, Value]  # of the settings that vary
    state: State  # running; done; pruned, given up by its curve; failed, by an error that `why` names
    val_rmse: float | None = None  # mean over the splits, in rating units; None where it was not measured to the end
    run_ids: tuple[str, ...] = ()  # its runs in the store, one a split; none of a pruned or failed one
    why: str = ""  # the code of what went wrong; empty where nothing did


@dataclass(frozen=True)
class Confirmed:
    """Settings that were trained anew on fresh splits from fresh starts."""

    number: int | None  # of the trial; None for the base where no trial had its settings
    values: dict[str, Value]
    run_ids: tuple[str, ...]  # its runs, one a split
    errors: tuple[float, ...]  # their validation RMSE, in rating units; the same splits for all
    # mean over the runs of the error on the ratings set aside; None where it was not asked for
    test_rmse: float | None = None

    @property
    def pooled(self) -> Mean:
        """Mean error with its standard error."""
        return mean_of(self.errors)


@dataclass(frozen=True)
class Result:
    """What the best trials came to on fresh splits."""

    trials: int  # how many there were when it was made
    best: tuple[Confirmed, ...]  # the best trials, the best on fresh splits first
    base: Confirmed  # the settings from which the sweep began
    seconds: float

    @property
    def winner(self) -> Confirmed:
        """The best on fresh splits."""
        return self.best[0]

    @property
    def gain(self) -> Mean:
        """By how much the winner's error is below the base's, split by split."""
        return difference_of(self.base.errors, self.winner.errors)

    def is_clear(self, validation_fraction: float) -> bool:
        """Whether that is more than the splits' chance for the best of several, as `score.is_clear` says."""
        others = self.winner.values != self.base.values
        return others and is_clear(self.gain, validation_fraction, among=len(self.best))


@dataclass(frozen=True)
class Sweep:
    """A sweep, as far as it has come."""

    sweep_id: str  # 16 hex digits
    plan: SweepPlan
    dataset: DatasetRef
    most: int
    minutes: float | None  # after which no round begins; None for no such limit
    created_at: Moment  # ISO 8601 in UTC
    out_of_time: bool = False  # whether that is why it made no more trials
    trials: tuple[Trial, ...] = ()  # those chosen so far
    # mean validation RMSE of the base settings on the splits of the trials; None before it is known
    base_rmse: float | None = None
    seconds: float = 0.0  # time that the rounds took
    # how much each setting sets good trials apart, from 0; empty before there are enough
    importance: dict[str, float] = field(default_factory=dict)
    # what that reaches one time in twenty where errors are shuffled over trials
    chance: dict[str, float] = field(default_factory=dict)
    result: Result | None = None  # what the best came to; None before

    @property
    def done(self) -> list[Trial]:
        """Trials that were measured to the end, the best first; of equal ones the earlier."""
        finished = [trial for trial in self.trials if trial.val_rmse is not None]
        return sorted(finished, key=lambda trial: (trial.val_rmse, trial.number))

    @property
    def run_ids(self) -> set[str]:
        """Ids of all runs that it has had trained, those of trials that were given up too late among them."""
        tried = [self.plan.configs(values) for values in ({}, *(trial.values for trial in self.trials))]
        anew = (*self.result.best, self.result.base) if self.result else ()
        tried += [self.plan.configs(one.values, fresh=FRESH_SPLITS) for one in anew]
        return {run_id(config, self.dataset.digest) for configs in tried for config in configs}

    @property
    def told(self) -> int:
        """How many trials have ended, in whatever way."""
        return sum(trial.state != "running" for trial in self.trials)

    @property
    def progress(self) -> float:
        """Share of the work that is done, 0–1, the confirmation counted as a fifth of it."""
        return 1.0 if self.is_finished else 0.8 * min(1.0, self.told / self.most)

    @property
    def is_finished(self) -> bool:
        """Whether all trials are made, or all that there was time for, and the best of them are confirmed."""
        confirmed = self.result is not None and self.result.trials == self.told
        return confirmed and (self.told >= self.most or self.out_of_time)


def folder(sweep_id: str) -> Path:
    """Where a sweep is kept; raises UnknownEntryError where the text is no sweep's id."""
    if not _ID.fullmatch(sweep_id):
        raise UnknownEntryError(f"{sweep_id!r:.60} is no id of a sweep; one has 16 hex digits, as `sweeps` lists them")
    return home() / "sweeps" / sweep_id


def load(sweep_id: str) -> Sweep:
    """A sweep. Raises UnknownEntryError: there is none, or none that can be read."""
    place = folder(sweep_id) / FILE
    try:
        return typed(Sweep, read_object(place), FILE)
    except IntegrityError as error:
        if os.path.lexists(place):
            raise UnknownEntryError(f"the sweep {sweep_id} cannot be read: {error}; start it again") from None
        raise UnknownEntryError(f"there is no sweep {sweep_id}; `sweeps` lists what there is") from None


def is_finished(sweep_id: str) -> bool:
    """Whether there is such a sweep, with nothing left to do."""
    with contextlib.suppress(UnknownEntryError):
        return load(sweep_id).is_finished
    return False


def listing() -> list[Sweep]:
    """All sweeps that can be read, the newest first."""
    found = [sweep for _, sweep in _all() if isinstance(sweep, Sweep)]
    return sorted(found, key=lambda sweep: (sweep.created_at, sweep.sweep_id), reverse=True)


def set_aside() -> list[SetAside]:
    """Sweeps that cannot be read, where they are; their models are not touched by that."""
    return [SetAside(place.name, place, found) for place, found in _all() if isinstance(found, str)]


def _all() -> Iterator[tuple[Path, Sweep | str]]:
    """Every folder of a sweep, with the sweep, or why it cannot be read."""
    for place in sorted((home() / "sweeps").glob("[0-9a-f]*")):
        try:
            yield place, load(place.name)
        except UnknownEntryError as error:
            if os.path.lexists(place / FILE):  # else it is being begun, or deleted
                yield place, str(error)


def part(sweep_id: str) -> str:
    """What is deleted and restored of a sweep, as `Trash.put` takes it."""
    return f"sweeps/{folder(sweep_id).name}"


def save(sweep: Sweep) -> None:
    """Keep a sweep as it is now; raises DiskFullError."""
    place = folder(sweep.sweep_id)
    document = asdict(replace(sweep, plan=None)) | {"plan": sweep.plan.model_dump(mode="json")}  # type: ignore[arg-type]
    with disk_full_told("the sweep", place.parent.parent):
        place.mkdir(parents=True, exist_ok=True)
        replace_text(place / FILE, json.dumps(document, allow_nan=False))


def begin(plan: SweepPlan, dataset: DatasetRef, *, most: int, minutes: float | None) -> Sweep:
    """The sweep of this plan, new or as far as it has come, to go on to so many trials; raises DiskFullError."""
    sweep_id, most = plan.identify(dataset.digest), min(most, plan.size)
    try:
        sweep = replace(load(sweep_id), most=most, minutes=minutes, out_of_time=False)
    except UnknownEntryError:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        sweep = Sweep(sweep_id, plan, dataset, most, minutes, created_at=now)
    save(sweep)
    return sweep


GivesUp = Callable[[int, Sequence[float]], bool]
"""Of a trial's number and its validation RMSE epoch by epoch, whether to give it up."""


@dataclass(frozen=True)
class Trained:
    """What came of the trainings of one trial."""

    run_ids: tuple[str, ...] = ()  # runs in the store, one a split; empty where one of them was not trained to its end
    errors: tuple[float, ...] = ()  # their validation RMSE
    why: str = ""  # code of the error that ended one of them; empty where it was given up, or none was

    @property
    def val_rmse(self) -> float | None:
        """Mean over the splits; None where one was not trained to its end."""
        return float(np.mean(self.errors)) if self.errors else None


class Train(Protocol):
    """Trains several trials side by side, as many at once as there is room for."""

    def __call__(self, trials: Mapping[int, tuple[RunConfig, ...]], gives_up: GivesUp) -> Mapping[int, Trained]:
        """What came of each trial, by its number. Raises CanceledError: somebody asked to stop. What is trained by then
        stays; ExplorerError: something went wrong that no other settings would mend."""
