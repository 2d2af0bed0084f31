"""A film of a training: the places of items on the final map, step by step, and when the model learned something.

That is, from which moment on something is as it is in the end. Neighbors are those of all numbers of the items at each
moment; what lies together on the two axes of a film need not be alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import comparable
from core.analysis.neighbors.of_one import neighbors

STEPS = 2**16 - 1  # places are kept in so many steps of the room that each axis takes
MOST_SHOWN = 2000  # items that are seen moving, those rated most
WELL_KNOWN = 21  # ratings that an item needs to be seen, where enough have so many: the article's "more than 20"
FEWEST = 50  # items below which all are shown


@dataclass(frozen=True, eq=False)
class Film:
    """Places of items on two axes, frame by frame."""

    rows: np.ndarray  # the items, those rated most first, int64, (n_items,)
    at: np.ndarray  # epochs done at each frame, rising, float64, (n_frames,)
    places: np.ndarray  # float32, (n_frames, n_items, 2), in the units of the axes

    def of(self, rows: np.ndarray) -> "Film":
        """The film of some of its items, in this order; all of them must be in it."""
        order = np.argsort(self.rows)
        at = order[np.searchsorted(self.rows, rows, sorter=order)]
        return Film(rows, self.at, self.places[:, at])


def facing(film: Film, other: np.ndarray) -> Film:
    """A film with each axis turned to the side on which another model has the same items; directions are arbitrary.
    `other`: where the same items end in the other film, (n_items, 2)."""
    last = film.places[-1]
    along = ((last - last.mean(axis=0)) * (other - other.mean(axis=0))).sum(axis=0)
    return Film(film.rows, film.at, film.places * np.where(along < 0, -1, 1).astype(np.float32))


def shown(filmed: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Which of the filmed items are seen, as places in `filmed`, in the order of their rows, int64, (n,).

    The same ones while the model is trained and in its film afterwards, so that the one becomes the other in place.

    `filmed`: rows of the filmed items, those rated most first.
    """
    enough = count[filmed[:MOST_SHOWN]] >= WELL_KNOWN
    chosen = np.flatnonzero(enough) if np.count_nonzero(enough) >= FEWEST else np.arange(len(enough))
    return chosen[np.argsort(filmed[chosen])]


def develop(
    frames: Sequence[np.ndarray], last: np.ndarray, weight: np.ndarray, center: np.ndarray, directions: np.ndarray
) -> np.ndarray:
    """Put all frames on the axes of the last.

    The axes stay the same from the first frame on, so that nothing turns. What all items have in common at a moment is
    taken off, as the items spread around their middle: place = (v - m + m_last - center) · direction, where m is the
    weighted mean of the frame. The last frame lies exactly where the final axes put its items.

    Args:
        frames: Numbers of the filmed items at each moment before the last, float, (n_items, width) each.
        last: The final ones, (n_items, width).
        weight: Of each filmed item in the mean, (n_items,), at least one above 0.
        center: What the final axes subtract, (width,).
        directions: The two final axes, (2, width).

    Returns float32, (len(frames) + 1, n_items, 2).
    """
    placed = np.stack([*(numbers @ directions.T.astype(numbers.dtype) for numbers in frames), last @ directions.T])
    middles = (weight / weight.sum()) @ placed
    return (placed - middles[:, None] + (middles[-1] - directions @ center)).astype(np.float32)


def packed(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places in whole steps between the least and the most of each axis: uint16 in their shape, and bounds, (2, 2)."""
    low, high = (np.array([far(along) for along in np.moveaxis(places, 2, 0)], np.float64) for far in (np.min, np.max))
    room = np.where(high > low, high - low, 1.0)
    return np.rint((places - low) / room * STEPS).astype(np.uint16), np.stack([low, low + room])


def unpacked(steps: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """The places that `packed` took, to within half a step, float32."""
    low, high = bounds
    return (low + steps * ((high - low) / STEPS)).astype(np.float32)


class LiveAxes:
    """Two axes for numbers that still change, turned so that nothing spins from one look to the next."""

    def __init__(self, weight: np.ndarray) -> None:
        self._shares = weight / weight.sum()
        self._last: np.ndarray | None = None

    def places(self, numbers: np.ndarray) -> np.ndarray:
        """Places along the two main directions of the weighted numbers, float32, (n_items, 2).

        The directions are those of a principal component analysis of this moment alone; the plane is then turned, or
        turned over, to lie as near as it can to the last one (orthogonal Procrustes, Schönemann 1966). With a single
        number an item the second place is 0.
        """
        away = numbers - self._shares @ numbers
        _, axes = np.linalg.eigh((away * self._shares[:, None]).T @ away)
        places = np.zeros((len(away), 2))
        plane = away @ axes[:, ::-1][:, :2]
        places[:, : plane.shape[1]] = plane
        if self._last is not None:
            left, _, right = np.linalg.svd((places * self._shares[:, None]).T @ self._last)
            places = places @ (left @ right)
        self._last = places
        return places.astype(np.float32)


STANDS = 0.95  # correlation with the final axis from which on an axis stands
SAME_BEGINNING = 8  # letters with which two titles of a series begin alike, at least
MOST_ASKED = 100  # best-known items among which a series is looked for


def near(numbers: np.ndarray, k: int) -> np.ndarray:
    """The k other items nearest to each by the cosine, in no order, int32, (n_items, k).

    All pairs at once: for the few thousand items of a film, quicker than a search.

    Args:
        numbers: Float array, (n_items, any number). A vector of length zero is equally far from all others.
        k: 1 … n_items - 1.

    Raises AnalysisError: a value is not finite.
    """
    points = comparable(numbers, "cosine")
    far = -(points @ points.T)
    np.fill_diagonal(far, np.inf)
    return np.argpartition(far, k - 1, axis=1)[:, :k].astype(np.int32)


def stayed_since(lists: np.ndarray) -> np.ndarray:
    """From which frame on each neighbor of the last frame was a neighbor, and remained one, int64, (n_items, k).
    `lists`: the k nearest others of every item in each frame, (n_frames, n_items, k)."""
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

    `places`: of the items along the axis in each frame, (n_frames, n_items). None where it never was so before the last
    frame, or where the last has all items in one place.
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
        titles: Of each item.
        k: Nearest others that count as placed together.

    Returns rows of both. Where there is no series among the best known: the best-known item and the nearest other.
    """
    known = np.argsort(-count, kind="stable")[:MOST_ASKED].tolist()
    for one in known:
        for other in neighbors(embeddings, one, top=k).index.tolist():
            if len(titles[one]) >= SAME_BEGINNING and titles[other].startswith(titles[one][:SAME_BEGINNING]):
                return one, other
    return known[0], int(neighbors(embeddings, known[0], top=1).index[0])
