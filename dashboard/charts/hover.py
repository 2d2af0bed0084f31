"""What a chart shows over a point that stands for an item or a person: its name in bold, and facts on a line below."""

from dataclasses import dataclass

import numpy as np

NAMED = "<b>%{text}</b><br>%{hovertext}"
"""Plotly's template of it. The tags stand here alone: in the texts, JSON that is safe in a page spells each "<" in six
characters, and the tags of ten thousand points would be as large a part of the message as the names."""


@dataclass(frozen=True, eq=False)
class Hover:
    """A name and a line of facts for each row: arrays (n_rows,) of texts made harmless."""

    names: np.ndarray
    facts: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> "Hover":
        return Hover(self.names[rows], self.facts[rows])
