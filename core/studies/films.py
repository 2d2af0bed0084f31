"""Films of trainings: taken while a run is trained, kept beside it, and made again for a run that has none."""

from collections.abc import Callable
from functools import partial

import numpy as np
from pydantic import BaseModel

from core.analysis.components.bases import PREDICTIONS, How, components_of
from core.analysis.film import Film, develop, packed, unpacked
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.errors import AnalysisError
from core.model.events import Event, as_share
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies.retraining import check_trainable
from core.studies.study import Study, Work
from core.training.camera import Camera


class FilmSettings(BaseModel, frozen=True, extra="forbid"):
    """A run has one film."""


def train_filmed(
    config: RunConfig,
    ratings: Ratings,
    *,
    on_event: Callable[[Event], None],
    should_stop: Callable[[], bool],
    camera: Camera | None = None,
) -> Run:
    """Train, keep the run, and keep its film beside it.

    Args:
        config, ratings, on_event, should_stop: As for `core.training.trainer.fit`.
        camera: One whose `on_frame` is told of every frame; a plain one without.

    Raises LimitError, DivergedError, CanceledError, OutOfMemoryError as `fit` says; nothing is kept; DiskFullError,
    BusyError, CorruptRunError, UsageError as `RunStore.publish` says.
    """
    from core.training.trainer import fit  # may need TensorFlow: seconds to import

    camera = camera or Camera()
    run = fit(config, ratings, on_event=on_event, should_stop=should_stop, camera=camera)
    RunStore().publish(run)
    film = _develop(run, ratings, camera)
    study_store.save(run.run_id, FILM.name, FilmSettings(), film.arrays, film.facts)
    return run


def frames_before_end(run: Run, camera: Camera) -> list[tuple[float, np.ndarray]]:
    """Epochs done and the numbers of the filmed items, float32, in each frame before the epoch that the run keeps."""
    return [
        (at, np.multiply(numbers, camera.scale, dtype=np.float32))
        for at, numbers in camera.frames
        if at < run.outcome.kept_epoch
    ]


def _develop(run: Run, ratings: Ratings, camera: Camera) -> Stored:
    """Arrays: those of `Film`, `places` as whole steps (uint16) between the `bounds` (2, 2). Facts: none.

    The film ends with the epoch that the run keeps.
    """
    kept = run.outcome.kept_epoch
    before = frames_before_end(run, camera)
    parts, rows = split(ratings, run.config), camera.rows
    places = _placing(run, ratings, parts, rows)([numbers for _, numbers in before])
    steps, bounds = packed(places)
    at = np.array([*(at for at, _ in before), kept], np.float64)
    return Stored({"rows": rows, "at": at, "places": steps, "bounds": bounds}, {})


def _placing(run: Run, ratings: Ratings, parts: Split, rows: np.ndarray) -> Callable[[list[np.ndarray]], np.ndarray]:
    """What puts frames of a run on its final axes, and the run's own numbers behind them.

    The axes are the first two components of what it predicts, or of its item matrix where its score is no sum. A model
    without vectors has its biases across and the number of ratings, in powers of ten, up.
    """
    count = parts.training_count(ratings)
    weight = count[rows]
    last = run.scorer.arrays[run.scorer.recorded][rows]
    if not run.scorer.has_vectors:
        directions, middle = np.array([[1.0], [0.0]]), np.zeros(1)

        def along_bias(frames: list[np.ndarray]) -> np.ndarray:
            """Biases from their mean, beside how often items were rated."""
            places = develop(frames, last.reshape(-1, 1), weight, middle, directions)
            places[:, :, 1] = np.log10(weight)
            return places

        return along_bias
    matrix = run.scorer.item_embedding
    try:
        found = components_of(run, ratings, parts, PREDICTIONS if run.scorer.is_bilinear else How())
        axes, middle = found.components[:2], found.mean
    except AnalysisError:  # it learned nothing that tells items apart
        axes, middle = np.eye(2, matrix.shape[1]), np.zeros(matrix.shape[1])
    if len(axes) < 2:  # of one dimension, or one direction of taste
        axes = np.vstack([axes, np.zeros((2 - len(axes), axes.shape[1]))])
    return partial(develop, last=last, weight=weight, center=middle, directions=axes)


def film_of(stored: Stored) -> Film:
    """The film that a study holds."""
    arrays = stored.arrays
    return Film(arrays["rows"], arrays["at"], unpacked(arrays["places"], arrays["bounds"]))


def axes_of(run: Run) -> tuple[str, str]:
    """What the two axes are."""
    if not run.scorer.has_vectors:
        return "Bias (units of the score)", "Ratings in training (powers of ten)"
    of = "predicted taste" if run.scorer.is_bilinear else "embedding units"
    return f"Component 1 · {of}", f"Component 2 · {of}"


def train_again(work: Work, share: float = 1.0) -> tuple[Run, Camera]:
    """A run once more, now filmed: the same settings on the same ratings give the same numbers.

    Args:
        work: About the run; told how far the training is.
        share: Of the work that this is.

    Raises CanceledError: the work should stop; LimitError, DivergedError, OutOfMemoryError as `fit` says.
    """
    from core.training.trainer import fit  # as above

    camera = Camera()
    report = as_share(lambda done: work.on_progress(share * done))
    run = fit(work.run.config, work.ratings, on_event=report, should_stop=work.should_stop, camera=camera)
    return run, camera


def _compute(work: Work, settings: FilmSettings) -> Stored:
    """Train the run once more, and film it."""
    run, camera = train_again(work)
    return _develop(run, work.ratings, camera)


FILM = Study(
    name="film",
    page="train",
    settings=FilmSettings,
    title=lambda settings: "Filming the training",
    compute=_compute,
    check=lambda run, settings: check_trainable(run),
)
