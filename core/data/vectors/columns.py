"""Tables with vectors in them: a column of lists, or one column a dimension; text, Parquet, Arrow, Feather."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing.naming import RANK, guess, plain
from core.data.importing.parquet import as_text, open_parquet
from core.data.importing.sniffing import Table
from core.data.importing.sources import Source, on_disk
from core.data.importing.values import to_float
from core.data.vectors.gathering import LEAST_DIMENSIONS, Block, Matrix, OnBytes, as_float32, check_dim, rows_a_block
from core.data.vectors.request import VectorOptions
from core.data.vectors.text import list_in, looks_like_ratings, of_table
from core.errors import BadFormatError, BadVectorsError

ARROW, FEATHER_1, PARQUET = b"ARROW1", b"FEA1", b"PAR1"
ID_NAMES = (
    "id", "word", "token", "term", "key", "node", "uid", "uuid", "uri", "url", "code", "name", "label", "text", "title",
)  # fmt: skip
_SURELY_IDS = {"id", "word", "token", "term", "key", "node", "uid", "uuid"}
_MOST_AGAIN = 0.1
"""Share of the first values that may be empty or come again where a column's name says that it holds the ids; those
rows are left out, and listed."""

_NUMBERED = re.compile(r"(.*?)([0-9]+)")
_BATCH_ROWS = 2**13
MOST_COLUMNS = 20_000  # Of a table with one column a dimension
MOST_LISTED = 1000
_LENGTH = "wrong number of columns: {} numbers instead of {}"


def numbered_columns(numeric: Sequence[str]) -> tuple[str, ...]:
    """The longest run of columns that differ by a number which counts up: dim_1, dim_2 …; none where two do not."""
    by_stem: dict[str, list[tuple[int, str]]] = {}
    for name in numeric:
        if part := _NUMBERED.fullmatch(name):
            by_stem.setdefault(part[1], []).append((int(part[2][:9]), name))
    series = []
    for entries in by_stem.values():
        entries.sort()
        first = entries[0][0]
        if first <= 1 and [number for number, _ in entries] == list(range(first, first + len(entries))):
            series.append(tuple(name for _, name in entries))
    return max(series, key=len, default=()) if any(len(names) > 1 for names in series) else ()


def id_column(samples: Mapping[str, Sequence[str]], options: VectorOptions) -> str | None:
    """The column that names the rows: as stated, else by its name or as the first of texts, if its first values differ.

    The samples are the first values of each column beside the vector; where the name leaves no doubt a few of them may
    be empty or come again. Raises BadVectorsError where the stated column is not there.
    """
    if options.id_column == "":
        return None
    if options.id_column is not None:
        if options.id_column not in samples:
            raise BadVectorsError(
                f"there is no column {options.id_column!r:.60} beside the vectors; there are: "
                f"{', '.join(samples)[:200] or 'none'}"
            )
        return options.id_column
    differ = {name for name, values in samples.items() if values and len({*values} - {""}) == len(values)}
    named = [
        name for name in samples if _is_surely_id(name, samples[name]) or (name in differ and _rank(name) is not None)
    ]
    texts = [name for name in samples if name in differ and any(to_float(value) is None for value in samples[name])]
    return min(named, key=lambda name: _rank(name) or 0, default=None) or next(iter(texts), None)


def _is_surely_id(name: str, values: Sequence[str]) -> bool:
    known = plain(name) in {*_SURELY_IDS, *RANK["item"], *RANK["user"]}
    return known and len(values) > 1 and len({*values} - {""}) >= (1 - _MOST_AGAIN) * len(values)


def _rank(name: str) -> int | None:
    """How surely a name is that of an id; None where it is none."""
    letters = plain(name)
    for start, known in ((0, RANK["item"]), (0, RANK["user"]), (500, {name: at for at, name in enumerate(ID_NAMES)})):
        if letters in known:
            return start + known[letters] if letters != "id" else 0
    return None


def in_text(table: Table, options: VectorOptions, *, alone: bool) -> Matrix | None:
    """The vectors in a table of text; None where it is a table of something else.

    Where it is `alone`, and no other file holds vectors, any two columns of numbers are taken for one. Raises
    BadVectorsError where a stated column is not there.
    """
    numeric = [
        name
        for place, name in enumerate(table.columns)
        if table.rows and all(to_float(row[place].strip()) is not None or not row[place].strip() for row in table.rows)
    ]
    dims = _stated(table.columns, options) or numbered_columns(numeric)
    if looks_like_ratings(table.rows) or (guess(table.columns, "user") and guess(table.columns, "item")):
        return None
    samples = {name: [row[place] for row in table.rows] for place, name in enumerate(table.columns)}
    listed = None if dims else _lists_as_text(table)
    length, how = (len(list_in(samples[listed][0])), "a column of lists") if listed else (0, "a column a dimension")
    if listed:
        dims = (listed,)
    elif not dims and alone:
        named = id_column(samples, options)
        dims = tuple(name for name in numeric if name != named and name not in options.left_out)
    if len(dims) < 2 and not listed:
        return None
    named = id_column({name: samples[name] for name in table.columns if name not in set(dims)}, options)
    return of_table(table, dims, named, f"{table.kind}, {how}", length=length)


def _lists_as_text(table: Table) -> str | None:
    """The column of a table of text that holds a list of numbers in every row, as many in most; None without one."""
    for place, name in enumerate(table.columns):
        lengths = Counter(len(list_in(row[place])) for row in table.rows)
        length, often = lengths.most_common(1)[0] if lengths else (0, 0)
        whole = length < MOST_LISTED or table.kind == "text"  # lists of JSON are cut there
        if length >= LEAST_DIMENSIONS and 2 * often > len(table.rows) and whole:
            return name
    return None


def _stated(columns: Sequence[str], options: VectorOptions) -> tuple[str, ...]:
    """The columns that somebody called dimensions."""
    if missing := [name for name in options.dimensions if name not in columns]:
        raise BadVectorsError(f"there is no column {missing[0]!r:.60}; there are: {', '.join(columns)[:300]}")
    return options.dimensions


def columnar(source: Source, head: bytes, options: VectorOptions) -> Matrix | None:
    """The vectors in a Parquet, Arrow or Feather file; None without any. Raises DatasetError where it is damaged."""
    if head.startswith(FEATHER_1):
        raise BadVectorsError(f"{source.name} is Feather of version 1; write it again as version 2 or as Parquet")
    kind = "Parquet" if head.startswith(PARQUET) else "Arrow or Feather"
    schema, rows, first = _beginning(source, kind)
    if len(set(schema.names)) < len(schema.names):
        raise BadVectorsError(f"{source.name} has two columns of one name; rename one")
    lists = [field.name for field in schema if _is_list(field.type)]
    stated = _stated(schema.names, options)
    numeric = [field.name for field in schema if _is_number(field.type)]
    if wrong := [name for name in stated if name not in (lists if len(stated) == 1 else numeric)]:
        what = "lists of numbers" if len(stated) == 1 else "numbers"
        raise BadVectorsError(f"{source.name}: the column {wrong[0]!r:.60} holds no {what}; name others")
    dims = stated or numbered_columns(numeric)
    if len(stated) == 1 or (lists and not stated):
        listed = stated[0] if stated else max(lists, key=_rank_of_list)
        dim = _common_length(first[listed]) if first is not None and len(first) else 0
        dims, how = (), "a column of lists"
    elif len(dims) > 1:
        listed, dim, how = "", len(dims), "a column a dimension"
    elif spark := [field.name for field in schema if _is_spark_vector(field.type)]:
        raise BadVectorsError(
            f"{source.name}: the column {spark[0]!r:.60} holds vectors as Spark ML keeps them; write it as lists, with "
            "pyspark.ml.functions.vector_to_array"
        )
    else:
        return None
    if dim < LEAST_DIMENSIONS:
        return None
    check_dim(source.name, dim)
    others = tuple(name for name in schema.names if name != listed and name not in set(dims) and name not in lists)
    texts = {} if first is None else {name: _as_texts(source, name, first[name]).to_pylist() for name in others}
    samples = tuple(tuple(text or "" for text in texts.get(name, ())) for name in others)
    named = id_column(dict(zip(others, samples, strict=True)), options)
    blocks = _Columnar(source, kind, listed, dims, dim, others)
    formula = (schema.metadata or {}).get(b"formula", b"")[:200].decode("utf-8", "replace")
    return Matrix(source, "", f"{kind}, {how}", dim, rows, blocks, others, named, samples, formula)


def _rank_of_list(name: str) -> int:
    letters = plain(name)
    return next((rank for rank, part in enumerate(("feature", "vector", "embed"), 1) if part in letters), 0)


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    fits = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return fits and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type))


def _is_spark_vector(kind: pa.DataType) -> bool:
    """Whether this is the structure that Spark's VectorUDT is stored as."""
    return pa.types.is_struct(kind) and {field.name for field in kind} == {"type", "size", "indices", "values"}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _common_length(lists: pa.Array) -> int:
    lengths = [length for length in pc.list_value_length(lists).to_pylist() if length]
    return Counter(lengths).most_common(1)[0][0] if lengths else 0


