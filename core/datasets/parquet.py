"""Parquet from strangers: what it claims is checked first, what it holds becomes text in small batches."""

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.datasets.limits import ImportLimits
from core.datasets.sources import Source
from core.errors import BadFormatError

_BATCH_ROWS = 2**16
_EXACT = 2**53
"""Whole numbers up to here are exact as floats."""


@contextlib.contextmanager
def open_parquet(source: Source, limits: ImportLimits, dictionary: list[str] | None = None) -> Iterator[pq.ParquetFile]:
    """The file, after its claims were checked.

    Args:
        dictionary: Text columns to keep as they are packed, so that a long text repeated is held once.

    Raises:
        BadFormatError: It is damaged; also where reading inside the block fails.
        TooLargeError: It claims more rows or columns than allowed.
    """
    try:
        with (
            _on_disk(source) as path,
            pq.ParquetFile(path, read_dictionary=dictionary, pre_buffer=False, memory_map=False) as file,
        ):
            limits.check("max_columns", file.metadata.num_columns, f"columns in {source.name}")
            limits.check("max_rows", file.metadata.num_rows, f"rows in {source.name}")
            yield file
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadFormatError(f"{source.name} is a damaged Parquet file ({error!s:.120}); export it again") from error


def read_parquet(source: Source, columns: list[str], limits: ImportLimits) -> Iterator[tuple[dict[str, pa.Array], int]]:
    """Batches of text columns with the number of their first row; raises as `open_parquet` does."""
    with open_parquet(source, limits) as file:
        schema = file.schema_arrow
        texts = [name for name in columns if _is_text(schema.field(name).type)]
    with open_parquet(source, limits, texts) as file:
        first = 1
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=columns, use_threads=False):
            yield {name: _as_text(source.name, name, batch[name]) for name in columns}, first
            first += len(batch)


def _as_text(file: str, name: str, column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        # Long texts stay packed: they are cut in the dictionary, before every row would get its own copy.
        return pa.DictionaryArray.from_arrays(column.indices, _as_text(file, name, column.dictionary)).cast(pa.string())
    kind = column.type
    if _is_text(kind):
        return pc.utf8_slice_codeunits(column.cast(pa.large_string()), 0, 10_000).cast(pa.string())
    if pa.types.is_floating(kind):
        return _whole_floats(column)
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp(kind.unit)).cast(pa.timestamp("s"), safe=False).cast(pa.string())
    if pa.types.is_boolean(kind):
        return column.cast(pa.int8()).cast(pa.string())
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array([text_of(value) for value in column.to_pylist()], pa.string())
    raise BadFormatError(
        f"{file}: column {name!r:.60} has the type {kind!s:.60}; numbers, text, dates and lists of text are read"
    )


def _whole_floats(column: pa.Array) -> pa.Array:
    """Text of floats; whole ones without ".0", because pandas makes floats of whole numbers beside missing ones."""
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    whole = np.isfinite(values) & (np.abs(values) <= _EXACT) & (values == np.floor(values))
    if whole.all():
        return pa.array(values.astype(np.int64)).cast(pa.string())
    texts = column.cast(pa.string())
    kept = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
    return pc.if_else(pc.and_(pa.array(whole), column.is_valid()), kept, texts)


def text_of(value: Any) -> str:
    """One value as text: whole floats without ".0", lists joined by |, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(text_of(part) for part in value[:1000] if not isinstance(part, list | dict))
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)[:10_000]


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


@contextlib.contextmanager
def _on_disk(source: Source) -> Iterator[str]:
    """A path with the bytes: Parquet is read from its end, which a packed stream cannot do."""
    if source.path is not None:
        yield str(source.path)
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy, source.open() as stream:
        while block := stream.read(2**20):
            copy.write(block)
        copy.flush()
        yield copy.name
