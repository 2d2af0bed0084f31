"""The studies themselves: a run, its ratings and settings in; arrays and facts out."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from core import data
from core.analysis.compare.run_pair import compare_parts, to_study
from core.analysis.compare.shared_items import part
from core.analysis.item_attributes import item_columns
from core.analysis.maps.clusters import NO_CLUSTER, hdbscan, kmeans, typical
from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.labels import Label, label_groups
from core.analysis.maps.projections import draw_map
from core.config import run_id
from core.data.ratings import Ratings
from core.errors import CanceledError, LimitError, UnknownDatasetError
from core.model.events import Epoch, Event, Step
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies.settings import ClusterSettings, MapStudySettings, OverlapSettings, StabilitySettings

Progress = Callable[[float], None]
ShouldStop = Callable[[], bool]

FEWEST_ITEMS = 25
"""A map or a grouping of fewer items says nothing."""

K = 10
"""Neighbors by which a map's faithfulness is measured."""

_DRAWING = 0.9
"""Share of a map's progress that is drawing it; the rest is measuring how faithful it is."""


@dataclass(frozen=True)
class Study:
    """One kind of study.

    Attributes:
        settings: What can be chosen.
        make: Called with run, ratings, settings, on_progress (takes the share done, 0–1) and should_stop.
    """

    settings: type[BaseModel]
    make: Callable[[Run, Ratings, Any, Progress, ShouldStop], Stored]


def make(
    kind: str,
    run: Run,
    ratings: Ratings,
    settings: BaseModel,
    *,
    on_progress: Progress = lambda share: None,
    should_stop: ShouldStop = lambda: False,
) -> Stored:
    """The stored study, or a new one, which is stored.

    Args:
        kind: A name in STUDIES.
        run: What it is about.
        ratings: The data the run learned from.
        settings: Of the study's own type.
        on_progress: Called with the share done, 0–1.
        should_stop: Asked now and then; True ends the work.

    Raises:
        LimitError: The settings do not fit the data.
        CanceledError: `should_stop` said so.
        UnknownRunError, BusyError, DiskFullError: As `study_store.save` says.
    """
    known = study_store.load(run.run_id, kind, settings)
    if known is None:
        known = STUDIES[kind].make(run, ratings, settings, on_progress, should_stop)
        study_store.save(run.run_id, kind, settings, known.arrays, known.facts)
    return known


def taking_part(run: Run, ratings: Ratings, min_ratings: int) -> np.ndarray:
    """Rows of the items with enough ratings that training has moved, int64, rising.

    Raises:
        LimitError: They are too few.
    """
    rows = np.flatnonzero(part(run, ratings).trained & (ratings.item_count >= min_ratings))
    if len(rows) < FEWEST_ITEMS:
        raise LimitError(
            f"{len(rows):,} items have at least {min_ratings:,} ratings; {FEWEST_ITEMS} are needed; lower that number"
        )
    return rows


def _map(
    run: Run, ratings: Ratings, settings: MapStudySettings, on_progress: Progress, should_stop: ShouldStop
) -> Stored:
    """A map and how far to trust it.

    Arrays: `rows` (n,), the items drawn; `points` (n, 2 or 3); `kept` (n,), the share of true neighbors kept.
    """
    rows = taking_part(run, ratings, settings.min_ratings)
    matrix = run.weights.item_embedding[rows]
    with _told():
        drawn = draw_map(
            matrix, settings, on_progress=lambda share: on_progress(_DRAWING * share), should_stop=should_stop
        )
        _heed(should_stop)
        on_progress(_DRAWING)
        found = faithfulness(matrix, drawn.points, k=K, metric=settings.metric)
    facts = {
        "kept": found.mean,
        "chance": found.chance,
        "trustworthiness": found.trustworthiness,
        "measured_on": found.measured_on,
        "k": found.k,
        "metric": found.metric,
        "loss": drawn.loss,
    }
    arrays = {"rows": rows, "points": drawn.points, "kept": found.kept.astype(np.float32)}
    return Stored(arrays=arrays, facts=facts)


