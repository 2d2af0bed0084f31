"""A map of the items, and how far to trust it."""

from typing import Any

import numpy as np
from pydantic import model_validator

from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.projections import MapSettings, draw_map, umap_installed
from core.analysis.neighbors.all_neighbors import fitting_k
from core.data.nouns import count
from core.errors import LimitError
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.study import Study, Work, as_limit_error, items_taking_part, min_ratings_field
from core.studies.twins import MaybeOfTwin, check_twin, looked_at, titled

K = 10
"""Neighbors by which a map's faithfulness is measured."""

_DRAWING = 0.9
"""Share of the progress that is drawing the map; the rest is measuring how faithful it is."""

_USED: dict[str, set[str]] = {
    "pca": {"centered"},
    "tsne": {"metric", "perplexity", "iterations", "seed"},
    "umap": {"metric", "neighbors", "min_dist", "seed"},
}
_TITLES = {"pca": "How far to trust the PCA map", "tsne": "Map by t-SNE", "umap": "Map by UMAP"}


class MapStudySettings(MapSettings, MaybeOfTwin, frozen=True, extra="forbid", allow_inf_nan=False):
    """How a map is made, and of which items.

    A setting that the chosen method does not use stays at its default, so that it makes no other study.
    """

    min_ratings: int = min_ratings_field()

    @model_validator(mode="before")
    @classmethod
    def _only_what_counts(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        unused = set().union(*_USED.values()) - _USED.get(values.get("method", "pca"), set())
        return {name: value for name, value in values.items() if name not in unused}


def _check(run: Run, settings: MapStudySettings) -> None:
    check_twin(run, settings)
    if settings.method == "umap" and not umap_installed():
        raise LimitError("UMAP needs the package umap-learn: run `pip install umap-learn`, or choose t-SNE")
    if settings.method == "tsne" and settings.perplexity >= run.dataset.items:
        raise LimitError(
            f"perplexity is {settings.perplexity:g}; with {count(run.dataset.items, 'item')} it must be below that"
        )


def _compute(work: Work, settings: MapStudySettings) -> Stored:
    """Arrays: `rows` (n,), the items drawn; `points` (n, 2 or 3); `kept` (n,), the share of true neighbors kept."""
    run, ratings = looked_at(work, settings)
    rows = items_taking_part(run, ratings, settings.min_ratings)
    matrix = run.scorer.item_embedding[rows]
    with as_limit_error():
        layout = draw_map(
            matrix, settings, on_progress=lambda share: work.on_progress(_DRAWING * share), should_stop=work.should_stop
        )
        work.check_canceled()
        work.on_progress(_DRAWING)
        trust = faithfulness(matrix, layout.points, k=fitting_k(len(rows), K), metric=settings.metric)
    facts = {
        "kept": trust.mean,
        "chance": trust.chance,
        "trustworthiness": trust.trustworthiness,
        "measured_on": trust.measured_on,
        "k": trust.k,
        "metric": trust.metric,
        "loss": layout.loss,
    }
    return Stored({"rows": rows, "points": layout.points, "kept": trust.kept.astype(np.float32)}, facts)


MAP = Study(
    name="map",
    page="maps",
    settings=MapStudySettings,
    title=lambda settings: titled(_TITLES[settings.method], settings),
    compute=_compute,
    check=_check,
)
