"""Training a run's model again under other circumstances, as several studies do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.errors import LimitError, NotApplicableError
from core.model.events import as_share
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.runs import RunStore
from core.studies.study import Work
from core.training.budget import check_size


@dataclass(frozen=True, eq=False)
class Training:
    """One training that a study needs."""

    config: RunConfig
    ratings: Ratings  # what it learns from
    stored: bool = True  # whether a run like it may be in the store


def check_trainable(run: Run) -> None:
    """Refuse to train a run's model again where that cannot be done. Raises LimitError: it takes more than is allowed;
    NotApplicableError: the run was not trained here, or not by this program."""
    if run.origin.kind != "trained":
        raise NotApplicableError(
            f"run {run.run_id} was trained elsewhere, so it cannot be trained again; choose one that was trained here"
        )
    if run.scorer.trained_elsewhere(run.config):
        raise NotApplicableError(
            f"run {run.run_id} was trained by another engine, which is not started again for this; train the same "
            "settings with the engine here, and choose that run"
        )
    check_size(run.config, run.dataset.users, run.dataset.items, run.dataset.ratings)


def check_other_splits(run: Run) -> None:
    """Refuse what cannot be trained again on other splits; raises LimitError, and NotApplicableError without a sum."""
    require_bilinear(run.scorer)
    check_trainable(run)
    if run.config.split_kind != "random":
        raise LimitError(
            f"this model was split by {run.config.split_kind}, which gives one split; several need split_kind random"
        )


def train_all(work: Work, trainings: Sequence[Training]) -> Iterator[Run]:
    """One run after the other, as they are asked for; those in the store are taken from there, no other is put there.

    The work's progress is told by how far all trainings are.

    Raises CanceledError: the work should stop; LimitError, DivergedError, OutOfMemoryError as `fit` says.
    """
    store = RunStore()
    for number, training in enumerate(trainings):
        work.check_canceled()
        run = store.get(run_id(training.config, training.ratings.digest)) if training.stored else None
        if run is None:
            from core.training.trainer import fit  # may need TensorFlow: seconds to import

            report = as_share(work.on_progress, number, len(trainings))
            run = fit(training.config, training.ratings, on_event=report, should_stop=work.should_stop)
        yield run
        work.on_progress((number + 1) / len(trainings))