def _clusters(
    run: Run, ratings: Ratings, settings: ClusterSettings, on_progress: Progress, should_stop: ShouldStop
) -> Stored:
    """Groups with names.

    Arrays: `rows` (n,), the items that take part; `label` (n,), their group from 0, the largest, or -1.
    Facts: `groups`, for each its size, its label, the signs behind it, and the rows of typical items.
    """
    rows = taking_part(run, ratings, settings.min_ratings)
    matrix = run.weights.item_embedding[rows]
    with _told():
        if settings.method == "kmeans":
            found = kmeans(matrix, settings.n_clusters, metric=settings.metric, seed=settings.seed)
        else:
            found = hdbscan(matrix, min_size=settings.min_size, metric=settings.metric)
    _heed(should_stop)
    on_progress(0.8)
    labels = label_groups(found.label, item_columns(ratings).take(rows))
    examples = typical(matrix, found, metric=settings.metric)
    groups = [
        {"size": int(size), "typical": rows[near].tolist()} | _label(label)
        for size, near, label in zip(found.sizes, examples, labels, strict=True)
    ]
    facts = {"groups": groups, "none": int(np.count_nonzero(found.label == NO_CLUSTER))}
    return Stored(arrays={"rows": rows, "label": found.label}, facts=facts)


def _label(label: Label) -> dict[str, Any]:
    signs = [
        {"text": sign.text, "column": sign.column, "inside": sign.inside, "outside": sign.outside}
        for sign in label.signs[:8]
    ]
    return {"label": label.text, "signs": signs}


def _stability(
    run: Run, ratings: Ratings, settings: StabilitySettings, on_progress: Progress, should_stop: ShouldStop
) -> Stored:
    """The same model from other seeds; those in the store are taken from there, the others are not put into it.

    Arrays: `embeddings` (n_others, n_items, embedding_dim), the other runs' item matrices.
    Facts: their `seeds` and `val_rmse`.
    """
    store, seeds = RunStore(), [(run.config.seed + number) % 2**31 for number in range(1, settings.runs)]
    matrices, errors = [], []
    for number, seed in enumerate(seeds):

        def report(event: Event, done: int = number) -> None:
            """How far all trainings are, by how far this one is."""
            if isinstance(event, Step | Epoch):
                at = event.at if isinstance(event, Step) else event.epoch
                on_progress((done + at / run.config.epochs) / len(seeds))

        config = run.config.model_copy(update={"seed": seed})
        other = store.get(run_id(config, ratings.digest))
        if other is None:
            from core.training.trainer import fit  # TensorFlow: seconds to import

            other = fit(config, ratings, on_event=report, should_stop=should_stop)
        matrices.append(other.weights.item_embedding)
        errors.append(other.outcome.val_rmse)
    return Stored(arrays={"embeddings": np.stack(matrices)}, facts={"seeds": seeds, "val_rmse": errors})


def _overlap(
    run: Run, ratings: Ratings, settings: OverlapSettings, on_progress: Progress, should_stop: ShouldStop
) -> Stored:
    """How alike another run is, and how many neighbors every item keeps in it, as `run_pair.to_study` lays it out."""
    other = RunStore().load(settings.other_run_id)
    theirs = ratings if other.dataset.digest == ratings.digest else _ratings_of(other)

    def tell(share: float) -> None:
        """Say how far it is, and hear whether to stop."""
        _heed(should_stop)
        on_progress(share)

    _heed(should_stop)
    return to_study(
        compare_parts(
            part(run, ratings),
            part(other, theirs),
            min_ratings=settings.min_ratings,
            k=settings.k,
            metric=settings.metric,
            on_progress=tell,
        )
    )


def _ratings_of(run: Run) -> Ratings:
    own = run.dataset.dataset_id
    ratings = data.load(data.holding(run.dataset.digest, own) or own)
    if ratings.digest != run.dataset.digest:
        raise UnknownDatasetError(
            f"dataset {run.dataset.dataset_id!r:.60} has changed since run {run.run_id} learned from it; train it again"
        )
    return ratings


def _heed(should_stop: ShouldStop) -> None:
    if should_stop():
        raise CanceledError("the study was stopped before it was finished; start it again to get it")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell what an analysis cannot do with these settings as an error that a person can mend."""
    try:
        yield
    except ValueError as error:
        raise LimitError(f"{error}; choose other settings, or a model that has learned more") from error


STUDIES: dict[str, Study] = {
    "map": Study(MapStudySettings, _map),
    "clusters": Study(ClusterSettings, _clusters),
    "stability": Study(StabilitySettings, _stability),
    "overlap": Study(OverlapSettings, _overlap),
}
