"""NumPy's .npy, safetensors, and HDF5 as Keras writes it: nothing is unpickled, no layer built, no link followed.

A header is matched and never evaluated, and checked against the file; numbers are mapped, not read.
"""

import contextlib
import json
import math
import mmap
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.importing.sources import Source, on_disk
from core.data.text import one_line
from core.data.vectors.gathering import BLOCK_BYTES, Block, Matrix, OnBytes, in_blocks
from core.errors import BadVectorsError, TooLargeError

HDF5 = b"\x89HDF\r\n\x1a\n"
_MOST_OBJECTS, _DEEPEST = 10_000, 20
_FILTERS = {1, 2, 3}  # HDF5's own: deflate, shuffle and the Fletcher checksum. Others are plug-ins, which are code
NPY = b"\x93NUMPY"
_NPY_HEADER = re.compile(
    r"\s*\{\s*'descr':\s*'(?P<type>[^']{1,20})',\s*'fortran_order':\s*(?P<fortran>True|False),"
    r"\s*'shape':\s*\((?P<shape>[0-9, ]*)\),?\s*\}\s*"
)
_MOST_HEADER = 2**24
_LONGEST_TEXT = 1000
_NUMBERS = "fiu"  # Kinds of NumPy's types that can be numbers of a vector
_SAFE_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "|b1",
}  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """An array that lies in a file as it is."""

    name: str  # Its name; "" where the file holds one
    kind: str  # NumPy's type, and `bfloat16` where two bytes are the upper ones of a float32
    shape: tuple[int, ...]
    start: int  # Bytes before it
    fortran: bool = False
    bfloat16: bool = False

    @property
    def bytes(self) -> int:
        """What it takes in the file."""
        return math.prod(self.shape) * np.dtype(self.kind).itemsize


def npy_array(source: Source) -> Stored:
    """What the header of a `.npy` file claims; raises BadVectorsError where it is damaged, or its rows are objects."""
    head = source.head(12)
    length = int.from_bytes(head[8 : 10 if head[6:7] == b"\x01" else 12], "little")
    start = (10 if head[6:7] == b"\x01" else 12) + length
    text = source.head(start)[start - length :].decode("latin-1") if length <= _MOST_HEADER else ""
    header = _NPY_HEADER.fullmatch(text)
    if header is None or not header["type"]:
        raise _damaged(source, "its header is none of an array of numbers")
    if "O" in header["type"]:
        raise pickled(source.name, "its rows are Python objects")
    try:
        kind = np.dtype(header["type"])
        shape = tuple(int(size) for size in header["shape"].replace(",", " ").split())
    except (TypeError, ValueError) as error:
        raise _damaged(source, str(error)) from error
    return Stored("", kind.str, shape, start, header["fortran"] == "True")


def safetensors_arrays(source: Source) -> list[Stored]:
    """What the header of a safetensors file claims: https://huggingface.co/docs/safetensors. BadVectorsError where it
    is damaged, or its arrays overlap."""
    size = int.from_bytes(source.head(8), "little")
    try:
        header = json.loads(source.head(8 + size)[8:])
        arrays = [
            Stored(
                str(name),
                _SAFE_TYPES[about["dtype"]],
                tuple(map(_size, about["shape"])),
                8 + size + _size(about["data_offsets"][0]),
                bfloat16=about["dtype"] == "BF16",
            )
            for name, about in header.items()
            if name != "__metadata__" and about["dtype"] in _SAFE_TYPES
        ]
        ends = {name: 8 + size + _size(about["data_offsets"][1]) for name, about in header.items() if name[:2] != "__"}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise _damaged(source, f"its header is wrong: {error!s:.80}") from error
    end = 8 + size
    for array in sorted(arrays, key=lambda array: array.start):
        if array.start < end or ends[array.name] - array.start != array.bytes:
            raise _damaged(source, f"{one_line(array.name, 60)!r} does not lie where its header says")
        end = array.start + array.bytes
    return arrays


def looks_like_safetensors(head: bytes) -> bool:
    """Whether a file begins with the length of a header, and the header."""
    return len(head) > 9 and 2 <= int.from_bytes(head[:8], "little") <= _MOST_HEADER and head[8:9] == b"{"


def matrices(source: Source, kind: str, stored: Sequence[Stored], size: int | None = None) -> list[Matrix]:
    """The tables of numbers among some arrays of a file, each of which has to fit in its `size` where that is known."""
    found = []
    for array in stored:
        _check_size(source, array, size)
        if len(array.shape) == 2 and (np.dtype(array.kind).kind in _NUMBERS) and array.shape[0] > 0:
            rows, dim = array.shape
            name = one_line(array.name, 100)
            found.append(Matrix(source, name, kind, dim, rows, partial(_blocks, source, array)))
    return found


def _blocks(source: Source, array: Stored, on_bytes: OnBytes) -> Iterator[Block]:
    with on_disk(source) as path:
        mapped = mapped_array(source, Path(path), array)
        for block in in_blocks(mapped, source, on_bytes):
            yield block if not array.bfloat16 else replace(block, values=_widened(mapped, block))


def _widened(mapped: np.ndarray, block: Block) -> np.ndarray:
    """bfloat16 as float32: the same upper two bytes, zeros below."""
    upper = np.asarray(mapped[block.numbers[0] - 1 : block.numbers[-1]], np.uint32)
    return (upper << 16).view(np.float32)


def mapped_array(source: Source, path: Path, array: Stored) -> np.ndarray:
    """An array as it lies in a file; raises BadVectorsError where the file is shorter than the header claims."""
    _check_size(source, array, path.stat().st_size)
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    flat = np.frombuffer(memory, np.uint8, array.bytes, array.start).view(array.kind)
    return flat.reshape(array.shape, order="F" if array.fortran else "C")


