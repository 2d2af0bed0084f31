"""What a training reports while it goes on."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Started:
    """Known before the first step: sizes and reference lines (validation RMSE).

    `slopes_rmse` is that of averages and two slopes a person, for consensus and popularity; None for runs made before
    it was measured.
    """

    epochs: int
    n_train: int
    n_validation: int
    unseen_items: int
    unseen_users: int
    mean_rmse: float
    averages_rmse: float
    slopes_rmse: float | None = None


@dataclass(frozen=True)
class Step:
    """Within an epoch: `at` epochs done so far (2.25 is a quarter into the third), and the loss since the last Step."""

    at: float
    loss: float


@dataclass(frozen=True)
class Epoch:
    """After an epoch.

    `loss` is what training minimized, averaged over the epoch (dropout and
    penalty included); everything else is measured after the epoch without
    dropout. `val_loss` is the mean squared error; RMSE and MAE are of
    predictions clipped to the rating range, in rating units. With more than a
    million training ratings, theirs are measured on every second, third … one.
    """

    epoch: int
    seconds: float
    loss: float
    rmse: float
    mae: float
    val_loss: float
    val_rmse: float
    val_mae: float


Event = Started | Step | Epoch
"""What a training run reports while it goes on."""


def as_share(on_progress: Callable[[float], None], done: int = 0, of: int = 1) -> Callable[[Event], None]:
    """Tells what one training reports, when `done` of so many are done, as the share done of all of them, 0–1."""
    epochs = 1

    def report(event: Event) -> None:
        nonlocal epochs
        if isinstance(event, Started):
            epochs = event.epochs
        else:
            at = event.at if isinstance(event, Step) else event.epoch
            on_progress((done + min(1.0, at / epochs)) / of)

    return report
