"""What was deleted, kept for some days so that it can be put back.

    trash/<8 hex>/manifest.json     what it was, who deleted it when, and its parts
    trash/<8 hex>/runs/<run_id>     a part, under the path it had in the home; likewise of other folders
    trash/deleting-<8 hex>          an entry whose parts are on their way in
    trash/restoring-<8 hex>         an entry whose parts are on their way back
    trash/.tmp-*                    one being made or removed; a dead process's is swept

Every part moves by one rename, and the name of the entry says beforehand which way. Whoever takes the lock after a
crash finishes what the name says (`Trash.alone`), so nothing is ever lost or half deleted. A deletion can always be
finished. A restoration whose place was taken meanwhile is turned into a deletion again.
"""

import contextlib
import errno
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core import access, settings
from core.access import Action, Visitor
from core.disk.checksums import write_json
from core.disk.files import discard, locked, new_folder, sync_folder, took_place
from core.disk.home import home
from core.disk.reading import IntegrityError, read_object
from core.errors import DiskFullError, PlaceTakenError, UnknownEntryError, UsageError

LOCK_SECONDS = 10  # How long to wait for the lock; it is held for a few renames, or while one run is read, no longer
MANIFEST = "manifest.json"
_DELETING, _RESTORING = "deleting-", "restoring-"
_ID_LENGTH = 8
_ID = re.compile(r"[0-9a-f]{8}")
_MOVING = re.compile(rf"({_DELETING}|{_RESTORING})([0-9a-f]{{8}})")
_PART = re.compile(r"[a-z]+/[a-z0-9][a-z0-9-]*")
_SCHEMA = 1

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One deletion, which is restored as a whole."""

    entry_id: str  # Eight hex digits
    kind: str  # "run" or "dataset"; "damaged" where the manifest cannot be read
    title: str  # What people call it
    deleted_at: str  # ISO 8601 in UTC
    by: str  # Owner who deleted it
    size: int  # Bytes of all parts
    parts: tuple[str, ...]  # Paths in the home, with "/", in the order in which they were deleted

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of the runs in it."""
        return self._in("runs")

    @property
    def datasets(self) -> tuple[str, ...]:
        """Ids of the datasets in it."""
        return self._in("datasets")

    def _in(self, folder: str) -> tuple[str, ...]:
        return tuple(part.partition("/")[2] for part in self.parts if part.startswith(f"{folder}/"))

    @property
    def kept_until(self) -> datetime:
        """When it is removed for good; raises LimitError as `kept_days`."""
        return datetime.fromisoformat(self.deleted_at) + timedelta(days=kept_days())


def kept_days() -> int:
    """Days for which the trash keeps things; raises LimitError where the variable is out of range."""
    return settings.whole_number("TRASH_DAYS", 7, highest=36_500)


