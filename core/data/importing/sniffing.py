"""What a stream of bytes is, judged by its content and never by its name: a table, its columns, its first rows."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from core.data.importing import heading
from core.data.importing.cleaning import Decoder, judged
from core.data.importing.json_rows import array_objects, json_object
from core.data.importing.parquet import parquet_head
from core.data.importing.quotes import has_backslashes, mended
from core.data.importing.request import FileOptions, TablePreview
from core.data.importing.sources import Source, check_not_packed
from core.data.importing.values import text_of
from core.data.text import REPLACEMENT, SPOILED, one_line
from core.errors import BadEncodingError, BadFormatError, EmptyFileError, WrongDelimiterError

HEAD_BYTES = 2**18
SAMPLE_ROWS = 1000
SHOWN_ROWS, _SHOWN = 20, 100  # Of a preview: rows, and characters of a cell
_FOR_BACKSLASHES = 2**22
_FORMATS = "CSV, TSV, Excel (.xlsx), JSON or Parquet"
DELIMITERS = ("\t", ";", "|", ",")
DOUBLE_COLON = "::"
HEADED = ("item", "user", "rating", "date")  # Columns of the Netflix Prize, whose files name none

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = {
    b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database", b"\x89HDF": "an HDF5 file",
    b"\xd0\xcf\x11\xe0": "an old (.xls) or encrypted office document, to be saved anew as .xlsx or CSV",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file", b"ARROW1": "an Arrow file", b"FEA1": "a Feather file",
    b"\x93NUMPY": "a NumPy file", b"\x80\x04\x95": "a Python pickle", b"\x7fELF": "a program", b"MZ\x90": "a program",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Table:
    """A table that can be read."""

    source: Source
    kind: Literal["text", "parquet", "json lines", "json array"]
    encoding: str
    delimiter: str  # One character, or "::"; "" where the kind has none
    header_rows: int  # Rows before the first row of data, those above the table included
    columns: tuple[str, ...]  # Distinct names; "column 1" … where there is no header
    rows: tuple[tuple[str, ...], ...]  # The first rows, as text, each as long as `columns`
    # Whether a double quote may enclose any value; between tabs, where it may not, it still encloses those that could
    # not stand without it.
    quoting: bool = True
    backslashes: bool = False  # Whether a backslash before a quote makes it a part of the value
    encoding_found: bool = True  # False where the text is not UTF-8 and the encoding was not stated
    encoding_stated: bool = False  # Whether it was
    above: tuple[str, ...] = ()  # Lines above the table that are no rows of it: blank ones, comments, a title
    skipped: int = 0  # How many lines are not to be divided: those above, and a header of another width
    whole: bool = False  # Whether `rows` are all that there are

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def headless(self) -> bool:
        """Whether nothing in the file names its columns."""
        return self.columns == heading.distinct([""] * len(self.columns))


@dataclass(frozen=True, eq=False)
class Headed(Table):
    """Ratings below a line with the id of what they rate; the first column is that id, the others are a line's."""


def examine(source: Source, options: FileOptions) -> Table:
    """The table in a source, from its first bytes; raises EmptyFileError, BadFormatError, BadEncodingError,
    WrongDelimiterError, TooLargeError or ArchiveUnsafeError."""
    try:
        return _examine(source, options)
    except WrongDelimiterError as error:
        others = [name for name in source.sheets if name != source.sheet]
        if not others:
            raise
        raise WrongDelimiterError(
            f"{source.name}: the sheet {one_line(source.sheet, 60)!r} is no table of several columns; choose another "
            f"sheet: {', '.join(one_line(name, 60) for name in others[:20])}"
        ) from error


