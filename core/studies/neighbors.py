"""Neighbors that hold: the same model trained on other splits, and its twin without taste on the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, Field

from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import centered_on
from core.analysis.neighbors.all_neighbors import drawn, fitting_k, nearest
from core.analysis.neighbors.support import Thresholds, mean_square, support, thresholds
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import AnalysisError, LimitError
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.study_store import Stored
from core.studies.retraining import Training, check_other_splits, train_all
from core.studies.study import Study, Work, as_limit_error, items_taking_part, min_ratings_field
from core.training.twin import twin_config, without_taste

TOP = 10  # neighbors a list has

VECTORS, PREDICTIONS = "cosine", "predictions"
"""By what neighbors are alike: the cosine of their vectors, or of the tastes that the model predicts for them."""

MOST_ASKED = 1000  # items whose neighbors say what chance shows, at most
MOST_MB = 96  # largest size of the matrices that are kept: a page holds them in memory


class NeighborSettings(BaseModel, frozen=True, extra="forbid"):
    """How often a model is trained again, and whose neighbors say what chance shows."""

    trainings: int = Field(4, ge=2, le=10, description="Trainings on other splits, of the model and of its twin each.")
    min_ratings: int = min_ratings_field()


@dataclass(frozen=True, eq=False)
class Places:
    """Where the items lie in one training."""

    matrix: np.ndarray  # their vectors, (n_items, embedding_dim)
    mean: np.ndarray  # the vector of the average item, (embedding_dim,)
    # directions along which predicted tastes differ, (embedding_dim, embedding_dim), zeros where there are fewer; see
    # `predicted_components`
    components: np.ndarray

    def by(self, measure: str) -> np.ndarray:
        """The matrix whose rows' cosines are the similarity, (n_items, embedding_dim)."""
        if measure == VECTORS:
            return self.matrix
        return (self.matrix - self.mean) @ self.components.T

    def only(self, rows: np.ndarray) -> "Places":
        """Some of the items."""
        return replace(self, matrix=self.matrix[rows])


def places(run: Run, ratings: Ratings) -> Places:
    """Where the items of a run lie; raises NotApplicableError."""
    matrix = run.scorer.item_embedding
    components = np.zeros((matrix.shape[1], matrix.shape[1]), np.float32)
    mean = np.zeros(matrix.shape[1], np.float32)
    model = centered_on(require_bilinear(run.scorer), ratings, split(ratings, run.config))
    try:
        found = predicted_components(model)
    except AnalysisError:  # it predicts the same taste for everybody, so that nothing is like anything
        return Places(matrix, mean, components)
    components[: len(found.components)] = found.components
    return Places(matrix, found.mean.astype(np.float32), components)


def _check(run: Run, settings: NeighborSettings) -> None:
    check_other_splits(run)
    size = settings.trainings * run.dataset.items * run.config.dimensions * 4 / 2**20
    if size > MOST_MB:
        raise LimitError(
            f"{settings.trainings} matrices of {run.dataset.items:,} vectors take {size:,.0f} MiB; at most {MOST_MB} "
            "are kept, so choose fewer trainings, or a model with fewer dimensions"
        )


def _compute(work: Work, settings: NeighborSettings) -> Stored:
    """Arrays: `rows`, the items that take part; `matrix`, `mean` and `components` of the `Places` of each retraining.

    Facts: their `val_rmse`; and for each measure the `floor` of the supports (see `support`), from which support a
    neighbor is `likely` and `sure`, by those on ratings without taste, and the shares of the model's own that are
    `marked` so, among the items that take part.
    """
    rows = items_taking_part(work.run, work.ratings, settings.min_ratings)
    n, shuffled, alike = settings.trainings, without_taste(work.ratings, seed=1), twin_config(work.run, seed=1)
    own = [Training(_again(work.run.config, number), work.ratings, stored=False) for number in range(1, n + 1)]
    chance = [Training(_again(alike, number), shuffled, stored=False) for number in range(n + 1)]
    found, errors = [], []
    trainings = [*own, *chance]
    for training, run in zip(trainings, train_all(work, trainings), strict=True):
        found.append(places(run, training.ratings))
        errors.append(run.outcome.guess_error)
    others, (twin, *twins) = found[:n], found[n:]
    facts: dict[str, object] = {"val_rmse": errors[:n]}
    with as_limit_error():
        for measure in (VECTORS, PREDICTIONS):
            floor = mean_square([other.only(rows).by(measure) for other in twins])
            limits = thresholds(_supports(twin, twins, rows, measure, floor))
            real = limits.marks(_supports(places(work.run, work.ratings), others, rows, measure, floor))
            marked = [float(np.mean(real >= level)) for level in (1, 2)]
            facts[measure] = {"floor": floor, "likely": limits.likely, "sure": limits.sure, "marked": marked}
    arrays = {
        "rows": rows,
        "matrix": np.stack([place.matrix for place in others]),
        "mean": np.stack([place.mean for place in others]),
        "components": np.stack([place.components for place in others]),
    }
    return Stored(arrays, facts)


def _again(config: RunConfig, number: int) -> RunConfig:
    """Settings for another split and other first numbers: equal ones would be alike for these alone."""
    return config.model_copy(update={name: (getattr(config, name) + number) % 2**31 for name in ("split_seed", "seed")})


def _supports(base: Places, others: Sequence[Places], rows: np.ndarray, measure: str, floor: float) -> np.ndarray:
    """Support of the nearest of every item that takes part, or of a sample of many, (n, k)."""
    matrix, rest = base.only(rows).by(measure), [other.only(rows).by(measure) for other in others]
    near, asked = nearest(matrix, fitting_k(len(rows), TOP)), drawn(len(rows), MOST_ASKED, 0)
    return support(matrix, rest, asked, near[asked], floor=floor)


def thresholds_of(stored: Stored, measure: str) -> Thresholds:
    """From which support a neighbor by this measure is marked."""
    facts: Mapping[str, float] = stored.facts[measure]
    return Thresholds(facts["likely"], facts["sure"])


def support_of(stored: Stored, row: int, near: np.ndarray, measure: str) -> np.ndarray:
    """Support of an item's listed neighbors by the trainings that a study holds, (n,); see `support`."""
    rows = np.union1d([row], near)
    kept = zip(stored.arrays["matrix"], stored.arrays["mean"], stored.arrays["components"], strict=True)
    others = [Places(matrix[rows], mean, components).by(measure) for matrix, mean, components in kept]
    asked, there = np.searchsorted(rows, [row]), np.searchsorted(rows, near)[None]
    return support(others[0], others, asked, there, floor=float(stored.facts[measure]["floor"]))[0]


NEIGHBORS = Study(
    name="neighbors",
    page="neighbors",
    settings=NeighborSettings,
    title=lambda settings: "Training again to see which neighbors hold",
    compute=_compute,
    check=_check,
)
