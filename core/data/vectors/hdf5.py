"""Keras weights, and any HDF5 file, as arrays: no layer is built, nothing linked from elsewhere is followed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.importing.sources import Source, on_disk
from core.data.text import one_line
from core.data.vectors.matrix import BLOCK_BYTES, Block, Matrix, OnBytes, in_blocks
from core.errors import BadVectorsError, TooLargeError
from core.settings import ImportLimits

HDF5 = b"\x89HDF\r\n\x1a\n"
_MOST_OBJECTS, _DEEPEST = 10_000, 20
_FILTERS = {1, 2, 3}  # HDF5's own: deflate, shuffle and the Fletcher checksum. Others are plug-ins, which are code


def matrices(source: Source, limits: ImportLimits) -> list[Matrix]:
    """The tables of numbers in a file; raises BadVectorsError where something in it leads out of it."""
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"  # no plug-in is loaded, wherever a path may lead
    import h5py  # of what is opened only this needs it

    found: list[Matrix] = []
    try:
        with on_disk(source) as path, h5py.File(path, "r", locking=False) as file:
            for place, name, dataset in _datasets(source, file):
                if dataset.ndim == 2 and dataset.dtype.kind in "fiu" and len(dataset) > 0:
                    _check(source, name, dataset, limits)
                    rows, dim = dataset.shape
                    blocks = _Blocks(source, place)
                    found.append(Matrix(source, one_line(name, 100), "Keras weights, or HDF5", dim, rows, blocks))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise _damaged(source, error) from error
    return found


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Reads a dataset in blocks."""

    source: Source
    place: str

    def __call__(self, on_bytes: OnBytes) -> Iterator[Block]:
        import h5py

        try:
            with on_disk(self.source) as path, h5py.File(path, "r", locking=False) as file:
                yield from in_blocks(file[self.place], self.source, on_bytes)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise _damaged(self.source, error) from error


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


def _check(source: Source, name: str, dataset: Any, limits: ImportLimits) -> None:
    """Pass if the array's bytes are in the file, in proportion, and packed by HDF5 itself."""
    plan, size = dataset.id.get_create_plist(), dataset.size * dataset.dtype.itemsize
    if plan.get_external_count() or dataset.is_virtual:
        raise BadVectorsError(f"{source.name} is not opened: the numbers of {name!r:.60} lie in other files")
    filters = {plan.get_filter(number)[0] for number in range(plan.get_nfilters())}
    if filters - _FILTERS:
        raise BadVectorsError(f"{source.name}: {name!r:.60} is packed in a way that is not read here; use gzip")
    chunk = 0 if dataset.chunks is None else int(np.prod(dataset.chunks, dtype=np.float64)) * dataset.dtype.itemsize
    if size > limits.max_ratio * max(1, dataset.id.get_storage_size()) or chunk > 64 * BLOCK_BYTES:
        held = dataset.id.get_storage_size()
        raise TooLargeError(f"{source.name}: {name!r:.60} claims {size:,} bytes and holds {held:,}; save it again")


def _damaged(source: Source, error: Exception) -> BadVectorsError:
    return BadVectorsError(f"{source.name} is a damaged HDF5 file ({error!s:.120}); save it again")
