"""What can be chosen before a study starts. Equal settings on one run are one study."""

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from core.analysis.maps.projections import MapSettings
from core.analysis.neighbors.all_neighbors import Space

MIN_RATINGS = 21
"""Ratings an item needs to take part, at first: the article's "more than 20"."""

_LEAST = "Only items with at least this many ratings take part, and only those that training has moved."


class MapStudySettings(MapSettings, frozen=True, extra="forbid", allow_inf_nan=False):
    """How a map is made, and of which items.

    A setting that the chosen method does not use stays at its default, so that it makes no other study.
    """

    min_ratings: int = Field(MIN_RATINGS, ge=0, description=_LEAST)

    @model_validator(mode="before")
    @classmethod
    def _only_what_counts(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        unused = set().union(*_USED.values()) - _USED.get(given.get("method", "pca"), set())
        return {name: value for name, value in given.items() if name not in unused}


_USED: dict[str, set[str]] = {
    "pca": {"centered"},
    "tsne": {"metric", "perplexity", "iterations", "seed"},
    "umap": {"metric", "neighbors", "min_dist", "seed"},
}


class ClusterSettings(BaseModel, frozen=True, extra="forbid"):
    """How items are grouped, in the original space."""

    method: Literal["kmeans", "hdbscan"] = Field(
        "kmeans", description="kmeans: every item in one of so many groups. hdbscan: dense groups, and items in none."
    )
    n_clusters: int = Field(12, ge=2, le=40, description="kmeans: how many groups.")
    min_size: int = Field(15, ge=2, le=1000, description="hdbscan: fewest items that make a group.")
    metric: Space = Field("cosine", description="Which items count as near each other.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="kmeans: starting number of all that is drawn by chance.")
    min_ratings: int = Field(MIN_RATINGS, ge=0, description=_LEAST)


class StabilitySettings(BaseModel, frozen=True, extra="forbid"):
    """How often the same model is trained, each time from another seed."""

    runs: int = Field(5, ge=2, le=10, description="Trainings that are compared, the run itself among them.")


class OverlapSettings(BaseModel, frozen=True, extra="forbid"):
    """With which other run the neighbors of every item are compared."""

    other_run_id: str = Field(description="The other run.", pattern=r"^[0-9a-f]{16}$")
    k: int = Field(10, ge=1, le=100, description="Neighbors looked at.")
    metric: Space = Field("cosine", description="Which items count as near each other.")
    min_ratings: int = Field(MIN_RATINGS, ge=0, description=_LEAST)
