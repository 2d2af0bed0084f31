"""What a training reports while it goes on."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.model.metrics import RMSE, Measured, guess_error


@dataclass(frozen=True)
class Started:
    """Known before the first step: sizes and reference lines.

    `mean_rmse` and `averages_rmse` are validation RMSEs, and `slopes_rmse` that of averages and two slopes a person,
    for consensus and popularity; None for runs made before it was measured. All three are None where the model guesses
    no rating: `references` then tells what its metric is without a model, by name ("chance", "popularity").
    """

    epochs: int
    n_train: int
    n_validation: int
    unseen_items: int
    unseen_users: int
    mean_rmse: float | None
    averages_rmse: float | None
    slopes_rmse: float | None = None
    references: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The lines of ratings are references too, in runs of before there were others as well."""
        lines = {"mean": self.mean_rmse, "averages": self.averages_rmse, "slopes": self.slopes_rmse}
        known = {name: value for name, value in lines.items() if value is not None}
        object.__setattr__(self, "references", dict(self.references) | known)


@dataclass(frozen=True)
class Step:
    """Within an epoch: `at` epochs done so far (2.25 is a quarter into the third), and the loss since the last Step.

    The loss is None where an engine does not tell it before the end.
    """

    at: float
    loss: float | None


@dataclass(frozen=True)
class Epoch:
    """After an epoch.

    `loss` is what training minimized, averaged over the epoch (dropout and penalty included); everything else is
    measured after the epoch without dropout. `val_loss` is the mean squared error; RMSE and MAE are of predictions
    clipped to the rating range, in rating units. With more than a million training ratings, theirs are measured on
    every second, third … one. All five are None where the model guesses no rating; `metric` is the validation metric of
    the family, the RMSE wherever there is one.
    """

    epoch: int
    seconds: float
    loss: float
    rmse: float | None = None
    mae: float | None = None
    val_loss: float | None = None
    val_rmse: float | None = None
    val_mae: float | None = None
    metric: Measured | None = None

    def __post_init__(self) -> None:
        """An RMSE is the metric, in events of before there were others too."""
        if self.val_rmse is not None:
            object.__setattr__(self, "metric", Measured(RMSE.name, self.val_rmse))

    @property
    def guess_error(self) -> float:
        """The validation RMSE; raises NotApplicableError where the model guesses no rating."""
        return guess_error(self.val_rmse)

    @property
    def value(self) -> float:
        """Of the metric; NaN where nothing was measured."""
        return self.metric.value if self.metric else math.nan


Event = Started | Step | Epoch  # what a training run reports while it goes on


def as_share(on_progress: Callable[[float], None], done: int = 0, of: int = 1) -> Callable[[Event], None]:
    """Tells what one training reports, when `done` of so many are done, as the share done of all of them, 0–1."""
    epochs = 1

    def report(event: Event) -> None:
        """Tell how far the training is after this event."""
        nonlocal epochs
        if isinstance(event, Started):
            epochs = event.epochs
        else:
            at = event.at if isinstance(event, Step) else event.epoch
            on_progress((done + min(1.0, at / epochs)) / of)

    return report