def _beginning(source: Source, kind: str) -> tuple[pa.Schema, int | None, pa.RecordBatch | None]:
    """The columns, how many rows there are, and some of them."""
    if kind == "Parquet":
        with open_parquet(source) as file:
            rows = file.metadata.num_rows
            return file.schema_arrow, rows, next(file.iter_batches(batch_size=100, use_threads=False), None)
    with _arrow(source) as reader:
        source.limits.check("max_columns", len(reader.schema), f"columns in {source.name}")
        first = reader.get_batch(0).slice(0, 100) if reader.num_record_batches else None
        return reader.schema, None, first


@contextlib.contextmanager
def _arrow(source: Source) -> Iterator[pa.ipc.RecordBatchFileReader]:
    try:
        with on_disk(source) as path, pa.OSFile(path) as file, pa.ipc.open_file(file) as reader:
            yield reader
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadVectorsError(f"{source.name} is a damaged Arrow file ({error!s:.120}); export it again") from error


def _as_texts(source: Source, name: str, column: pa.Array) -> pa.Array:
    """A column as text; empty where it is of a kind that is none, such as a list of lists."""
    if _is_list(column.type) and pa.types.is_fixed_size_list(column.type):
        return pa.array([""] * len(column))
    try:
        return as_text(source.name, name, column)
    except (BadFormatError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([""] * len(column))


@dataclass(frozen=True, eq=False)
class _Columnar:
    """Reads the vectors of a columnar file, and the other columns as text."""

    source: Source
    kind: str
    listed: str
    dims: tuple[str, ...]
    dim: int
    others: tuple[str, ...]

    def __call__(self, on_bytes: OnBytes) -> Iterator[Block]:
        first = 1
        for batch in self._batches():
            step = rows_a_block(self.dim)
            for start in range(0, len(batch), step):
                yield self._block(batch.slice(start, step), first + start)
            first += len(batch)
        on_bytes(self.source.size)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        wanted = [*self.others, *((self.listed,) if self.listed else self.dims)]
        if self.kind == "Parquet":
            with open_parquet(self.source) as file:
                yield from file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted, use_threads=False)
            return
        with _arrow(self.source) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number).select(wanted)

    def _block(self, batch: pa.RecordBatch, first: int) -> Block:
        numbers = np.arange(first, first + len(batch))
        texts = {name: _as_texts(self.source, name, batch[name]) for name in self.others}
        if not self.listed:
            columns = [batch[name].to_numpy(zero_copy_only=False) for name in self.dims]
            return Block(numbers, as_float32(np.column_stack(columns)), texts)
        lists = batch[self.listed]
        lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
        right = lengths == self.dim
        flat = lists.filter(pa.array(right)).flatten().to_numpy(zero_copy_only=False)
        values = as_float32(flat.reshape(-1, self.dim))
        bad = [(int(numbers[row]), _LENGTH.format(lengths[row], self.dim)) for row in np.flatnonzero(~right)]
        kept = {name: column.filter(pa.array(right)) for name, column in texts.items()}
        return Block(numbers[right], values, kept, bad)
