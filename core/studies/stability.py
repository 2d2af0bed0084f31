"""The same model trained from other seeds, to see what comes back."""

import numpy as np
from pydantic import BaseModel, Field

from core.analysis.components.bases import How
from core.analysis.components.pca import Pca
from core.analysis.components.predictions import root
from core.analysis.components.stability import Stability, across_seeds, of_predictions
from core.analysis.gauge import centered_on
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.study_store import Stored
from core.studies.retraining import Training, check_trainable, train_all
from core.studies.study import Study, Work


class StabilitySettings(BaseModel, frozen=True, extra="forbid"):
    """How often the same model is trained, each time from another seed."""

    runs: int = Field(5, ge=2, le=10, description="Trainings that are compared, the run itself among them.")


def _compute(work: Work, settings: StabilitySettings) -> Stored:
    """Arrays: `embeddings` (n_others, n_items, embedding_dim), the other item matrices, and, of models whose score is a
    sum `user_roots` (n_others, embedding_dim, embedding_dim), what `scores_from` needs of their users.

    Facts: their `seeds` and `val_rmse`. Those in the store are taken from there, the others are not put into it.
    """
    seeds = [(work.run.config.seed + number) % 2**31 for number in range(1, settings.runs)]
    configs = [work.run.config.model_copy(update={"seed": seed}) for seed in seeds]
    runs = list(train_all(work, [Training(config, work.ratings) for config in configs]))
    matrices = [run.scorer.item_embedding for run in runs]
    errors = [run.outcome.val_rmse for run in runs]
    arrays = {"embeddings": np.stack(matrices)}
    if work.run.scorer.is_bilinear:
        parts = split(work.ratings, work.run.config.split)
        models = [centered_on(require_bilinear(run.scorer), work.ratings, parts) for run in runs]
        arrays["user_roots"] = np.stack([root(model.user_embedding, model.user_weight) for model in models])
    return Stored(arrays, {"seeds": seeds, "val_rmse": errors})


def returning(run: Run, ratings: Ratings, parts: Split, how: How, components: Pca, stored: Stored) -> Stability | None:
    """How well each component of a run comes back in the runs of a study, by the items that training has seen. None
    where the study is of an earlier version, which knows the item matrix alone, and others are asked for."""
    others, count = list(stored.arrays["embeddings"]), parts.training_count(ratings)
    if how.basis == "predictions":
        roots = stored.arrays.get("user_roots")
        return None if roots is None else of_predictions(components.scores, others, list(roots), item_count=count)
    return across_seeds(
        run.scorer.item_embedding,
        others,
        centered=how.centered,
        shaping=ratings.rated(how.min_ratings),
        measured=count > 0,
    )


STABILITY = Study(
    name="stability",
    page="components",
    settings=StabilitySettings,
    title=lambda settings: "Training again from other seeds",
    compute=_compute,
    check=lambda run, settings: check_trainable(run),
)
