"""Tables read in batches of text columns, line numbers kept, memory bounded by the batch.

Arrow divides the lines; `cleaning` goes before it, so that one quote or byte costs one line at most. Neither DuckDB's
nor Polars' reader could take the place of both. Measured with DuckDB 2.0 and Polars 2.1 on rows of four columns, one
thread: of 4,000 rows with two stray quotes far apart both kept 1,100 and rejected none; a byte that is not UTF-8 cost
its row in DuckDB, whatever column it stood in, and the file in Polars; DuckDB numbers rejects by row and not by line
below a value over several lines, and Polars does not number them; 10 million rows took DuckDB 8.8 s and 786 MiB,
Polars 4.9 s and 755 MiB, Arrow 5.7 s and 671 MiB.
"""

import io
import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from core.data.importing.cleaning import MAX_ROW_BYTES, CleanText, too_long_a_row
from core.data.importing.json_rows import array_objects, json_object, numbered_lines
from core.data.importing.parquet import read_parquet
from core.data.importing.quotes import Mender, Shape
from core.data.importing.sniffing import DOUBLE_COLON, Table, not_in, split_rows
from core.data.importing.sources import raise_if_out_of_memory
from core.data.importing.values import text_of
from core.data.text import REPLACEMENT
from core.errors import BadFormatError

