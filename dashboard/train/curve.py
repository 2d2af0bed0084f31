"""How a training goes, read from a finished run or from a job's measurements while it goes on."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.model.events import Epoch, Event, Started, Step
from core.model.run import Run


@dataclass(frozen=True)
class Curve:
    """Everything a training curve shows.

    Attributes:
        started: Sizes and reference lines; None until the job has them.
        steps: Loss within the epochs.
        epochs: Results after each epoch.
        kept_epoch: The epoch whose numbers the run keeps; None while it goes on.
    """

    started: Started | None
    steps: tuple[Step, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    kept_epoch: int | None = None

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss, by which training keeps one; None before the first."""
        return min(self.epochs, key=lambda epoch: epoch.val_loss, default=None)

    @property
    def shown_epoch(self) -> Epoch | None:
        """The epoch whose numbers stand for the whole: the kept one, else the latest; None before the first."""
        if self.kept_epoch is not None:
            return self.epochs[self.kept_epoch - 1]
        return self.epochs[-1] if self.epochs else None

    @property
    def done(self) -> float:
        """Epochs done so far, a part of one included."""
        last_step = self.steps[-1].at if self.steps else 0.0
        return max(last_step, float(self.epochs[-1].epoch if self.epochs else 0))

    def seconds_left(self) -> float | None:
        """Seconds until the last planned epoch, from the pace of the latest three; None before the first."""
        if self.started is None or not self.epochs:
            return None
        recent = self.epochs[-3:]
        pace = sum(epoch.seconds for epoch in recent) / len(recent)
        return max(0.0, (self.started.epochs - self.done) * pace)


def of_run(run: Run) -> Curve:
    """The curve of a finished run."""
    return Curve(run.started, run.steps, run.history, run.outcome.kept_epoch)


def of_events(events: Iterable[Event]) -> Curve:
    """The curve so far, from what a training has reported."""
    heard = list(events)
    return Curve(
        started=next((event for event in heard if isinstance(event, Started)), None),
        steps=tuple(event for event in heard if isinstance(event, Step)),
        epochs=tuple(event for event in heard if isinstance(event, Epoch)),
    )
