"""What a job can do. To add a kind, write its function here and put it into the table.

A kind is a plain function `run(spec, reporter, should_stop)`: `spec` is what was submitted (JSON), `reporter` takes
progress and measurements, `should_stop` says when to raise `CanceledError`. It stores its result itself and raises
`ExplorerError` where a person can mend what went wrong.

Servers read this table too: what is heavy is imported inside the functions.
"""

import contextlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

from core import data, settings
from core.access import Action, Visitor
from core.data import uploads
from core.data.importing.request import of_json
from core.data.ratings import Ratings
from core.data.vectors.request import VectorOptions
from core.disk.reading import IntegrityError, typed
from core.errors import LimitError, UnknownDatasetError
from core.jobs.live_film import live_camera
from core.jobs.sweep_training import Queue, spread, steer
from core.model.events import Epoch, Event, Started, Step
from core.model.families import PRESETS, family_of, parse_config
from core.store import study_store
from core.store.runs import RunStore
from core.studies import films, scoreboard
from core.sweeps import record
from core.training.budget import check_room, first_preset

WorkerGroup = Literal["training", "other", "steering"]
"""Which workers take a job: those that keep TensorFlow warm; one beside them for everything that can do without, so
that a training waits for no import and no map; and those for what has its work done by other jobs."""


class Reporter(Protocol):
    """What a job reports its progress to."""

    def progress(self, fraction: float) -> None:
        """How much is done, 0 to 1."""

    def measure(self, kind: str, values: dict[str, Any]) -> None:
        """Add one measurement; watchers see it at once, with `kind` as its "type"."""

    @property
    def queue(self) -> Queue:
        """Where a job asks for others."""


@dataclass(frozen=True)
class Kind:
    """One kind of work."""

    run: Callable[[dict[str, Any], Reporter, Callable[[], bool]], None]
    action: Action  # what somebody does who asks for it; decides who may
    finished: Callable[[str], bool] = lambda key: False  # whether the result with this key is stored already
    warm: Callable[[], None] = lambda: None  # what a worker does once, before anybody asks
    # what it does once after its first job, while somebody looks at what came of that
    warm_further: Callable[[], None] = lambda: None
    group: WorkerGroup = "training"  # which workers do it
    asked: type[Any] = dict  # what has to stand in the spec
    key: str = ".*"  # what its keys look like, a regular expression

    def check(self, key: str, spec: dict[str, Any]) -> None:
        """Raise IntegrityError where a job of this kind could not have been submitted so."""
        typed(self.asked, spec, "spec")
        if not re.fullmatch(self.key, key):
            raise IntegrityError(f"its key is {key!r:.60}, which is none of this kind of job")


_REPORT_SECONDS = 0.5  # between two lines about what an import is at; a download reports every block

_EVENTS: dict[str, type[Event]] = {"started": Started, "step": Step, "epoch": Epoch}


def group_of(kind: str) -> WorkerGroup:
    """Which workers do a kind of job; those of trainings where a newer version submitted it.

    Where a cluster trains, a scoreboard has its trainings done there side by side.
    """
    if kind == "score" and settings.scheduler():
        return "steering"
    return KINDS[kind].group if kind in KINDS else "training"


def as_event(measurement: dict[str, Any]) -> Event | None:
    """The training event that a measurement was; None where it is of another kind, or damaged."""
    event = _EVENTS.get(str(measurement.get("type")))
    try:
        return typed(event, measurement, str(measurement["type"])) if event else None
    except IntegrityError:
        return None


# What is asked of each kind of job.


@dataclass(frozen=True)
class _Training:
    config: dict[str, Any]
    dataset_id: str
    digest: str
    filmed: bool = True


@dataclass(frozen=True)
class _Vectors:
    upload: str
    options: dict[str, Any]


@dataclass(frozen=True)
class _Import(_Vectors):
    mapping: dict[str, Any]


@dataclass(frozen=True)
class _Download:
    release: str
    accepted: bool


@dataclass(frozen=True)
class _StudyOfRun:
    study: str
    run_id: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class _Score:
    run_ids: list[str]
    splits: int
    owner: str = ""  # for whom its trainings are, and where they are
    network: str = ""


@dataclass(frozen=True)
class _Sweep:
    sweep_id: str
    owner: str
    network: str