class Trash:
    """The trash of a home, shared by any number of processes. The lock, that of the run store, is held while something
    moves, so that nothing is put beside a run that is leaving."""

    def __init__(self, root: Path | None = None, lock: Path | None = None) -> None:
        self.root = root or home()
        self.folder = self.root / "trash"
        self._lock = lock or self.root / "runs" / ".lock"

    @contextlib.contextmanager
    def alone(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the lock, with what a crash interrupted finished; raises BusyError after so many seconds."""
        with locked(self._lock, seconds):
            self._finish_interrupted()
            yield

    def put(self, kind: str, title: str, parts: Sequence[str], by: Visitor) -> Entry:
        """Move parts of the home into the trash, as one entry; those that are there, in their order. The caller is
        `alone`, and has checked what may go.

        Raises, with nothing moved, DiskFullError where there is no room for the manifest, UsageError where a part lies
        on another disk, and ValueError where one is no path of two names.
        """
        there = tuple(part for part in parts if os.path.lexists(self.root / _checked(part)))
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        size = sum(size_of(self.root / part) for part in there)
        entry = Entry(secrets.token_hex(_ID_LENGTH // 2), kind, title, now, by.owner, size, there)
        going = self.folder / f"{_DELETING}{entry.entry_id}"
        with self._room_for_manifest(), new_folder(self.folder, "the manifest") as fresh:
            write_json(fresh / MANIFEST, {"schema": _SCHEMA, **asdict(entry)})
            for name in {part.partition("/")[0] for part in there}:
                (fresh / name).mkdir()
            sync_folder(fresh)
            fresh.rename(going)
        sync_folder(self.folder)
        try:
            self._finish_deleting(going, entry)
        except OSError as error:  # all of it stays where it was
            self._finish_restoring(going.rename(self.folder / f"{_RESTORING}{entry.entry_id}"), entry)
            if error.errno != errno.EXDEV:
                raise
            raise UsageError(
                f"{title} cannot be moved to the trash: all folders of {self.root} have to be on one disk; move those "
                "that are not there, or remove it by hand"
            ) from error
        return entry

    def entries(self) -> tuple[Entry, ...]:
        """All entries, the one deleted last first."""
        there = []
        for path in self.folder.glob("*"):
            if _ID.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):  # restored or removed meanwhile
                    there.append(_read(path))
        return tuple(sorted(there, key=lambda entry: (entry.deleted_at, entry.entry_id), reverse=True))

    def get(self, entry_id: str) -> Entry:
        """One entry; raises UnknownEntryError where there is none."""
        for entry in self.entries():
            if entry.entry_id == entry_id:
                return entry
        raise UnknownEntryError(
            f"the trash holds nothing with the id {entry_id!r:.60}: it was restored, removed for good, or never "
            "there; `python -m core trash` lists what there is"
        )

    def restore(self, entry_id: str, *, by: Visitor) -> Entry:
        """Put everything back where it was, or nothing.

        Raises as `access.check` does; UnknownEntryError; BusyError; and PlaceTakenError where something is in a place
        where it belongs, such as the same run trained again: the entry stays in the trash.
        """
        access.check(Action.RESTORE, by)
        with self.alone():
            entry = self.get(entry_id)
            if not entry.parts:
                raise PlaceTakenError(
                    f"what is in {self.folder / entry_id} cannot be put back, since its manifest is damaged; move its "
                    "folders back by hand"
                )
            for part in entry.parts:
                if os.path.lexists(self.root / part):
                    raise _taken(entry, part)
            leaving = (self.folder / entry_id).rename(self.folder / f"{_RESTORING}{entry_id}")
            if taken := self._finish_restoring(leaving, entry):
                raise _taken(entry, taken)
        return entry

    def empty(self, *, by: Visitor) -> tuple[Entry, ...]:
        """Remove all entries for good, and tell which they were; raises ReadOnlyError and NotAllowedError."""
        access.check(Action.DELETE, by)
        return self._remove(self.entries())

    def expire(self) -> tuple[Entry, ...]:
        """Remove for good what has been kept long enough, and tell what that was; LimitError as `kept_days`."""
        kept_since = datetime.now(UTC) - timedelta(days=kept_days())
        return self._remove(entry for entry in self.entries() if datetime.fromisoformat(entry.deleted_at) <= kept_since)

    def make_room(self, wanted: int) -> tuple[Entry, ...]:
        """Remove the oldest entries for good, as many as hold so many bytes together, and tell which they were."""
        removed: list[Entry] = []
        for entry in reversed(self.entries()):
            if wanted <= 0:
                break
            removed += self._remove((entry,))
            wanted -= entry.size
        return tuple(removed)

    def _remove(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        removed = []
        for entry in entries:
            try:
                discard(self.folder / entry.entry_id)
            except FileNotFoundError:  # restored or removed by somebody else meanwhile
                continue
            except OSError:  # it is out of sight, and swept as soon as the disk allows it
                _logger.exception("%s could not be removed", self.folder / entry.entry_id)
            removed.append(entry)
        return tuple(removed)

    def _finish_interrupted(self) -> None:
        for path in sorted(self.folder.glob("*-*")):
            if not (moving := _MOVING.fullmatch(path.name)):
                continue
            entry = _read(path)
            try:
                if moving[1] == _DELETING:
                    self._finish_deleting(path, entry)
                else:
                    self._finish_restoring(path, entry)
            except OSError:  # one entry that the disk refuses to move is no reason to refuse everything else
                _logger.exception("%s could not be finished", path)

    def _finish_deleting(self, going: Path, entry: Entry) -> None:
        """Move in what is still in its place, unless it was moved before and is there anew."""
        for part in entry.parts:
            if not os.path.lexists(going / part):
                with contextlib.suppress(FileNotFoundError):
                    (self.root / part).rename(going / part)
        going.rename(self.folder / entry.entry_id)
        self._sync(entry)

    def _finish_restoring(self, leaving: Path, entry: Entry) -> str | None:
        """Move everything out and drop the entry; where a place is taken, take all of it back and tell which."""
        if not entry.parts:  # damaged: nobody knows what belongs where, and everything is kept
            leaving.rename(self.folder / entry.entry_id)
            return None
        for part in reversed(entry.parts):
            if not os.path.lexists(leaving / part):
                continue
            place = self.root / part
            place.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(place) or not took_place(leaving / part, place):
                self._finish_deleting(leaving.rename(self.folder / f"{_DELETING}{entry.entry_id}"), entry)
                return part
        self._sync(entry)
        discard(leaving)
        return None

    @contextlib.contextmanager
    def _room_for_manifest(self) -> Iterator[None]:
        try:
            yield
        except DiskFullError as error:
            raise DiskFullError(
                f"the disk that holds {self.folder} is too full to note down what is deleted, so nothing was. Empty "
                "the trash (`python -m core trash --empty`), or remove something else from this disk, and try again"
            ) from error

    def _sync(self, entry: Entry) -> None:
        for name in {part.partition("/")[0] for part in entry.parts}:
            if (self.root / name).is_dir():
                sync_folder(self.root / name)
        sync_folder(self.folder)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links are not followed, and what vanishes meanwhile is 0."""
    try:
        if path.is_symlink() or not path.is_dir():
            return path.lstat().st_size
        with os.scandir(path) as inside:
            return sum(size_of(Path(one.path)) for one in inside)
    except OSError:
        return 0


def _read(path: Path) -> Entry:
    """What the manifest in a folder says; an entry without parts where it cannot be read."""
    try:
        return _parse(read_object(path / MANIFEST), path.name[-_ID_LENGTH:])
    except (IntegrityError, ValueError, KeyError, TypeError, OverflowError, OSError):
        changed = datetime.fromtimestamp(path.lstat().st_mtime, UTC).isoformat(timespec="milliseconds")
        title = "something whose manifest is damaged"
        return Entry(path.name[-_ID_LENGTH:], "damaged", title, changed, "", size_of(path), ())


def _parse(document: dict[str, Any], entry_id: str) -> Entry:
    if document["schema"] != _SCHEMA:
        raise ValueError(f"schema {document['schema']!r:.20}, not {_SCHEMA}")
    values = {name: str(document[name]) for name in ("kind", "title", "deleted_at", "by")}
    deleted_at = datetime.fromisoformat(values["deleted_at"])
    if deleted_at.tzinfo is None or not 2000 < deleted_at.year < 9000:
        raise ValueError(f"it was not deleted at {deleted_at}")
    parts = tuple(_checked(part) for part in document["parts"])
    return Entry(entry_id, **values, size=int(document["size"]), parts=parts)


def _checked(part: str) -> str:
    if not _PART.fullmatch(part):
        raise ValueError(f"{part!r:.60} is no part of a home; one is a folder and a name in it")
    return part


def _taken(entry: Entry, part: str) -> PlaceTakenError:
    again = {"runs": "the same model was trained again", "datasets": "the same data was imported again"}
    why = again.get(part.partition("/")[0], "something is in its place")
    return PlaceTakenError(
        f"{entry.title} cannot be put back: {why} since it was deleted ({part}). It stays in the trash until "
        f"{entry.kept_until:%Y-%m-%d}; to have it back, delete the newer one first"
    )
