"""A map of the items, and how far to trust it."""

from typing import Any

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from core.analysis.components.bases import How, components_of
from core.analysis.components.pca import Basis, Pca
from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.projections import Layout, MapSettings, draw_map, umap_installed
from core.analysis.neighbors.all_neighbors import fitting_k
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.study_store import Stored
from core.studies.study import Study, Work, as_limit_error, items_taking_part, min_ratings_field
from core.studies.twins import MaybeOfTwin, check_twin, looked_at, titled

K = 10  # neighbors by which a map's faithfulness is measured
_DRAWING = 0.9  # share of the progress that is drawing the map; the rest is measuring how faithful it is

_USED: dict[str, set[str]] = {
    "pca": {"basis", "centered", "fit_min_ratings"},
    "tsne": {"metric", "perplexity", "iterations", "seed"},
    "umap": {"metric", "neighbors", "min_dist", "seed"},
}
_TITLES = {"pca": "How far to trust the PCA map", "tsne": "Map by t-SNE", "umap": "Map by UMAP"}


class MapStudySettings(MapSettings, MaybeOfTwin, frozen=True, extra="forbid", allow_inf_nan=False):
    """How a map is made, and of which items.

    A setting that the chosen method does not use stays at its default, so that it makes no other study.
    """

    min_ratings: int = min_ratings_field()
    basis: Basis = Field("pca", description="What the axes of a map by PCA are components of.")
    fit_min_ratings: int = Field(0, ge=0, description="Ratings an item needs to shape components of the item matrix.")

    @property
    def how(self) -> How:
        """How the components come about that are the axes of a map by PCA."""
        return How(self.basis, self.centered, self.fit_min_ratings)

    @model_serializer(mode="wrap")
    def _as_kept(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Maps that were there before components had a basis keep their names: what counts for PCA alone is left out of
        all others."""
        values: dict[str, Any] = dump(self)
        of_pca = {"basis", "fit_min_ratings"} if self.method != "pca" else set()
        return {name: value for name, value in values.items() if name not in of_pca}

    @model_validator(mode="before")
    @classmethod
    def _only_what_counts(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        unused = set().union(*_USED.values()) - _USED.get(values.get("method", "pca"), set())
        if values.get("basis") == "predictions":
            unused |= {"centered", "fit_min_ratings"}
        return {name: value for name, value in values.items() if name not in unused}


def _check(run: Run, settings: MapStudySettings) -> None:
    if settings.basis == "predictions":
        require_bilinear(run.scorer)
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
        if settings.method == "pca":
            layout = _shadow(run, ratings, settings, rows)
        else:
            layout = draw_map(
                matrix,
                settings,
                on_progress=lambda share: work.on_progress(_DRAWING * share),
                should_stop=work.should_stop,
            )
        work.reached(_DRAWING)
        trust = faithfulness(matrix, layout.points, k=fitting_k(len(rows), K), metric=settings.metric)
    measured = {name: getattr(trust, name) for name in ("chance", "trustworthiness", "measured_on", "k", "metric")}
    facts = {"kept": trust.mean, **measured, "loss": layout.loss, "laid_out": layout.laid_out}
    return Stored({"rows": rows, "points": layout.points, "kept": trust.kept.astype(np.float32)}, facts)


def _shadow(run: Run, ratings: Ratings, settings: MapStudySettings, rows: np.ndarray) -> Layout:
    """The items along the first components, which are the same whichever items are drawn."""
    found = components_of(run, ratings, split(ratings, run.config.split), settings.how)
    return Layout(shadow(found, settings, rows), settings)


def shadow(components: Pca, settings: MapStudySettings, rows: np.ndarray) -> np.ndarray:
    """Places of some items along the first components, float32, (n_rows, dimensions); LimitError with too few."""
    if len(components.components) < settings.dimensions:
        there = count(len(components.components), "component")
        raise LimitError(f"there is no map in {settings.dimensions} dimensions: the model has {there}")
    return np.asarray(components.scores[rows, : settings.dimensions], np.float32)


MAP = Study(
    name="map",
    page="maps",
    settings=MapStudySettings,
    title=lambda settings: titled(_TITLES[settings.method], settings),
    compute=_compute,
    check=_check,
)
