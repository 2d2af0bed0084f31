"""The analysis that several calls begin with: a run, its data, and its principal components."""

import argparse
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.analysis.components.noise import noise_band
from core.analysis.components.pca import Pca, pca
from core.analysis.components.stability import across_seeds
from core.analysis.trained import trained_rows
from core.cli.data import ratings_of
from core.data.ratings import Ratings
from core.errors import AnalysisError, LimitError
from core.model.run import Run
from core.model.scoring import require_vectors
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import EndNames
from core.studies.settings import StabilitySettings


@dataclass(frozen=True, eq=False)
class Looked:
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
        found = noise_band(self.run.scorer.item_embedding[self.shaping], centered=self.result.centered)
        return {"count": found.count, "band": found.band.tolist(), "above": found.above.tolist()}

    @property
    def stability(self) -> dict[str, Any] | None:
        """How well each component comes back, by the newest stored study; None where there is none."""
        settings = study_store.latest(self.run.run_id, "stability")
        if settings is None:
            return None
        study = study_store.load(self.run.run_id, "stability", StabilitySettings.model_validate(settings))
        if study is None:
            return None
        found = across_seeds(
            self.run.scorer.item_embedding,
            list(study.arrays["embeddings"]),
            centered=self.result.centered,
            shaping=self.shaping,
            measured=trained_rows(self.run, self.ratings),
        )
        return {"seeds": list(study.facts["seeds"]), "median_r": found.median_r.tolist(), "r": found.r.tolist()}


def look(called: argparse.Namespace) -> Looked:
    """The analysis that `add_settings` lets a call ask for.

    Raises:
        LimitError: Too few items have that many ratings.
        UnknownRunError, CorruptRunError, UnknownDatasetError: There is no such run, or its data is gone.
    """
    check_range("--fit-min-ratings", called.fit_min_ratings, 0)
    run = RunStore().load(called.run_id)
    ratings = ratings_of(run)
    shaping = ratings.item_count >= called.fit_min_ratings
    try:
        result = pca(require_vectors(run.scorer).item_embedding[shaping], centered=called.centered)
    except AnalysisError as error:
        raise LimitError(
            f"components of the {int(shaping.sum()):,} items with at least {called.fit_min_ratings:,} ratings: "
            f"{error}; lower --fit-min-ratings"
        ) from error
    return Looked(run, ratings, shaping, result)


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


def check_range(flag: str, value: int, least: int, most: int | None = None) -> None:
    """Raise LimitError where a flag's value is out of range."""
    if value < least or (most is not None and value > most):
        allowed = f"{least} to {most}" if most is not None else f"{least} or more"
        raise LimitError(f"{flag} is {value}; allowed is {allowed}")
