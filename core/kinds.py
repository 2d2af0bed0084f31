"""What a job can do. To add a kind, write its function here and put it into the table.

A kind is a plain function `run(spec, reporter, should_stop)`: `spec` is what
was submitted (JSON), `reporter` takes progress and measurements, `should_stop`
says when to raise `CanceledError`. It stores its result itself and raises
`ExplorerError` where a person can mend what went wrong.

Servers read this table too: what is heavy is imported inside the functions.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Protocol

from core import datasets
from core.config import PRESETS, parse_config
from core.errors import UnknownDatasetError
from core.ratings import Ratings
from core.run import Epoch, Event, Started, Step
from core.store import RunStore


class Reporter(Protocol):
    """Where a job tells how far it is."""

    def progress(self, fraction: float) -> None:
        """How much is done, 0 to 1."""

    def measure(self, kind: str, values: dict[str, Any]) -> None:
        """Add one measurement; watchers see it at once, with `kind` as its "type"."""


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    Attributes:
        run: Does it.
        finished: Whether the result with this key is stored already.
        warm: What a worker does once, before anybody asks.
    """

    run: Callable[[dict[str, Any], Reporter, Callable[[], bool]], None]
    finished: Callable[[str], bool]
    warm: Callable[[], None]


_EVENTS: dict[str, type[Event]] = {"started": Started, "step": Step, "epoch": Epoch}


def as_event(measurement: dict[str, Any]) -> Event | None:
    """The training event that a measurement was; None where it is of another kind."""
    event = _EVENTS.get(str(measurement.get("type")))
    return event(**{name: value for name, value in measurement.items() if name != "type"}) if event else None


def _train(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    from core.training import fit

    config = parse_config(spec["config"])

    def report(event: Event) -> None:
        reporter.measure(type(event).__name__.lower(), asdict(event))
        if isinstance(event, Step):
            reporter.progress(event.at / config.epochs)
        elif isinstance(event, Epoch):
            reporter.progress(event.epoch / config.epochs)

    ratings = _ratings(spec["dataset_id"], spec["digest"])
    RunStore().publish(fit(config, ratings, on_event=report, should_stop=should_stop))


@lru_cache(maxsize=1)
def _ratings(dataset_id: str, digest: str) -> Ratings:
    """The data a job was submitted for; kept, since the next job is often about the same."""
    ratings = datasets.load(dataset_id)
    if ratings.digest != digest:
        raise UnknownDatasetError(f"dataset {dataset_id!r:.60} has changed since this was asked for; start it again")
    return ratings


def _warm_training() -> None:
    """Import TensorFlow and compile what the first click will ask for."""
    from core.training import prepare

    ratings = datasets.load()
    prepare(PRESETS["default"], _ratings(ratings.dataset_id, ratings.digest))


KINDS: dict[str, Kind] = {
    "train": Kind(run=_train, finished=lambda run_id: run_id in RunStore(), warm=_warm_training),
}
