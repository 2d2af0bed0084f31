"""What several calls share: the analysis of components that they begin with, checks of flags, and tables as files."""

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.analysis.components.noise import noise_band
from core.analysis.components.pca import Pca, pca
from core.analysis.components.stability import across_seeds
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.splits import trained_rows
from core.disk.files import disk_full_told, is_disk_full
from core.errors import AnalysisError, LimitError, UsageError
from core.model.run import Run
from core.model.scoring import require_vectors
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import EndNames
from core.studies.stability import STABILITY


@dataclass(frozen=True, eq=False)
class ComponentAnalysis:
    """One analysis of one run.

    Attributes:
        run, ratings: The run and its data.
        shaping: Items that took part, boolean, (n_items,).
        result: Its components.
    """

    run: Run
    ratings: Ratings
    shaping: np.ndarray
    result: Pca

    @cached_property
    def named(self) -> tuple[EndNames | None, ...]:
        """What people called each component."""
        return component_names.for_components(component_names.get(self.run.run_id), self.result)

    @property
    def noise(self) -> dict[str, Any] | None:
        """The noise band; None for a single dimension, of which shuffling changes nothing."""
        if self.run.config.dimensions == 1:
            return None
        noise = noise_band(self.run.scorer.item_embedding[self.shaping], centered=self.result.centered)
        return {"count": noise.count, "band": noise.band.tolist(), "above": noise.above.tolist()}

    @property
    def stability(self) -> dict[str, Any] | None:
        """How well each component comes back, by the newest stored study; None where there is none."""
        settings = STABILITY.latest(self.run.run_id)
        study = None if settings is None else STABILITY.load(self.run.run_id, settings)
        if study is None:
            return None
        stability = across_seeds(
            self.run.scorer.item_embedding,
            list(study.arrays["embeddings"]),
            centered=self.result.centered,
            shaping=self.shaping,
            measured=trained_rows(self.ratings, self.run.config.split),
        )
        return {"seeds": list(study.facts["seeds"]), "median_r": stability.median_r.tolist(), "r": stability.r.tolist()}


def analyze_components(arguments: argparse.Namespace) -> ComponentAnalysis:
    """The analysis that `add_settings` lets a call ask for.

    Raises:
        LimitError: Too few items have that many ratings.
        UnknownRunError, CorruptRunError, UnknownDatasetError: There is no such run, or its data is gone.
    """
    check_range("--fit-min-ratings", arguments.fit_min_ratings, 0)
    run = RunStore().load(arguments.run_id)
    ratings = ratings_of(run.dataset)
    shaping = ratings.item_count >= arguments.fit_min_ratings
    try:
        result = pca(require_vectors(run.scorer).item_embedding[shaping], centered=arguments.centered)
    except AnalysisError as error:
        raise LimitError(
            f"components of the {int(shaping.sum()):,} items with at least {arguments.fit_min_ratings:,} ratings: "
            f"{error}; lower --fit-min-ratings"
        ) from error
    return ComponentAnalysis(run, ratings, shaping, result)


def add_settings(call: argparse.ArgumentParser) -> None:
    """How components come about."""
    call.add_argument(
        "--fit-min-ratings",
        type=int,
        default=0,
        metavar="N",
        help="Compute the components from items with at least N ratings (default 0: from all).",
    )
    call.add_argument("--centered", action="store_true", help="Subtract the column means first (default: do not).")


def check_range(flag: str, value: int, minimum: int, maximum: int | None = None) -> None:
    """Raise LimitError where a flag's value is out of range."""
    if value < minimum or (maximum is not None and value > maximum):
        allowed = f"{minimum} to {maximum}" if maximum is not None else f"{minimum} or more"
        raise LimitError(f"{flag} is {value}; allowed is {allowed}")


def write_csv(path: Path, rows: pd.DataFrame) -> None:
    """Write a table for spreadsheets, in place of a file that is there.

    Raises:
        UsageError: The place cannot be written to.
        DiskFullError: There is no room.
    """
    with disk_full_told(f"the file {path.name}", path.parent):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            rows.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        except OSError as error:
            if is_disk_full(error):
                raise
            raise UsageError(f"{path} cannot be written to ({error.strerror}); choose another file") from error
