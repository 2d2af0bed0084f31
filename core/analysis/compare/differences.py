"""The settings in which several runs differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.config import RunConfig
from core.model.families import SETTINGS


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same in all of them.

    Attributes:
        name: Its field in `RunConfig`.
        title: The words of the form.
        values: One a config, in their order; None where a family does not have it.
    """

    name: str
    title: str
    values: tuple[Any, ...]


def differences(configs: Sequence[RunConfig]) -> tuple[Difference, ...]:
    """Settings with more than one value: those of the model first, then of training, then of the split."""
    found = []
    for name, field in SETTINGS.items():
        values = tuple(getattr(config, name, None) for config in configs)
        if any(value != values[0] for value in values):
            found.append(Difference(name, str(field.title), values))
    return tuple(found)
