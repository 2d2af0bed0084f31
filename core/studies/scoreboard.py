"""The same settings on several splits of the ratings: which runs that takes, and training those that are missing."""

from collections.abc import Callable, Iterator, Sequence

from core.analysis.compare.score import Row, SplitScore, score_of
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError, NotApplicableError, UsageError
from core.model.events import as_share
from core.model.run import Run
from core.model.scoring import require_guesses
from core.store.runs import RunStore
from core.studies.retraining import check_trainable
from core.training.budget import check_room

SPLITS, FEWEST, MOST = 5, 2, 20  # splits at first, and how many there may be


def check(runs: Sequence[Run], splits: int) -> None:
    """Pass if a scoreboard can be made of these runs.

    Raises:
        LimitError: There are too few splits or too many, or a model is too large to be trained.
        NotApplicableError: A run guesses no ratings, was not trained here, or its split has no seed to change.
        UsageError: They learned from different data, or keep different shares of it aside.
    """
    if not FEWEST <= splits <= MOST:
        raise LimitError(f"splits is {splits}; allowed is {FEWEST} to {MOST}")
    for run in runs:
        require_guesses(run.scorer)
        check_trainable(run)
        if not run.config.is_drawn:
            raise NotApplicableError(
                f"run {run.run_id} has split_kind {run.config.split_kind}, where chance has no part: another split "
                "seed divides the ratings in the same way; choose runs with split_kind random"
            )
    if len({run.dataset.digest for run in runs}) > 1:
        names = ", ".join(dict.fromkeys(run.dataset.name for run in runs))
        raise UsageError(f"the runs learned from different data ({names}); choose runs on the same")
    fractions = sorted({run.config.validation_fraction for run in runs})
    if len(fractions) > 1:
        words = ", ".join(f"{fraction:g}" for fraction in fractions)
        raise UsageError(f"the runs keep different shares aside (validation_fraction {words}); choose runs with one")


def on_splits(config: RunConfig, splits: int) -> Iterator[RunConfig]:
    """The same settings with split seed 0, 1, …, splits - 1."""
    return (config.model_copy(update={"split_seed": seed}) for seed in range(splits))


def needed(runs: Sequence[Run], splits: int) -> dict[str, RunConfig]:
    """The runs that a scoreboard is made of, by id, each once."""
    return {run_id(config, run.dataset.digest): config for run in runs for config in on_splits(run.config, splits)}


def missing(runs: Sequence[Run], splits: int) -> list[str]:
    """Ids of those that are not in the store; the content of the others is not checked."""
    store = RunStore()
    return [name for name in needed(runs, splits) if name not in store]


def lacking(runs: Sequence[Run], splits: int) -> list[RunConfig]:
    """Settings of those that are not in the store; damaged ones are set aside."""
    store = RunStore()
    return [config for name, config in needed(runs, splits).items() if store.get(name) is None]


def train_missing(
    runs: Sequence[Run],
    ratings: Ratings,
    splits: int,
    *,
    on_progress: Callable[[float], None] = lambda share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Train what is missing, and put each model into the store as soon as it is there.

    `should_stop`: asked now and then; True ends the work. What is trained by then stays. Raises as `check` and `fit`
    do; QuotaError: the home is full.
    """
    check(runs, splits)
    store, wanted = RunStore(), lacking(runs, splits)
    for number, config in enumerate(wanted):
        from core.training.trainer import fit  # TensorFlow: seconds to import

        check_room(config, len(ratings.users), len(ratings.items))
        report = as_share(on_progress, number, len(wanted))
        store.publish(fit(config, ratings, on_event=report, should_stop=should_stop))
        on_progress((number + 1) / len(wanted))


def rows(runs: Sequence[Run], splits: int, score: Callable[[str], SplitScore]) -> tuple[Row, ...]:
    """The scoreboard of runs whose other splits are in the store; `score` gives that of a run by its id."""
    return tuple(
        Row(
            run.run_id,
            own=score(run.run_id),
            splits=tuple(score(run_id(config, run.dataset.digest)) for config in on_splits(run.config, splits)),
        )
        for run in runs
    )


def score_stored(name: str, ratings: Ratings) -> SplitScore:
    """The score of a run in the store that learned from these ratings; raises as `RunStore.load` does."""
    run = RunStore().load(name)
    return score_of(run, ratings, split(ratings, run.config.split))