def _check_size(source: Source, array: Stored, size: int | None) -> None:
    if size is not None and array.start + array.bytes > size:
        raise _damaged(source, f"its header claims {array.start + array.bytes:,} bytes, it has {size:,}")


def row_texts(source: Source, array: Stored) -> np.ndarray | None:
    """An array of one text or whole number a row as texts; None where it is another."""
    kind = np.dtype(array.kind)
    if len(array.shape) != 1 or kind.kind not in "USiu" or kind.itemsize > 4 * _LONGEST_TEXT:
        return None
    with on_disk(source) as path:
        values = np.array(mapped_array(source, Path(path), array))
    if kind.kind == "S":
        return np.array([value.decode("utf-8", "replace") for value in values.tolist()], object)
    return np.array([str(value) for value in values.tolist()], object)


def beside(matrix: Matrix, name: str, texts: np.ndarray) -> Matrix:
    """A matrix with the texts of another array, one for each of its rows, as their ids."""

    def blocks(on_bytes: OnBytes) -> Iterator[Block]:
        """The same blocks with the texts of their rows."""
        for block in matrix.blocks(on_bytes):
            here = texts[block.numbers[0] - 1 : block.numbers[-1]]
            yield replace(block, columns={name: pa.array(here, pa.string())})

    samples = (tuple(map(str, texts[:20])),)
    return replace(matrix, blocks=blocks, columns=(name,), id_column=name, samples=samples)


def pickled(name: str, why: str) -> BadVectorsError:
    """The error for what only a pickle holds."""
    return BadVectorsError(
        f"{name} is not opened: {why}, which are stored as a pickle, and opening one may run anything; save the "
        "numbers alone, such as with numpy.save or safetensors"
    )


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError(f"{value!r:.30} is no size")
    return value


def _damaged(source: Source, why: str) -> BadVectorsError:
    return BadVectorsError(f"{source.name} is damaged: {why}; save it again")


def hdf5_matrices(source: Source) -> list[Matrix]:
    """The tables of numbers in a file; raises BadVectorsError where something in it leads out of it."""
    found: list[Matrix] = []
    with _hdf5(source) as file:
        for place, name, dataset in _datasets(source, file):
            if dataset.ndim == 2 and dataset.dtype.kind in _NUMBERS and len(dataset) > 0:
                _check(source, name, dataset)
                rows, dim = dataset.shape
                blocks = partial(_hdf5_blocks, source, place)
                found.append(Matrix(source, one_line(name, 100), "Keras weights, or HDF5", dim, rows, blocks))
    return found


@contextlib.contextmanager
def _hdf5(source: Source) -> Iterator[Any]:
    """An HDF5 file; raises BadVectorsError where something in it cannot be read."""
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"  # no plug-in is loaded, wherever a path may lead
    import h5py  # of what is opened only this needs it

    try:
        with on_disk(source) as path, h5py.File(path, "r", locking=False) as file:
            yield file
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise BadVectorsError(f"{source.name} is a damaged HDF5 file ({error!s:.120}); save it again") from error


def _hdf5_blocks(source: Source, place: str, on_bytes: OnBytes) -> Iterator[Block]:
    with _hdf5(source) as file:
        yield from in_blocks(file[place], source, on_bytes)


def _datasets(source: Source, file: Any) -> Iterator[tuple[str, str, Any]]:
    """Place and name of every array, and the array. A layer of Keras says its name in an attribute of its weights."""
    import h5py

    groups, seen = [("", "", file, 0)], 0
    while groups:
        place, name, group, depth = groups.pop()
        for key in group:
            seen += 1
            if seen > _MOST_OBJECTS or depth > _DEEPEST:
                raise TooLargeError(f"{source.name} holds more than {_MOST_OBJECTS:,} arrays and groups; save fewer")
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise BadVectorsError(
                    f"{source.name} is not opened: {one_line(str(key), 60)!r} in it leads elsewhere; save it anew"
                )
            inside, here = group[key], f"{place}/{key}"
            if isinstance(inside, h5py.Dataset):
                yield here, (name or place.strip("/")) + ("" if key == "0" and name else f"/{key}"), inside
            elif isinstance(inside, h5py.Group):
                told = inside.attrs.get("name")
                groups.append((here, told if key == "vars" and isinstance(told, str) else "", inside, depth + 1))


def _check(source: Source, name: str, dataset: Any) -> None:
    """Pass if the array's bytes are in the file, in proportion, and packed by HDF5 itself."""
    plan, size = dataset.id.get_create_plist(), dataset.size * dataset.dtype.itemsize
    if plan.get_external_count() or dataset.is_virtual:
        raise BadVectorsError(f"{source.name} is not opened: the numbers of {name!r:.60} lie in other files")
    filters = {plan.get_filter(number)[0] for number in range(plan.get_nfilters())}
    if filters - _FILTERS:
        raise BadVectorsError(f"{source.name}: {name!r:.60} is packed in a way that is not read here; use gzip")
    chunk = 0 if dataset.chunks is None else int(np.prod(dataset.chunks, dtype=np.float64)) * dataset.dtype.itemsize
    if size > source.limits.max_ratio * max(1, dataset.id.get_storage_size()) or chunk > 64 * BLOCK_BYTES:
        held = dataset.id.get_storage_size()
        raise TooLargeError(f"{source.name}: {name!r:.60} claims {size:,} bytes and holds {held:,}; save it again")
