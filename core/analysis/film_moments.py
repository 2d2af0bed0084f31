"""When a model learned something: from which moment of its training on something is as it is in the end.

Neighbors are those of all numbers of the items at each moment; what lies together on the two axes of a film need not
be alike.
"""

from collections.abc import Sequence

import numpy as np

from core.analysis.neighbors.all_neighbors import comparable
from core.analysis.neighbors.of_one import neighbors

STANDS = 0.95
"""Correlation with the final axis from which on an axis stands."""

SAME_BEGINNING = 8
"""Letters with which two titles of a series begin alike, at least."""

MOST_ASKED = 100
"""Best-known items among which a series is looked for."""


def near(numbers: np.ndarray, k: int) -> np.ndarray:
    """The k other items nearest to each by the cosine, in no order, int32, (n_items, k).

    All pairs at once: for the few thousand items of a film, quicker than a search.

    Args:
        numbers: Float array, (n_items, any number). A vector of length zero is equally far from all others.
        k: 1 … n_items - 1.

    Raises:
        AnalysisError: A value is not finite.
    """
    points = comparable(numbers, "cosine")
    far = -(points @ points.T)
    np.fill_diagonal(far, np.inf)
    return np.argpartition(far, k - 1, axis=1)[:, :k].astype(np.int32)


def stayed_since(lists: np.ndarray) -> np.ndarray:
    """From which frame on each neighbor of the last frame was a neighbor, and remained one, int64, (n_items, k).

    Args:
        lists: The k nearest others of every item in each frame, (n_frames, n_items, k).
    """
    last = lists[-1]
    since = np.full(last.shape, len(lists) - 1)
    stays = np.ones(last.shape, bool)
    for frame in range(len(lists) - 2, -1, -1):
        stays &= (lists[frame][:, None, :] == last[:, :, None]).any(axis=2)
        since[stays] = frame
    return since


def stood_since(places: np.ndarray) -> int | None:
    """From which frame on the order of the items along an axis was that of the last frame.

    In that frame, and in each one after it, the absolute correlation (Pearson) of their places with the last ones is
    at least `STANDS`.

    Args:
        places: Of the items along the axis in each frame, (n_frames, n_items).

    Returns:
        None where it never was so before the last frame, or where the last has all items in one place.
    """
    away = places.astype(np.float64) - places.mean(axis=1, keepdims=True, dtype=np.float64)
    length = np.linalg.norm(away, axis=1)
    if length[-1] == 0:
        return None
    like = np.abs(away @ away[-1]) / np.where(length > 0, length, 1.0) / length[-1]
    short = np.flatnonzero(like < STANDS)
    first = int(short[-1]) + 1 if len(short) else 0
    return first if first < len(places) - 1 else None


def telling_pair(embeddings: np.ndarray, count: np.ndarray, titles: Sequence[str], k: int = 10) -> tuple[int, int]:
    """Two items that a model places together: of a series where it does so, the best known first.

    Args:
        embeddings: Float array, (n_items, any number), of at least two items.
        count: Ratings of each item, (n_items,).
        titles: Of each item.
        k: Nearest others that count as placed together.

    Returns:
        Rows of both. Where there is no series among the best known: the best-known item and the nearest other.
    """
    known = np.argsort(-count, kind="stable")[:MOST_ASKED].tolist()
    for one in known:
        for other in neighbors(embeddings, one, top=k).index.tolist():
            if len(titles[one]) >= SAME_BEGINNING and titles[other].startswith(titles[one][:SAME_BEGINNING]):
                return one, other
    return known[0], int(neighbors(embeddings, known[0], top=1).index[0])
