"""Groups of items that lie together in the original space."""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import Space, comparable
from core.errors import AnalysisError

NO_CLUSTER = -1


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which group each item is in.

    Attributes:
        label: int64, (n_items,): 0 is the largest group; -1 (HDBSCAN only) belongs to none.
        sizes: Items per group, int64, (n_clusters,), falling.
    """

    label: np.ndarray
    sizes: np.ndarray


def kmeans(embeddings: np.ndarray, n_clusters: int = 12, *, metric: Space = "cosine", seed: int = 0) -> Clusters:
    """k-means (Lloyd 1982, started by k-means++): every item goes to the nearest of n means.

    The best of four starts. About 1 s for 9,066 items of 64 numbers, 15 s for 87,585.

    Args:
        embeddings: Float array, (n_items, embedding_dim).
        n_clusters: Groups, 2 … n_items.
        metric: cosine brings all vectors to length one first, so that groups are directions.
        seed: Starting number of the draw of starts.

    Raises:
        AnalysisError: n_clusters is out of range, or there are fewer different rows than groups.
    """
    from sklearn.cluster import KMeans  # 1 s to import
    from threadpoolctl import threadpool_limits

    points = comparable(embeddings, metric)
    if not 2 <= n_clusters <= len(points):
        raise AnalysisError(f"n_clusters is {n_clusters}; {len(points):,} items make 2 to {len(points):,} groups")
    if n_clusters > (different := len(np.unique(points, axis=0))):
        raise AnalysisError(f"n_clusters is {n_clusters}, but only {different} rows differ; choose fewer groups")
    with threadpool_limits(1, user_api="openmp"):  # the threads' sums would be added in an order left to chance
        found = KMeans(n_clusters, n_init=4, random_state=seed).fit_predict(points)
    return _by_size(found)


def hdbscan(embeddings: np.ndarray, *, min_size: int = 15, metric: Space = "cosine") -> Clusters:
    """HDBSCAN (Campello et al. 2013): dense groups of any shape, and items in none of them.

    Nothing is drawn by chance. In many dimensions few regions are dense, and most
    items can end up in no group: that is a finding, not a failure. Time grows with
    the square of the items: 8 s for 9,066 of 64 numbers, so a quarter of an hour for 87,585.

    Args:
        embeddings: Float array, (n_items, embedding_dim).
        min_size: Fewest items that make a group, at least 2.
        metric: As for `kmeans`.

    Raises:
        AnalysisError: min_size is below 2 or above the number of items.
    """
    from sklearn.cluster import HDBSCAN

    points = comparable(embeddings, metric)
    if not 2 <= min_size <= len(points):
        raise AnalysisError(f"min_size is {min_size}; with {len(points):,} items it can be 2 to {len(points):,}")
    # A tree: the other way holds all distances between items at once.
    search = HDBSCAN(min_cluster_size=min_size, algorithm="kd_tree", copy=True)
    return _by_size(search.fit_predict(points))


def typical(
    embeddings: np.ndarray, clusters: Clusters, *, top: int = 5, metric: Space = "cosine"
) -> tuple[np.ndarray, ...]:
    """For each group the rows nearest to its mean, closest first, at most `top` of them.

    Args:
        embeddings: The matrix that was grouped, (n_items, embedding_dim).
        clusters: Its groups.
        top: Most rows a group, at least 1.
        metric: As it was grouped.
    """
    points = comparable(embeddings, metric)
    found = []
    for number in range(len(clusters.sizes)):
        rows = np.flatnonzero(clusters.label == number)
        distance = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1)
        found.append(rows[np.argsort(distance, kind="stable")[:top]])
    return tuple(found)


def _by_size(found: np.ndarray) -> Clusters:
    """The same groups numbered from the largest; equal ones keep their order."""
    grouped = found >= 0
    sizes = np.bincount(found[grouped])
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(len(sizes), np.int64)
    number[order] = np.arange(len(sizes))
    label = np.full(len(found), NO_CLUSTER, np.int64)
    label[grouped] = number[found[grouped]]
    return Clusters(label=label, sizes=sizes[order])
