"""Columns of ratings made fit to learn from: each user and item once, nobody too rare, rows numbered anew."""

import re
from dataclasses import dataclass, replace

import numpy as np

from core.data.importing.request import DroppedRare

_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_SCALES = (
    (0, 1),
    (-1, 1),
    (1, 5),
    (0.5, 5),
    (0, 5),
    (1, 7),
    (1, 10),
    (0.5, 10),
    (0, 10),
    (-10, 10),
    (1, 100),
    (0, 100),
)


@dataclass(frozen=True, eq=False)
class Columns:
    """Ratings as equally long arrays; `stamp` is None where there are no times."""

    user: np.ndarray
    item: np.ndarray
    rating: np.ndarray
    stamp: np.ndarray | None

    def __len__(self) -> int:
        return len(self.rating)

    def take(self, rows: np.ndarray) -> "Columns":
        """Some rows, by number or by mask."""
        stamp = None if self.stamp is None else self.stamp[rows]
        return Columns(self.user[rows], self.item[rows], self.rating[rows], stamp)


def without_duplicates(columns: Columns) -> Columns:
    """One rating for each user and item: the latest by time, else the last row.

    It stands where the first of them stood, so that the result does not
    depend on the order among them.
    """
    pair = columns.user.astype(np.int64) * (int(columns.item.max(initial=0)) + 1) + columns.item
    ordered = np.sort(pair)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(twice):
        return columns
    place = np.searchsorted(twice, pair)
    place[place == len(twice)] = 0
    among = twice[place] == pair
    del place
    first, last = _first_and_latest(np.flatnonzero(among), pair, columns.stamp)
    among[first] = False
    rows = np.flatnonzero(~among)
    rows[np.searchsorted(rows, first)] = last
    return columns.take(rows)


def _first_and_latest(rows: np.ndarray, pair: np.ndarray, stamp: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Of each pair among some rows: its first row, and the row of its latest time, the last one among equals."""
    keys = (pair[rows],) if stamp is None else (stamp[rows], pair[rows])
    rows = rows[np.lexsort(keys)]  # keeps the rows' order among equals
    starts = np.flatnonzero(np.diff(pair[rows], prepend=pair[rows[0]] - 1))
    return np.minimum.reduceat(rows, starts), rows[np.append(starts[1:], len(rows)) - 1]


def without_rare(columns: Columns, user_ratings: int, item_ratings: int) -> tuple[Columns, DroppedRare]:
    """Ratings of users and items that have at least so many, repeated until all that remain do."""
    kept = columns
    while len(kept) and (user_ratings > 1 or item_ratings > 1):
        enough_user = np.bincount(kept.user) >= user_ratings
        enough_item = np.bincount(kept.item) >= item_ratings
        good = enough_user[kept.user] & enough_item[kept.item]
        if good.all():
            break
        kept = kept.take(good)
    return kept, DroppedRare(
        users=_distinct(columns.user) - _distinct(kept.user),
        items=_distinct(columns.item) - _distinct(kept.item),
        ratings=len(columns) - len(kept),
    )


def renumbered(columns: Columns, users: np.ndarray, items: np.ndarray) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Rows numbered 0…n-1 without gaps, and the ids in that order.

    By number where all ids are whole numbers, else in the order in which they appear.
    """
    user, user_ids = _renumber(columns.user, users)
    item, item_ids = _renumber(columns.item, items)
    return replace(columns, user=user, item=item), user_ids, item_ids


def usual_scale(low: float, high: float) -> tuple[float, float]:
    """The narrowest usual scale that holds all ratings and reaches its ends near them; else the ratings' own ends."""
    for start, end in _SCALES:
        if start <= low and high <= end and (high - low) * 2 >= end - start:
            return float(start), float(end)
    within = [(end - start, start, end) for start, end in _SCALES if start <= low and high <= end and low == high]
    return (float(min(within)[1]), float(min(within)[2])) if within else (low, high)


def _renumber(index: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first = np.full(len(ids), len(index), np.int64)
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1)  # of several writes the last one stays: the first row
    old = np.flatnonzero(first < len(index))
    if all(_WHOLE.fullmatch(text) for text in ids[old]):
        old = old[np.argsort(ids[old].astype(np.int64), kind="stable")]
    else:
        old = old[np.argsort(first[old], kind="stable")]
    fresh = np.full(len(ids), -1, np.int32)
    fresh[old] = np.arange(len(old), dtype=np.int32)
    return fresh[index], ids[old]


def _distinct(index: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(index)))
