"""What is said of an item that nobody has rated, as the features that a model knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.errors import LimitError
from core.model.item_features import YEARS, FeatureGroup

MOST_LISTED = 40
"""Categories that a refusal lists; of more, only their number is said."""


@dataclass(frozen=True)
class Description:
    """What somebody types in, by the column of the item table.

    Attributes:
        categories: Such as `{"genres": ("Comedy",)}`.
        numbers: Such as `{"year": 1994}`.
    """

    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)


def feature_weights(description: Description, groups: Sequence[FeatureGroup]) -> dict[str, np.ndarray]:
    """How strongly the item has each feature, by column, each float64, (n_features,), of length 1 or 0.

    Raises:
        LimitError: Nothing is said of it, a column or a category is none that the model learned, or no item of the
            data has a number in the same bin.
    """
    known = {group.name: group for group in groups}
    said = [*(name for name, labels in description.categories.items() if labels), *description.numbers]
    if not said:
        raise LimitError(f"nothing is said of the item that the model knows; say something of {_listed(list(known))}")
    for name in said:
        if name not in known:
            raise LimitError(f"the model learned nothing from a column {name!r:.40}; it knows {_listed(list(known))}")
        if (known[name].starts is None) != (name in description.categories):
            kind = "categories" if known[name].starts is None else "a number"
            raise LimitError(f"the column {name!r:.40} holds {kind}")
    weights = {}
    for name, group in known.items():
        weight = weights[name] = np.zeros(len(group.labels))
        if group.starts is not None and name in description.numbers:
            weight[_bin(group, group.starts, description.numbers[name])] = 1
        elif labels := dict.fromkeys(description.categories.get(name, ())):
            weight[[_place(group, label) for label in labels]] = 1 / np.sqrt(len(labels))
    return weights


def _place(group: FeatureGroup, label: str) -> int:
    if label not in group.labels:
        raise LimitError(f"{label!r:.40} is none of the {group.name:.40}; there are {_listed(group.labels)}")
    return group.labels.index(label)


def _bin(group: FeatureGroup, starts: np.ndarray, number: float) -> int:
    """The bin of a number; years have bins of their own, which need not follow each other."""
    place = int(np.searchsorted(starts, number, side="right")) - 1
    inside = place >= 0 and (group.name != "year" or number < starts[place] + YEARS)
    if not (np.isfinite(number) and inside):
        known = _listed(group.labels) if group.name == "year" else f"numbers from {starts[0]:g}"
        raise LimitError(f"no item of the data has a {group.name:.40} like {number:g}; there are {known}")
    return place


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(f"{name:.40}" for name in names[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
