"""Lists that people keep with a run, such as the names they give to components.

    studies/<run_id>/<name>.json                everybody's
    studies/<run_id>/of/<16 hex>/<name>.json    one owner's, whom nobody can tell from the name of the folder

Plain JSON that is replaced as a whole, and goes with the run. What one owner
keeps is bounded, in bytes and in the number of owners: anybody can be many.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from core import access
from core.access import Action, Visitor
from core.disk.files import disk_full_told, remove, replace_text
from core.disk.reading import IntegrityError, MissingError, read_object
from core.errors import CorruptRunError, LimitError
from core.store.runs import RunStore

_SCHEMA = 1
_NAME = re.compile(r"[a-z]+")
_OWNERS = "of"

MOST_OWNERS = 200  # Owners who keep notes of their own with one run
OWNERS_BYTES = 128 * 1024  # Of the file of one owner
UNTOUCHED_SECONDS = 60 * 86_400
"""An owner's notes that were not changed for so long make room for another's, where there is none left."""

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Notes(Generic[Entry]):
    """One kind of list."""

    name: str  # What its entries are called, plural, lower-case letters; the file's name too
    max_entries: int
    # Makes an entry of JSON; raises ValueError, TypeError, KeyError or LimitError where it is none.
    parse: Callable[[Any], Entry]
    dump: Callable[[Entry], Any]  # Makes JSON of an entry, every number finite
    key: Callable[[Entry], object] = id  # What equal entries share: one takes the place of the other

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r:.60} is no name of a note; it is lower-case letters")

    def path(self, run_id: str, owner: str = "") -> Path:
        """The file of one run, everybody's or one owner's; raises UnknownRunError where the text is no run id."""
        folder = RunStore().studies_folder(run_id)
        if owner:
            folder = folder / _OWNERS / hashlib.sha256(owner.encode()).hexdigest()[:16]
        return folder / f"{self.name}.json"

    def read(self, run_id: str, owner: str = "") -> tuple[Entry, ...]:
        """All entries kept with a run for everybody, or for an owner, in their order; none without such a run. Raises
        UnknownRunError for no run id, and CorruptRunError where the file cannot be read; it is left as it is."""
        path = self.path(run_id, owner)
        try:
            return self._entries(read_object(path))
        except MissingError:
            if not os.path.lexists(path):
                return ()
            problem: Exception = MissingError("it is a link that leads nowhere")
        except (IntegrityError, ValueError, TypeError, KeyError, AttributeError, OverflowError, LimitError) as error:
            problem = error
        raise CorruptRunError(
            f"the {self.name} in {path} cannot be read: {problem}. Mend the file, or move it away to begin anew"
        )

    def change(self, run_id: str, change: Callable[[Sequence[Entry]], Sequence[Entry]], owner: str = "") -> None:
        """Replace the entries by what `change` makes of them, alone with them across threads and processes.

        They are the owner's, or everybody's; what `change` raises leaves them as they are.

        Raises:
            UnknownRunError: There is no such run, or it was deleted meanwhile.
            CorruptRunError: The file cannot be read.
            LimitError: There are too many entries, or an owner's have too many bytes, or there are too many owners.
            BusyError: The store is locked by another process.
            DiskFullError: There is no room; the entries are as they were.
        """
        path = self.path(run_id, owner)
        with RunStore().holding(run_id), disk_full_told(f"the {self.name} of run {run_id}", path.parent):
            entries = change(self.read(run_id, owner))
            if len(entries) > self.max_entries:
                raise LimitError(
                    f"{self.max_entries} {self.name} are kept with this run, no more are allowed; delete one first"
                )
            document = {"schema": _SCHEMA, self.name: [self.dump(entry) for entry in entries]}
            text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
            if owner:
                _check_room(path.parent, len(text.encode()), self.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(path, text, durable=True)

    def seen(self, run_id: str, *, by: Visitor) -> tuple[Entry, ...]:
        """What a visitor sees with a run: everybody's, then their own, marked as such, which stand alone where one of
        everybody's is equal; raises as `read`."""
        own = [replace(entry, own=True) for entry in self.read(run_id, by.owner)]  # type: ignore[type-var]
        return (*self._without(self.read(run_id), *map(self.key, own)), *own)

    def keep(self, run_id: str, entry: Entry, *, by: Visitor) -> None:
        """Keep an entry in place of an equal one, an administrator's for everybody; ReadOnlyError in a kiosk, else as
        `change`."""
        access.check(Action.NAME, by)
        key = self.key(entry)
        owner = "" if by.administrator else by.owner
        self.change(run_id, lambda kept: [*self._without(kept, key), entry], owner)
        if by.administrator and self._has(run_id, key, by.owner):  # kept before they logged in
            self.change(run_id, lambda kept: self._without(kept, key), by.owner)

    def forget(self, run_id: str, key: object, *, by: Visitor) -> None:
        """Forget an entry, if it is there: one's own before everybody's. Raises ReadOnlyError or NotAllowedError where
        it is everybody's and only an administrator may; else as `change`."""
        own = self._has(run_id, key, by.owner)
        access.check(Action.PUBLISH if not own and self._has(run_id, key) else Action.NAME, by)
        self.change(run_id, lambda kept: self._without(kept, key), by.owner if own else "")

    def _has(self, run_id: str, key: object, owner: str = "") -> bool:
        return key in map(self.key, self.read(run_id, owner))

    def _without(self, entries: Sequence[Entry], *keys: object) -> list[Entry]:
        return [entry for entry in entries if self.key(entry) not in keys]

    def _entries(self, document: dict[str, Any]) -> tuple[Entry, ...]:
        if document["schema"] != _SCHEMA:
            raise ValueError(f"schema {document['schema']!r:.20}, not {_SCHEMA}")
        entries = document[self.name]
        if not isinstance(entries, list) or len(entries) > self.max_entries:
            raise ValueError(f"{self.name} is no list of at most {self.max_entries} entries")
        return tuple(self.parse(entry) for entry in entries)


def _check_room(place: Path, size: int, name: str) -> None:
    """Pass if an owner's file of `size` bytes may be kept in the folder `place`; raises LimitError."""
    if size > OWNERS_BYTES:
        raise LimitError(
            f"your {name} of this run would take {size:,} bytes, and {OWNERS_BYTES:,} are allowed; delete one first"
        )
    if place.is_dir() or not place.parent.is_dir():
        return
    others = [other for other in place.parent.iterdir() if other.is_dir()]
    untouched = [other for other in others if time.time() - other.stat().st_mtime > UNTOUCHED_SECONDS]
    if len(others) >= MOST_OWNERS:
        for other in untouched:
            remove(other)
        if not untouched:
            raise LimitError(
                f"{MOST_OWNERS} people keep notes of their own with this run, no more are allowed; an administrator "
                "can still name things for everybody"
            )
