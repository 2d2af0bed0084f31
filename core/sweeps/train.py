"""What a sweep has trained for it: trials in, errors out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.config import RunConfig

GivesUp = Callable[[int, Sequence[float]], bool]
"""Of a trial's number and its validation RMSE epoch by epoch, whether to give it up."""


@dataclass(frozen=True)
class Trained:
    """What came of the trainings of one trial.

    Attributes:
        run_ids: Runs in the store, one a split; empty where one of them was not trained to its end.
        errors: Their validation RMSE.
        why: Code of the error that ended one of them; empty where it was given up, or none was.
    """

    run_ids: tuple[str, ...] = ()
    errors: tuple[float, ...] = ()
    why: str = ""

    @property
    def val_rmse(self) -> float | None:
        """Mean over the splits; None where one was not trained to its end."""
        return float(np.mean(self.errors)) if self.errors else None


class Train(Protocol):
    """Trains several trials side by side, as many at once as there is room for."""

    def __call__(self, trials: Mapping[int, tuple[RunConfig, ...]], gives_up: GivesUp) -> Mapping[int, Trained]:
        """What came of each trial, by its number.

        Raises:
            CanceledError: Somebody asked to stop. What is trained by then stays.
            ExplorerError: Something went wrong that no other settings would mend.
        """
