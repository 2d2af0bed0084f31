"""Two models side by side: what both know, and what somebody has selected of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.comparison import Comparison
from core.analysis.pairs import Shared
from core.ratings import Ratings
from core.run import Run
from dashboard import tables
from dashboard.rows import Rows

SELECTED = "compare_selected"
"""Where the session keeps the selected rows by dataset: the charts forget them when they are redrawn."""

_SHOWN = "_pair"

KEPT, MOVED = "Kept", "Moved"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models on the items they share. A place is the position of an item among those.

    Attributes:
        letters: What the two are called, left and right.
        left, right: The models.
        shared: The items.
        comparison: What was found on them.
        ratings, rows: The left one's data and items, whose titles are shown.
    """

    letters: tuple[str, str]
    left: Run
    right: Run
    shared: Shared
    comparison: Comparison
    ratings: Ratings
    rows: Rows

    @property
    def noun(self) -> str:
        """What an item is."""
        return self.rows.noun

    @cached_property
    def labels(self) -> list[str]:
        """What each shared item is called."""
        return [self.rows.labels[row] for row in self.shared.first]

    @cached_property
    def offered(self) -> dict[str, int]:
        """Places by label, for choosing; of very many items those with the most ratings."""
        return {label: place for place, label in enumerate(self.labels) if label in self.rows.offered}

    @cached_property
    def by_change(self) -> np.ndarray:
        """Places, those that keep the fewest neighbors first; of equal ones those with the most ratings."""
        return np.lexsort((-self.rows.count[self.shared.first], self.comparison.overlap.kept))

    @property
    def telling(self) -> int:
        """Place of an item to begin with: of the hundred with the most ratings the one that changed most."""
        known = np.argsort(-self.rows.count[self.shared.first], kind="stable")[:100]
        return int(known[np.argmin(self.comparison.overlap.kept[known])])

    def table(self, places: np.ndarray) -> pd.DataFrame:
        """Chosen items with what changed about them, in the order given."""
        changed = {KEPT: self.comparison.overlap.kept[places], MOVED: self.comparison.moved[places]}
        return tables.items(self.ratings, self.rows, self.shared.first[places], changed)

    def file(self, places: np.ndarray) -> bytes:
        """The same with ids, for spreadsheets."""
        return tables.csv(tables.with_ids(self.ratings, self.shared.first[places], self.table(places)))

    def selected(self) -> np.ndarray:
        """Places of what somebody selected, rising."""
        rows = st.session_state.get(SELECTED, {}).get(self.ratings.digest, [])
        return np.flatnonzero(np.isin(self.shared.first, np.array(rows, np.int64)))

    def select(self, places: np.ndarray) -> None:
        """Select these from now on, on both maps and in the tables."""
        rows = self.shared.first[places]
        st.session_state[SELECTED] = {self.ratings.digest: rows.tolist()}
        if len(places):
            label = self.labels[places[np.argmax(self.rows.count[rows])]]  # of several the best known
            if label in self.offered:
                st.session_state[f"kept_{self.noun}"] = label


def show(pair: Pair) -> None:
    """Make this the pair that callbacks are about: Streamlit keeps callbacks for good, so they hold none themselves."""
    st.session_state[_SHOWN] = pair


def shown() -> Pair:
    """The pair on the screen; for callbacks."""
    pair: Pair = st.session_state[_SHOWN]
    return pair


COLUMNS = (
    tables.COLUMNS
    | tables.number(KEPT, form="%d", width=54)
    | {MOVED: st.column_config.NumberColumn(format="%.2f", width=64, help="Distance left after alignment")}
)
