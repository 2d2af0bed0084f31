"""Text of an unknown table as rows with line numbers; no line is lost to a quote that is never closed."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.data.importing.heading import declared_delimiter
from core.data.importing.quotes import mended
from core.data.services import service_of
from core.errors import BadEncodingError, TooLargeError

DELIMITERS = ("\t", ";", "|", ",")
_LOOKED_AT = 100  # Lines that the delimiter is told from
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Row:
    """One row: the number of its first line, from 1, and its cells."""

    line: int
    cells: list[str]


def decoded(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or in Windows-1252; raises BadEncodingError where it is no text."""
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
    """The rows of a table, blank lines and a line such as `sep=;` left out; a stray quote costs its own line at most.
    Raises TooLargeError for a cell with more characters than any text of a person."""
    lines = text.splitlines(keepends=True)
    above, delimiter = declared_delimiter(lines)
    delimiter = delimiter or delimiter_of([line for line in lines[:_LOOKED_AT] if line.strip()])
    body = io.StringIO(mended("".join(lines[above:]), delimiter)[0], newline="")
    reader = csv.reader(body, delimiter=delimiter)
    line = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Row(above + line + 1, [cell.strip() for cell in cells])
            line = reader.line_num
    except csv.Error:
        raise TooLargeError(f"line {above + line + 1:,} has a cell of too many characters; mend that line") from None


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


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell longer than the reader takes
        return line.split(delimiter)
