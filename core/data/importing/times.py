"""Times as people write them: numbers of any unit, ISO dates, dates of spreadsheets. A rating without one is kept."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing.values import MISSING, distinct, number
from core.data.ratings import NO_TIME
from core.data.text import one_line

_NUMBER, _DATE, _EITHER, _EMPTY, _UNREADABLE, _SERIAL = range(6)
"""What a cell is. `_EITHER` is a date such as 3/4/2023, read with the month first until the column decides.
`_SERIAL` is a broken number of days as spreadsheets count them, in seconds until the column decides.
"""

_CLOCK = re.compile(
    r"(?P<day>.*\S)(?:,?\s+|T)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?:Z|UTC|GMT)?",
    re.IGNORECASE | re.ASCII,
)
_MONTH_AND_DAY = re.compile(r"(\d{1,2})([/. -]) ?(\d{1,2})(?:\2|, ?) ?(\d{4}|(?<=[/.])\d\d)\.?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-]) ?(\d{1,2})\2 ?(\d{1,2})\.?", re.ASCII)
_MONTH_NAME = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_LONGEST = 60
_EARLIEST = 100_000_000  # Seconds. A number among dates below this one, in 1973, is no time
_FIRST_EPOCH = 631_152_000  # Seconds. A column of numbers all below this one, in 1990, is no epoch time
_SERIALS, _SERIAL_OF_1970 = (20_000, 60_000), 25_569
"""Days since 30 December 1899, as spreadsheets count, in 1954 and in 2064; and of 1 January 1970."""
_OF_TIME = re.compile(r"date|time|day|when|stamp|created|updated|added|posted|watched", re.IGNORECASE)
_FIRST_DAY, _LAST_DAY = 19_000_101, 21_001_231


class Times:
    """The times of one column, read batch after batch; what only the whole column tells is decided at the end.

    Numbers stay as they are written until `seconds` finds their unit. Dates become epoch seconds, UTC where they name
    no zone. `notes` say what was decided, and how many ratings have no time; they are complete after `resolved`.
    """

    def __init__(self, column: str = "") -> None:
        self.column = column
        self.notes: list[str] = []
        self._kinds: list[np.ndarray] = []
        self._rows = 0
        self._uniform: set[int] = set()
        self._day_first = self._month_first = False
        self._signs: dict[str, str] = {}
        self._unreadable = ""
        self._are_dates = False

    def read(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Times of a batch (int64; NO_TIME where a cell holds none) and what each cell is (uint8)."""
        quick = self._quick(texts)
        if quick is not None:
            return quick
        cells, places = distinct(texts)
        read = [self._value((text or "").strip()) for text in cells]
        values = np.array([value for value, _ in read], np.int64)
        kinds = np.array([kind for _, kind in read], np.uint8)
        return values[places], kinds[places]

    def keep(self, kinds: np.ndarray) -> None:
        """Remember what the cells of the rows are that are kept, in their order."""
        if len(kinds):
            same = kinds.min() == kinds.max()  # nearly always: then one number stands for all, and takes no memory
            self._kinds.append(np.broadcast_to(kinds[0], kinds.shape) if same else kinds)
            self._uniform |= set(np.unique(kinds[:1] if same else kinds).tolist())

    def resolved(self, raw: np.ndarray) -> np.ndarray | None:
        """The times of all kept rows, comparable with each other; None where not one of them has a time.

        A date that may be read with the day or the month first is read as the others of its column have to be; with
        points it is the day where none of them tells. Where the column does not decide, or contradicts itself, such a
        date is no time. A number among dates is an epoch time if it lies after 1973, else no time. Eight digits are
        year, month and day where all numbers can be. Other numbers all before 1990 are no times, but for the days of a
        spreadsheet in a column that is named after time.
        """
        if self._uniform <= {_DATE}:
            self._are_dates = True
            return raw
        if self._uniform == {_NUMBER} and raw.max() >= _FIRST_EPOCH:
            return raw
        kinds, times = np.concatenate(self._kinds), raw.copy()
        if _EITHER in self._uniform:
            self._decide_order(times, kinds)
        self._numbers(times, kinds)
        without = int(np.count_nonzero(times == NO_TIME))
        empty = int(np.count_nonzero(kinds == _EMPTY))
        self._say_missing(empty, without - empty, len(times))
        return times if without < len(times) else None

    def seconds(self, raw: np.ndarray) -> np.ndarray:
        """Epoch seconds; numbers so large that they must be milli-, micro- or nanoseconds are divided."""
        if self._are_dates or not len(raw):
            return raw
        divisor = _unit(raw)
        return raw if divisor == 1 else np.where(raw == NO_TIME, raw, raw // divisor)

    def _quick(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray] | None:
        """All of them at once, where all are whole numbers, or ISO dates, or empty; None where not."""
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        if filled.null_count == len(filled):
            return np.full(len(texts), NO_TIME), np.full(len(texts), _EMPTY, np.uint8)
        for kind, to in ((_NUMBER, pa.int64()), (_DATE, pa.timestamp("s"))):
            try:
                values = filled.cast(to).cast(pa.int64())
            except pa.ArrowInvalid:
                continue
            kinds = np.full(len(texts), kind, np.uint8)
            if filled.null_count:
                kinds[filled.is_null().to_numpy(zero_copy_only=False)] = _EMPTY
                values = values.fill_null(NO_TIME)
            return values.to_numpy(), kinds
        return None

    def _value(self, text: str) -> tuple[int, int]:
        if text.lower() in MISSING:
            return NO_TIME, _EMPTY
        value = number(text)
        if value is not None and abs(value) < 9e18:
            whole = re.fullmatch(r"[+-]?[0-9]{1,18}", text)
            if not value.is_integer() and _SERIALS[0] <= value <= _SERIALS[1]:
                return round((value - _SERIAL_OF_1970) * 86_400), _SERIAL
            return int(text) if whole else math.floor(value), _NUMBER
        moment = None if value is not None or len(text) > _LONGEST else self._date(text)
        if moment is not None:
            return moment
        self._unreadable = self._unreadable or one_line(text, 40)
        return NO_TIME, _UNREADABLE

    def _date(self, text: str) -> tuple[int, int] | None:
        """Epoch seconds of a date with or without a time of day, and whether its order is certain."""
        seconds = _iso(text)
        if seconds is not None:
            return seconds, _DATE
        parts = _CLOCK.fullmatch(text)
        clock = _clock(parts) if parts else 0
        day = None if clock is None else _calendar_day(parts["day"].rstrip(",") if parts else text)
        if day is None or clock is None:
            named = _named(text)
            return None if named is None else (named, _DATE)
        days, order, sign = day
        self._day_first |= order == "day"
        self._month_first |= order == "month"
        if order == "either":
            self._signs.setdefault(sign, text)
        return days * 86_400 + clock, _EITHER if order == "either" else _DATE

    def _decide_order(self, times: np.ndarray, kinds: np.ndarray) -> None:
        """Read the dates that may be read in two ways as the column tells."""
        either, example = kinds == _EITHER, one_line(next(iter(self._signs.values()), ""), 40)
        by_rule = not self._day_first and not self._month_first and set(self._signs) == {"."}
        if self._day_first != self._month_first or by_rule:
            if not self._month_first:
                times[either] = _swapped(times[either])
            first = "month" if self._month_first else "day"
            why = "as is usual with points" if by_rule else "as others of the column have to be"
            self.notes.append(f"Dates such as {example} are read with the {first} first, {why}.")
        else:
            times[either] = NO_TIME
            why = "both orders occur" if self._day_first else "the column does not tell"
            self.notes.append(f"Whether the day or the month is first in dates such as {example} is not known: {why}.")

    def _numbers(self, times: np.ndarray, kinds: np.ndarray) -> None:
        """Make the numbers of a column comparable with its dates."""
        broken = kinds == _SERIAL
        as_serials = np.where(broken, times, (times - _SERIAL_OF_1970) * 86_400)
        times[broken] = times[broken] // 86_400 + _SERIAL_OF_1970
        rows = broken | (kinds == _NUMBER)
        numbers = times[rows]
        if not len(numbers):
            self._are_dates = True
        elif _FIRST_DAY <= numbers.min() <= numbers.max() <= _LAST_DAY and (days := _eight_digits(numbers)) is not None:
            times[rows], self._are_dates = days, True
            self.notes.append(f"Numbers such as {numbers[0]} are read as year, month and day.")
        elif np.isin(kinds, (_DATE, _EITHER)).any():
            numbers //= _unit(numbers)
            times[rows], self._are_dates = np.where(numbers < _EARLIEST, NO_TIME, numbers), True
        elif numbers.max() < _FIRST_EPOCH:
            self._small_numbers(times, rows, as_serials[rows])

    def _small_numbers(self, times: np.ndarray, rows: np.ndarray, seconds: np.ndarray) -> None:
        """Make times of a spreadsheet's days; other numbers before 1990 are none: years, places in an order."""
        numbers, self._are_dates = times[rows], True
        if _SERIALS[0] <= numbers.min() <= numbers.max() <= _SERIALS[1] and _OF_TIME.search(self.column):
            times[rows] = seconds
            self.notes.append(f"Numbers such as {numbers[0]} are read as the days that spreadsheets count from 1900.")
        else:
            times[rows] = NO_TIME
            self._unreadable = self._unreadable or str(numbers[0])

    def _say_missing(self, empty: int, others: int, rows: int) -> None:
        """Note how many ratings have no time, and why."""
        if empty:
            self.notes.append(f"{empty:,} of {rows:,} ratings have no time, and are kept without one.")
        if others:
            first = f" (the first: {self._unreadable!r})" if self._unreadable else ""
            self.notes.append(
                f"The time of {others:,} of {rows:,} ratings cannot be read{first}; they are kept without."
            )


def are_dates(texts: Sequence[str]) -> bool:
    """Whether all texts are dates, and not numbers."""
    _, kinds = Times().read(pa.array(texts, pa.string()))
    return bool(np.isin(kinds, (_DATE, _EITHER)).all())


def _unit(raw: np.ndarray) -> int:
    """Parts of a second that numbers count: 1, or 10^3, 10^6, 10^9."""
    some = raw[:: max(1, len(raw) // 1_000_000)]
    some = some[some != NO_TIME]
    middle = float(np.median(np.abs(some))) if len(some) else 0
    # 1e11 seconds are the year 5138; 1e11 milliseconds are 1973.
    return next((10**k for k, above in ((9, 1e17), (6, 1e14), (3, 1e11)) if middle > above), 1)


def _iso(text: str) -> int | None:
    """Epoch seconds of an ISO date, with or without a time; UTC where no zone is given."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-") if len(text) < 40 else "")
        return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _clock(parts: re.Match[str]) -> int | None:
    """Seconds since midnight; None where the hour, the minute or the second does not exist."""
    hour, minute, second, half = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0), parts["half"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * half.lower().startswith("p")
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 62 else None


@lru_cache(maxsize=2**16)
def _calendar_day(text: str) -> tuple[int, str, str] | None:
    """Days since 1970, what comes first for certain ("day", "month", "either", ""), and the sign between them; where
    either may come first, the month is read first."""
    if parts := _YEAR_FIRST.fullmatch(text):
        days = _days(int(parts[1]), int(parts[3]), int(parts[4]))
        return None if days is None else (days, "", "")
    if parts := _MONTH_AND_DAY.fullmatch(text):
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        if len(parts[4]) == 2:
            year += 2000 if year < 69 else 1900  # as POSIX reads two digits
        day_first = first > 12
        days = _days(year, second, first) if day_first else _days(year, first, second)
        order = "day" if day_first else "month" if second > 12 else "either" if first != second else ""
        return None if days is None else (days, order, parts[2])
    seconds = _named(text)
    return None if seconds is None or seconds % 86_400 else (seconds // 86_400, "", "")


def _days(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - 719_163
    except ValueError:
        return None


def _named(text: str) -> int | None:
    """Epoch seconds of a date that names its month; None where a day, a month or a year is missing."""
    if not _MONTH_NAME.search(text):
        return None
    from dateutil import parser as date_parser  # few columns have such dates

    try:
        # What is missing would be taken from the default: two of them tell whether anything was.
        first, second = (
            date_parser.parse(text, default=datetime(year, 2, year - 1995, tzinfo=UTC)) for year in (1999, 2004)
        )
    except (ValueError, OverflowError, TypeError, RuntimeWarning):
        return None
    return math.floor(first.timestamp()) if first == second else None


def _swapped(times: np.ndarray) -> np.ndarray:
    """Epoch seconds with day and month exchanged, for days up to the twelfth."""
    moments = times.astype("datetime64[s]")
    days, months, years = (moments.astype(f"datetime64[{unit}]") for unit in "DMY")
    day, month = (days - months).astype(np.int64), (months - years).astype(np.int64)
    swapped = (years.astype("datetime64[M]") + day).astype("datetime64[D]") + month
    return np.asarray((swapped.astype("datetime64[s]") + (moments - days)).astype(np.int64))


def _eight_digits(numbers: np.ndarray) -> np.ndarray | None:
    """Epoch seconds of numbers such as 20230314; None where one of them is no such date."""
    cells, places = np.unique(numbers, return_inverse=True)
    days = [_days(value // 10_000, value // 100 % 100, value % 100) for value in cells.tolist()]
    return None if None in days else np.array(days, np.int64)[places] * 86_400
