"""Quotes that are never closed: every other row of a delimited text is kept, whatever stands between quotes.

A double quote at the beginning of a field encloses the field, line ends included, and a doubled one inside stands for
itself (RFC 4180); some programs put a backslash before it instead. A reader that believes a stray quote takes
everything up to the next one for a single value. So a row over several lines is believed only where each quote closes
right before a delimiter or a line end, it has no more lines than a text, and the lines inside do not look like rows of
the table. Otherwise the quote is a stray one, and its line is read without it.

A row over several lines is followed by as many blank lines as it has line ends inside, so that whoever reads on counts
lines, not rows.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.importing.values import number

MAX_LINES, MAX_BYTES = 1000, 2**20  # Of one row over several lines: more than any text in a table has

_END = rb"(?:\r\n|\n|\r)"
_LINE_END = re.compile(_END)
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_SHORT = 4096
_BACKSLASHED = re.compile(rb'\\(["\\])')
_MOSTLY = 0.9
_LISTED = 3
_FEW, _NARROW = 3, 3
_TELLING = 1000  # Lines with a backslash before a quote that are looked at


@dataclass(frozen=True)
class Shape:
    """What a row of a table looks like: its width, and the places where nearly all rows have a number."""

    width: int
    numeric: tuple[int, ...]

    @classmethod
    def of(cls, width: int, rows: Sequence[Sequence[str]]) -> "Shape":
        """The shape of the rows that have this width."""
        fit = [row for row in rows if len(row) == width]
        counts = Counter(place for row in fit for place, cell in enumerate(row) if number(cell) is not None)
        return cls(width, tuple(place for place in range(width) if counts[place] > _MOSTLY * len(fit)))

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether cells have this shape."""
        return len(cells) == self.width and all(number(cells[place]) is not None for place in self.numeric)


class Mender:
    """Takes stray quotes out of a text, delimited by one ASCII character, that comes in blocks.

    They are `sparing` where they enclose only what could not stand without them: a delimiter, or another quote.
    """

    def __init__(self, delimiter: str, shape: Shape, *, sparing: bool = False) -> None:
        self.lines = 0  # Physical lines so far, those inside of rows included
        self.inside = 0  # How many of them continue a row above them
        self.strays = 0  # How many lines had a stray quote
        self.first: list[int] = []  # The numbers from 1 of the first of these lines
        self.inconsistent = False  # Whether such a line stands right above what looks like another row
        self._delimiter, self._shape, self._sparing = delimiter, shape, sparing
        self._before = b""  # the last byte of the block before
        # Between tabs a quote is a character like others: it stays, enclosed, where it encloses nothing.
        self._literal = delimiter == "\t"
        # Groups are repeated as `(?>(?:…)*)`, not as `(?:…)*+`: Python before 3.11.5 matches the latter wrongly
        # (its issue 106052), and rows would be lost.
        cut = re.escape(delimiter.encode())
        needed = rb'(?=[^"%s\r\n]*+(?:%s|""))' % (cut, cut) if sparing else b""
        closed = rb'"%s[^"\r\n]*+(?>(?:""[^"\r\n]*+)*)"' % needed
        field = rb'(?:%s%s|(?!")[^%s\r\n]*+)' % (closed, b"" if self._literal else rb"[^%s\r\n]*+" % cut, cut)
        over_lines = rb'(?:"[^"]*+(?>(?:""[^"]*+)*)"|(?!")[^%s\r\n]*+)' % cut
        self._rows = re.compile(rb"(?>(?:%s(?>(?:%s%s)*)%s)*)" % (field, cut, field, _END))
        self._row_over_lines = re.compile(rb"%s(?>(?:%s%s)*)%s" % (over_lines, cut, over_lines, _END))
        self._up_to_stray = re.compile(rb"(?>(?:%s%s)*)(?>(?:%s(?=[\r\n]))?)" % (field, cut, field))
        self._field = re.compile(rb"[^%s\r\n]*+" % cut)

    def mend(self, text: bytes, *, last: bool) -> tuple[bytes, bytes]:
        """The rows in a block that begins with a row, and the rest, to which the next block is to be added."""
        if last and text and not text.endswith((b"\n", b"\r")):
            text += b"\n"
        end = len(text) if last else max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 1)) + 1
        whole, at = list[bytes](), 0
        while at < end:
            start = _line_of(text, text.find(b'"', at, end), at, end)
            plain = at == 0 and not self._sparing and start < end and _closed_everywhere(text[:end], self._delimiter)
            rows = None if plain else self._rows.match(text, start, end)  # each closes what it opens
            stop = end if plain else rows.end() if rows else start
            self.lines += count_lines(text[at:stop])
            whole.append(text[at:stop])
            at = stop
            if at == end:
                break
            row = self._row_over_lines.match(text, at, min(end, at + MAX_BYTES))
            if row is None and not last and len(text) - at < MAX_BYTES:
                break
            if row is not None and self._is_one_row(row[0]):
                blank = count_lines(row[0]) - 1
                self.lines, self.inside = self.lines + 1 + blank, self.inside + blank
                whole.append(row[0] + row[0][-1:] * blank)
                at = row.end()
            else:
                at = self._mend_line(text, at, end, whole)
        self._before = text[at - 1 : at] or self._before
        return b"".join(whole), text[at:]

    def _is_one_row(self, row: bytes) -> bool:
        """Whether several lines are one row of the table with a text in it, and not as many rows."""
        text = row.decode("utf-8", "replace")
        inner = text.splitlines()[1:]
        if len(inner) >= MAX_LINES or len(_cells(text, self._delimiter)) != self._shape.width:
            return False
        alike = sum(map(self._looks_like_row, inner))
        if self._shape.numeric or self._shape.width > _NARROW:  # a line of a text hardly ever looks so by chance
            return 2 * alike < len(inner)
        return len(inner) < _FEW or alike < _MOSTLY * len(inner)

    def _looks_like_row(self, line: str) -> bool:
        if line.count(self._delimiter) < self._shape.width - 1:
            return False  # most lines of a text: the next step takes longer
        return self._shape.fits(_cells(line, self._delimiter))

    def _mend_line(self, text: bytes, at: int, end: int, whole: list[bytes]) -> int:
        """Add the line at a place without its stray quotes; where it ends."""
        self.lines, self.strays = self.lines + 1, self.strays + 1
        if len(self.first) < _LISTED:
            self.first.append(self.lines)
        stop = _end_of_line(text, at, end)
        line = self._without_strays(text[at:stop])
        if line.startswith(b"\n") and (text[at - 1 : at] if at else self._before) == b"\r":
            line = b"\r" + line  # a line of nothing but a quote stays one: it is no part of the line end before it
        whole.append(line)
        below = text[stop : _end_of_line(text, stop, end)].decode("utf-8", "replace").rstrip("\r\n")
        self.inconsistent |= self._looks_like_row(below)
        return stop

    def _without_strays(self, line: bytes) -> bytes:
        """A line without the quotes that enclose nothing; between tabs, with them as parts of their fields."""
        parts, at = list[bytes](), 0
        while True:
            closed = self._up_to_stray.match(line, at)
            stray = closed.end() if closed else at
            parts.append(line[at:stray])
            if line[stray] != _QUOTE:
                return b"".join(parts) + line[stray:]
            at = stray + 1
            if self._literal and (field := self._field.match(line, stray)):
                at = field.end()
                parts.append(b'"' + field[0].replace(b'"', b'""') + b'"')


