"""The store of finished runs: content-addressed, checksummed, never half-written.

runs/<run_id>/               one run (see core.store.run_files)
runs/.set-aside/<run_id>-1/  one that did not fit, with `reason.json`
runs/.tmp-*                  one being written; a dead process's is swept
"""

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.disk.checksums import UnfitError
from core.disk.files import disk_full_told, remove, replace_text, sweep, sync_folder, temporary, took_place
from core.disk.home import home
from core.errors import CorruptRunError, UnknownRunError
from core.model.run import Outcome, Run
from core.store import study_store
from core.store.run_files import read_folder, read_manifest, write_folder

_RUN_ID = re.compile(r"[0-9a-f]{16}")
_SET_ASIDE, _REASON = ".set-aside", "reason.json"


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows, without its arrays. `size` is bytes on disk."""

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    outcome: Outcome
    created_at: str
    size: int


@dataclass(frozen=True)
class SetAside:
    """A folder that was not loaded, where it is now, and why."""

    run_id: str
    path: Path
    reason: str


class RunStore:
    """Runs on disk, shared by any number of processes.

    Args:
        folder: Where they are; `runs/` in the home without it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home() / "runs" if folder is None else folder

    def publish(self, run: Run) -> Path:
        """Store a run, whole or not at all; the folder it is in.

        A run already there wins, unless it is damaged: then that one is set aside.

        Raises:
            DiskFullError: There is no room; nothing is left of the attempt.
            ValueError: The weights do not fit the config, or are not finite.
        """
        place = self._place(run.run_id)
        with disk_full_told(f"run {run.run_id}", self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = temporary(self.folder)
            try:
                fresh.mkdir()
                write_folder(fresh, run)
                sync_folder(fresh)
                while not took_place(fresh, place):
                    if self.get(run.run_id) is not None:
                        break
            finally:
                remove(fresh)
            sync_folder(self.folder)
        return place

    def load(self, run_id: str) -> Run:
        """The run with this id, every byte checked.

        Raises:
            UnknownRunError: There is none.
            CorruptRunError: It is damaged or of another version; it was set aside.
        """
        place = self._place(run_id)
        while True:
            try:
                return read_folder(place)
            except UnfitError:
                self._judge(place)

    def get(self, run_id: str) -> Run | None:
        """The run, or None where there is none to load; a damaged one is set aside as in `load`."""
        try:
            return self.load(run_id)
        except (UnknownRunError, CorruptRunError):
            return None

    def __contains__(self, run_id: str) -> bool:
        """Whether a run with this id was published; its content is not checked."""
        return self._place(run_id).is_dir()

    def list(self) -> list[RunSummary]:
        """All runs, newest first; reads the manifests alone. What does not fit is set aside, not listed."""
        found = (self._summary(path) for path in self.folder.glob("*") if _RUN_ID.fullmatch(path.name))
        return sorted((run for run in found if run), key=lambda run: (run.created_at, run.run_id), reverse=True)

    def learned_from(self, digest: str) -> tuple[RunSummary, ...]:
        """The runs that learned from the data with this digest, under whatever name, newest first."""
        return tuple(run for run in self.list() if run.dataset.digest == digest)

    def delete(self, run_id: str) -> None:
        """Remove a run with the studies made of it; raises UnknownRunError where there is none."""
        place, gone = self._place(run_id), temporary(self.folder)
        if not place.is_dir():
            raise _unknown(run_id)
        with self._lock():
            try:
                place.rename(gone)  # first out of sight, so that nobody loads a half-deleted run
            except FileNotFoundError:
                raise _unknown(run_id) from None
        remove(gone)
        sync_folder(self.folder)
        study_store.delete(run_id, home=self.folder.parent)

    def set_aside(self) -> tuple[SetAside, ...]:
        """Everything that was set aside, with the reason."""
        shelf = sorted((self.folder / _SET_ASIDE).glob("*-*"))
        return tuple(SetAside(path.name.rpartition("-")[0], path, _reason(path)) for path in shelf)

    def sweep(self) -> tuple[str, ...]:
        """Remove what dead processes left half-written; the names removed."""
        return sweep(self.folder)

    def _place(self, run_id: str) -> Path:
        if not _RUN_ID.fullmatch(run_id):
            raise UnknownRunError(f"{run_id!r:.60} is no run id; one is 16 digits from 0-9 and a-f")
        return self.folder / run_id

    def _lock(self) -> FileLock:
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / ".lock")

    def _summary(self, place: Path) -> RunSummary | None:
        while True:
            try:
                run = read_manifest(place)
            except UnfitError:
                try:
                    self._judge(place)
                except (UnknownRunError, CorruptRunError):
                    return None
            else:
                size = sum(size for size, _ in run.files.values())
                return RunSummary(run.run_id, run.config, run.dataset, run.outcome, run.created_at, size)

    def _judge(self, place: Path) -> None:
        """Set aside a folder that does not fit, and raise.

        Returns where the folder fits after all: somebody was just deleting or
        replacing it, and reading again will tell.
        """
        if not place.exists():
            raise _unknown(place.name)
        with self._lock():
            if not place.exists():
                raise _unknown(place.name)
            try:
                read_folder(place)
            except UnfitError as error:
                aside = self._move_aside(place, str(error))
                raise CorruptRunError(
                    f"run {place.name} cannot be loaded: {error}. It was moved to {aside}; train it again"
                ) from None

    def _move_aside(self, place: Path, reason: str) -> Path:
        shelf = self.folder / _SET_ASIDE
        shelf.mkdir(exist_ok=True)
        number = 1
        while (aside := shelf / f"{place.name}-{number}").exists():
            number += 1
        place.rename(aside)
        with contextlib.suppress(OSError):  # a full disk may refuse the note; the error raised tells the reason too
            replace_text(aside / _REASON, json.dumps({"reason": reason}))
        return aside


def _unknown(run_id: str) -> UnknownRunError:
    return UnknownRunError(f"there is no run {run_id}; the Runs page and `python -m core runs` list what there is")


def _reason(aside: Path) -> str:
    try:
        return str(json.loads((aside / _REASON).read_text(encoding="utf-8"))["reason"])
    except (OSError, ValueError, KeyError):
        return "no reason was written down"
