"""What a map is made of, as the few bytes that the browser draws it from. Arrays in, bytes out."""

import base64
import binascii
import gzip
import math
from collections.abc import Sequence

import numpy as np

STEPS = 254  # Colors of a scale; 0 says that a number is unknown, or that an item is in none of the classes

_TICKS = 5


def places(points: np.ndarray) -> bytes:
    """Float32, x and y of each item in turn, from (n, 2)."""
    return np.ascontiguousarray(points, "<f4").tobytes()


def span(values: np.ndarray, *, around_zero: bool) -> tuple[float, float]:
    """The least and the greatest known number with a color of its own: the middle 90%, for a few far-out ones need
    none. If `around_zero`, zero lies in the middle."""
    low, high = np.percentile(values, [5, 95]).tolist() if len(values) else (0.0, 1.0)
    if around_zero:
        high = max(abs(low), abs(high))
        low = -high
    return low, high


def scaled(values: np.ndarray, low: float, high: float) -> bytes:
    """The step of a scale from `low` to `high` for each number, (n,), uint8; 0 for NaN."""
    step = np.round((values - low) / ((high - low) or 1.0) * (STEPS - 1))
    return np.where(np.isnan(step), 0, 1 + np.clip(np.nan_to_num(step), 0, STEPS - 1)).astype(np.uint8).tobytes()


def ticks(low: float, high: float, values: Sequence[float] = (), texts: Sequence[str] = ()) -> list[tuple[float, str]]:
    """Marks of a color bar: where, as shares of its length, and what they say; round numbers where none are given."""
    if not len(values):
        step = _round_step((high - low) / (_TICKS - 1)) if high > low else 1.0
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        values = [number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        texts = [f"{value:.{digits}f}".replace("-", "−") for value in values]
    room = (high - low) or 1.0
    at = [((value - low) / room, text) for value, text in zip(values, texts, strict=True)]
    return [(round(share, 4), text) for share, text in at if -0.001 <= share <= 1.001]


def _round_step(least: float) -> float:
    """The least of 1, 2, 5, 10, 20 … and their tenths that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def opacity(shares: np.ndarray) -> bytes:
    """Opacities from 0 to 1 as numbers from 0 to 255, uint8."""
    return np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8).tobytes()


def weight(counts: np.ndarray) -> bytes:
    """How well each item is known, from 0 to 255 on a scale of powers, uint8: the best known get their names first."""
    powers = np.log1p(counts.astype(float))
    return np.rint(powers / max(1e-9, float(powers.max(initial=0))) * 255).astype(np.uint8).tobytes()


LEVELS, COARSEST = 7, 6
"""Grids that are laid over a map, each twice as fine as the one before, and fields along a side of the first."""


def spread(points: np.ndarray) -> bytes:
    """The same, uint8, where nobody knows any item better than another: names are then all over the map.

    The first item in each field of a coarse grid gets its name first, then that of finer and finer ones: what lies
    apart is named, and among what lies close together what comes first in the data, such as the most frequent word.
    `points` are the places of the items, (n, 2), in the order of the data.
    """
    low = points.min(axis=0, initial=np.inf)
    share = (points - low) / np.maximum(points.max(axis=0, initial=-np.inf) - low, 1e-30)
    order = np.zeros(len(points), np.uint8)
    for level in reversed(range(LEVELS)):
        side = COARSEST * 2**level
        across, up = np.minimum((share * side).astype(np.int64), side - 1).T
        field = across * side + up
        first = np.full(side * side, -1)
        first[field[::-1]] = np.arange(len(points))[::-1]  # the last that is written stays
        order[first[first >= 0]] = 255 - 30 * level
    return order.tobytes()


def words(titles: Sequence[str], notes: Sequence[str]) -> bytes:
    """What the items are called, and then what is said under each name, if anything; a zero byte between two."""
    text = "\0".join([*titles, *notes])
    if text.count("\0") >= max(1, len(titles) + len(notes)):  # somebody's title has one
        text = "\0".join(one.replace("\0", " ") for one in [*titles, *notes])
    return text.encode()


def names(titles: Sequence[str], notes: Sequence[str]) -> bytes:
    """The words of all items, compressed."""
    return compressed(words(titles, notes))


def compressed(data: bytes) -> bytes:
    """Bytes as a browser unpacks them (gzip), the same ones every time."""
    return gzip.compress(data, compresslevel=3, mtime=0)


def as_text(data: bytes) -> dict[str, str]:
    """A part that travels with what the browser is told."""
    return {"text": base64.b64encode(data).decode()}


def bits(chosen: np.ndarray, n: int) -> bytes:
    """Which of n items are chosen, given by their numbers: a bit each, the first in the highest of the first byte."""
    marked = np.zeros(n, bool)
    marked[chosen] = True
    return np.packbits(marked).tobytes()


def chosen(text: object, n: int) -> np.ndarray | None:
    """The numbers of the items that a browser says are chosen, rising; None where it says nothing that can be meant."""
    if text == "":
        return np.empty(0, int)
    if not isinstance(text, str):
        return None
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        return None
    return np.flatnonzero(np.unpackbits(packed)[:n]) if len(packed) == -(-n // 8) else None
