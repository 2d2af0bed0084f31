"""What training leaves behind: the learned numbers, and how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.model.events import Epoch, Started, Step
from core.model.metrics import RMSE, Measured, guess_error
from core.model.scoring import Scorer


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    epochs: int  # epochs trained
    kept_epoch: int  # the epoch whose weights the run keeps, from 1
    stopped_early: bool  # whether patience ran out before the last epoch
    # val_rmse, val_mae: of the kept weights, clipped, in rating units; None where the model guesses no rating
    val_rmse: float | None
    val_mae: float | None
    best_val_rmse: float | None  # the lowest of any epoch; None as well
    train_seconds: float  # from data in memory to the last weight, compiling included
    # what the kept weights are judged by: the RMSE wherever there is one. None where nothing was measured.
    metric: Measured | None = None

    def __post_init__(self) -> None:
        """An RMSE is the metric, in runs of before there were others too."""
        if self.val_rmse is not None:
            object.__setattr__(self, "metric", Measured(RMSE.name, self.val_rmse))

    @property
    def guess_error(self) -> float:
        """The validation RMSE, for whatever asks how far guesses of ratings are off.
        Raises NotApplicableError: the model guesses no rating."""
        return guess_error(self.val_rmse)


UNMEASURED = Outcome(0, 0, False, None, None, None, 0.0)  # of a run that was not trained here: nothing is known
UNSTARTED = Started(0, 0, 0, 0, 0, None, None)  # the same of how its training began


@dataclass(frozen=True)
class Origin:
    """Where a run's numbers come from."""

    kind: Literal["trained", "imported"] = "trained"  # "trained" here, or "imported" from elsewhere
    # for imported numbers what is known of their making, by name: program, file, date, source
    provenance: Mapping[str, str] = field(default_factory=dict)


TRAINED = Origin()


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model, or vectors from elsewhere, with everything needed to look inside."""

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    started: Started
    history: tuple[Epoch, ...]
    steps: tuple[Step, ...]
    outcome: Outcome
    scorer: Scorer
    origin: Origin = TRAINED
    created_at: str = ""
    versions: tuple[tuple[str, str], ...] = ()
