"""Axes of people's own, kept with a run: two named poles, each a few items, or categories and years.

    studies/<run_id>/axes.json, and each owner's (see `core.store.notes`)

The items are kept by their ids in the data, so that an axis says what it is
without the matrix; where it runs follows from the run.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.access import Visitor
from core.analysis.features import LearnedFeatures
from core.analysis.maps.axes import Axis, axis
from core.data.ratings import Vocabulary
from core.errors import AnalysisError, LimitError
from core.store.notes import Notes
from core.studies.component_names import checked

MOST_ITEMS = 50  # items at one pole


@dataclass(frozen=True)
class OwnAxis:
    """Two poles."""

    # low, high: ids of the items at each pole
    low: tuple[str, ...]
    high: tuple[str, ...]
    # low_name, high_name: what somebody calls the poles; may be empty
    low_name: str = ""
    high_name: str = ""
    # low_features, high_features: names of the learned features at each pole, such as "Horror (genres)"
    low_features: tuple[str, ...] = ()
    high_features: tuple[str, ...] = ()
    own: bool = field(default=False, compare=False)  # whether only its owner sees it

    @property
    def axis_id(self) -> str:
        """Eight hex digits that equal poles share, whatever they are called and in which order they were chosen."""
        poles = [sorted(self.low), sorted(self.high)]
        if self.low_features or self.high_features:  # axes between items alone keep the ids they have always had
            poles += [sorted(self.low_features), sorted(self.high_features)]
        return hashlib.sha256(json.dumps(poles).encode()).hexdigest()[:8]

    @property
    def title(self) -> str:
        """Both names: "children's – horror"; poles without one are called low and high."""
        return f"{self.low_name or 'low'} – {self.high_name or 'high'}"


def project(poles: OwnAxis, embeddings: np.ndarray, items: Vocabulary, features: LearnedFeatures | None = None) -> Axis:
    """Where every item lies on an axis.

    A feature stands at a pole like an item that has it alone, and is the average item in all else.

    Args:
        embeddings: The item matrix, (n_items, embedding_dim).
        items: The items' ids, by row.
        features: What the model learned of categories and years; None where it learned nothing of them.

    Raises UnknownItemError: a pole names an item that is not in the data, or a feature that the model does not have;
    LimitError: a pole is empty or has too many items, one item is at both, or both have the same mean.
    """
    _check_poles(poles)
    n, matrix = len(embeddings), embeddings
    low, high = ([items.index(item) for item in ids] for ids in (poles.low, poles.high))
    if poles.low_features or poles.high_features:
        if features is None:
            raise LimitError("this model learned nothing of categories and years; choose items for both poles")
        matrix = np.vstack([embeddings, features.places(embeddings, np.arange(n))])
        low += [n + features.index(name) for name in poles.low_features]
        high += [n + features.index(name) for name in poles.high_features]
    try:
        result = axis(matrix, low, high)
        return replace(result, positions=result.positions[:n])
    except AnalysisError as error:
        raise LimitError(str(error)) from error


def save(run_id: str, poles: OwnAxis, *, by: Visitor) -> None:
    """Keep an axis with a run, an administrator's for everybody; it takes the place of one with the same poles.

    Raises as `Notes.keep` does; LimitError: a name is too long, or a pole is empty or has too many items.
    """
    NOTES.keep(run_id, _checked(poles), by=by)


def _checked(poles: OwnAxis) -> OwnAxis:
    """The axis as it is kept; raises LimitError."""
    _check_poles(poles)
    return replace(poles, low_name=checked(poles.low_name), high_name=checked(poles.high_name), own=False)


def _check_poles(poles: OwnAxis) -> None:
    low, high = poles.low + poles.low_features, poles.high + poles.high_features
    for name, ids in (("low", low), ("high", high)):
        if not 1 <= len(ids) <= MOST_ITEMS:
            raise LimitError(f"the {name} pole has {len(ids)} items; it can have 1 to {MOST_ITEMS}")
    both = sorted({*poles.low} & {*poles.high} | {*poles.low_features} & {*poles.high_features})
    if both:
        raise LimitError(f"{both[0]!r:.60} is at both poles; take it out of one")


def _parse(entry: dict[str, Any]) -> OwnAxis:
    low, high = (tuple(str(item) for item in entry[pole]) for pole in ("low", "high"))
    # Axes kept before models knew features have none.
    at_low, at_high = (tuple(str(name) for name in entry.get(f"{pole}_features", ())) for pole in ("low", "high"))
    return _checked(OwnAxis(low, high, str(entry["low_name"]), str(entry["high_name"]), at_low, at_high))


def _dump(poles: OwnAxis) -> dict[str, Any]:
    return {name: value for name, value in vars(poles).items() if name != "own"}


NOTES = Notes("axes", max_entries=100, parse=_parse, dump=_dump, key=lambda axis: axis.axis_id)
saved, for_everybody, delete = NOTES.seen, NOTES.read, NOTES.forget
"""The axes that a visitor sees with a run, those that everybody does, and what forgets one by its id."""
