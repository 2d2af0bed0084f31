"""Twins of a model: the same training on the same data without taste, to see what is there when there is nothing."""

from dataclasses import replace

import numpy as np
from pydantic import BaseModel, Field

from core.analysis.components.examined import examine
from core.data.ratings import Ratings
from core.errors import LimitError
from core.model.families import family_of
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.study_store import Stored
from core.studies.retraining import Training, check_trainable, train_all
from core.studies.study import Study, Work
from core.training.twin import twin_config, without_taste

_SUFFIX = "~twin"
_ARRAY = "twin_{}"  # name of the shown twin's arrays in the study


class TwinSettings(BaseModel, frozen=True, extra="forbid"):
    """How many twins are trained."""

    twins: int = Field(10, ge=1, le=20, description="Twins that are trained; the first is the one that pages show.")


class MaybeOfTwin(BaseModel, frozen=True):
    """Settings of a study that can be about the shown twin of a run; without it, keys are what they were."""

    twin: bool = Field(
        False,
        exclude_if=lambda twin: not twin,
        description="Look at the model that `twins` trains on ratings without taste, to see what chance shows.",
    )


def titled(title: str, settings: MaybeOfTwin) -> str:
    """What a job is called, of a run or of its twin."""
    return f"{title}, without taste" if settings.twin else title


def twin_id(run_id: str) -> str:
    """What the shown twin of a run is called among runs; no run in the store is ever called so."""
    return run_id + _SUFFIX


def real_id(run_id: str) -> str:
    """The run that this is, or whose twin this is."""
    return run_id.removesuffix(_SUFFIX)


def is_twin(run_id: str) -> bool:
    """Whether this names a twin."""
    return run_id.endswith(_SUFFIX)


def _check(run: Run, settings: TwinSettings) -> None:
    require_bilinear(run.scorer)
    check_trainable(run)


def _compute(work: Work, settings: TwinSettings) -> Stored:
    """Arrays: `strength` (n_twins, n_components), how far the tastes that each twin predicts differ along each of its
    components, standard deviations in rating units, 0 where it has fewer; the first twin's own, as `twin_…`.

    Facts: their `seeds`, `val_rmse` and `averages_rmse`, how many components each has `proven`, and of the first
    `val_mae`.
    """
    seeds = list(range(1, settings.twins + 1))
    trainings = [
        Training(twin_config(work.run, seed=seed), without_taste(work.ratings, seed=seed), stored=False)
        for seed in seeds
    ]
    strength = np.zeros((len(seeds), work.run.config.dimensions))
    arrays: dict[str, np.ndarray] = {}
    val_mae: float | None = None
    proven, errors, averages = [], [], []
    for place, run in enumerate(train_all(work, trainings)):
        if place == 0:
            arrays = {_ARRAY.format(name): array for name, array in run.scorer.arrays.items()}
            val_mae = run.outcome.val_mae
        errors.append(run.outcome.guess_error)
        averages.append(run.started.averages_rmse)
        found, proofs = _strength(run, trainings[place].ratings)
        strength[place, : len(found)] = found
        proven.append(proofs)
    facts = {"seeds": seeds, "val_rmse": errors, "averages_rmse": averages, "proven": proven}
    return Stored({"strength": strength} | arrays, facts | {"val_mae": val_mae})


def _strength(twin: Run, ratings: Ratings) -> tuple[np.ndarray, int]:
    """How far predicted tastes differ along each component, in rating units, and how many components are proven."""
    outcome = examine(twin, ratings)
    if outcome is None:  # it learned no taste at all, as it should
        return np.zeros(0), 0
    model, scores = outcome.model, outcome.result.scores
    return np.sqrt(model.item_weight @ np.square(scores, dtype=np.float64)) * model.unit, outcome.proof.proven


def shown_twin(run: Run, ratings: Ratings, stored: Stored) -> tuple[Run, Ratings]:
    """The first twin of a study as a run, and what it learned from.

    Its history is not kept, and its dataset is the run's.
    """
    seed = stored.facts["seeds"][0]
    names = {name: _ARRAY.format(name) for name in run.scorer.arrays}
    config = twin_config(run, seed=seed)
    scorer = family_of(config).make(
        {name: stored.arrays[kept] for name, kept in names.items()},
        min_rating=run.scorer.scale.low,
        max_rating=run.scorer.scale.high,
    )
    val_rmse = stored.facts["val_rmse"][0]
    outcome = replace(run.outcome, val_rmse=val_rmse, best_val_rmse=val_rmse, val_mae=stored.facts["val_mae"])
    twin = replace(run, run_id=twin_id(run.run_id), config=config, history=(), steps=(), outcome=outcome, scorer=scorer)
    return twin, without_taste(ratings, seed=seed)


TWINS = Study(
    name="twins",
    page="components",
    settings=TwinSettings,
    title=lambda settings: "Training on ratings without taste",
    compute=_compute,
    check=_check,
)


def check_twin(run: Run, settings: MaybeOfTwin) -> None:
    """Refuse a study of a run's twin where that is not there; raises LimitError."""
    if settings.twin and TWINS.latest(run.run_id) is None:
        raise _no_twin(run)


def looked_at(work: Work, settings: MaybeOfTwin) -> tuple[Run, Ratings]:
    """What a study is about: the work's run with its data, or its shown twin with its own; raises as `check_twin`."""
    if not settings.twin:
        return work.run, work.ratings
    stored = TWINS.newest(work.run.run_id)
    if stored is None:
        raise _no_twin(work.run)
    return shown_twin(work.run, work.ratings, stored)


def _no_twin(run: Run) -> LimitError:
    return LimitError(f"this model has no twin yet; make it first, with `twins {run.run_id}`")
