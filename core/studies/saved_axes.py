"""Axes of people's own, kept with a run: two named poles, each a few items.

    studies/<run_id>/axes.json

The items are kept by their ids in the data, so that an axis says what it is
without the matrix; where it runs follows from the run.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.analysis.maps.axes import Axis, axis
from core.data.ratings import Vocabulary
from core.errors import AnalysisError, CorruptRunError, LimitError, UnknownRunError
from core.store import study_store
from core.store.runs import RunStore
from core.studies.component_names import checked

MOST = 100
"""Axes kept with one run."""

MOST_ITEMS = 50
"""Items at one pole."""

_NOTE, _SCHEMA = "axes", 1


@dataclass(frozen=True)
class OwnAxis:
    """Two poles.

    Attributes:
        low, high: Ids of the items at each pole.
        low_name, high_name: What somebody calls the poles; may be empty.
    """

    low: tuple[str, ...]
    high: tuple[str, ...]
    low_name: str = ""
    high_name: str = ""

    @property
    def axis_id(self) -> str:
        """Eight hex digits that equal poles share, whatever they are called and in which order they were chosen."""
        text = json.dumps([sorted(self.low), sorted(self.high)])
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def title(self) -> str:
        """Both names: "children's – horror"; poles without one are called low and high."""
        return f"{self.low_name or 'low'} – {self.high_name or 'high'}"


def project(own: OwnAxis, embeddings: np.ndarray, items: Vocabulary) -> Axis:
    """Where every item lies on an axis.

    Args:
        own: The poles.
        embeddings: The item matrix, (n_items, embedding_dim).
        items: The items' ids, by row.

    Raises:
        UnknownItemError: A pole names an item that is not in the data.
        LimitError: A pole is empty or has too many items, one item is at both, or both have the same mean.
    """
    _check_poles(own)
    try:
        return axis(embeddings, [items.index(item) for item in own.low], [items.index(item) for item in own.high])
    except AnalysisError as error:
        raise LimitError(str(error)) from error


def saved(run_id: str) -> tuple[OwnAxis, ...]:
    """All axes kept with a run, the oldest first.

    Raises:
        UnknownRunError: The text is no run id.
        CorruptRunError: The file with the axes cannot be read; it is left as it is.
    """
    return _parse(study_store.read_note(run_id, _NOTE), run_id)


def save(run_id: str, own: OwnAxis) -> None:
    """Keep an axis with a run; it takes the place of one with the same poles.

    Raises:
        UnknownRunError: There is no such run.
        LimitError: A name is too long, a pole is empty or has too many items, or there are too many axes.
        CorruptRunError, DiskFullError: As `core.store.study_store.change_note` says.
    """
    _check_poles(own)
    own = OwnAxis(own.low, own.high, checked(own.low_name), checked(own.high_name))
    if run_id not in RunStore():
        raise UnknownRunError(f"there is no run {run_id!r:.60}; axes are kept with a run")

    def add(note: Any) -> Any:
        """The note with this axis in it, in place of one with the same poles."""
        kept = [other for other in _parse(note, run_id) if other.axis_id != own.axis_id]
        if len(kept) >= MOST:
            raise LimitError(f"{MOST} axes are kept with this run, no more are allowed; delete one first")
        return _document([*kept, own])

    study_store.change_note(run_id, _NOTE, add)


def delete(run_id: str, axis_id: str) -> None:
    """Forget an axis, if it is there; raises as `saved`, and DiskFullError."""
    study_store.change_note(
        run_id, _NOTE, lambda note: _document([own for own in _parse(note, run_id) if own.axis_id != axis_id])
    )


def _check_poles(own: OwnAxis) -> None:
    for name, ids in (("low", own.low), ("high", own.high)):
        if not 1 <= len(ids) <= MOST_ITEMS:
            raise LimitError(f"the {name} pole has {len(ids)} items; it can have 1 to {MOST_ITEMS}")
    both = sorted(set(own.low) & set(own.high))
    if both:
        raise LimitError(f"{both[0]!r:.60} is at both poles; take it out of one")


def _document(axes: Sequence[OwnAxis]) -> dict[str, Any]:
    return {"schema": _SCHEMA, "axes": [vars(own) for own in axes]}


def _parse(note: Any, run_id: str) -> tuple[OwnAxis, ...]:
    if note is None:
        return ()
    try:
        if note["schema"] != _SCHEMA:
            raise CorruptRunError(f"the axes of run {run_id} were kept by another version of the program")
        return tuple(_own(entry) for entry in note["axes"])
    except (TypeError, KeyError, LimitError) as error:
        raise CorruptRunError(f"the axes of run {run_id} cannot be read: {error}") from error


def _own(entry: dict[str, Any]) -> OwnAxis:
    low, high = (tuple(str(item) for item in entry[pole]) for pole in ("low", "high"))
    own = OwnAxis(low, high, checked(str(entry["low_name"])), checked(str(entry["high_name"])))
    _check_poles(own)
    return own