def _examine(source: Source, options: FileOptions) -> Table:
    head = source.head(HEAD_BYTES)
    check_not_packed(source, head)
    if head.startswith(b"PAR1"):
        names, rows = parquet_head(source, SAMPLE_ROWS)
        return Table(source, "parquet", "utf-8", "", 0, names, rows, whole=len(rows) < SAMPLE_ROWS)
    for magic, what in _OTHER_FILES.items():
        if head.startswith(magic):
            raise BadFormatError(f"{source.name} is {what}; bring {_FORMATS}")
    encoding, certain = _encoding(source.name, head, options)
    text = _decode(source.name, head, encoding)
    if not text.strip():
        raise EmptyFileError(f"{source.name} holds nothing but blanks; export or upload it again")
    beginning = text.lstrip()[:1000]
    if beginning.startswith("<"):
        raise BadFormatError(f"{source.name} is a web page or XML; bring {_FORMATS}")
    inner = beginning[1:].lstrip()[:1]
    if beginning.startswith("{") or (beginning.startswith("[") and inner in ("{", "[")):
        table = _json(source, text)
    else:
        table = _text(source, text, len(head) < HEAD_BYTES, options)
        if beginning.startswith('"') and not table.backslashes and len(head) == HEAD_BYTES:  # one may come late
            lines = source.head(_FOR_BACKSLASHES).decode(encoding, "replace").splitlines()
            table = replace(table, backslashes=has_backslashes(lines, table.delimiter, len(table.columns)))
    return replace(table, encoding=encoding, encoding_found=certain, encoding_stated=options.encoding is not None)


def table_preview(table: Table, part: Literal["ratings", "items"], roles: Sequence[str] = ()) -> TablePreview:
    """The beginning of a table, as people see it; the roles are those of its columns."""
    return TablePreview(
        file=table.name,
        part=part,
        kind=table.kind,
        delimiter=table.delimiter,
        header=table.header_rows > 0 and not table.headless,
        encoding=table.encoding,
        columns=table.columns,
        roles=tuple(roles) or ("",) * len(table.columns),
        rows=tuple(shown(row) for row in table.rows[:SHOWN_ROWS]),
    )