_BATCH_ROWS = 2**16
_NUMERIC = re.compile(r"\d+\.?\d*|\.\d+").fullmatch


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows of a table."""

    columns: dict[str, pa.Array]  # Text, null where there is none, by the table's column names
    # Line numbers in the file from 1, int64, of rows given by their place in the batch; in Parquet and in a JSON array,
    # which have no lines, numbers of rows.
    numbers: Callable[[np.ndarray], np.ndarray]


class Malformed:
    """What is wrong with the lines of a table: rows with another number of columns, stray quotes, spoiled bytes."""

    def __init__(self, max_listed: int) -> None:
        # Line numbers from 1 of all rows of another width; lines that hold no row, as negative ones: blank ones, and
        # those that continue a row above them.
        self.numbers = array("q")
        self.first: list[tuple[int, str]] = []  # Number and reason of the first `max_listed`
        # How many lines were read without a quote that is never closed, and the first of them.
        self.strays, self.first_strays = 0, tuple[int, ...]()
        self.spoiled = 0  # How many lines hold bytes that are not UTF-8
        self.without_rows = 0  # Lines that hold no row, though a batch has them: headings, blank ones of a wide table
        self.aside: Counter[str] = Counter()  # What is neither a rating nor a fault, such as empty cells: how many
        self._max_listed = max_listed

    @property
    def count(self) -> int:
        """How many there are, blank lines left out."""
        return sum(number > 0 for number in self.numbers)

    def add(self, number: int, why: str) -> None:
        """Count one row."""
        self.numbers.append(number)
        if len(self.first) < self._max_listed:
            self.first.append((number, why))

    def lines_without_rows(self, header_rows: int) -> int:
        """Lines of the header, blank ones, and lines that continue a row above them."""
        return self.without_rows + header_rows + sum(-number > header_rows for number in self.numbers)

    def notes(self, name: str) -> list[str]:
        """What was mended in the table of a name, in sentences."""
        notes = []
        if self.strays:
            lines = ", ".join(f"{line:,}" for line in self.first_strays)
            more = " and others" if self.strays > len(self.first_strays) else ""
            notes.append(
                f"{name}: quotes that are never closed were taken as plain text. Lines: {self.strays:,} "
                f"(line {lines}{more})."
            )
        if self.spoiled:
            notes.append(
                f"{name}: bytes that are not UTF-8 were replaced by “{REPLACEMENT}”. Lines: {self.spoiled:,}. "
                "Where accents are missing, choose the encoding latin-1."
            )
        return notes


def batches(
    table: Table,
    columns: list[str],
    malformed: Malformed,
    on_bytes: Callable[[int], None] = lambda packed: None,
) -> Iterator[Batch]:
    """All rows of some columns of a table, in order; those of another width go to `malformed`.

    `on_bytes` receives how many packed bytes were read since its last call. Raises BadFormatError, BadEncodingError,
    TooLargeError and ArchiveRatioError.
    """
    if table.kind == "parquet":
        for texts, first in read_parquet(table.source, columns):
            yield Batch(texts, partial(np.add, first))
        on_bytes(table.source.size)
        return
    double = table.delimiter == DOUBLE_COLON
    mender = None
    if _may_quote(table):
        mender = Mender(table.delimiter, Shape.of(len(table.columns), table.rows), sparing=not table.quoting)
    with table.source.open(on_bytes) as stream:
        text = CleanText(table.name, stream, table.encoding, mender, backslashes=table.backslashes)
        try:
            if table.kind == "json array":
                values = enumerate(array_objects(_as_text(text)), 1)
                cells = ((at, "no JSON object" if one is None else _json_cells(columns, one)) for at, one in values)
                yield from _by_row(columns, cells, malformed)
            elif table.kind == "json lines" or (double and not all(map(_NUMERIC, chain(*table.rows)))):
                yield from _by_row(columns, _line_cells(table, columns, text, malformed), malformed)
            else:
                yield from _delimited(table, columns, text, malformed)
        except UnicodeDecodeError as error:
            raise not_in(table.name, table.encoding, error) from error
        if mender is not None and table.delimiter != "\t":  # between tabs a lone quote is a letter
            malformed.strays, malformed.first_strays = mender.strays, tuple(mender.first)
        spoiled = text.spoiled
        if spoiled.is_another_encoding and not table.encoding_stated:
            raise not_in(table.name, "UTF-8", f"{spoiled.bad:,} of {spoiled.lines:,} lines hold other bytes")
        malformed.spoiled = spoiled.bad


def distinct_texts(table: Table, names: list[str], most_rows: float = math.inf) -> tuple[int, dict[str, set[str]]]:
    """How many rows a table has, and the different texts in some of its columns, without blanks around them; of so many
    rows, or a batch more. Raises as `batches` does."""
    rows, texts = 0, {name: set[str]() for name in names}
    for batch in batches(table, names, Malformed(0)):
        rows += len(batch.columns[names[0]])
        for name, seen in texts.items():
            seen.update(pc.unique(pc.utf8_trim_whitespace(pc.fill_null(batch.columns[name], ""))).to_pylist())
        if rows > most_rows:
            break
    return rows, texts


def _may_quote(table: Table) -> bool:
    """Whether quotes may enclose values: between tabs some always may."""
    return table.kind == "text" and table.delimiter != DOUBLE_COLON and (table.quoting or table.delimiter == "\t")


def _delimited(table: Table, columns: list[str], text: CleanText, malformed: Malformed) -> Iterator[Batch]:
    # "::" between numbers is ":" with an empty column between.
    double = table.delimiter == DOUBLE_COLON
    names = [f"{place}" for place in range(len(table.columns) * (2 if double else 1) - double)]
    chosen = {name: names[table.columns.index(name) * (2 if double else 1)] for name in columns}

    def skip(row: pa_csv.InvalidRow) -> str:
        """Remember a row of another width, and go on behind it."""
        if row.text.strip():
            actual, expected = (-(-n // (1 + double)) for n in (row.actual_columns, row.expected_columns))
            malformed.add(row.number, f"wrong number of columns: {actual} instead of {expected}")
        else:
            malformed.numbers.append(-row.number)  # a blank line: it counts as a row of the file and is no fault
        return "skip"

    malformed.numbers.extend(-number for number in range(1, table.skipped + 1))
    first = 0
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(text, mode="r"),
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=MAX_ROW_BYTES, skip_rows=table.skipped, column_names=names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=table.delimiter[0],
                quote_char='"' if _may_quote(table) else False,
                newlines_in_values=_may_quote(table),
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(chosen.values()),
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            cut = _header_left(table.header_rows, first, malformed)
            kept = batch.slice(cut)
            if len(kept):
                yield Batch({name: kept[chosen[name]] for name in columns}, _numbering(first + cut, malformed))
            first += len(batch)
    except pa.ArrowMemoryError:
        raise
    except pa.ArrowException as error:
        raise_if_out_of_memory(error)
        raise _unreadable(table, error) from error


def blank_rows(columns: list[pa.Array]) -> np.ndarray:
    """Rows in which no column holds anything: blank lines, which are no ratings at all."""
    blank = np.ones(len(columns[0]), bool)
    for column in columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.fill_null(column, ""), "").to_numpy(zero_copy_only=False)
    return blank


def _header_left(header_rows: int, first: int, malformed: Malformed) -> int:
    """Good rows of this batch that still belong to the header."""
    bad = sum(1 for number in malformed.numbers[: header_rows + 1] if abs(number) <= header_rows)
    return max(0, header_rows - bad - first)


def _numbering(first: int, malformed: Malformed) -> Callable[[np.ndarray], np.ndarray]:
    """Numbers in the file of good rows, given by their place: the malformed ones before them count too."""

    def numbers(places: np.ndarray) -> np.ndarray:
        """Row numbers from 1 of good rows, int64, by their places in the batch."""
        bad = np.sort(np.abs(np.asarray(malformed.numbers, np.int64)))
        good_before = bad - 1 - np.arange(len(bad))
        places = places + first
        return np.asarray(places + 1 + np.searchsorted(good_before, places, side="right"))

    return numbers


def _unreadable(table: Table, error: pa.ArrowException) -> BadFormatError:
    text = str(error)
    if "straddling" in text or "out of sync" in text:
        return too_long_a_row(table.name)
    text = " ".join(text.split())[:120]
    return BadFormatError(f"{table.name} cannot be read as a table ({text}); export it again")


def _line_cells(
    table: Table, columns: list[str], text: CleanText, malformed: Malformed
) -> Iterator[tuple[int, list[str] | str]]:
    """The number and the cells of each line of JSON or between "::", or what is wrong with the line."""
    for number, line in numbered_lines(_as_text(text), table.name):
        if number <= table.header_rows:
            continue
        if line.strip():
            yield number, _cells(table, columns, line)
        else:
            malformed.numbers.append(-number)


def _as_text(text: CleanText) -> io.TextIOWrapper:
    return io.TextIOWrapper(text, encoding="utf-8", errors="surrogatepass", newline=None)


def _by_row(
    columns: list[str], rows_found: Iterator[tuple[int, list[str] | str]], malformed: Malformed
) -> Iterator[Batch]:
    def good() -> Iterator[tuple[int, list[str]]]:
        """The rows that have their cells; the others are written down."""
        for number, cells in rows_found:
            if isinstance(cells, str):
                malformed.add(number, f"wrong number of columns: {cells}")
            else:
                yield number, cells

    rows = good()
    while some := list(islice(rows, _BATCH_ROWS)):
        numbers, cells = zip(*some, strict=True)
        texts = (pa.array(column, pa.string()) for column in zip(*cells, strict=True))
        yield Batch(dict(zip(columns, texts, strict=True)), np.array(numbers, np.int64).__getitem__)


def _cells(table: Table, columns: list[str], line: str) -> list[str] | str:
    """The cells of some columns in a line of JSON or between "::", or what is wrong with the line."""
    if table.kind == "json lines":
        value = json_object(line)
        return "the line is no JSON object" if value is None else _json_cells(columns, value)
    cells = split_rows(line, DOUBLE_COLON)[0]
    if len(cells) != len(table.columns):
        return f"{len(cells)} instead of {len(table.columns)}"
    cell_of = dict(zip(table.columns, cells, strict=True))
    return [cell_of[name] for name in columns]


def _json_cells(columns: list[str], value: dict[str, object]) -> list[str]:
    return [text_of(value.get(name)).encode("utf-8", "replace").decode() for name in columns]
