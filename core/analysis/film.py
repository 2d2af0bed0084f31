"""A film of a training: the places of items on the final map, from the first step to the last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STEPS = 2**16 - 1
"""Places are kept in so many steps of the room that each axis takes."""

MOST_SHOWN = 2000
"""Items that are seen moving, those rated most."""

WELL_KNOWN = 21
"""Ratings that an item needs to be seen, where enough have so many: the article's "more than 20"."""

FEWEST = 50
"""Items below which all are shown."""


@dataclass(frozen=True, eq=False)
class Film:
    """Places of items on two axes, frame by frame.

    Attributes:
        rows: The items, those rated most first, int64, (n_items,).
        at: Epochs done at each frame, rising, float64, (n_frames,).
        places: float32, (n_frames, n_items, 2), in the units of the axes.
    """

    rows: np.ndarray
    at: np.ndarray
    places: np.ndarray

    def of(self, rows: np.ndarray) -> "Film":
        """The film of some of its items, in this order; all of them must be in it."""
        order = np.argsort(self.rows)
        at = order[np.searchsorted(self.rows, rows, sorter=order)]
        return Film(rows, self.at, self.places[:, at])


def facing(film: Film, other: np.ndarray) -> Film:
    """A film with each axis turned to the side on which another model has the same items; directions are arbitrary.

    Args:
        film: The film to turn.
        other: Where the same items end in the other film, (n_items, 2).
    """
    last = film.places[-1]
    along = ((last - last.mean(axis=0)) * (other - other.mean(axis=0))).sum(axis=0)
    return Film(film.rows, film.at, film.places * np.where(along < 0, -1, 1).astype(np.float32))


def shown(filmed: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Which of the filmed items are seen, as places in `filmed`, in the order of their rows, int64, (n,).

    The same ones while the model is trained and in its film afterwards, so that the one becomes the other in place.

    Args:
        filmed: Rows of the filmed items, those rated most first.
        count: Ratings of every item of the data, (n_items,).
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

    Returns:
        float32, (len(frames) + 1, n_items, 2).
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
