"""Single values as people write them: text, ids, ratings, times. A reason stands where one cannot be used."""

import math
import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from core.data.text import SPOILED, UNSEEN
from core.settings import ImportLimits

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
    "time is not readable",
    "wrong number of columns",
)
"""Why a row is left out; the number of a reason is its place here, and where several hold the first counts."""

CODE = {reason: code for code, reason in enumerate(REASONS)}
_ID_REASON = {"user": CODE["no user id"], "item": CODE["no item id"]}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_LARGEST = 1e9
_REMEMBERED = 2**18


def number(text: str) -> float | None:
    """`text` as a finite number, with a point or a comma; None where it is none."""
    value = _float(text.strip())
    return value if value is not None and math.isfinite(value) else None


def _float(text: str) -> float | None:
    """`text` as a number, infinite where it is too large for a float; None where it is none."""
    return float(text.replace(",", ".")) if len(text) <= 400 and _NUMBER.fullmatch(text) else None


def _distinct(texts: pa.Array) -> tuple[list[str | None], np.ndarray]:
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
        distinct, places = _distinct(texts)
        return np.fromiter(map(self._number, distinct), np.int32, len(distinct))[places]

    def _number(self, text: str | None) -> int:
        row = self._row_of_text.get(text)
        if row is None:
            row = self._new(text or "")
            if row >= 0 or len(self._row_of_text) < _REMEMBERED:
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


class Numbers:
    """Ratings from text. Few distinct ones occur, so each is read once."""

    def __init__(self, low: float | None, high: float | None) -> None:
        self._low = -_LARGEST if low is None else low
        self._high = _LARGEST if high is None else high
        self._read: dict[str | None, tuple[float, int]] = {}

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Ratings (float32) and reasons (uint8, 0 where the rating is good)."""
        distinct, places = _distinct(texts)
        if len(self._read) > _REMEMBERED:
            self._read.clear()
        for text in distinct:
            if text not in self._read:
                self._read[text] = self._value((text or "").strip())
        values = np.array([self._read[text][0] for text in distinct], np.float32)
        reasons = np.array([self._read[text][1] for text in distinct], np.uint8)
        return values[places], reasons[places]

    def _value(self, text: str) -> tuple[float, int]:
        """A rating and 0, or 0.0 and the number of the reason why it is none."""
        value = math.inf if _INFINITE.fullmatch(text) else _float(text)
        if value is None:
            return 0.0, CODE["rating is not a number" if text else "no rating"]
        if math.isinf(value):
            return 0.0, CODE["rating is infinite"]
        return (value + 0.0, OK) if self._low <= value <= self._high else (0.0, CODE["rating is outside the scale"])


class Times:
    """Times from text, numbers or dates as the first usable one is; the unit of numbers is decided at the end."""

    def __init__(self) -> None:
        self._dates: bool | None = None

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Times (int64, raw numbers or epoch seconds) and reasons (uint8)."""
        quick = self._quick(texts)
        if quick is not None:
            return quick, np.zeros(len(texts), np.uint8)
        distinct, places = _distinct(texts)
        times = [self._value(text) for text in distinct]
        values = np.array([0 if time is None else time for time in times], np.int64)
        bad = np.array([time is None for time in times], np.uint8) * np.uint8(CODE["time is not readable"])
        return values[places], bad[places]

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
