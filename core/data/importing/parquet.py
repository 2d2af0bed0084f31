"""Parquet from strangers: what it claims is checked first, what it holds becomes text in small batches."""

import contextlib
from collections.abc import Callable, Iterator
from operator import methodcaller

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.data.importing.sources import Source, on_disk, raise_if_out_of_memory
from core.data.importing.values import EXACT, LONGEST, text_of
from core.errors import BadFormatError, TooLargeError

_BATCH_ROWS = 2**16
_BATCH_BYTES = 2**26
_MOST_GROUPS = 50_000  # each takes a fraction of a millisecond, however few rows it has


@contextlib.contextmanager
def open_parquet(source: Source, dictionary: list[str] | None = None) -> Iterator[pq.ParquetFile]:
    """The file, after its claims were checked; the `dictionary` columns stay packed, so that a long text is held once.

    Raises BadFormatError where it is damaged, also by what is read inside the block, and TooLargeError by its claims.
    """
    try:
        with (
            on_disk(source) as path,
            pq.ParquetFile(path, read_dictionary=dictionary, pre_buffer=False, memory_map=False) as file,
        ):
            source.limits.check("max_columns", file.metadata.num_columns, f"columns in {source.name}")
            source.limits.check("max_rows", file.metadata.num_rows, f"rows in {source.name}")
            if file.metadata.num_row_groups > _MOST_GROUPS:
                raise TooLargeError(
                    f"{source.name} has {file.metadata.num_row_groups:,} row groups, {_MOST_GROUPS:,} are allowed; "
                    "write it again with more rows in each"
                )
            yield file
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise_if_out_of_memory(error)
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadFormatError(f"{source.name} is a damaged Parquet file ({error!s:.120}); export it again") from error


def parquet_head(source: Source, rows: int) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Column names and the first rows as text, "…" where a column is of another kind; raises as `open_parquet` does."""
    with open_parquet(source) as file:
        schema, empty = file.schema_arrow, file.metadata.num_rows == 0
    names = tuple(schema.names)
    if len(set(names)) < len(names):
        raise BadFormatError(f"{source.name} has two columns of one name; rename one")
    shown = [name for name in names if any(fits(_stored(schema.field(name).type)) for fits, _ in _TO_TEXT)]
    if empty or not shown:
        return names, ()
    with open_parquet(source, texts_among(schema, shown)) as file:
        batch = next(file.iter_batches(batch_size=rows, columns=shown, use_threads=False), None)
        if batch is None:
            return names, ()
        texts = {name: as_text(source.name, name, batch[name]).to_pylist() for name in shown}
    columns = [[text or "" for text in texts[name]] if name in texts else ["…"] * len(batch) for name in names]
    return names, tuple(zip(*columns, strict=True))


def read_parquet(source: Source, columns: list[str]) -> Iterator[tuple[dict[str, pa.Array], int]]:
    """Batches of text columns with the number of their first row; raises as `open_parquet` does."""
    with open_parquet(source) as file:
        texts = texts_among(file.schema_arrow, columns)
    with open_parquet(source, texts) as file:
        first = 1
        for batch in _filled(file.iter_batches(batch_size=_BATCH_ROWS, columns=columns, use_threads=False)):
            yield {name: as_text(source.name, name, batch[name]) for name in columns}, first
            first += len(batch)


def _filled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of many rows: a row group ends a batch, and a file may have a group for each row."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and (rows + len(batch) > _BATCH_ROWS or size > _BATCH_BYTES):
            yield _joined(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + len(batch), size + batch.nbytes
    if held:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    return pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()[0]


def as_text(file: str, name: str, column: pa.Array) -> pa.Array:
    """A column as text; raises BadFormatError where it is of another kind than numbers, text, dates and lists."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        # Long texts stay packed: they are cut in the dictionary, before every row would get its own copy.
        return pa.DictionaryArray.from_arrays(column.indices, as_text(file, name, column.dictionary)).cast(pa.string())
    to_text = next((convert for fits, convert in _TO_TEXT if fits(column.type)), None)
    if to_text is None:
        kinds = "numbers, text, dates and lists of text are read"
        raise BadFormatError(f"{file}: column {name!r:.60} has the type {column.type!s:.60}; {kinds}")
    return to_text(column)


def _stored(kind: pa.DataType) -> pa.DataType:
    """What an extension type is made of, and what a dictionary lists; other types as they are."""
    if isinstance(kind, pa.BaseExtensionType):
        return _stored(kind.storage_type)
    return _stored(kind.value_type) if pa.types.is_dictionary(kind) else kind


def _cut(column: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(column.cast(pa.large_string()), 0, LONGEST).cast(pa.string())


def _epoch_seconds(column: pa.Array) -> pa.Array:
    moments = column.cast(pa.timestamp(column.type.unit, "UTC")).cast(pa.timestamp("s", "UTC"), safe=False)
    return moments.cast(pa.int64()).cast(pa.string())


def _whole_floats(column: pa.Array) -> pa.Array:
    """Text of floats; whole ones without ".0", because pandas makes floats of whole numbers beside missing ones."""
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    whole = np.isfinite(values) & (np.abs(values) <= EXACT) & (values == np.floor(values))
    if whole.all():
        return pa.array(values.astype(np.int64)).cast(pa.string())
    texts = column.cast(pa.string())
    kept = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
    return pc.if_else(pc.and_(pa.array(whole), column.is_valid()), kept, texts)


def texts_among(schema: pa.Schema, columns: list[str]) -> list[str]:
    """Which of the columns hold texts, as they are or as bytes."""
    return [name for name in columns if _is_text(schema.field(name).type)]


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return any(fits(kind) for fits in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary))


_plain = methodcaller("cast", pa.string())
_TO_TEXT: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (_is_text, _cut),
    (pa.types.is_floating, _whole_floats),
    (pa.types.is_timestamp, _epoch_seconds),
    (pa.types.is_boolean, lambda column: column.cast(pa.int8()).cast(pa.string())),
    (pa.types.is_integer, _plain),
    (pa.types.is_decimal, _plain),
    (pa.types.is_date, _plain),
    (pa.types.is_null, _plain),
    (pa.types.is_list, lambda column: pa.array(map(text_of, column.to_pylist()), pa.string())),
    (pa.types.is_large_list, lambda column: pa.array(map(text_of, column.to_pylist()), pa.string())),
)
