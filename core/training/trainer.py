"""From ratings to a trained run: checks, the training that the model's family has, and what came of it."""

import importlib
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError, OutOfMemoryError
from core.model.events import Epoch, Event, Started
from core.model.families import family_of
from core.model.run import Outcome, Run
from core.training.baselines import expected
from core.training.budget import check_size
from core.training.camera import Camera
from core.training.progress import Progress, Training


def fit(
    config: RunConfig,
    ratings: Ratings,
    *,
    on_event: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    camera: Camera | None = None,
) -> Run:
    """Train one model.

    The same config on the same ratings gives the same run bit for bit on one machine, filmed or not, but for the times
    it took.

    Args:
        on_event: Told once `Started`, several times a second `Step`, and `Epoch` after each.
        should_stop: Asked about four times a second; True ends the training.

    Raises:
        LimitError: The training needs more memory or time than allowed, or an index has no row in its table.
        DivergedError: The loss stopped being finite; `history` holds the epochs before.
        CanceledError: `should_stop` said so; `history` holds the epochs done.
        OutOfMemoryError: The system had less memory than the limit allows.
    """
    began = time.perf_counter()
    _check(config, ratings)
    progress = Progress(on_event, should_stop, camera)
    parts = progress.heeding(lambda: split(ratings, config), "before the first epoch")
    begin = progress.heeding(lambda: expected(config, ratings, parts), "before the first epoch")
    training_type = _training(config)
    on_event(begin)
    if camera is not None:
        family = family_of(config)
        shape = family.shapes(config, len(ratings.users), len(ratings.items))[family.recorded]
        camera.begin(parts.training_count(ratings), int(np.prod(shape[1:])))
    try:
        training = training_type(config, ratings, parts, progress)
        arrays, kept = training.run()
    except MemoryError as error:
        raise OutOfMemoryError(
            f"memory ran out with {config.dimensions} dimensions; choose fewer dimensions or less data"
        ) from error
    return run_of(config, ratings, begin, progress, arrays, kept, began, training.libraries)


def run_of(
    config: RunConfig,
    ratings: Ratings,
    begin: Started,
    progress: Progress,
    arrays: dict[str, np.ndarray],
    kept: int,
    began: float,
    libraries: tuple[tuple[str, str], ...],
) -> Run:
    """What a training that has ended leaves behind.
    `arrays`: the numbers of the `kept` epoch; `began`: when the training began, on `time.perf_counter`."""
    return Run(
        run_id=run_id(config, ratings.digest),
        config=config,
        dataset=ratings.reference,
        started=begin,
        history=tuple(progress.history),
        steps=tuple(progress.steps),
        outcome=_outcome(progress.history, kept, begin.epochs, time.perf_counter() - began),
        scorer=family_of(config).make(arrays, min_rating=ratings.min_rating, max_rating=ratings.max_rating),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=(("python", platform.python_version()), *libraries, ("numpy", np.__version__)),
    )


def prepare(config: RunConfig, ratings: Ratings) -> None:
    """Compile what `fit` will need, so that a worker can do it before anybody waits; raises as `fit` does."""
    _check(config, ratings)
    _training(config).prepare(config, ratings, len(split(ratings, config).train))


def _training(config: RunConfig) -> type[Training[Any]]:
    """How a family is trained; libraries that it does not need are not imported for it."""
    training: type[Training[Any]] = importlib.import_module(f"core.training.{family_of(config).training}").TRAINING
    return training


def _outcome(history: list[Epoch], kept: int, epochs: int, seconds: float) -> Outcome:
    """What came of a training that took `seconds`; its errors are those of the kept epoch."""
    last, chosen = history[-1], history[kept - 1]
    return Outcome(
        epochs=last.epoch,
        kept_epoch=kept,
        stopped_early=last.epoch < epochs,
        val_rmse=chosen.val_rmse,
        val_mae=chosen.val_mae,
        best_val_rmse=min((epoch.val_rmse for epoch in history if epoch.val_rmse is not None), default=None),
        train_seconds=seconds,
        metric=chosen.metric,
    )


def _check(config: RunConfig, ratings: Ratings) -> None:
    """Sizes and index ranges, once for the whole data: compiled code cannot complain about an index."""
    check_size(config, len(ratings.users), len(ratings.items), len(ratings))
    for name, index, table in (
        ("user", ratings.user_index, ratings.users),
        ("item", ratings.item_index, ratings.items),
    ):
        low, high = int(index.min()), int(index.max())
        if low < 0 or high >= len(table):
            raise LimitError(f"{name} indices run from {low:,} to {high:,}; allowed are 0 to {len(table) - 1:,}")
