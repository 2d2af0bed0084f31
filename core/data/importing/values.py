"""Values as text, numbers and ids; and the reasons why a row has no rating."""

import math
import re
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.importing.request import STATED
from core.data.text import SPOILED, UNSEEN
from core.settings import ImportLimits

LONGEST = 2500  # Characters of a value that are looked at: far more than an id or a title may have
EXACT = 2**53  # Whole numbers up to here are exact as floats

_BY_HAND = 15  # Characters of a float that somebody may have written: its text stays


def text_of(value: Any) -> str:
    """One value as text: whole floats without ".0", lists joined by | but for dicts, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, list) and not any(isinstance(part, dict) for part in value):
        return "|".join(text_of(part) for part in value[:1000] if not isinstance(part, list))
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)[:LONGEST]


def _float_text(value: float) -> str:
    """A float as text; 0.10000000149011612, which is 0.1 written by a program that had a float32, as 0.1."""
    if value.is_integer() and abs(value) <= EXACT:
        return str(int(value))
    text = repr(value)
    if len(text) <= _BY_HAND or abs(value) > np.finfo(np.float32).max:
        return text
    single = np.float32(value)
    return str(single) if float(single) == value else text


OK = 0
REASONS = (
    "",
    "no user id",
    "user id is too long",
    "user id has control characters",
    "user id has a byte that is not UTF-8",
    "no item id",
    "item id is too long",
    "item id has control characters",
    "item id has a byte that is not UTF-8",
    "no rating",
    "rating is not a number",
    "rating is infinite",
    "rating is outside the scale",
    STATED,
    "rating is in another unit",
    "wrong number of columns",
)
"""Why a row is left out; the number of a reason is its place here, and where several hold the first counts."""

MISSING = {"", "na", "n/a", "nan", "nat", "none", "null", "-", "--", "\\n", "unrated", "not rated"}
"""What programs and people write where there is no rating or no time, in lower case; ids are taken as they are."""

CODE = {reason: code for code, reason in enumerate(REASONS)}
_ID_REASON = {"user": CODE["no user id"], "item": CODE["no item id"]}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
REMEMBERED = 2**18


def number(text: str) -> float | None:
    """`text` as a finite number, with a point or a comma; None where it is none."""
    value = to_float(text.strip())
    return value if value is not None and math.isfinite(value) else None


def to_float(text: str) -> float | None:
    """`text` as a number, infinite where it is too large for a float; None where it is none."""
    return float(text.replace(",", ".")) if len(text) <= 400 and _NUMBER.fullmatch(text) else None


def distinct(texts: pa.Array) -> tuple[list[str | None], np.ndarray]:
    """The distinct texts of a column, null among them, and which of them each row holds."""
    coded = texts.dictionary_encode(null_encoding="encode")
    return coded.dictionary.to_pylist(), coded.indices.to_numpy()


class Ids:
    """Ids of one kind, numbered in the order they first appear."""

    def __init__(self, kind: str, limits: ImportLimits) -> None:
        self._first_reason = _ID_REASON[kind]
        self._limit, self._limits, self._kind = f"max_{kind}s", limits, kind
        self._row_of: dict[str, int] = {}
        self._row_of_text: dict[str | None, int] = {None: -self._first_reason}

    def array(self) -> np.ndarray:
        """All ids, object array (n,)."""
        return np.array(list(self._row_of), dtype=object)

    def encode(self, texts: pa.Array) -> np.ndarray:
        """Numbers of the ids, int32; minus the reason's number where a text is no id."""
        cells, places = distinct(texts)
        return np.fromiter(map(self._number, cells), np.int32, len(cells))[places]

    def _number(self, text: str | None) -> int:
        row = self._row_of_text.get(text)
        if row is None:
            row = self._new(text or "")
            if row >= 0 or len(self._row_of_text) < REMEMBERED:
                self._row_of_text[text] = row
        return row

    def _new(self, text: str) -> int:
        text = text.strip()
        if not text:
            return -self._first_reason
        if len(text) > self._limits.max_id_length:
            return -(self._first_reason + 1)
        if UNSEEN.search(text):
            return -(self._first_reason + 2)
        if SPOILED in text:
            return -(self._first_reason + 3)
        row = self._row_of.setdefault(text, len(self._row_of))
        if row >= getattr(self._limits, self._limit):
            self._limits.check(self._limit, row + 1, f"distinct {self._kind} ids")
        return row
