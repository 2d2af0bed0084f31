"""The nearest neighbors of all items at once, exactly, and the hubs that stand in the lists of very many."""

from collections.abc import Callable, Iterator
from typing import Literal, get_args

import numpy as np

from core.analysis.neighbors.of_one import Metric
from core.data.nouns import count
from core.errors import AnalysisError

Space = Literal["cosine", "euclidean"]
SPACES: tuple[Space, ...] = get_args(Space)


BLOCK = 4096  # rows looked up between two words about how far it is


def fitting_k(n_items: int, k: int) -> int:
    """Length of lists of neighbors that say something: `k`, or with few items less than half of them, at least 1.

    Longer lists would be alike in any two spaces for want of others.
    """
    return max(1, min(k, (n_items - 1) // 2))


def nearest(
    points: np.ndarray,
    k: int = 10,
    *,
    metric: Metric = "cosine",
    rows: np.ndarray | None = None,
    on_progress: Callable[[float], None] = lambda share: None,
) -> np.ndarray:
    """Rows of the k nearest other items of every item, or of some, closest first, int64, (n_items or n_rows, k).

    Exact, by scikit-learn's blocked search: no more than a few hundred MB beside the input. 87,585 items of 64 numbers
    take about 35 s on 2 cores, 9,066 take 0.5 s; points of 2 or 3 numbers go through a tree and take under a second.

    Args:
        points: Float array, (n_items, any number).
        k: Neighbors an item, 1 … n_items - 1.
        metric: The cosine, the Euclidean distance, or the dot product. By the cosine a vector of length zero points
            nowhere and is equally far from all others.
        rows: The items whose neighbors are wanted, among all; None for every one.

    Raises AnalysisError: an argument is out of range, or a value is not finite.
    """
    from sklearn.neighbors import NearestNeighbors  # 1 s to import

    if not 1 <= k < len(points):
        raise AnalysisError(f"k is {k}; {count(len(points), 'item')} have 1 to {len(points) - 1:,} neighbors")
    search = NearestNeighbors(n_neighbors=k, algorithm="auto" if points.shape[1] <= 3 else "brute")
    asked, places = _by_product(points) if metric == "dot" else (comparable(points, metric),) * 2
    search.fit(places)
    wanted = np.arange(len(points)) if rows is None else rows
    result = np.empty((len(wanted), k), np.int64)
    for start in range(0, len(wanted), BLOCK):
        some = wanted[start : start + BLOCK]
        result[start : start + BLOCK] = _others(search.kneighbors(asked[some], k + 1, return_distance=False), some)
        on_progress((start + len(some)) / len(wanted))
    return result


def drawn(n: int, most: int, seed: int) -> np.ndarray:
    """Numbers of all of n rows, or of `most` drawn from this starting number, rising."""
    return np.arange(n) if n <= most else np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


MANY_ROWS, SAMPLE = 100_000, 10_000
"""Of more rows than the first, what takes very long is done with a sample of so many, and the rest goes by these."""

GUIDES = 10  # rows of the sample that say where one of the rest belongs

_GUIDED = 50_000


def guides(
    points: np.ndarray, sample: np.ndarray, on_progress: Callable[[float], None] = lambda share: None
) -> Iterator[tuple[slice, np.ndarray]]:
    """The nearest rows of a sample for all rows, exactly, by Euclidean distance: some rows at a time.

    `sample`: rows of the sample, (n_sample,). Yields which rows, and the places in `sample` of their nearest, (n,
    GUIDES), fewer of a small sample.
    """
    from sklearn.neighbors import NearestNeighbors  # 1 s to import

    search = NearestNeighbors(n_neighbors=min(GUIDES, len(sample)), algorithm="brute").fit(points[sample])
    for start in range(0, len(points), _GUIDED):
        rows = slice(start, start + _GUIDED)
        yield rows, search.kneighbors(points[rows], return_distance=False)
        on_progress(min(1.0, (start + _GUIDED) / len(points)))


def _by_product(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points to ask about and points to be found, of which the closest are those with the largest dot product.

    With M the length of the longest vector, a vector v is found at (v, sqrt(M² - |v|²)) and a vector w asked about at
    (w, 0): their squared distance is M² + |w|² - 2 v·w (Bachrach et al. 2014).
    """
    points = comparable(points, "euclidean")
    square = np.square(points, dtype=np.float64).sum(axis=1)
    rest = np.sqrt(square.max() - square).astype(np.float32)
    return np.column_stack([points, np.zeros_like(rest)]), np.column_stack([points, rest])


def _others(near: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of k + 1 nearest the k that are not the row itself; where copies of it crowd it out, the last one goes."""
    keep = near != rows[:, None]
    keep[keep.all(axis=1), -1] = False
    return near[keep].reshape(len(rows), -1)


def comparable(points: np.ndarray, metric: Space) -> np.ndarray:
    """Points whose Euclidean order of distances is that of the metric, float32, of the same shape.

    For the cosine these are the points at length one: there the squared distance is 2 - 2 cos.

    Raises AnalysisError: the metric is unknown, or a value is not finite.
    """
    points = np.asarray(points, np.float32)
    if not np.isfinite(points).all():
        raise AnalysisError(f"{np.count_nonzero(~np.isfinite(points)):,} of {points.size:,} values are not finite")
    match metric:
        case "euclidean":
            return points
        case "cosine":
            length = np.linalg.norm(points, axis=1, keepdims=True)
            return np.divide(points, length, out=np.zeros_like(points), where=length > 0)
    raise AnalysisError(f"metric is {metric!r}; it can be {', '.join(SPACES)}")


MANY = 10  # times the average number of lists from which an item is a hub


def listed(near: np.ndarray, n_items: int) -> np.ndarray:
    """In how many lists each item stands, int64, (n_items,).
    `near`: the lists, such as `nearest` makes them, int, (n_lists, k)."""
    return np.bincount(near.ravel(), minlength=n_items)


def hubs(lists: np.ndarray, n: int) -> np.ndarray:
    """Items that stand in at least `MANY` times as many lists as the average of the n that have one, most first, int64.

    In many dimensions, and by the dot product in few, some points are near neighbors of a great share of all others
    (Radovanović, Nanopoulos and Ivanović 2010, "Hubs in Space"): such a neighbor says little about the one who has it.
    `lists`: in how many each item stands, as `listed` counts them.
    """
    found = np.flatnonzero(lists >= MANY * lists.sum() / n)
    return found[np.argsort(-lists[found], kind="stable")]
