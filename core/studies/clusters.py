"""Groups of items that lie together in the model, with names."""

from typing import Literal

import numpy as np
from pydantic import Field

from core.analysis.item_attributes import item_columns
from core.analysis.maps.clusters import NO_CLUSTER, hdbscan, kmeans, label_groups, repeatability, silhouette, typical
from core.analysis.neighbors.all_neighbors import Space
from core.store.study_store import Stored
from core.studies.study import Study, Work, as_limit_error, items_taking_part, min_ratings_field
from core.studies.twins import MaybeOfTwin, check_twin, looked_at, titled

_MOST_SIGNS = 8  # signs kept behind the name of a group
_SIGN = ("text", "column", "inside", "outside")  # what is kept of each


class ClusterSettings(MaybeOfTwin, frozen=True, extra="forbid"):
    """How items are grouped, in the original space."""

    method: Literal["kmeans", "hdbscan"] = Field(
        "kmeans", description="kmeans: every item in one of so many groups. hdbscan: dense groups, and items in none."
    )
    n_clusters: int = Field(12, ge=2, le=40, description="kmeans: how many groups.")
    min_size: int = Field(15, ge=2, le=1000, description="hdbscan: fewest items that make a group.")
    metric: Space = Field("cosine", description="Which items count as near each other.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="kmeans: starting number of all that is drawn by chance.")
    min_ratings: int = min_ratings_field()


def _compute(work: Work, settings: ClusterSettings) -> Stored:
    """Arrays: `rows` (n,), the items that take part; `label` (n,), their group from 0, the largest, or -1.

    Facts: `groups`, for each its size, its label, the signs behind it, and the rows of typical items; `none`, how many
    items are in no group; `repeat`, as `repeatability` says, None where nothing is drawn by chance; `silhouette`, None
    where there are no two groups; and `found_on`, as in `Clusters`. Studies of earlier versions have not all of these.
    """
    run, ratings = looked_at(work, settings)
    rows = items_taking_part(run, ratings, settings.min_ratings)
    matrix = run.scorer.item_embedding[rows]
    repeat = None
    with as_limit_error():
        if settings.method == "kmeans":
            clusters = kmeans(matrix, settings.n_clusters, metric=settings.metric, seed=settings.seed)
            work.reached(0.2)
            repeat = repeatability(matrix, settings.n_clusters, metric=settings.metric, seed=settings.seed)
        else:
            clusters = hdbscan(matrix, min_size=settings.min_size, metric=settings.metric)
    work.reached(0.7)
    apart = silhouette(matrix, clusters, metric=settings.metric)
    work.reached(0.8)
    labels = label_groups(clusters.label, item_columns(ratings).take(rows))
    examples = typical(matrix, clusters, metric=settings.metric)
    groups = [
        {
            "size": int(size),
            "typical": rows[near].tolist(),
            "label": label.text,
            "signs": [{name: getattr(sign, name) for name in _SIGN} for sign in label.signs[:_MOST_SIGNS]],
        }
        for size, near, label in zip(clusters.sizes, examples, labels, strict=True)
    ]
    facts = {
        "groups": groups,
        "none": int(np.count_nonzero(clusters.label == NO_CLUSTER)),
        "repeat": repeat,
        "silhouette": None if np.isnan(apart) else apart,
        "found_on": clusters.found_on,
    }
    return Stored({"rows": rows, "label": clusters.label}, facts)


CLUSTERS = Study(
    name="clusters",
    page="maps",
    settings=ClusterSettings,
    title=lambda settings: titled("Grouping", settings),
    compute=_compute,
    check=check_twin,
)
