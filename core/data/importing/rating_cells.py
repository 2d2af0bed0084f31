"""Ratings as people write them: numbers, "4 stars", "8/10", "80%", star signs, likes and truth values."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.data.importing.request import STATED
from core.data.importing.values import CODE, MISSING, OK, REMEMBERED, distinct, to_float

_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_LARGEST = 1e9
_LONGEST = 40
_NUMBER = r"(?P<value>[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+))"
_STARS = re.compile(_NUMBER + r"[ -]?(?:stars?|points?|pts?\.?|[★⭐*])", re.IGNORECASE)
_PARTS = re.compile(
    _NUMBER + r"(?: ?/ ?| (?:out )?of )(?P<top>[1-9][0-9]{0,3})(?:[ -]?(?:stars?|points?))?", re.IGNORECASE
)
_PERCENT = re.compile(_NUMBER + r" ?%")
_SIGNS = re.compile(r"(?P<full>[★⭐🌟]*|\*{1,10})(?P<half>½?)(?P<empty>☆*)")
_YES = {"like", "liked", "likes", "true", "yes", "y", "thumbs up", "thumb up", "thumbsup", "thumbs_up", "up", "upvote",
        "👍", "positive", "recommended"}  # fmt: skip
_NO = {"dislike", "disliked", "dislikes", "false", "no", "n", "thumbs down", "thumb down", "thumbsdown", "thumbs_down",
       "down", "downvote", "👎", "negative", "not recommended"}  # fmt: skip
LIKES, _PER_CENT = "like or dislike", "percent"


_SCALES = (
    (0, 1), (-1, 1), (1, 5), (0.5, 5), (0, 5), (1, 6), (1, 7), (1, 10), (0.5, 10), (0, 10), (-10, 10), (1, 100),
    (0, 100),
)  # fmt: skip


def usual_scale(low: float, high: float) -> tuple[float, float]:
    """The narrowest usual scale that holds all ratings and reaches its ends near them; else the ratings' own ends."""
    for start, end in _SCALES:
        if start <= low and high <= end and (high - low) * 2 >= end - start:
            return float(start), float(end)
    within = [(end - start, start, end) for start, end in _SCALES if start <= low and high <= end and low == high]
    return (float(min(within)[1]), float(min(within)[2])) if within else (low, high)


@dataclass(frozen=True)
class Cell:
    """What one text says."""

    value: float  # In rating units; 0.0 where the text is no rating
    reason: int = OK  # Number of the reason why it is none; 0 where it is one
    unit: str = ""  # What the rating is counted in where the text says it: "percent", "of 10", "like or dislike"
    top: float | None = None  # The highest rating possible, where the text says it


_NO_RATING = Cell(0.0, CODE["no rating"])
_NO_NUMBER = Cell(0.0, CODE["rating is not a number"])


def read_cell(text: str) -> Cell:
    """The rating that a text states. Star signs without a full one are no rating, as empty cells are."""
    value = math.inf if _INFINITE.fullmatch(text) else to_float(text)
    if value is not None:
        return Cell(0.0, CODE["rating is infinite"]) if math.isinf(value) else Cell(value + 0.0)
    text = text.replace("\ufe0f", "").strip().lower()
    if text in MISSING:
        return _NO_RATING
    if text in _YES or text in _NO:
        return Cell(float(text in _YES), OK, LIKES, 1.0)
    if parts := _SIGNS.fullmatch(text):
        return _stars(parts)
    if len(text) <= _LONGEST and (parts := _PARTS.fullmatch(text)):
        return Cell(_value(parts), OK, f"of {parts['top']}", float(parts["top"]))
    parts = _PERCENT.fullmatch(text) or _STARS.fullmatch(text) if len(text) <= _LONGEST else None
    percent = text.endswith("%")
    return Cell(_value(parts), OK, _PER_CENT * percent, 100.0 if percent else None) if parts else _NO_NUMBER


def rating_of(text: str) -> float | None:
    """The rating that a text states in numbers or signs; None for a word, which may mean anything in a column that is
    not known to hold ratings."""
    cell = read_cell(text.strip())
    return None if cell.reason or cell.unit == LIKES else cell.value


def is_unrated(text: str) -> bool:
    """Whether a text stands where nothing was rated."""
    return text.strip() == "?" or read_cell(text.strip()) is _NO_RATING


