"""A person's own names for the two ends of a component, kept with the run.

studies/<run_id>/names.json, and each owner's (see `core.store.notes`)

A name belongs to a direction in embedding space, not to a number in a list: the same
direction may be component 2 with centering and component 3 without, and the
name goes with it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core import access
from core.access import Action, Visitor
from core.analysis.components.pca import Pca
from core.errors import CorruptRunError, LimitError
from core.store.notes import Notes

LONGEST = 40
"""Characters in a name: what an axis and a table heading can show."""

SAME = 0.95
"""|cosine| from which two directions are one and carry the same name. Two components of one PCA never both do."""

_REFUSED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, and ends of lines
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn the direction of what follows


@dataclass(frozen=True, eq=False)
class Name:
    """What somebody called the two ends of a direction.

    Attributes:
        low, high: The names; one of them may be empty.
        direction: The component's direction, length one, float64, (embedding_dim,).
        component: Which component it was when it was named, from 0.
        centered, min_ratings: How the components came about then: whether the column means were
            subtracted, and the ratings an item needed to take part.
        own: Whether only its owner sees it.
    """

    low: str
    high: str
    direction: np.ndarray
    component: int
    centered: bool
    min_ratings: int
    own: bool = False


@dataclass(frozen=True)
class EndNames:
    """A name as it fits one component.

    Attributes:
        low, high: The names of this component's ends; one of them may be empty.
        cosine: How nearly this is the direction that was named, SAME … 1.
        name: Where the names come from.
    """

    low: str
    high: str
    cosine: float
    name: Name


def checked(text: str) -> str:
    """A name as it is kept: without white space around it.

    Raises:
        LimitError: It is longer than LONGEST characters, or more than one line of text.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise LimitError(f"the name {text[:20]!r}… has {len(text):,} characters; a name has at most {LONGEST}")
    for place, letter in enumerate(text, 1):
        if unicodedata.category(letter) in _REFUSED or letter in _TURNS:
            raise LimitError(
                f"character {place} of the name is U+{ord(letter):04X}, a control character; a name is one line of text"
            )
    return text


def for_components(names: Sequence[Name], result: Pca) -> tuple[EndNames | None, ...]:
    """The names that fit each component, None where there is none.

    A name fits where |cosine| is at least SAME; where the two point opposite
    ways, its ends are swapped. Of several, the nearest fits.

    Raises:
        CorruptRunError: A name's direction has another number of dimensions.
    """
    if not names:
        return (None,) * len(result.components)
    dimensions = result.components.shape[1]
    if other := [name for name in names if len(name.direction) != dimensions]:
        raise CorruptRunError(
            f"the name {other[0].low or other[0].high!r:.60} is of a direction in {len(other[0].direction)} "
            f"dimensions, the model has {dimensions}: the names are another model's. Move names.json away to begin anew"
        )
    cosines = result.components @ np.stack([name.direction for name in names]).T
    best = np.abs(cosines).argmax(axis=1)
    return tuple(_fitted(names[place], float(row[place])) for place, row in zip(best, cosines, strict=True))


def _fitted(name: Name, cosine: float) -> EndNames | None:
    if abs(cosine) < SAME:
        return None
    low, high = (name.low, name.high) if cosine > 0 else (name.high, name.low)
    return EndNames(low, high, min(abs(cosine), 1.0), name)


def get(run_id: str, *, by: Visitor) -> tuple[Name, ...]:
    """All names that a visitor sees with a run, everybody's and then their own; raises as `Notes.read` does.

    Where they have named a direction themselves, theirs stands alone.
    """
    names: list[Name] = list(for_everybody(run_id))
    for name in NOTES.read(run_id, by.owner):
        names = [*_of_other_directions(names, name.direction), replace(name, own=True)]
    return tuple(names)


def for_everybody(run_id: str) -> tuple[Name, ...]:
    """The names that everybody sees with a run, in the order in which they were given; raises as `Notes.read` does."""
    return NOTES.read(run_id)


def set_name(run_id: str, name: Name, *, by: Visitor) -> None:
    """Keep a name with a run, an administrator's for everybody; it takes the place of any for the same direction.

    Without a word at either end, the direction has no name any more, or everybody's again.

    Raises:
        ReadOnlyError: This is a kiosk.
        NotAllowedError: The name without words would take away everybody's, and only an administrator may do that.
        LimitError: As `checked`, or there are too many names.
        UnknownRunError, CorruptRunError, BusyError, DiskFullError: As `Notes.change` says.
    """
    access.check(Action.NAME, by)
    low, high = checked(name.low), checked(name.high)
    if low or high:
        new = Name(low, high, name.direction, name.component, name.centered, name.min_ratings)
        owner = "" if by.administrator else by.owner
        NOTES.change(run_id, lambda names: [*_of_other_directions(names, name.direction), new], owner)
        if by.administrator:
            _forget(run_id, name.direction, by.owner)  # one from before they logged in
    else:
        delete(run_id, name.direction, by=by)


def delete(run_id: str, direction: np.ndarray, *, by: Visitor) -> None:
    """Forget the name of a direction, if it has one; an administrator everybody's too. Raises as `set_name`."""
    access.check(Action.NAME, by)
    forgotten = _forget(run_id, direction, by.owner)
    if by.administrator or not forgotten:
        if _has(for_everybody(run_id), direction):
            access.check(Action.PUBLISH, by)
        _forget(run_id, direction, "")


def _forget(run_id: str, direction: np.ndarray, owner: str) -> bool:
    """Take a direction's name away from everybody's or an owner's; whether there was one."""
    there = _has(NOTES.read(run_id, owner), direction)
    if there:
        NOTES.change(run_id, lambda names: _of_other_directions(names, direction), owner)
    return there


def _has(names: Sequence[Name], direction: np.ndarray) -> bool:
    return len(_of_other_directions(names, direction)) < len(names)


def _of_other_directions(names: Sequence[Name], direction: np.ndarray) -> list[Name]:
    return [name for name in names if len(name.direction) != len(direction) or abs(name.direction @ direction) < SAME]


def _dump(name: Name) -> dict[str, Any]:
    kept = {field: value for field, value in vars(name).items() if field != "own"}
    return kept | {"direction": [round(number, 9) for number in name.direction.tolist()]}


def _parse(entry: dict[str, Any]) -> Name:
    direction = np.array(entry["direction"], np.float64)
    if direction.ndim != 1 or len(direction) == 0 or not abs(np.linalg.norm(direction) - 1) < 1e-6:
        raise ValueError("a direction is not of length one")
    return Name(
        low=checked(entry["low"]),
        high=checked(entry["high"]),
        direction=direction,
        component=int(entry["component"]),
        centered=bool(entry["centered"]),
        min_ratings=int(entry["min_ratings"]),
    )


NOTES = Notes("names", max_entries=500, parse=_parse, dump=_dump)
"""The names kept with one run, for everybody or for an owner."""
