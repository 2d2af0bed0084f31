"""Single values as people write them: ids, ratings, times. A reason stands where one cannot be used."""

import math
import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from core.data.importing.limits import ImportLimits
from core.data.importing.text import UNSEEN

OK = 0
REASONS = (
    "",
    "no user id",
    "user id is too long",
    "user id has control characters",
    "no item id",
    "item id is too long",
    "item id has control characters",
    "no rating",
    "rating is not a number",
    "rating is infinite",
    "rating is outside the scale",
    "time is not readable",
    "wrong number of columns",
)
"""Why a row is left out; the number of a reason is its place here, and where several hold the first is told."""

CODE = {reason: code for code, reason in enumerate(REASONS)}
_ID_REASON = {"user": CODE["no user id"], "item": CODE["no item id"]}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_LARGEST = 1e9
_REMEMBERED = 2**18


def number(text: str) -> float | None:
    """`text` as a finite number, with a point or a comma; None where it is none."""
    text = text.strip()
    if len(text) > 400 or not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


class Ids:
    """Ids of one kind, numbered in the order they first appear."""

    def __init__(self, kind: str, limits: ImportLimits) -> None:
        self._first_reason = _ID_REASON[kind]
        self._limit, self._limits, self._kind = f"max_{kind}s", limits, kind
        self._row_of: dict[str, int] = {}
        self._raw: dict[str | None, int] = {None: -self._first_reason}

    def __len__(self) -> int:
        return len(self._row_of)

    def array(self) -> np.ndarray:
        """All ids, object array (n,)."""
        return np.array(list(self._row_of), dtype=object)

    def get(self, text: str) -> int | None:
        """The number of an id that occurred."""
        return self._row_of.get(text.strip())

    def encode(self, texts: pa.Array) -> np.ndarray:
        """Numbers of the ids, int32; minus the reason's number where a text is no id."""
        coded = texts.dictionary_encode(null_encoding="encode")
        rows = np.fromiter(map(self._number, coded.dictionary.to_pylist()), np.int32, len(coded.dictionary))
        return rows[coded.indices.to_numpy()]

    def _number(self, raw: str | None) -> int:
        known = self._raw.get(raw)
        if known is None:
            known = self._new(raw or "")
            if known >= 0 or len(self._raw) < _REMEMBERED:
                self._raw[raw] = known
        return known

    def _new(self, raw: str) -> int:
        text = raw.strip()
        if not text:
            return -self._first_reason
        if len(text) > self._limits.max_id_length:
            return -(self._first_reason + 1)
        if UNSEEN.search(text):
            return -(self._first_reason + 2)
        row = self._row_of.setdefault(text, len(self._row_of))
        if row >= getattr(self._limits, self._limit):
            self._limits.check(self._limit, row + 1, f"distinct {self._kind} ids")
        return row


class Numbers:
    """Ratings from text. Few distinct ones occur, so each is read once."""

    def __init__(self, low: float | None, high: float | None) -> None:
        self._low, self._high = low, high
        self._known: dict[str | None, tuple[float, int]] = {}

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Ratings (float32) and reasons (uint8, 0 where the rating is good)."""
        coded = texts.dictionary_encode(null_encoding="encode")
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        found = [self._value(text) for text in coded.dictionary.to_pylist()]
        rows = coded.indices.to_numpy()
        values = np.array([value for value, _ in found], np.float32)
        reasons = np.array([reason for _, reason in found], np.uint8)
        return values[rows], reasons[rows]

    def _value(self, text: str | None) -> tuple[float, int]:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._judge((text or "").strip())
        return known

    def _judge(self, text: str) -> tuple[float, int]:
        if not text:
            return 0.0, CODE["no rating"]
        if _INFINITE.fullmatch(text):
            return 0.0, CODE["rating is infinite"]
        if len(text) > 400 or not _NUMBER.fullmatch(text):
            return 0.0, CODE["rating is not a number"]
        value = float(text.replace(",", "."))
        if math.isinf(value):
            return 0.0, CODE["rating is infinite"]
        low = -_LARGEST if self._low is None else self._low
        high = _LARGEST if self._high is None else self._high
        return (value + 0.0, OK) if low <= value <= high else (0.0, CODE["rating is outside the scale"])


class Times:
    """Times from text, numbers or dates as the first usable one is; the unit of numbers is told at the end."""

    def __init__(self) -> None:
        self._dates: bool | None = None

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Times (int64, raw numbers or epoch seconds) and reasons (uint8)."""
        quick = self._quick(texts)
        if quick is not None:
            return quick, np.zeros(len(texts), np.uint8)
        coded = texts.dictionary_encode(null_encoding="encode")
        found = [self._value(text) for text in coded.dictionary.to_pylist()]
        rows = coded.indices.to_numpy()
        values = np.array([0 if value is None else value for value in found], np.int64)
        bad = np.array([value is None for value in found], np.uint8) * np.uint8(CODE["time is not readable"])
        return values[rows], bad[rows]

    def seconds(self, raw: np.ndarray) -> np.ndarray:
        """Epoch seconds; numbers so large that they must be milli-, micro- or nanoseconds are divided."""
        if self._dates or not len(raw):
            return raw
        middle = float(np.median(np.abs(raw[:: max(1, len(raw) // 1_000_000)])))
        # 1e11 seconds are the year 5138; 1e11 milliseconds are 1973.
        divisor = next((10**k for k, above in ((9, 1e17), (6, 1e14), (3, 1e11)) if middle > above), 1)
        return raw if divisor == 1 else raw // divisor

    def _quick(self, texts: pa.Array) -> np.ndarray | None:
        """All of them at once, where all are whole numbers or ISO dates; None where not."""
        if texts.null_count or not len(texts):
            return None
        for dates, kind in ((False, pa.int64()), (True, pa.timestamp("s"))):
            if self._dates in (None, dates):
                try:
                    values = texts.cast(kind)
                except pa.ArrowInvalid:
                    continue
                self._dates = dates
                return values.cast(pa.int64()).to_numpy()
        return None

    def _value(self, text: str | None) -> int | None:
        text = (text or "").strip()
        value = number(text)
        if value is not None and self._dates is not True and abs(value) < 9e18:
            self._dates = False
            return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else math.floor(value)
        if value is None and self._dates is not False and (seconds := _date(text)) is not None:
            self._dates = True
            return seconds
        return None


def _date(text: str) -> int | None:
    """Epoch seconds of an ISO date, with or without a time; UTC where no zone is given."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-") if len(text) < 40 else "")
        return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


__all__ = ["CODE", "OK", "REASONS", "Ids", "Numbers", "Times", "number"]
