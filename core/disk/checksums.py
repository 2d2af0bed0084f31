"""Files in a folder that one of them vouches for: arrays and JSON, each with its size and SHA-256.

Nothing here is pickled, and nothing that does not fit is returned.
"""

import hashlib
import json
import os
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

import numpy as np


class IntegrityError(Exception):
    """A folder is not a whole one of this version; the message says what is wrong with it."""


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
    """Write a new JSON file, down to the disk; its size in bytes and SHA-256.

    Raises:
        ValueError: A number is not finite.
    """
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
    """The array in a `.npy` file; raises IntegrityError where it is missing, changed or no array."""
    with _open(path) as file:
        _compare(path, hashlib.file_digest(file, "sha256").hexdigest(), sha)
        file.seek(0)
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            raise IntegrityError(f"{path.name} is not an array: {error}") from error


def read_json(path: Path, sha: str | None = None) -> dict[str, Any]:
    """The object in a JSON file; raises IntegrityError where it is missing, none, or changed (where `sha` is given)."""
    with _open(path) as file:
        data = file.read()
    if sha is not None:
        _compare(path, hashlib.sha256(data).hexdigest(), sha)
    try:
        value = json.loads(data)
    except ValueError as error:
        raise IntegrityError(f"{path.name} is not readable: {error}") from error
    if not isinstance(value, dict):
        raise IntegrityError(f"{path.name} does not hold one object")
    return value


def check_size(path: Path, size: int) -> None:
    """Raise IntegrityError where a file is missing or has another size."""
    try:
        actual = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IntegrityError(f"{path.name} is missing") from error
    if actual != size:
        raise IntegrityError(f"{path.name} has {actual:,} bytes, {size:,} were written")


def checksum(body: dict[str, Any]) -> str:
    """SHA-256 of an object, however it is laid out."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _open(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise IntegrityError(f"{path.name} is missing") from error


def _compare(path: Path, actual: str, sha: str) -> None:
    if actual != sha:
        raise IntegrityError(f"{path.name} does not match its checksum")
