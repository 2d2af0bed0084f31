"""Data and trained models as plain bytes, for machines that share no disk: a dataset out, a run and its film back."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from core import data
from core.data import catalog
from core.data.folder import ABOUT
from core.data.ratings import DatasetRef
from core.disk import files
from core.disk.home import home
from core.disk.reading import IntegrityError
from core.store import study_store
from core.store.run_files import read_folder
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings

DATA_FILES = (ABOUT, "users.parquet", "items.parquet", "ratings.parquet")
"""What a dataset's folder holds, and all that is taken of one."""

PART_BYTES = 8 * 2**20
"""Bytes of a file that are sent at a time: a scheduler holds no more of it at once."""

_MOST_RUN_FILES = 100


@dataclass(frozen=True)
class Part:
    """A stretch of a file of a dataset; the last part of all says so."""

    name: str
    offset: int
    content: bytes
    last: bool = False


def reference_to(dataset_id: str) -> DatasetRef:
    """What a run remembers of a dataset, without reading the ratings."""
    about = data.info(dataset_id)
    return DatasetRef(**{field.name: getattr(about, field.name) for field in fields(DatasetRef)})


def parts_of(dataset_id: str) -> Iterator[Part]:
    """A dataset in parts; raises UnknownDatasetError and OSError."""
    folder = catalog.place(dataset_id)
    for name in DATA_FILES:
        with (folder / name).open("rb") as file:
            while content := file.read(PART_BYTES):
                yield Part(name, file.tell() - len(content), content)
    yield Part(ABOUT, 0, b"", last=True)


class IncomingData:
    """A dataset of which parts arrive; it is in this home when the last is there."""

    def __init__(self) -> None:
        datasets = home() / "datasets"
        datasets.mkdir(parents=True, exist_ok=True)
        self._folder = files.temporary(datasets)
        self._folder.mkdir()

    def take(self, part: Part) -> None:
        """Add a part; raises ValueError where it is none of a dataset's, and BadSchemaError where the whole is none."""
        if part.name not in DATA_FILES:
            raise ValueError(f"{part.name!r:.60} is no file of a dataset")
        if part.last:
            catalog.take_in(self._folder)
            self.drop()
            return
        with (self._folder / part.name).open("ab") as file:
            if file.tell() != part.offset:
                raise ValueError(f"{part.name} goes on at byte {part.offset:,}, and {file.tell():,} have come")
            file.write(part.content)

    def drop(self) -> None:
        """Remove what has come, if it is not in its place."""
        files.remove(self._folder)


def packed_run(run_id: str) -> dict[str, Any]:
    """A run of this home as bytes by file name, with its film as arrays where it has one."""
    film = FILM.load(run_id, FilmSettings())
    return {
        "files": {path.name: path.read_bytes() for path in (RunStore().folder / run_id).iterdir()},
        "film": None if film is None else {name: np.array(array) for name, array in film.arrays.items()},
    }


def forget_run(run_id: str) -> None:
    """Remove a run of this home, and what is beside it, for good."""
    store = RunStore()
    with contextlib.suppress(FileNotFoundError):
        files.discard(store.folder / run_id)
    files.remove(store.studies_folder(run_id))


def publish(packed: Mapping[str, Any], run_id: str, dataset: DatasetRef | None) -> None:
    """Put a run that came from elsewhere into the store, every byte checked, and its film beside it.

    Args:
        packed: As `packed_run` made it.
        run_id: Which run it has to be.
        dataset: What it learned from as it is called here; None leaves that as it came.

    Raises:
        IntegrityError: It is damaged, or another run.
        DiskFullError, BusyError, CorruptRunError, UsageError: As `RunStore.publish` says.
    """
    store = RunStore()
    with files.new_folder(store.folder, f"run {run_id}") as fresh:
        run = read_folder(_unpacked(packed["files"], fresh / run_id))
        if dataset is not None and run.dataset.digest != dataset.digest:
            raise IntegrityError(f"run {run_id} came back with other data than it was to learn from")
        store.publish(run if dataset is None else replace(run, dataset=dataset))
    if packed["film"] is not None:
        study_store.save(run_id, FILM.name, FilmSettings(), packed["film"], {})


def _unpacked(contents: Mapping[str, bytes], folder: Path) -> Path:
    if len(contents) > _MOST_RUN_FILES or any(Path(name).name != name or name.startswith(".") for name in contents):
        raise IntegrityError("what came back is no run")
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder
