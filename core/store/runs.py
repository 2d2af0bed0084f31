"""The store of finished runs: content-addressed, checksummed, never half-written.

runs/<run_id>/               one run (see core.store.run_files)
runs/.set-aside/<run_id>-1/  one that was damaged or of another version, with `reason.json`
runs/.tmp-*                  one being written; a dead process's is swept
runs/.lock                   held while something that is there is moved, or something is put beside a run
studies/<run_id>/            what is kept beside a run (see core.store.study_store), deleted and restored with it
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from core import access
from core.access import Action, Visitor
from core.data.nouns import count
from core.disk.files import discard, new_folder, replace_text, sweep
from core.disk.home import home
from core.disk.reading import ForbiddenError, IntegrityError, MissingError, SetAside, read_object
from core.disk.trash import LOCK_SECONDS, Entry, Trash
from core.errors import BusyError, CorruptRunError, UnknownRunError, UsageError
from core.model.families import family_of
from core.model.run import Run
from core.store.artifacts import publish
from core.store.run_files import RunSummary, read_folder, read_manifest, write_folder

_RUN_ID = re.compile(r"[0-9a-f]{16}")
_SET_ASIDE, _REASON = ".set-aside", "reason.json"


class RunStore:
    """Runs on disk, shared by any number of processes: in `folder`, in the home's `runs/` without it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home() / "runs" if folder is None else folder

    def publish(self, run: Run) -> Path:
        """Store a run, whole or not at all; the folder it is in.

        A run already there wins, unless it is damaged: then that one is set aside. Raises DiskFullError, after which
        nothing is left of the attempt; UsageError where nothing can be written; BusyError or CorruptRunError where a
        damaged one cannot be moved; ValueError where the weights do not fit the config, or are not finite.
        """
        place = self._place(run.run_id)
        with new_folder(self.folder, f"run {run.run_id}") as fresh:
            write_folder(fresh, run)
            publish(fresh, place, stays=lambda: self._wins(run.run_id))
        return place

    def republish(self, run: Run) -> Path:
        """Store a run in the place of the one with its id, whose vectors are the same and whose data are described
        otherwise; the folder it is in. Raises as `publish` does."""
        place = self._place(run.run_id)
        with new_folder(self.folder, f"run {run.run_id}") as fresh:
            write_folder(fresh, run)
            with self._locked():
                if place.exists():
                    discard(place)
                publish(fresh, place, stays=lambda: True)
        return place

    def load(self, run_id: str) -> Run:
        """The run with this id, every byte checked.

        Raises UnknownRunError; CorruptRunError where it is damaged or of another version, and was set aside; BusyError
        where it could not be, because another process locks the store.
        """
        place = self._place(run_id)
        while True:
            try:
                return read_folder(place)
            except IntegrityError:
                self._quarantine(place)

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
        summaries = (self._summary(path) for path in self.folder.glob("*") if _RUN_ID.fullmatch(path.name))
        return sorted((run for run in summaries if run), key=lambda run: (run.created_at, run.run_id), reverse=True)

    def learned_from(self, digest: str) -> tuple[RunSummary, ...]:
        """The runs that learned from the data with this digest, under whatever name, newest first."""
        return tuple(run for run in self.list() if run.dataset.digest == digest)

    def delete(self, run_id: str, *, by: Visitor) -> Entry:
        """Move a run, with the studies and notes beside it, into the trash; what it is there. Raises UnknownRunError,
        and otherwise as `core.data.catalog.delete` does."""
        access.check(Action.DELETE, by)
        with self.holding(run_id):
            entry = self.trash.put("run", self._title(run_id), self.parts(run_id), by)
        self.trash.expire()
        return entry

    def parts(self, run_id: str) -> tuple[str, str]:
        """What is deleted and restored with a run, as `Trash.put` takes it; raises UnknownRunError as `load`."""
        return f"{self.folder.name}/{self._place(run_id).name}", f"studies/{run_id}"

    @property
    def trash(self) -> Trash:
        """Where deleted runs are."""
        return Trash(self.folder.parent, self.folder / ".lock")

    @contextlib.contextmanager
    def holding(self, run_id: str) -> Iterator[None]:
        """Keep a run from being moved for a moment, to put something beside it, alone with what is there; raises
        UnknownRunError where there is none, or no longer, and BusyError."""
        place = self._place(run_id)
        if not place.is_dir():
            raise unknown_run(run_id)
        with self._locked():
            if not place.is_dir():
                raise unknown_run(run_id)
            yield

    def studies_folder(self, run_id: str) -> Path:
        """Where studies and notes about a run are kept; raises UnknownRunError where the text is no run id."""
        return self.folder.parent / "studies" / self._place(run_id).name

    def set_aside(self) -> tuple[SetAside, ...]:
        """Everything that is not used, with the reason: what was moved aside, and what could not be moved."""
        shelf = sorted((self.folder / _SET_ASIDE).glob("*-*"))
        moved = [SetAside(path.name.rpartition("-")[0], path, _reason(path)) for path in shelf]
        left = (self._left(path) for path in sorted(self.folder.glob("[!.]*")))
        return (*moved, *(entry for entry in left if entry))

    def _left(self, place: Path) -> SetAside | None:
        """What keeps an entry from being used where it is; None where nothing does."""
        if not _RUN_ID.fullmatch(place.name):
            return SetAside(place.name, place, "its name is no run id, 16 digits from 0-9 and a-f")
        try:
            read_manifest(place)
        except MissingError as error:
            return SetAside(place.name, place, str(error)) if os.path.lexists(place) else None
        except IntegrityError as error:
            return SetAside(place.name, place, str(error))
        return None

    def sweep(self) -> tuple[str, ...]:
        """Remove what dead processes left half-written; the names removed."""
        beside = self.folder.parent / "studies"
        return sweep(self.folder, beside, *beside.glob("*"), *beside.glob("*/of/*"))

    def _place(self, run_id: str) -> Path:
        if not _RUN_ID.fullmatch(run_id):
            raise UnknownRunError(f"{run_id!r:.60} is no run id; one is 16 digits from 0-9 and a-f")
        return self.folder / run_id

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return self.trash.alone(LOCK_SECONDS)

    def _title(self, run_id: str) -> str:
        """A run in words, also where its files are damaged."""
        try:
            run = read_manifest(self._place(run_id))
        except IntegrityError:
            return f"model {run_id}"
        size = f", {count(run.config.dimensions, 'dimension')}" if run.config.dimensions else ""
        return f"{family_of(run.config).title}{size}, {run.dataset.name}"

    def _summary(self, place: Path) -> RunSummary | None:
        while True:
            try:
                return read_manifest(place)
            except IntegrityError:
                try:
                    self._quarantine(place)
                except (UnknownRunError, CorruptRunError, BusyError):
                    return None

    def _quarantine(self, place: Path) -> None:
        """Set aside a folder that does not fit, and raise; return where it fits after all, replaced meanwhile."""
        if not os.path.lexists(place):
            raise unknown_run(place.name)
        try:
            with self._locked():
                if not os.path.lexists(place):
                    raise unknown_run(place.name)
                try:
                    read_folder(place)
                except IntegrityError as error:
                    raise self._corrupt(place, error) from None
        except UsageError as refusal:
            try:
                read_folder(place)
            except IntegrityError as error:
                raise CorruptRunError(f"run {place.name} cannot be loaded: {error}. Also, {refusal}") from None

    def _corrupt(self, place: Path, error: IntegrityError) -> CorruptRunError:
        """Set aside a damaged folder, if that can be done; the error that tells."""
        if isinstance(error, ForbiddenError):
            where = f"is left at {place}; give this user the right to read it"
        else:
            try:
                where = f"was moved to {self._move_aside(place, str(error))}; train it, or open its files, again"
            except OSError as refusal:
                where = f"is left at {place}, for it cannot be moved ({refusal.strerror})"
        return CorruptRunError(f"run {place.name} cannot be loaded: {error}. It {where}")

    def _move_aside(self, place: Path, reason: str) -> Path:
        shelf = self.folder / _SET_ASIDE
        shelf.mkdir(exist_ok=True)
        number = 1
        while os.path.lexists(aside := shelf / f"{place.name}-{number}"):
            number += 1
        place.rename(aside)
        if not aside.is_symlink():  # what a link leads to stays as it is
            with contextlib.suppress(OSError):  # a full disk may refuse the note; the error raised tells the reason too
                replace_text(aside / _REASON, json.dumps({"reason": reason}))
        return aside

    def _wins(self, run_id: str) -> bool:
        """Whether the run at a place is whole; else it has been set aside. CorruptRunError where it cannot be moved."""
        try:
            self.load(run_id)
        except (UnknownRunError, CorruptRunError):
            if os.path.lexists(self._place(run_id)):
                raise
            return False
        return True


def unknown_run(run_id: str) -> UnknownRunError:
    """The error that says that there is no such run, and where to see which there are."""
    return UnknownRunError(f"there is no run {run_id}; the Runs page and `python -m core runs` list what there is")


def _reason(aside: Path) -> str:
    if aside.is_symlink() or not aside.is_dir():
        return "it is no folder of files"
    try:
        return str(read_object(aside / _REASON)["reason"])
    except (IntegrityError, KeyError):
        return "no reason was written down"
