"""Files in a folder that one of them vouches for: arrays and JSON, each with its size and SHA-256.

Nothing here is pickled, and nothing that does not fit is returned.
"""

import hashlib
import json
import math
import os
import re
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from core.disk.reading import MOST_JSON_BYTES, IntegrityError, parse_object, raise_unreadable, read_bytes, regular
from core.settings import MIB

MAPPED_BYTES = 32 * MIB
"""From here on an array stays on the disk and is read where it is looked at; it cannot be written to."""

_START_BYTES = 10  # "\x93NUMPY", the version, and the length of the header
_HEADER = re.compile(
    rb"\{'descr': '(?P<type>[<>|][biufU][1-9]\d{0,4})', 'fortran_order': (?:True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,15}(?:, \d{1,15})*,?)?)\), \} *\n"
)


class HashingFile:
    """Passes bytes on to a file and keeps their SHA-256 and number."""

    def __init__(self, file: BufferedWriter) -> None:
        self.file, self.sha, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        """Write all of it."""
        self.sha.update(data)
        self.size += len(data)
        self.file.write(data)


def write_array(path: Path, array: np.ndarray) -> tuple[int, str]:
    """Write a new `.npy` file, down to the disk; its size in bytes and SHA-256."""
    # Not numpy.save on the file itself: where the disk is full, that loses the system's error number.
    with path.open("xb") as file:
        out = HashingFile(file)
        np.lib.format.write_array(out, np.ascontiguousarray(array), allow_pickle=False)
        to_disk(file)
    return out.size, out.sha.hexdigest()


def write_json(path: Path, value: dict[str, Any]) -> tuple[int, str]:
    """A new JSON file, down to the disk; its size in bytes and SHA-256. ValueError unless all numbers are finite."""
    data = json.dumps(value, indent=1, allow_nan=False).encode()
    with path.open("xb") as file:
        file.write(data)
        to_disk(file)
    return len(data), hashlib.sha256(data).hexdigest()


def to_disk(file: BufferedWriter) -> None:
    """Wait until what was written would survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def read_array(path: Path, sha: str) -> np.ndarray:
    """The array in a `.npy` file; a large one is mapped into memory, not read. Raises IntegrityError where it is
    missing, changed or no array, or its header claims another size, and OSError as `core.disk.reading.regular` says."""
    with regular(path) as file:
        size, claimed = os.fstat(file.fileno()).st_size, _claimed(path, file)
        if claimed != size:  # NumPy would allocate what the header claims
            raise IntegrityError(f"{path.name} has {size:,} bytes, its header claims {claimed:,}")
        if size > psutil.virtual_memory().total:
            raise IntegrityError(f"{path.name} has {size:,} bytes, more than this computer has memory")
        file.seek(0)
        _compare(path, hashlib.file_digest(file, "sha256").hexdigest(), sha)
        if size >= MAPPED_BYTES:
            return np.lib.format.open_memmap(path, mode="r").view(np.ndarray)
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def _claimed(path: Path, file: BufferedReader) -> int:
    """Size in bytes of the whole file that the header of a `.npy` file claims.

    NumPy lets Python parse the header, whatever stands there; one that `write_array` writes has a single form.
    """
    start = file.read(_START_BYTES)
    length = int.from_bytes(start[8:], "little")
    header = _HEADER.fullmatch(file.read(length))
    if start[:8] != b"\x93NUMPY\x01\x00" or header is None:
        raise IntegrityError(f"{path.name} is not an array of numbers or text")
    shape = [int(size) for size in header["shape"].replace(b",", b" ").split()]
    return _START_BYTES + length + math.prod(shape) * np.dtype(header["type"].decode()).itemsize


def read_json(path: Path, sha: str) -> dict[str, Any]:
    """The object in a JSON file; raises IntegrityError where it is missing, no JSON, or changed, and OSError."""
    data = read_bytes(path, MOST_JSON_BYTES)
    _compare(path, hashlib.sha256(data).hexdigest(), sha)
    return parse_object(path.name, data)


def check_size(path: Path, size: int) -> None:
    """Raise IntegrityError where a file is missing or has another size; OSError as `core.disk.reading.regular`."""
    try:
        actual = path.stat().st_size
    except OSError as error:
        raise_unreadable(path, error)
    if actual != size:
        raise IntegrityError(f"{path.name} has {actual:,} bytes, {size:,} were written")


def checksum(body: dict[str, Any]) -> str:
    """SHA-256 of an object, however it is laid out."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _compare(path: Path, actual: str, sha: str) -> None:
    if actual != sha:
        raise IntegrityError(f"{path.name} does not match its checksum")
