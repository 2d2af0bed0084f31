"""What training leaves behind: the learned numbers, and how it went."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.model.events import Epoch, Started, Step
from core.model.scoring import Scorer


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        epochs: Epochs trained.
        kept_epoch: The epoch whose weights the run keeps, from 1.
        stopped_early: Whether patience ran out before the last epoch.
        val_rmse, val_mae: Of the kept weights, clipped, in rating units; NaN of what was not trained here.
        best_val_rmse: The lowest of any epoch.
        train_seconds: From data in memory to the last weight, compiling included.
    """

    epochs: int
    kept_epoch: int
    stopped_early: bool
    val_rmse: float
    val_mae: float
    best_val_rmse: float
    train_seconds: float

    def as_json(self) -> dict[str, Any]:
        """By name, what was not measured as None."""
        return {name: None if math.isnan(value) else value for name, value in asdict(self).items()}


UNMEASURED = Outcome(0, 0, False, math.nan, math.nan, math.nan, 0.0)
"""Of a run that was not trained here: nothing is known."""

UNSTARTED = Started(0, 0, 0, 0, 0, math.nan, math.nan)
"""The same of how its training began."""


@dataclass(frozen=True)
class Origin:
    """Where a run's numbers come from.

    Attributes:
        kind: "trained" here, or "imported" from elsewhere.
        provenance: For imported numbers what is known of their making, by name: program, file, date, source.
    """

    kind: Literal["trained", "imported"] = "trained"
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
