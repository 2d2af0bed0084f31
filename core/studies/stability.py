"""The same model trained from other seeds, to see what comes back."""

import numpy as np
from pydantic import BaseModel, Field

from core.config import run_id
from core.model.events import Epoch, Event, Step
from core.model.families import family_of
from core.model.run import Run
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies.study import Study, Work
from core.training.budget import check_size


class StabilitySettings(BaseModel, frozen=True, extra="forbid"):
    """How often the same model is trained, each time from another seed."""

    runs: int = Field(5, ge=2, le=10, description="Trainings that are compared, the run itself among them.")


def _check(run: Run, settings: StabilitySettings) -> None:
    check_size(run.config, run.dataset.users, run.dataset.items, run.dataset.ratings)


def _compute(work: Work, settings: StabilitySettings) -> Stored:
    """Arrays: `embeddings` (n_others, n_items, embedding_dim), the other runs' item matrices.

    Facts: their `seeds` and `val_rmse`. Those in the store are taken from there, the others are not put into it.
    """
    store, seeds = RunStore(), [(work.run.config.seed + number) % 2**31 for number in range(1, settings.runs)]
    epochs = family_of(work.run.config).epochs(work.run.config)
    matrices, errors = [], []
    for number, seed in enumerate(seeds):

        def report(event: Event, done: int = number) -> None:
            """Report how far all trainings are, by how far this one is."""
            if isinstance(event, Step | Epoch):
                at = event.at if isinstance(event, Step) else event.epoch
                work.on_progress((done + at / epochs) / len(seeds))

        config = work.run.config.model_copy(update={"seed": seed})
        other = store.get(run_id(config, work.ratings.digest))
        if other is None:
            from core.training.trainer import fit  # may need TensorFlow: seconds to import

            other = fit(config, work.ratings, on_event=report, should_stop=work.should_stop)
        matrices.append(other.scorer.item_embedding)
        errors.append(other.outcome.val_rmse)
    return Stored({"embeddings": np.stack(matrices)}, {"seeds": seeds, "val_rmse": errors})


STABILITY = Study(
    name="stability",
    page="components",
    settings=StabilitySettings,
    title=lambda settings: "Training again from other seeds",
    compute=_compute,
    check=_check,
)
