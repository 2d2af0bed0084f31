"""Two models side by side: what both know, and what somebody has selected of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.compare.comparison import Comparison, Shared
from core.data.ratings import Ratings
from core.model.run import Run
from core.studies.overlap import OVERLAP, OverlapSettings, of_study
from dashboard.cache import analyses, loaders
from dashboard.session import chosen_items, state
from dashboard.shared import tables
from dashboard.shared.matrix_rows import Rows

QUICK_ITEMS = 4000
"""Up to here the neighbors of all items are found in less than half a second; of more, a study finds them."""

KEPT, MOVED = "Kept", "Moved"


@dataclass(frozen=True)
class Names:
    """Which two models are compared, and how: what callbacks, fragments and buttons hold, which Streamlit keeps."""

    letters: tuple[str, str]
    left: str
    right: str
    min_ratings: int

    @property
    def settings(self) -> OverlapSettings:
        """Those of the study that compares them, of the left one."""
        return OverlapSettings(other_run_id=self.right, min_ratings=self.min_ratings)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models on the items they share; titles are the left one's. A place is the position of an item among those."""

    names: Names
    left: Run
    right: Run
    shared: Shared
    comparison: Comparison
    ratings: Ratings
    rows: Rows

    @property
    def letters(self) -> tuple[str, str]:
        """What the two are called, left and right."""
        return self.names.letters

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
        """Places by label, for choosing, as the rows offer them."""
        places = {label: place for place, label in enumerate(self.labels)}
        return {label: places[label] for label in self.rows.offered if label in places}

    @cached_property
    def by_change(self) -> np.ndarray:
        """Places, those that keep the fewest neighbors first; of equal ones those with the most ratings."""
        return np.lexsort((-self.rows.count[self.shared.first], self.comparison.overlap.kept))

    @property
    def telling(self) -> int:
        """Place of an item to begin with: of the hundred with the most ratings the one that changed most."""
        most_rated = np.argsort(-self.rows.count[self.shared.first], kind="stable")[:100]
        return int(most_rated[np.argmin(self.comparison.overlap.kept[most_rated])])

    def table(self, places: np.ndarray) -> pd.DataFrame:
        """Chosen items with what changed about them, in the order given."""
        changed = {KEPT: self.comparison.overlap.kept[places], MOVED: self.comparison.moved[places]}
        return tables.items(self.ratings, self.rows, self.shared.first[places], changed)

    def file(self, places: np.ndarray) -> bytes:
        """The same with ids, for spreadsheets."""
        return tables.csv(tables.with_ids(self.ratings, self.rows, self.shared.first[places], self.table(places)))

    def selected(self) -> np.ndarray:
        """Places of what somebody selected, rising."""
        return np.flatnonzero(np.isin(self.shared.first, chosen_items.rows(self.ratings)))

    def select(self, places: np.ndarray) -> None:
        """Select these from now on, on both maps and in the tables."""
        rows = self.shared.first[places]
        chosen_items.choose(self.ratings.dataset_id, self.ratings.items.ids[rows].tolist())
        if len(places):
            label = self.labels[places[np.argmax(self.rows.count[rows])]]  # of several the best known
            if label in self.offered:
                st.session_state[f"kept_{self.noun}"] = label


def shared(names: Names) -> Shared:
    """The items that the two are compared on."""
    return analyses.shared_items(names.left, names.right, min_ratings=names.min_ratings)


def load_pair(names: Names) -> Pair | None:
    """The two side by side; None where a study has to compare them first. LimitError: one has learned nothing."""
    items = shared(names)
    if len(items) <= QUICK_ITEMS:
        comparison = analyses.comparison(names.left, names.right, min_ratings=names.min_ratings)
    else:
        stored = loaders.study(OVERLAP.key(names.left, names.settings))
        if stored is None:
            return None
        comparison = of_study(stored).comparison
    left, right = loaders.run(names.left), loaders.run(names.right)
    return Pair(names, left, right, items, comparison, loaders.ratings_of(names.left), loaders.item_rows(names.left))


@state.reporting
def select(names: Names, places: list[int]) -> None:
    """Select these places from now on, as `Pair.select` does; a callback."""
    pair = load_pair(names)
    if pair is not None:
        pair.select(np.array(places, np.int64))


@state.reporting
def select_ids(names: Names, ids: list[str]) -> None:
    """Select the items with these ids from now on, as `Pair.select` does; a callback."""
    pair = load_pair(names)
    if pair is not None:
        pair.select(np.flatnonzero(np.isin(pair.shared.first, pair.ratings.items.indices(ids))))


def file(names: Names, places: np.ndarray) -> bytes:
    """Items at these places with their ids and what changed about them, for spreadsheets."""
    pair = load_pair(names)
    return b"" if pair is None else pair.file(places)


COLUMNS = (
    tables.COLUMNS
    | tables.number(KEPT, form="%d", width=54)
    | {MOVED: st.column_config.NumberColumn(format="%.2f", width=64, help="Distance left after alignment")}
)
