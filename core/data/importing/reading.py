"""Tables read in batches of text columns, row numbers kept, memory bounded by the batch."""

import codecs
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from core.data.importing.parquet import read_parquet, text_of
from core.data.importing.sniffing import DOUBLE_COLON, Table, json_object, not_in, split_rows
from core.data.importing.sources import CountedReader, raise_if_out_of_memory
from core.errors import BadEncodingError, BadFormatError
from core.settings import ImportLimits

BLOCK_BYTES = 2**23
_BATCH_ROWS = 2**16
_LINE_BYTES = 2**20


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows of a table.

    Attributes:
        columns: Text, null where there is none, by the table's column names.
        numbers: Row numbers in the file from 1, int64, of rows given by their place in the batch.
    """

    columns: dict[str, pa.Array]
    numbers: Callable[[np.ndarray], np.ndarray]


class Malformed:
    """Rows with another number of columns than the table; their number and why in words for the first of them.

    Attributes:
        numbers: Numbers from 1 of all of them; blank lines, which are no fault, as negative ones.
        first: Number and reason of the first `max_listed`.
    """

    def __init__(self, max_listed: int) -> None:
        self.numbers = array("q")
        self.first: list[tuple[int, str]] = []
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


def batches(
    table: Table,
    columns: list[str],
    limits: ImportLimits,
    malformed: Malformed,
    on_bytes: Callable[[int], None] = lambda packed: None,
) -> Iterator[Batch]:
    """All rows of some columns of a table, in order.

    Args:
        malformed: Gets the rows that do not have the table's columns.
        on_bytes: Receives how many packed bytes were read since its last call.

    Raises:
        BadFormatError, BadEncodingError, TooLargeError, ArchiveRatioError.
    """
    if table.kind == "parquet":
        for texts, first in read_parquet(table.source, columns, limits):
            yield Batch(texts, partial(np.add, first))
        on_bytes(table.source.size)
        return
    with table.source.open(on_bytes) as stream:
        colons = table.delimiter == DOUBLE_COLON and not all(_numeric(row) for row in table.rows)
        if colons or table.kind == "json lines":
            yield from _by_line(table, columns, stream, malformed)
        else:
            yield from _delimited(table, columns, stream, malformed)


def _delimited(table: Table, columns: list[str], stream: CountedReader, malformed: Malformed) -> Iterator[Batch]:
    # "::" between numbers is ":" with an empty column between.
    double = table.delimiter == DOUBLE_COLON
    names = [f"{place}" for place in range(len(table.columns) * (2 if double else 1) - double)]
    chosen = {name: names[table.columns.index(name) * (2 if double else 1)] for name in columns}

    def skip(row: pa_csv.InvalidRow) -> str:
        """Remember a row of another width, and go on behind it."""
        if row.text.strip():
            malformed.add(row.number, _wrong_width(row, 2 if double else 1))
        else:
            malformed.numbers.append(-row.number)  # a blank line: it counts as a row of the file and is no fault
        return "skip"

    first = 0
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK_BYTES,
                column_names=names,
                encoding=table.encoding.replace("utf-8", "utf8"),
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=table.delimiter[0],
                quote_char='"' if table.quoting and not double else False,
                escape_char=table.escape or False,
                newlines_in_values=table.quoting and not double,
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
    except UnicodeDecodeError as error:
        raise not_in(table.name, table.encoding, error) from error


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


def _wrong_width(row: pa_csv.InvalidRow, step: int) -> str:
    actual, expected = -(-row.actual_columns // step), -(-row.expected_columns // step)
    lines = row.text.count("\n")
    more = f", over {lines + 1} lines: a quote that is never closed?" if lines else ""
    return f"wrong number of columns: {actual} instead of {expected}{more}"


def _unreadable(table: Table, error: pa.ArrowException) -> BadFormatError | BadEncodingError:
    text = str(error)
    if "UTF8" in text:
        return not_in(table.name, table.encoding, error)
    if "straddling" in text or "out of sync" in text:
        why = f"a row is longer than {BLOCK_BYTES // 2**20} MiB: a quote that is never closed, or no table"
        return BadFormatError(f"{table.name}: {why}; mend that row")
    text = " ".join(text.split())[:120]
    return BadFormatError(f"{table.name} cannot be read as a table ({text}); export it again")


def _lines(table: Table, stream: CountedReader) -> Iterator[tuple[int, str]]:
    """Numbered lines; raises BadFormatError for one that is too long and BadEncodingError as `examine` does."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if table.encoding == "utf-8" else table.encoding)()
    number, rest = 0, ""
    while True:
        block = stream.read(2**16)
        try:
            text = rest + decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise not_in(table.name, table.encoding, error) from error
        *whole, rest = text.split("\n")
        if not block and rest:
            whole, rest = [*whole, rest], ""
        for line in whole:
            number += 1
            yield number, line.rstrip("\r")
        if not block:
            return
        if len(rest) > _LINE_BYTES:
            raise BadFormatError(
                f"{table.name}: line {number + 1:,} is longer than {_LINE_BYTES:,} characters; mend that line"
            )


def _by_line(table: Table, columns: list[str], stream: CountedReader, malformed: Malformed) -> Iterator[Batch]:
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, line in _lines(table, stream):
        if number <= table.header_rows or not line.strip():
            continue
        cells = _cells(table, columns, line)
        if isinstance(cells, str):
            malformed.add(number, f"wrong number of columns: {cells}")
            continue
        rows.append(cells)
        numbers.append(number)
        if len(rows) == _BATCH_ROWS:
            yield _batch(columns, rows, numbers)
            rows, numbers = [], []
    if rows:
        yield _batch(columns, rows, numbers)


def _cells(table: Table, columns: list[str], line: str) -> list[str] | str:
    """The cells of some columns in a line of JSON or between "::", or what is wrong with the line."""
    if table.kind == "json lines":
        value = json_object(line)
        if value is None:
            return "the line is no JSON object"
        return [text_of(value.get(name)).encode("utf-8", "replace").decode() for name in columns]
    cells = split_rows(line, DOUBLE_COLON)[0]
    if len(cells) != len(table.columns):
        return f"{len(cells)} instead of {len(table.columns)}"
    cell_of = dict(zip(table.columns, cells, strict=True))
    return [cell_of[name] for name in columns]


def _batch(columns: list[str], rows: list[list[str]], numbers: list[int]) -> Batch:
    texts = {name: pa.array(cells, pa.string()) for name, cells in zip(columns, zip(*rows, strict=True), strict=True)}
    return Batch(texts, np.array(numbers, np.int64).__getitem__)


def _numeric(row: tuple[str, ...]) -> bool:
    return all(cell.replace(".", "", 1).isdecimal() for cell in row)
