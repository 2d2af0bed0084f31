"""Text of an unknown table as rows with line numbers; no line is lost to a quote that is never closed."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from core.data.services import service_of
from core.errors import BadEncodingError

DELIMITERS = ("\t", ";", "|", ",")
_LOOKED_AT = 100
"""Lines that the delimiter is told from."""
_MOST_LINES = 500
"""Lines of one row at most, as a long review may have."""
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Row:
    """One row: the number of its first line, from 1, and its cells."""

    line: int
    cells: list[str]


def decoded(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or as Windows writes Western European letters.

    Raises:
        BadEncodingError: It is no text.
    """
    marked = next((encoding for bom, encoding in _BOMS.items() if content.startswith(bom)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadEncodingError("the file is no text; export your ratings as CSV, in UTF-8")


def rows(text: str) -> Iterator[Row]:
    """The rows of a table, blank lines and a line such as `sep=;` left out.

    A row spans several lines only in the export of a known service, and there only in a cell that is not read, such as
    a review: two rows that a stray quote glues together would have their titles in one cell, too.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    place, delimiter = 0, ""
    if told := re.fullmatch(r"sep=(.)", lines[0].strip()):
        place, delimiter = 1, told[1]
    delimiter = delimiter or delimiter_of([line for line in lines[:_LOOKED_AT] if line.strip()])
    width, may_span = 0, frozenset[int]()
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        cells, used = _record(lines, place, delimiter, width, may_span)
        if width == 0:
            width, may_span = len(cells), _not_read(cells)
        yield Row(place + 1, [cell.strip() for cell in cells])
        place += used


def _not_read(header: Sequence[str]) -> frozenset[int]:
    """Places of the columns of a service's export that nothing is read from; none in any other table."""
    service = service_of(header)
    if service is None:
        return frozenset()
    read = {name.casefold() for name in (service.title, service.year, service.other_year, service.rating)}
    return frozenset(place for place, name in enumerate(header) if name.strip().casefold() not in read)


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter that makes the header of a known service, or the most lines equally wide."""
    for delimiter in DELIMITERS:
        if lines and service_of(_cells(lines[0], delimiter)):
            return delimiter

    def evenness(delimiter: str) -> tuple[int, int]:
        """How many lines have the most common number of columns, and that number."""
        widths = Counter(width for line in lines if (width := len(_cells(line, delimiter))) > 1)
        width, n = max(widths.items(), key=lambda pair: pair[::-1], default=(0, 0))
        return n, width

    return max(reversed(DELIMITERS), key=evenness)


def _record(
    lines: Sequence[str], place: int, delimiter: str, width: int, may_span: Collection[int]
) -> tuple[list[str], int]:
    """The cells of the row that begins at a line, and how many lines it takes."""
    line = lines[place]
    if line.count('"') % 2 == 0:
        cells = _cells(line, delimiter)
        plain = line.split(delimiter)
        return (plain if len(plain) == width != len(cells) else cells), 1
    reader = csv.reader((f"{line}\n" for line in lines[place : place + _MOST_LINES]), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:  # a quote that is no bracket around a cell
        return line.split(delimiter), 1
    spanning = {place for place, cell in enumerate(cells) if "\n" in cell}
    if len(cells) == width and spanning.issubset(may_span):
        return cells, reader.line_num
    return line.split(delimiter), 1


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell longer than the reader takes
        return line.split(delimiter)
