"""What a stream of bytes is, judged by its content and never by its name: a table, its columns, its first rows."""

import codecs
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.data.importing.parquet import parquet_head, text_of
from core.data.importing.request import ImportOptions
from core.data.importing.sources import Source, check_not_packed
from core.data.importing.values import number
from core.data.text import one_line
from core.errors import BadEncodingError, BadFormatError, EmptyFileError, WrongDelimiterError
from core.settings import ImportLimits

HEAD_BYTES = 2**18
SAMPLE_ROWS = 200
_FOR_ESCAPES = 2**22
DELIMITERS = ("\t", ";", "|", ",")
DOUBLE_COLON = "::"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = {
    b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database", b"\x89HDF": "an HDF5 file", b"\xd0\xcf\x11\xe0": "an old office document",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file", b"ARROW1": "an Arrow file", b"FEA1": "a Feather file",
    b"\x93NUMPY": "a NumPy file", b"\x80\x04\x95": "a Python pickle", b"\x7fELF": "a program", b"MZ\x90": "a program",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Table:
    """A table that can be read.

    Attributes:
        delimiter: One character, or "::"; "" where the kind has none.
        header_rows: Rows before the first row of data, blank ones included.
        columns: Distinct names; "column 1" … where there is no header.
        rows: The first rows, as text, each as long as `columns`.
        quoting: Whether a double quote may enclose a value.
        escape: What stands before a quote within quotes: a backslash, or nothing where the quote is doubled.
        encoding_found: False where the text is not UTF-8 and the encoding was not stated.
    """

    source: Source
    kind: Literal["text", "parquet", "json lines"]
    encoding: str
    delimiter: str
    header_rows: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    quoting: bool = True
    escape: Literal["", "\\"] = ""
    encoding_found: bool = True

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name


def examine(source: Source, options: ImportOptions, limits: ImportLimits) -> Table:
    """The table in a source, from its first bytes.

    Raises:
        EmptyFileError, BadFormatError, BadEncodingError, WrongDelimiterError, TooLargeError, ArchiveUnsafeError.
    """
    head = source.head(HEAD_BYTES)
    check_not_packed(source, head)
    if head.startswith(b"PAR1"):
        return _parquet(source, limits)
    for magic, what in _OTHER_FILES.items():
        if head.startswith(magic):
            raise BadFormatError(f"{source.name} is {what}; bring CSV, TSV, JSON lines or Parquet")
    encoding, certain = _encoding(source.name, head, options)
    text = _decode(source.name, head, encoding)
    if not text.strip():
        raise EmptyFileError(f"{source.name} holds nothing but blanks; export or upload it again")
    first = text.lstrip()[0]
    if first == "{":
        return replace(_json_lines(source, text, limits), encoding=encoding, encoding_found=certain)
    if first == "<" or (first == "[" and text.lstrip()[1:].lstrip()[:1] in ("{", "[")):
        what = "a web page or XML" if first == "<" else "one JSON array"
        raise BadFormatError(f"{source.name} is {what}; bring CSV, TSV, Parquet, or JSON lines with one object a line")
    table = _text(source, text, len(head) < HEAD_BYTES, options, limits)
    if first == '"' and not table.escape and len(head) == HEAD_BYTES:  # a quote within quotes may come late
        lines = source.head(_FOR_ESCAPES).decode(encoding, "replace").splitlines(keepends=True)
        table = replace(table, escape=_escape(lines, table.delimiter, len(table.columns)))
    return replace(table, encoding=encoding, encoding_found=certain)


def first_lines(source: Source, options: ImportOptions) -> tuple[list[str], str]:
    """The first lines of a text as they stand, and its encoding; raises DatasetError as `examine` does."""
    head = source.head(HEAD_BYTES)
    encoding, _ = _encoding(source.name, head, options)
    return _decode(source.name, head, encoding).splitlines()[:SAMPLE_ROWS], encoding


def _encoding(name: str, head: bytes, options: ImportOptions) -> tuple[str, bool]:
    """Python's name of the encoding, and whether that is certain."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            if not encoding:
                raise BadEncodingError(f"{name} is UTF-32 text; save it as UTF-8")
            return encoding, True
    if options.encoding == "utf-16":
        return ("utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"), True
    if options.encoding:
        return options.encoding, True
    zeros = head.count(0)
    if zeros > len(head) // 4 and {head[::2].count(0), head[1::2].count(0)} & {0}:
        raise BadEncodingError(
            f"{name} looks like UTF-16 text without its mark; choose the encoding utf-16, or save it as UTF-8"
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        if _binary(head):
            raise BadFormatError(
                f"{name} is no text and no format that is read here; bring CSV, TSV, JSON lines or Parquet"
            ) from None
        return "latin-1", False
    if zeros > len(head) // 100:
        raise BadFormatError(
            f"{name} holds {zeros:,} zero bytes in its beginning and is no text; bring CSV, TSV, JSON lines or Parquet"
        )
    return "utf-8", True


def _binary(head: bytes) -> bool:
    control = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a")
    return control > len(head) // 100


def _decode(name: str, head: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)().decode(head)
    except UnicodeDecodeError as error:
        raise not_in(name, encoding, error) from error


def not_in(name: str, encoding: str, error: Exception) -> BadEncodingError:
    """The error for text that is not in the encoding it was taken for."""
    advice = "choose the encoding latin-1 if accents look right with it, or save the file as UTF-8"
    return BadEncodingError(f"{name} is not {encoding} text ({error!s:.120}); {advice}")


def _text(source: Source, text: str, whole: bool, options: ImportOptions, limits: ImportLimits) -> Table:
    # The last line of a head may be cut, and so may a character in it.
    end = len(text) if whole else max(text.rfind("\n"), text.rfind("\r")) + 1
    lines = text[:end].splitlines(keepends=True)
    if not lines:
        raise BadFormatError(f"{source.name} has no line end in its first {HEAD_BYTES:,} bytes; it is no table")
    blank = next((at for at, line in enumerate(lines) if line.strip()), 0)
    sample = "".join(lines[blank : blank + 2 * SAMPLE_ROWS])
    delimiter, rows = _delimiter(source.name, sample, options)
    escape = _escape(lines[blank:], delimiter, len(rows[0]))
    rows = split_rows(sample, delimiter, escape) if escape else rows
    width = Counter(len(row) for row in rows).most_common(1)[0][0] if len(rows) > 2 else len(rows[0])
    limits.check("max_columns", max(map(len, rows)), f"columns in {source.name}")
    header = _has_header(rows) if options.header is None else options.header
    if header:
        width = len(rows[0])
    names = _distinct([one_line(cell, 100) for cell in rows[0]] if header else [""] * width)
    fitting = [row for row in rows[header:] if len(row) == width]
    first = tuple(tuple(row) for row in fitting[:SAMPLE_ROWS])
    return Table(source, "text", "utf-8", delimiter, blank + header, names, first, escape=escape)


def _delimiter(name: str, sample: str, options: ImportOptions) -> tuple[str, list[list[str]]]:
    """The delimiter that divides the lines into columns most evenly, and the rows it gives."""
    if options.delimiter:
        rows = split_rows(sample, options.delimiter)
        if max(map(len, rows)) < 2:
            raise _one_column(name, repr(options.delimiter), sample)
        return options.delimiter, rows
    rows_by = {delimiter: split_rows(sample, delimiter) for delimiter in (DOUBLE_COLON, *DELIMITERS)}
    best = max(rows_by, key=lambda delimiter: _evenness(rows_by[delimiter]))
    if _evenness(rows_by[best])[1] < 2:
        raise _one_column(name, "comma, semicolon, tab or |", sample)
    return best, rows_by[best]


def _one_column(name: str, divided_at: str, sample: str) -> WrongDelimiterError:
    first, sign = one_line(sample.lstrip().splitlines()[0], 80), even_sign(sample)
    advice = f"{sign!r} occurs equally often in every line: choose it as" if sign else "save the file as CSV, or name"
    return WrongDelimiterError(
        f"{name} has one column when divided at {divided_at}; its first line is {first!r}; {advice} the delimiter"
    )


def _escape(lines: list[str], delimiter: str, width: int) -> Literal["", "\\"]:
    """A backslash where quotes within quotes have one before them, as MySQL writes them.

    It shows where such a quote is followed by what cannot follow the end of a value, or where the lines fall into the
    columns of the first one only so. A value may also end with a backslash.
    """
    telling = [line for line in lines[1:] if '\\"' in line][:SAMPLE_ROWS]
    within = re.compile(r'\\"(?!"|\s*$|' + re.escape(delimiter) + ")")
    plain, escaped = (
        sum([len(row) for row in split_rows(line, delimiter, escape)] == [width] for line in telling)
        for escape in ("", "\\")
    )
    shown = escaped > plain or (escaped == plain and any(within.search(line) for line in telling))
    return "\\" if shown and delimiter != DOUBLE_COLON else ""


def split_rows(text: str, delimiter: str, escape: str = "") -> list[list[str]]:
    """Rows of cells; blank lines are left out."""
    if delimiter == DOUBLE_COLON:
        return [line.split(DOUBLE_COLON) for line in text.splitlines() if line.strip()]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar=escape or None)
    try:
        return [row for row in reader if row]
    except csv.Error:
        return [[line] for line in text.splitlines() if line.strip()]


def _evenness(rows: list[list[str]]) -> tuple[bool, int, float]:
    """Sorts delimiters: nearly all lines agree on two columns or more; then many columns, then agreement."""
    width, lines = Counter(map(len, rows)).most_common(1)[0]
    share, first = lines / len(rows), len(rows[0])
    return width >= 2 and (share >= 0.8 or first >= 3), max(width, first) if share >= 0.8 else first, share


def even_sign(sample: str) -> str:
    """A sign that occurs equally often in every line, and so may be the delimiter; "" where none does."""
    lines = [line for line in sample.splitlines() if line.strip()][:SAMPLE_ROWS]
    for sign in "^~:, ;\t|!#*/\\":
        counts = {line.count(sign) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return sign
    return ""


def _has_header(rows: list[list[str]]) -> bool:
    """A first row of distinct words above other rows is a header; numbers are data."""
    cells = [cell.strip() for cell in rows[0]]
    return not any(number(cell) is not None for cell in cells) and sum(bool(cell) for cell in cells) > len(cells) / 2


def _distinct(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        fresh, again = name or f"column {place}", 2
        while fresh in seen:
            fresh, again = f"{name or 'column'} ({again})", again + 1
        seen[fresh] = place
    return tuple(seen)


def _json_lines(source: Source, text: str, limits: ImportLimits) -> Table:
    objects = [value for line in text.splitlines()[:SAMPLE_ROWS] if (value := json_object(line)) is not None]
    names = tuple(dict.fromkeys(key for value in objects for key in value))
    if not objects or not names:
        raise BadFormatError(
            f"{source.name} begins like JSON and has no object on one line; bring JSON lines, one object a line"
        )
    limits.check("max_columns", len(names), f"names in {source.name}")
    rows = tuple(tuple(text_of(value.get(key)) for key in names) for value in objects)
    return Table(source, "json lines", "utf-8", "", 0, names, rows)


def json_object(line: str) -> dict[str, Any] | None:
    """The JSON object on a line, its whole numbers as text; None where there is none."""
    try:
        value = json.loads(line, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _parquet(source: Source, limits: ImportLimits) -> Table:
    names, rows = parquet_head(source, SAMPLE_ROWS, limits)
    return Table(source, "parquet", "utf-8", "", 0, names, rows)