def _train(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    config = parse_config(spec["config"])
    epochs = family_of(config).epochs(config)

    def report(event: Event) -> None:
        """Keep a training's event as a measurement, and its progress."""
        reporter.measure(type(event).__name__.lower(), asdict(event))
        if isinstance(event, Step):
            reporter.progress(event.at / epochs)
        elif isinstance(event, Epoch):
            reporter.progress(event.epoch / epochs)

    ratings = _ratings(spec["dataset_id"], spec["digest"])
    check_room(config, len(ratings.users), len(ratings.items))
    if not spec.get("filmed", True):
        from core.training.trainer import fit  # may need TensorFlow: seconds to import

        RunStore().publish(fit(config, ratings, on_event=report, should_stop=should_stop))
        return
    camera = live_camera(ratings, config, reporter.measure)
    films.train_filmed(config, ratings, on_event=report, should_stop=should_stop, camera=camera)


@lru_cache(maxsize=1)
def _ratings(dataset_id: str, digest: str) -> Ratings:
    """The data a job was submitted for, under whatever name; kept, since the next job is often about the same."""
    return data.load(holder_of(dataset_id, digest))


def holder_of(dataset_id: str, digest: str) -> str:
    """Id of the dataset that holds what a job was submitted for; raises UnknownDatasetError where none does now."""
    holder = data.holding(digest, dataset_id)
    if holder is None:
        raise UnknownDatasetError(
            f"the data {dataset_id!r:.60} is no longer here as it was when this was asked for; import the same files "
            "again, then start it again"
        )
    return holder


def _warm_training() -> None:
    """Load what the first click asks for, which needs no TensorFlow."""
    ratings = data.load()
    with contextlib.suppress(LimitError):  # what may not be trained here is asked for by nobody
        _prepare(ratings, first_preset(ratings.reference))


def _warm_gradient_training() -> None:
    """Import TensorFlow and compile what the lesson's model needs."""
    with contextlib.suppress(LimitError):
        _prepare(data.load(), "default")


def _prepare(ratings: Ratings, preset: str) -> None:
    from core.training.trainer import prepare

    prepare(PRESETS[preset], _ratings(ratings.dataset_id, ratings.digest))


def _import(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    """An upload that failed to become a dataset stays, so that it can be tried again with other settings."""
    report = data.import_ratings(
        uploads.paths(spec["upload"]),
        mapping=data.ColumnMapping(**spec["mapping"]),
        options=data.ImportOptions(**spec["options"]),
        reporter=_throttled(reporter),
        should_stop=should_stop,
    )
    reporter.measure("report", asdict(report))
    uploads.discard(spec["upload"])


def _vectors(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    """An upload that could not be opened stays, as that of ratings does."""
    from core.store.opening import open_vectors  # the readers of many formats

    report = open_vectors(
        uploads.paths(spec["upload"]),
        options=of_json(VectorOptions, spec["options"]),
        reporter=_throttled(reporter),
        should_stop=should_stop,
    )
    reporter.measure("report", asdict(report))
    uploads.discard(spec["upload"])


def _download(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    from core.data.download import fetch  # and what speaks to servers

    report = fetch(spec["release"], accepted=spec["accepted"], reporter=_throttled(reporter), should_stop=should_stop)
    reporter.measure("report", asdict(report))


def _study(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    from core.studies.study_kinds import study_named  # all that can be studied

    run = RunStore().load(spec["run_id"])
    study, dataset = study_named(spec["study"]), run.dataset
    study.make(
        run,
        _ratings(dataset.dataset_id, dataset.digest),
        study.parse(spec["settings"]),
        on_progress=reporter.progress,
        should_stop=should_stop,
    )


def _score(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    runs = [RunStore().load(run_id) for run_id in spec["run_ids"]]
    scoreboard.check(runs, spec["splits"])
    dataset = runs[0].dataset
    ratings = _ratings(dataset.dataset_id, dataset.digest)
    if settings.scheduler():
        by, name = _asker(spec), score_key(spec["run_ids"], spec["splits"])
        configs = scoreboard.lacking(runs, spec["splits"])
        spread(configs, ratings, reporter.queue, by, name, on_progress=reporter.progress, should_stop=should_stop)
        return
    scoreboard.train_missing(runs, ratings, spec["splits"], on_progress=reporter.progress, should_stop=should_stop)


def _asker(spec: dict[str, Any]) -> Visitor:
    """For whom a job has others done."""
    return Visitor(spec.get("owner", ""), address=spec.get("network", "").partition("/")[0])


def _sweep(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    sweep = record.load(spec["sweep_id"])
    steer(
        sweep,
        _ratings(sweep.dataset.dataset_id, sweep.dataset.digest),
        reporter.queue,
        _asker(spec),
        on_change=lambda sweep: reporter.progress(sweep.progress),
        should_stop=should_stop,
    )


def score_key(run_ids: Sequence[str], splits: int) -> str:
    """The key of the job that scores these runs, in whatever order, on so many splits."""
    return "-".join([str(splits), *sorted(run_ids)])


def _is_scored(key: str) -> bool:
    splits, *run_ids = key.split("-")
    runs = [RunStore().get(run_id) for run_id in run_ids]
    there = [run for run in runs if run is not None]
    return len(there) == len(runs) and not scoreboard.missing(there, int(splits))


def _throttled(reporter: Reporter) -> Callable[[float, str], None]:
    """What imports and downloads report to."""
    last = -_REPORT_SECONDS

    def report(progress: float, text: str) -> None:
        """Report the progress each time, and what is being done now and then."""
        nonlocal last
        reporter.progress(progress)
        now = time.monotonic()
        if now - last >= _REPORT_SECONDS:
            last = now
            reporter.measure("doing", {"text": text})

    return report


_ID = "[0-9a-f]{16}"

KINDS: dict[str, Kind] = {
    "train": Kind(
        _train,
        Action.TRAIN,
        lambda run_id: run_id in RunStore(),
        warm=_warm_training,
        warm_further=_warm_gradient_training,
        asked=_Training,
        key=_ID,
    ),
    # The same settings on other splits, one job for all: a scoreboard takes more trainings than somebody may ask for.
    "score": Kind(_score, Action.TRAIN, _is_scored, asked=_Score, key=f"[0-9]{{1,2}}(-{_ID})+"),
    "sweep": Kind(_sweep, Action.TRAIN, record.is_finished, group="steering", asked=_Sweep, key=_ID),
    # Their result has no name before the files are read, and an import of the same content finds it there.
    "import": Kind(_import, Action.IMPORT, group="other", asked=_Import),
    "vectors": Kind(_vectors, Action.IMPORT, group="other", asked=_Vectors),
    "download": Kind(_download, Action.IMPORT, group="other", asked=_Download),
    # What takes too long for a page: maps, groups, trainings from other seeds (see core.studies.study_kinds).
    "study": Kind(
        _study, Action.STUDY, study_store.exists_key, group="other", asked=_StudyOfRun, key=f"{_ID}-[a-z]+-{_ID}"
    ),
}
