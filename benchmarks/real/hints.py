"""How often hints are said of nothing, and which ones the bundled ratings keep."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.real.proofs import configured
from benchmarks.stored import examined, stored
from core.analysis.components.hints import Hint, Standing, Words, hints, words
from core.analysis.item_attributes import item_columns
from core.data.ratings import Ratings

FEWEST = 21
"""Ratings of an item that hints look at."""
LOOKED_AT = 20
"""Components of each model that are asked for hints."""


@dataclass(frozen=True)
class Component:
    """One component of a model's predictions and what goes together with it.

    Attributes:
        place: Which one, from 0.
        carries_signal: Whether held-out ratings confirm it.
        found: Everything that goes together with it, strongest first.
    """

    place: int
    carries_signal: bool
    found: tuple[Hint, ...]

    def said(self, *, proof: bool = True) -> Words:
        """What is said of its ends; without `proof` as if held-out ratings confirmed it."""
        return words(self.found, Standing(self.carries_signal or not proof, self.place == 0))

    @property
    def is_loud(self) -> bool:
        """Whether anything goes together with it at |z| > 3."""
        return any(abs(hint.z) > 3 for hint in self.found)


def hinted(folder: Path, preset: str, cell: str, number: int, ratings: Ratings) -> list[Component]:
    """The first components of the model of one set; what is in the folder is taken from there."""
    path = folder / f"hints-{preset}-{cell}-{number}.json"
    if not path.exists():
        path.write_text(json.dumps([asdict(one) for one in _measured(preset, cell, number, ratings)]))
    return [
        Component(one["place"], one["carries_signal"], tuple(Hint(**hint) for hint in one["found"]))
        for one in json.loads(path.read_text())
    ]


def _measured(preset: str, cell: str, number: int, ratings: Ratings) -> Iterator[Component]:
    config, made = configured(preset, cell, number, ratings)
    outcome = examined(stored(config, made), made)
    rows = np.flatnonzero(made.item_count >= FEWEST)
    columns = item_columns(made).take(rows)
    for place in range(min(LOOKED_AT, outcome.result.scores.shape[1])):
        yield Component(place, place < outcome.proof.signal, hints(outcome.result.scores[rows, place], columns))