def has_backslashes(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether quotes within enclosed fields have a backslash before them, as MySQL writes them.

    It shows where such a quote is followed by what cannot follow the end of a field, or where lines have the width of
    the table only so. A field may also end with a backslash, as a path does.
    """
    if len(delimiter) != 1:
        return False
    shown = [line for line in lines if '\\"' in line][:_TELLING]
    cut = re.escape(delimiter)
    within = re.compile(rf'(?:^|{cut})"[^"\r\n]*\\"(?!"|\s*$|{cut})')
    plain = sum(len(_cells(line, delimiter)) == width for line in shown)
    doubled = sum(len(_cells(_doubled(line), delimiter)) == width for line in shown)
    return doubled > plain or (doubled == plain and any(map(within.search, shown)))


def without_backslashes(text: bytes) -> bytes:
    """A text with doubled quotes where it has quotes behind backslashes."""
    return _BACKSLASHED.sub(lambda match: b'""' if match[1] == b'"' else match[1], text)


def _doubled(text: str) -> str:
    return without_backslashes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def mended(text: str, delimiter: str) -> tuple[str, bool]:
    """A first part of a text without its stray quotes, and whether its quotes are consistent."""
    if '"' not in text or len(delimiter) != 1:
        return text, True
    lines = text.splitlines()
    alone = [_cells(line, delimiter) for line in lines]
    widths = Counter(len(cells) for cells in alone if len(cells) > 1)
    # R leaves the name of the first column out; lines inside of values, names of columns too, have all widths.
    whole = lines[0].count('"') % 2 == 0
    first = [width for width in (len(alone[0]), len(alone[0]) + 1) if whole and width in widths]
    width = max(first or [*widths, 1], key=lambda width: widths[width] * (1 if first else width))
    if has_backslashes(lines, delimiter, width):
        text = _doubled(text)
        alone = [_cells(line, delimiter) for line in text.splitlines()]
    mender = Mender(delimiter, Shape.of(width, alone[1:]))
    rows, _ = mender.mend(text.encode("utf-8", "surrogatepass"), last=True)
    return rows.decode("utf-8", "surrogatepass"), not mender.inconsistent


def _cells(row: str, delimiter: str) -> list[str]:
    """The cells of a row by itself; none where it is longer than a field may be for Python's reader."""
    if len(row) > csv.field_size_limit():
        return []
    return next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter), [])


def count_lines(text: bytes) -> int:
    """Line ends in a text: \\n, \\r\\n, or \\r alone."""
    ends = np.count_nonzero(np.frombuffer(text, np.uint8) == _NEWLINE) if len(text) > _SHORT else text.count(b"\n")
    return int(ends) + (len(_LONE_RETURN.findall(text)) if b"\r" in text else 0)


def _closed_everywhere(rows: bytes, delimiter: str) -> bool:
    """Whether all quotes enclose fields or stand doubled in them, and no field holds a line end: a quick check."""
    data = np.frombuffer(rows, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if len(quotes) % 2:
        return False
    around = np.array([ord(delimiter), _NEWLINE, _RETURN, _QUOTE])
    before, after = data[quotes[::2] - 1], data[np.minimum(quotes[1::2] + 1, len(data) - 1)]
    ends = np.flatnonzero((data == _NEWLINE) | (data == _RETURN))
    closed = not (np.searchsorted(quotes, ends) % 2).any()
    return closed and bool(np.isin(before, around).all() and np.isin(after, around).all())


def _end_of_line(text: bytes, at: int, end: int) -> int:
    """Where the line ends that begins at a place, its line end included."""
    line_end = _LINE_END.search(text, at, end)
    return line_end.end() if line_end else end


def _line_of(text: bytes, place: int, at: int, end: int) -> int:
    """Where the line of a place begins, not before `at`; `end` for no place."""
    if place < 0:
        return end
    newline = text.rfind(b"\n", at, place) + 1 or at
    return text.rfind(b"\r", newline, place) + 1 or newline