def shown(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Cells as a preview shows them."""
    return tuple(one_line(cell or "", _SHOWN) for cell in cells)


def first_lines(source: Source, options: FileOptions) -> tuple[list[str], str]:
    """The first lines of a text as they stand, and its encoding; raises DatasetError as `examine` does."""
    head = source.head(HEAD_BYTES)
    encoding, _ = _encoding(source.name, head, options)
    return _decode(source.name, head, encoding).splitlines()[:SAMPLE_ROWS], encoding


def _encoding(name: str, head: bytes, options: FileOptions) -> tuple[str, bool]:
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
    spoiled = judged(head)
    control = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a") if spoiled.bad else 0
    if control > len(head) // 100:
        raise BadFormatError(f"{name} is no text and no format that is read here; bring {_FORMATS}")
    if spoiled.is_another_encoding:
        return "latin-1", False
    if zeros > len(head) // 100:
        raise BadFormatError(f"{name} holds {zeros:,} zero bytes in its beginning and is no text; bring {_FORMATS}")
    return "utf-8", True


def _decode(name: str, head: bytes, encoding: str) -> str:
    try:
        return Decoder(encoding).decode(head, last=False).decode("utf-8", "surrogatepass").replace(SPOILED, REPLACEMENT)
    except UnicodeDecodeError as error:
        raise not_in(name, encoding, error) from error


def not_in(name: str, encoding: str, error: Exception | str) -> BadEncodingError:
    """The error for text that is not in the encoding it was taken for."""
    advice = "choose the encoding latin-1 if accents look right with it, or save the file as UTF-8"
    return BadEncodingError(f"{name} is not {encoding} text ({error!s:.120}); {advice}")


def _text(source: Source, text: str, whole: bool, options: FileOptions) -> Table:
    # The last line of a head may be cut, and so may a character in it.
    end = len(text) if whole else max(text.rfind("\n"), text.rfind("\r")) + 1
    lines = text[:end].splitlines(keepends=True)
    if not lines:
        raise BadFormatError(f"{source.name} has no line end in its first {HEAD_BYTES:,} bytes; it is no table")
    start, sign = heading.declared_delimiter(lines)
    below = heading.below_headings(lines[start : start + SAMPLE_ROWS], lambda line: line.split(","))
    if below:
        return Headed(source, "text", "utf-8", ",", 0, HEADED, tuple(map(tuple, below)), quoting=False)
    first = heading.comments(lines, start)
    sample = "".join(lines[first : first + 2 * SAMPLE_ROWS])
    delimiter, rows = _delimiter(source.name, sample, replace(options, delimiter=options.delimiter or sign or None))
    source.limits.check("max_columns", max(map(len, rows)), f"columns in {source.name}")

    def split(line: str) -> list[str]:
        """The cells of one line."""
        return next(iter(split_rows(line, delimiter)), [])

    names: list[str] = []
    if first > start:
        names, is_row = heading.commented_header(lines[first - 1], split, heading.body_width(rows))
        first -= is_row
    if not names and options.header is not False:
        first = heading.titles(lines, first, split, heading.body_width(rows))
    rows = split_rows("".join(lines[first : first + 2 * SAMPLE_ROWS]), delimiter)
    header = not names and (heading.has_header(rows) if options.header is None else options.header)
    body = rows[header:]
    if names or header:
        columns = heading.column_names(names or rows[0], body)
    else:
        columns = heading.distinct([""] * heading.body_width(rows))
    sampled = tuple(tuple(row) for row in body if len(row) == len(columns))[:SAMPLE_ROWS]
    skipped = first + (header and len(rows[0]) != len(columns))
    table = Table(source, "text", "utf-8", delimiter, first + header, columns, sampled)
    return replace(
        table,
        quoting=delimiter != "\t" or mended(text, "\t")[1],
        backslashes=has_backslashes(lines[first:], delimiter, len(columns)),
        above=tuple(line.strip() for line in lines[: first - bool(names)]),
        skipped=skipped,
        whole=whole and len(lines) - first <= SAMPLE_ROWS,
    )


def _delimiter(name: str, sample: str, options: FileOptions) -> tuple[str, list[list[str]]]:
    """The delimiter that divides the lines into columns most evenly, and the rows it gives."""
    if options.delimiter:
        rows = split_rows(sample, options.delimiter)
        if max(map(len, rows)) < 2:
            raise _one_column(name, repr(options.delimiter), sample)
        return options.delimiter, rows
    rows_by = {delimiter: split_rows(sample, delimiter) for delimiter in (DOUBLE_COLON, *DELIMITERS)}
    best = max(rows_by, key=lambda delimiter: _evenness(rows_by[delimiter]))
    rows, divided = split_rows(sample, " "), _evenness(rows_by[best])[1] >= 2
    if divided and (len(rows_by[best][0]) > 1 or not _divided_by_spaces(rows)):
        return best, rows_by[best]
    if not _divided_by_spaces(rows):
        raise _one_column(name, "comma, semicolon, tab or |", sample)
    return " ", rows


def _divided_by_spaces(rows: list[list[str]]) -> bool:
    """Whether spaces divide lines as a table: all lines into the same three columns or more, as no prose does. R leaves
    the name of the first column out of the header."""
    widths = set(map(len, rows[1:])) or {0}
    return len(rows) > 2 and len(widths) == 1 and min(widths) >= 3 and min(widths) - len(rows[0]) in (0, 1)


def _one_column(name: str, divided_at: str, sample: str) -> WrongDelimiterError:
    first, sign = one_line(sample.lstrip().splitlines()[0], 80), even_sign(sample)
    advice = f"{sign!r} occurs equally often in every line: choose it as" if sign else "save the file as CSV, or name"
    return WrongDelimiterError(
        f"{name} has one column when divided at {divided_at}; its first line is {first!r}; {advice} the delimiter"
    )


def split_rows(text: str, delimiter: str) -> list[list[str]]:
    """Rows of cells; blank lines are left out."""
    if delimiter == DOUBLE_COLON:
        return [line.split(DOUBLE_COLON) for line in text.splitlines() if line.strip()]
    try:
        reader = csv.reader(io.StringIO(mended(text, delimiter)[0], newline=""), delimiter=delimiter)
        rows = [row for row in reader if row]
    except csv.Error:
        rows = []
    return rows or [[line] for line in text.splitlines() if line.strip()]


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


def _json(source: Source, text: str) -> Table:
    """JSON lines, or one array of objects."""
    array = text.lstrip().startswith("[")
    values = array_objects(io.StringIO(text)) if array else map(json_object, text.splitlines()[:SAMPLE_ROWS])
    objects = [value for value in islice(values, SAMPLE_ROWS) if value is not None]
    names = tuple(dict.fromkeys(key for value in objects for key in value))
    if not objects or not names:
        what = "no object in its array" if array else "no object on one line"
        raise BadFormatError(
            f"{source.name} begins like JSON and has {what}; bring one object a line, or one array of objects"
        )
    source.limits.check("max_columns", len(names), f"names in {source.name}")
    rows = tuple(tuple(text_of(value.get(key)) for key in names) for value in objects)
    return Table(source, "json array" if array else "json lines", "utf-8", "", 0, names, rows)
