"""Lists that people keep with a run, such as the names they give to components.

    studies/<run_id>/<name>.json

Plain JSON that is replaced as a whole, and goes with the run.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from core.disk.files import disk_full_told, replace_text
from core.disk.reading import IntegrityError, MissingError, read_object
from core.errors import CorruptRunError, LimitError
from core.store.runs import RunStore

_SCHEMA = 1
_NAME = re.compile(r"[a-z]+")

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Notes(Generic[Entry]):
    """One kind of list.

    Attributes:
        name: What its entries are called, plural, lower-case letters; the file's name too.
        max_entries: How many are kept with one run.
        parse: Makes an entry of JSON; raises ValueError, TypeError, KeyError or LimitError where it is none.
        dump: Makes JSON of an entry, every number finite.
    """

    name: str
    max_entries: int
    parse: Callable[[Any], Entry]
    dump: Callable[[Entry], Any]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r:.60} is no name of a note; it is lower-case letters")

    def path(self, run_id: str) -> Path:
        """The file of one run; raises UnknownRunError where the text is no run id."""
        return RunStore().studies_folder(run_id) / f"{self.name}.json"

    def read(self, run_id: str) -> tuple[Entry, ...]:
        """All entries kept with a run, in their order; none for a run that is not stored.

        Raises:
            UnknownRunError: The text is no run id.
            CorruptRunError: The file cannot be read; it is left as it is.
        """
        path = self.path(run_id)
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

    def change(self, run_id: str, change: Callable[[Sequence[Entry]], Sequence[Entry]]) -> None:
        """Replace the entries by what `change` makes of them, alone with them across threads and processes.

        Raises:
            UnknownRunError: There is no such run, or it was deleted meanwhile.
            CorruptRunError: The file cannot be read.
            LimitError: There are too many entries.
            BusyError: The store is locked by another process.
            DiskFullError: There is no room; the entries are as they were.
        """
        path = self.path(run_id)
        with RunStore().holding(run_id), disk_full_told(f"the {self.name} of run {run_id}", path.parent):
            entries = change(self.read(run_id))
            if len(entries) > self.max_entries:
                raise LimitError(
                    f"{self.max_entries} {self.name} are kept with this run, no more are allowed; delete one first"
                )
            document = {"schema": _SCHEMA, self.name: [self.dump(entry) for entry in entries]}
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
            replace_text(path, text, durable=True)

    def _entries(self, document: dict[str, Any]) -> tuple[Entry, ...]:
        if document["schema"] != _SCHEMA:
            raise ValueError(f"schema {document['schema']!r:.20}, not {_SCHEMA}")
        entries = document[self.name]
        if not isinstance(entries, list) or len(entries) > self.max_entries:
            raise ValueError(f"{self.name} is no list of at most {self.max_entries} entries")
        return tuple(self.parse(entry) for entry in entries)