def _stars(signs: re.Match[str]) -> Cell:
    """As many stars as are full; where empty ones follow, the scale ends with them."""
    full, half, empty = len(signs["full"]), bool(signs["half"]), len(signs["empty"])
    return Cell(full + half / 2, OK, "", float(full + half + empty) if empty else None) if full or half else _NO_RATING


def _value(parts: re.Match[str]) -> float:
    return float(parts["value"].replace(",", ".")) + 0.0


class RatingCells:
    """Ratings from text. Few distinct ones occur, so each is read once.

    A column counts in one unit, which its first rows settle. Ratings in another unit are none; numbers without a unit
    are in the column's, as far as that goes.
    """

    def __init__(self, low: float | None, high: float | None, no_rating: tuple[float, ...] = ()) -> None:
        self._low = -_LARGEST if low is None else low
        self._high = _LARGEST if high is None else high
        self._no_rating = set(np.array(no_rating, np.float32).tolist())
        self._read: dict[str | None, tuple[float, int]] = {}
        self._unit_top = math.inf
        self.unit: str | None = None  # As in `Cell`; "" for plain numbers, None until a rating was seen
        self.top: float | None = None  # The highest rating possible, as far as the texts say it
        self.first_unread = ""  # The first text that is no number and was not understood
        self.first_comma = ""  # The first such as 16,902, whose comma is read as a decimal one and may be of thousands

    def settle(self, texts: Iterable[str | None]) -> None:
        """Find the unit of a column: that of most of its ratings, where they are not all in one.

        Plain numbers are in the commonest unit where they are a scale that ends as it does: 0 and 1 beside "yes",
        1 to 10 beside "8/10". Else they are a unit of their own.
        """
        cells = [(read_cell((text or "").strip()), often) for text, often in Counter(texts).items()]
        rated = [(cell, often) for cell, often in cells if not cell.reason and self._counts(cell.value)]
        often_of: Counter[str] = Counter()
        for cell, often in rated:
            often_of[cell.unit] += often
        if not often_of:
            return
        plain = often_of.pop("", 0)
        self.unit, often = often_of.most_common(1)[0] if often_of else ("", 0)
        if self.unit:
            top = next(cell.top for cell, _ in rated if cell.unit == self.unit)
            numbers = [cell.value for cell, _ in rated if not cell.unit]
            alike = numbers and usual_scale(min(numbers), max(numbers)) in ((0, top), (0.5, top), (1, top))
            self._unit_top = top or math.inf
            if plain > often and not alike:
                self.unit, self._unit_top = "", math.inf

    def _counts(self, value: float) -> bool:
        return self._low <= value <= self._high and float(np.float32(value)) not in self._no_rating

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Ratings (float32) and reasons (uint8, 0 where the rating is good)."""
        if self.unit is None:
            self.settle(texts.to_pylist())
        cells, places = distinct(texts)
        if len(self._read) > REMEMBERED:
            self._read.clear()
        for text in cells:
            if text not in self._read:
                self._read[text] = self._value((text or "").strip())
        values = np.array([self._read[text][0] for text in cells], np.float32)
        reasons = np.array([self._read[text][1] for text in cells], np.uint8)
        return values[places], reasons[places]

    def ends(self) -> tuple[float | None, float | None]:
        """The ends of the scale that the texts themselves state; None where they do not."""
        return (0.0 if self.unit in (LIKES, _PER_CENT) else None), self.top

    def _value(self, text: str) -> tuple[float, int]:
        """A rating and 0, or 0.0 and the number of the reason why it is none."""
        cell = read_cell(text)
        if _THOUSANDS.fullmatch(text):
            self.first_comma = self.first_comma or text
        if cell.reason:
            if cell is _NO_NUMBER:
                self.first_unread = self.first_unread or text
            return 0.0, cell.reason
        if float(np.float32(cell.value)) in self._no_rating:
            return 0.0, CODE[STATED]
        if cell.unit != self.unit and (cell.unit or not 0 <= cell.value <= self._unit_top):
            return 0.0, CODE["rating is in another unit"]
        if not self._low <= cell.value <= min(self._high, cell.top or _LARGEST):
            return 0.0, CODE["rating is outside the scale"]
        self.top = self.top if cell.top is None else max(cell.top, self.top or 0)
        return cell.value, OK
