"""A person's own names for the two ends of a component, kept with the run.

studies/<run_id>/names.json, and each owner's (see `core.store.notes`)

A name belongs to a direction in embedding space, not to a number in a list: the same direction may be component 2 with
centering and component 3 without, and the name goes with it. It also goes from components of the item matrix to those
of what the model predicts and back, wherever the two order the items alike.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from core import access
from core.access import Action, Visitor
from core.analysis.components.pca import Basis, Pca, likeness
from core.errors import CorruptRunError, LimitError
from core.store.notes import Notes

LONGEST = 40  # characters in a name: what an axis and a table heading can show

SAME = 0.95
"""Likeness from which two directions are one and carry the same name: their |cosine|, or, where one of them is of what
the model predicts, the |correlation| of the places of the items along the two, each item counting as often as it was
rated in training. No rotation, rescaling or shift that leaves predictions alone changes the latter."""

_REFUSED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, and ends of lines
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn the direction of what follows


@dataclass(frozen=True, eq=False)
class Name:
    """What somebody called the two ends of a direction."""

    # low, high: the names; one of them may be empty
    low: str
    high: str
    direction: np.ndarray  # the component's direction, length one, float64, (embedding_dim,)
    component: int  # which component it was when it was named, from 0
    # centered, min_ratings: how the components came about then: whether the column means were subtracted, and the
    # ratings an item needed to take part
    centered: bool
    min_ratings: int
    own: bool = False  # whether only its owner sees it
    basis: Basis = "pca"  # what the components were of


@dataclass(frozen=True)
class EndNames:
    """A name as it fits one component."""

    # low, high: the names of this component's ends; one of them may be empty
    low: str
    high: str
    likeness: float  # how nearly this is the direction that was named, SAME … 1
    name: Name  # where the names come from


def checked(text: str) -> str:
    """A name as it is kept: without white space around it.
    Raises LimitError: it is longer than LONGEST characters, or more than one line of text."""
    text = text.strip()
    if len(text) > LONGEST:
        raise LimitError(f"the name {text[:20]!r}… has {len(text):,} characters; a name has at most {LONGEST}")
    for place, letter in enumerate(text, 1):
        if unicodedata.category(letter) in _REFUSED or letter in _TURNS:
            raise LimitError(
                f"character {place} of the name is U+{ord(letter):04X}, a control character; a name is one line of text"
            )
    return text


def for_components(
    names: Sequence[Name], result: Pca, covariance: np.ndarray | None = None
) -> tuple[EndNames | None, ...]:
    """The names that fit each component, None where there is none.

    A name fits the component that is most like it, where the likeness is at least SAME; where the two point opposite
    ways, its ends are swapped. Of several, an owner's own comes first, then the nearest.

    `covariance`: from `item_covariance`, for the names of what the model predicts, or its components. None where
    training ratings are not at hand: directions are then compared by their cosine alone. Raises CorruptRunError: a
    name's direction has another number of dimensions.
    """
    if not names:
        return (None,) * len(result.components)
    dimensions = result.components.shape[1]
    if other := [name for name in names if len(name.direction) != dimensions]:
        raise CorruptRunError(
            f"the name {other[0].low or other[0].high!r:.60} is of a direction in {len(other[0].direction)} "
            f"dimensions, the model has {dimensions}: the names are another model's. Move names.json away to begin anew"
        )
    alike = np.column_stack([_alike(name, result.components, result.basis, covariance) for name in names])
    size = np.abs(alike)
    fits = (size >= SAME) & (size == size.max(axis=0))
    rank = np.where(fits, size + 2 * np.array([name.own for name in names]), 0)
    best = rank.argmax(axis=1)
    return tuple(
        _fitted(names[place], float(alike[row, place])) if rank[row, place] else None for row, place in enumerate(best)
    )


def _fitted(name: Name, alike: float) -> EndNames:
    low, high = (name.low, name.high) if alike > 0 else (name.high, name.low)
    return EndNames(low, high, min(abs(alike), 1.0), name)


def _alike(name: Name, directions: np.ndarray, basis: Basis, covariance: np.ndarray | None) -> np.ndarray:
    """How like each of some directions of one basis a name's is, -1 … 1, (n,)."""
    by_places = "predictions" in (basis, name.basis)
    return likeness(directions, name.direction, covariance if by_places else None)


