"""Folders that each hold one finished thing: arrays as `.npy`, JSON, and a manifest with the checksum of every file.

Runs and studies are such folders. They are written beside their place, down to the disk, and then renamed, so that
a crash leaves either the whole folder or a leftover that the next writer sweeps away. Nothing in them is pickled, and
nothing that does not match its checksum is returned.
"""

import errno
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from core.disk.checksums import check_size, checksum, read_array, read_json, write_array, write_json
from core.disk.files import refused, sync_folder, took_place
from core.disk.reading import IntegrityError, read_object

_ATTEMPTS = 20  # To put a folder in its place: others may put theirs there, and it may be damaged, again and again
_NAME = re.compile(r"\w+\.(npy|json)", re.ASCII)  # What a manifest may name: files in its own folder, and no other


@dataclass(frozen=True)
class Artifact:
    """An opened folder, its files there in their size; each is checked when it is read."""

    folder: Path
    body: Mapping[str, Any]  # What the manifest says beside the files
    files: Mapping[str, tuple[int, str]]  # Size in bytes and SHA-256 of each other file, by name

    @property
    def arrays(self) -> list[str]:
        """Names of the arrays, as `array` takes them."""
        return [name.removesuffix(".npy") for name in self.files if name.endswith(".npy")]

    def array(self, name: str) -> np.ndarray:
        """One array; raises IntegrityError where the file is missing or was changed."""
        return read_array(self.folder / f"{name}.npy", self._checksum(f"{name}.npy"))

    def document(self, name: str) -> dict[str, Any]:
        """One JSON file; raises IntegrityError where it is missing or was changed."""
        return read_json(self.folder / f"{name}.json", self._checksum(f"{name}.json"))

    def _checksum(self, file: str) -> str:
        if file not in self.files:
            raise IntegrityError(f"the manifest does not name {file}")
        return self.files[file][1]


@dataclass(frozen=True)
class Layout:
    """How one kind of folder is laid out."""

    manifest: str  # Name of the manifest
    schema_version: int  # Of the folder: raise it when this version's folders cannot be read by the last one
    listing: str = "files"  # The manifest's field with the other files
    suffix: str = ""  # What the names of files lack there

    def write(
        self,
        folder: Path,
        body: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray],
        documents: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        """Write all files into a folder that exists, each down to the disk; raises ValueError where a number in the
        JSON is not finite, or an array holds objects."""
        files = {f"{name}.npy": write_array(folder / f"{name}.npy", array) for name, array in arrays.items()}
        files |= {f"{name}.json": write_json(folder / f"{name}.json", value) for name, value in documents.items()}
        listing = {
            name.removesuffix(self.suffix): {"bytes": size, "sha256": sha} for name, (size, sha) in files.items()
        }
        whole = {"schema_version": self.schema_version, **body, self.listing: listing}
        write_json(folder / self.manifest, whole | {"checksum": checksum(whole)})

    def open(self, folder: Path) -> Artifact:
        """The folder; raises IntegrityError where its manifest is missing, damaged or of another version, or a file is
        missing or of another size."""
        body = read_object(folder / self.manifest)
        version = body.get("schema_version")
        if version != self.schema_version:
            raise IntegrityError(
                f"it has format {version!r:.20}, this version of the program reads {self.schema_version}"
            )
        if body.pop("checksum", None) != checksum(body):
            raise IntegrityError(f"{self.manifest} does not match its own checksum")
        try:
            files = {
                f"{name}{self.suffix}": (int(entry["bytes"]), str(entry["sha256"]))
                for name, entry in body.pop(self.listing).items()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise IntegrityError(f"{self.manifest} is not one of this version: {error}") from error
        if strange := [name for name in files if not _NAME.fullmatch(name)]:
            raise IntegrityError(f"{self.manifest} names a file {strange[0]!r:.60}, which is none of this version's")
        for name, (size, _) in files.items():
            check_size(folder / name, size)
        return Artifact(folder, body, files)


def publish(fresh: Path, place: Path, *, stays: Callable[[], bool]) -> None:
    """Rename a written folder, of those that `new_folder` gives, to its place, so that it survives a power cut.

    While another folder is at the place, `stays` is asked: True says that it is whole and wins, False that it was
    damaged and has been cleared away. Raises UsageError where it can be neither used nor cleared away.
    """
    sync_folder(fresh)
    place.parent.mkdir(exist_ok=True)
    for _ in range(_ATTEMPTS):
        if took_place(fresh, place) or stays():
            sync_folder(place.parent)
            return
    raise refused(place, FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)))
