"""Selections of items that people keep under a name with a run.

studies/<run_id>/selections.json, and each owner's (see `core.store.notes`)
"""

from dataclasses import dataclass, field
from typing import Any

from core.access import Visitor
from core.errors import LimitError
from core.store.notes import Notes
from core.studies.component_names import checked

MOST_ITEMS = 20_000  # items in one selection


@dataclass(frozen=True)
class Selection:
    """Items under a name."""

    name: str  # what somebody calls them; a run has each name once
    items: tuple[str, ...]  # their ids in the data
    own: bool = field(default=False, compare=False)  # whether only its owner sees it


def saved(run_id: str, *, by: Visitor) -> dict[str, Selection]:
    """All selections that a visitor sees with a run, by name, their own over everybody's; raises as `Notes.read`."""
    return {selection.name: selection for selection in NOTES.seen(run_id, by=by)}


def save(run_id: str, selection: Selection, *, by: Visitor) -> None:
    """Keep a selection with a run, an administrator's for everybody, in the place of one of the same name.

    Raises as `Notes.keep` does; LimitError: it has no name or one that is too long, no items or too many.
    """
    NOTES.keep(run_id, _checked(selection), by=by)


def _checked(selection: Selection) -> Selection:
    """The selection as it is kept; raises LimitError."""
    name = checked(selection.name)
    if not name:
        raise LimitError("the selection has no name; write one, so that it can be found again")
    if not 1 <= len(selection.items) <= MOST_ITEMS:
        raise LimitError(f"the selection has {len(selection.items):,} items; it can have 1 to {MOST_ITEMS:,}")
    return Selection(name, selection.items)


def _parse(entry: dict[str, Any]) -> Selection:
    return _checked(Selection(str(entry["name"]), tuple(str(item) for item in entry["items"])))


def _dump(selection: Selection) -> dict[str, Any]:
    return {"name": selection.name, "items": list(selection.items)}


NOTES = Notes("selections", max_entries=100, parse=_parse, dump=_dump, key=lambda selection: selection.name)
delete = NOTES.forget  # a selection of a run, by its name
