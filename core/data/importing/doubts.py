"""Numbers that may not be ratings: a code for "no rating" among them, or counts of how often something was used.

Nothing is changed by what is noticed here: it is shown, and somebody chooses.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing.rating_cells import usual_scale
from core.data.importing.request import Doubt
from core.data.nouns import count
from core.data.ratings import shortest

_SURVEY_CODES = np.array(
    [sign * code for sign in (1, -1) for code in (77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999)]
)
_LEAST_SHARE, _LEAST_SHARE_OF_ZERO, _MOST = 0.05, 0.2, 0.5
_LEAST_OTHERS = 3
_LONE, _MOST_VALUES = 0.01, 201
_COUNT_NAMES = re.compile(
    r"(play|listen|view|visit|click|check_?in|purchase|order|stream|scrobble|hour|minute|count|quantity|qty|times|"
    r"frequency|weight|duration)", re.IGNORECASE,
)  # fmt: skip


def doubts(ratings: np.ndarray, column: str) -> tuple[Doubt, ...]:
    """What is doubtful about ratings, float32, (n,), of any distribution, in a column of that name."""
    if not len(ratings):
        return ()
    values, counts = _counted(ratings)
    if are_counts(values, counts, column):
        return (Doubt("counts", None, len(ratings), len(ratings), float(values[0]), float(values[-1])),)
    codes = no_rating_codes(values, counts)
    rest = values[~codes]
    return tuple(
        Doubt("no_rating", float(value), int(count), len(ratings), float(rest[0]), float(rest[-1]))
        for value, count in zip(values[codes], counts[codes], strict=True)
    )


def _counted(ratings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values among ratings, ascending, and how often each occurs."""
    counted = pc.value_counts(pa.array(ratings))  # much quicker than sorting
    values, counts = counted.field(0).to_numpy().astype(float), counted.field(1).to_numpy()
    order = np.argsort(values)
    return values[order], counts[order]


def no_rating_codes(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Which values are apart from all others, as a code for "no rating" is; boolean, (n,).

    At either end of the values: one value, or up to three of those that surveys use (98, 99), with a gap to the others
    that is larger than any gap among them, on 5% of the rows or more, and outside the usual scale of the others. A zero
    needs 20%, because most scales may begin there; without a gap it is one only on more than half of the rows. A single
    -1 below zero and two steps or more needs no wider gap. At least three other values have to remain.

    Args:
        values: Ascending, (n,).
        counts: Rows of each value, (n,).
    """
    codes = np.zeros(len(values), bool)
    for flip in (False, True):  # the low end, then the high end of what is left
        left = np.flatnonzero(~codes)
        if flip:
            left = left[::-1]
        tail = _tail(values[left], counts[left], int(counts.sum()))
        codes[left[:tail]] = True
    return codes


def _tail(values: np.ndarray, counts: np.ndarray, rows: int) -> int:
    """How many values at the beginning are codes; 0 for none."""
    gaps = np.abs(np.diff(values))
    for size in range(min(3, len(values) - _LEAST_OTHERS), 0, -1):
        tail, rest = values[:size], np.sort(values[size:])
        if size > 1 and not np.isin(tail, _SURVEY_CODES).all():
            continue
        low, high = usual_scale(float(rest[0]), float(rest[-1]))
        apart = gaps[size - 1] > gaps[size:].max() and not (low <= tail[-1] <= high)
        below = size == 1 and tail[0] == -1 and rest[0] >= 0
        share = counts[:size].sum() / rows
        if size == 1 and tail[0] == 0:
            if rest[0] > 0 and (share > _MOST or (apart and share >= _LEAST_SHARE_OF_ZERO)):
                return size
        elif (apart or below) and share >= _LEAST_SHARE:
            return size
    return 0


def are_counts(values: np.ndarray, counts: np.ndarray, column: str) -> bool:
    """Whether values, as `no_rating_codes` takes them, look like counts: none negative, with a long tail to the right.

    The largest is above 100, the end of the widest usual scale, and ten times the median or more. Where the column's
    name says plays, hours or the like, above 10 and three times the median are enough.
    """
    top, total = float(values[-1]), np.cumsum(counts)
    middle = float(values[np.searchsorted(total, total[-1] / 2)])
    least, times = (10, 3) if _COUNT_NAMES.search(column) else (100, 10)
    return bool(values[0] >= 0 and len(values) > 5 and top > least and top >= times * max(middle, 1e-9))


def lone_value(ratings: np.ndarray) -> str:
    """The alarm for one value, on 1% of the rows or fewer, that alone makes the scale twice as wide; else ""."""
    values, counts = _counted(ratings)
    if not _LEAST_OTHERS < len(values) <= _MOST_VALUES:
        return ""
    for place, rest in ((-1, values[:-1]), (0, values[1:])):
        low, high = usual_scale(float(values[0]), float(values[-1]))
        start, end = usual_scale(float(rest[0]), float(rest[-1]))
        apart = not start <= values[place] <= end and high - low >= 2 * (end - start)
        if apart and counts[place] <= max(1, _LONE * len(ratings)):
            return (
                f"The rating {shortest(values[place]):g} occurs {count(int(counts[place]), 'time')} among "
                f"{len(ratings):,} and alone makes the scale {low:g} to {high:g}; the others go from {rest[0]:.6g} to "
                f"{rest[-1]:.6g}. If it is a mistake, state the scale {start:g} to {end:g}: it is left out then."
            )
    return ""


def ranks(user: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Counts, (n,), as ranks 1 to 5 within each person, whose rows are `user`, (n,); float32, (n,).

    The person's n counts are ordered; one at place r of 1 … n (the mean place among equal ones) gets 1 + floor(5 (r -
    1/2) / n). So the fifth of what a person used least gets 1, the fifth used most 5, and a single count 3.
    """
    order, rows = np.lexsort((counts, user)), len(user)
    other_person = np.diff(user[order], prepend=-1) != 0
    people = np.flatnonzero(other_person)
    equals = np.flatnonzero(other_person | (np.diff(counts[order], prepend=0) != 0))
    n, often = np.diff(people, append=rows), np.diff(equals, append=rows)
    place = np.repeat(equals + (often + 1) / 2, often) - np.repeat(people, n)
    ranked = np.empty(rows, np.float32)
    ranked[order] = 1 + np.floor(5 * (place - 0.5) / np.repeat(n, n))
    return ranked


def logarithms(counts: np.ndarray) -> np.ndarray:
    """log2(1 + count), float32: none is 0, and one more is twice as often."""
    return np.log2(1 + counts.astype(np.float64)).astype(np.float32)