def get(run_id: str, *, by: Visitor) -> tuple[Name, ...]:
    """All names that a visitor sees with a run, everybody's and then their own; raises as `Notes.read` does.

    Where they have named a direction themselves, theirs stands alone.
    """
    names: list[Name] = list(for_everybody(run_id))
    for name in NOTES.read(run_id, by.owner):
        names = [*_of_other_directions(names, name, None), replace(name, own=True)]
    return tuple(names)


def set_name(run_id: str, name: Name, *, by: Visitor, covariance: np.ndarray | None = None) -> None:
    """Keep a name with a run, an administrator's for everybody; it takes the place of any for the same direction.

    Without a word at either end, the direction has no name any more, or everybody's again. `covariance` is as in
    `for_components`.

    Raises as `Notes.keep` does; NotAllowedError: the name without words would take away everybody's, and only an
    administrator may do that; LimitError as `checked`.
    """
    access.check(Action.NAME, by)
    low, high = checked(name.low), checked(name.high)
    if low or high:
        new = replace(name, low=low, high=high, own=False)
        owner = "" if by.administrator else by.owner
        NOTES.change(run_id, lambda names: [*_of_other_directions(names, new, covariance), new], owner)
        if by.administrator:
            _forget(run_id, new, by.owner, covariance)  # one from before they logged in
    else:
        delete(run_id, name, by=by, covariance=covariance)


def delete(run_id: str, name: Name, *, by: Visitor, covariance: np.ndarray | None = None) -> None:
    """Forget what a direction is called, if anything; an administrator everybody's name too. Raises as `set_name`."""
    access.check(Action.NAME, by)
    forgotten = _forget(run_id, name, by.owner, covariance)
    if by.administrator or not forgotten:
        if _has(for_everybody(run_id), name, covariance):
            access.check(Action.PUBLISH, by)
        _forget(run_id, name, "", covariance)


def _forget(run_id: str, name: Name, owner: str, covariance: np.ndarray | None) -> bool:
    """Take away everybody's or an owner's name for a direction; whether there was one."""
    there = _has(NOTES.read(run_id, owner), name, covariance)
    if there:
        NOTES.change(run_id, lambda names: _of_other_directions(names, name, covariance), owner)
    return there


def _has(names: Sequence[Name], name: Name, covariance: np.ndarray | None) -> bool:
    return len(_of_other_directions(names, name, covariance)) < len(names)


def _of_other_directions(names: Sequence[Name], name: Name, covariance: np.ndarray | None) -> list[Name]:
    return [other for other in names if not same(other, name, covariance)]


def same(name: Name, other: Name, covariance: np.ndarray | None) -> bool:
    """Whether two names are of one direction."""
    if len(name.direction) != len(other.direction):
        return False
    return abs(float(_alike(name, other.direction[None], other.basis, covariance)[0])) >= SAME


def _dump(name: Name) -> dict[str, Any]:
    kept = {field: value for field, value in vars(name).items() if field not in ("own", "basis")}
    if name.basis != "pca":  # earlier versions know no other
        kept["basis"] = name.basis
    return kept | {"direction": [round(number, 9) for number in name.direction.tolist()]}


def _parse(entry: dict[str, Any]) -> Name:
    direction, basis = np.array(entry["direction"], np.float64), entry.get("basis", "pca")
    if basis not in get_args(Basis):
        raise ValueError(f"{basis!r:.40} is no basis")
    if direction.ndim != 1 or len(direction) == 0 or not abs(np.linalg.norm(direction) - 1) < 1e-6:
        raise ValueError("a direction is not of length one")
    return Name(
        low=checked(entry["low"]),
        high=checked(entry["high"]),
        direction=direction,
        component=int(entry["component"]),
        centered=bool(entry["centered"]),
        min_ratings=int(entry["min_ratings"]),
        basis=basis,
    )


NOTES = Notes("names", max_entries=500, parse=_parse, dump=_dump)
for_everybody = NOTES.read  # the names that everybody sees with a run, in the order in which they were given
