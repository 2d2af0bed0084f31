"""The two sides of a model that a page can look at: its items, or its people, with what is known of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.data.ratings import Ratings
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.charts.points import Hover
from dashboard.session import state
from dashboard.shared import elements, phrases, tables
from dashboard.shared.matrix_rows import Rows

USER = "User"


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a run, users or items, with what a chart shows over each row.

    `mean` is the mean rating of each row in the whole dataset, (n_rows,); NaN without ratings.
    """

    ratings: Ratings
    rows: Rows
    users: bool
    mean: np.ndarray
    hover: Hover

    @property
    def noun(self) -> str:
        """What a row is, singular."""
        return self.rows.noun

    @property
    def nouns(self) -> str:
        """What the rows are, plural."""
        return self.rows.nouns

    @property
    def name_column(self) -> str:
        """Heading of the column with the names in `table`."""
        return self.noun.capitalize() if self.users else tables.TITLE

    def with_ids(self, chosen: np.ndarray, table: pd.DataFrame) -> pd.DataFrame:
        """A table of chosen rows with the data's own ids in front: what another program can join on."""
        if not self.users:
            return tables.with_ids(self.ratings, self.rows, chosen, table)
        return pd.concat([pd.DataFrame({"Id": self.ratings.users.ids[chosen]}), table.reset_index(drop=True)], axis=1)

    def table(self, chosen: np.ndarray, numbers: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Chosen rows with a page's own numbers behind the name, in the order given."""
        if not self.users:
            return tables.items(self.ratings, self.rows, chosen, numbers)
        rated = {tables.MEAN: self.mean[chosen], tables.COUNT: self.rows.count[chosen]} if self.rows.rated else {}
        return pd.DataFrame({self.name_column: [self.rows.name(row) for row in chosen], **numbers, **rated})

    def known(self, least: int) -> np.ndarray:
        """Trained rows with at least so many ratings, rising."""
        return np.flatnonzero(self.rows.trained & (self.rows.count >= least))

    def enough(self, *, leaving: int, words: str) -> int:
        """A field for the ratings a row needs, as `elements.enough_ratings`; `words` go on about rows with so many."""
        words = f"Only {self.nouns} with this many ratings are {words}"
        return elements.enough_ratings(self.rows.count, leaving=leaving, key="min", words=words)


@state.reporting
def go_to(run_id: str, ids: list[str], *, users: bool) -> None:
    """Make the one with this id the row that the page is about; a callback."""
    rows, ratings = loaders.rows_of(run_id, users=users), loaders.ratings_of(run_id)
    if not ids:
        return
    label = rows.labels[(ratings.users if users else ratings.items).index(ids[0])]
    st.session_state[f"near_{rows.noun}"] = label


def choose(run: Run) -> Side:
    """Let the person choose between items and people, where the model has vectors of both."""
    if not run.scorer.has_user_vectors:
        return side(run.run_id, users=False)
    items, users = phrases.plural(run.dataset.noun).capitalize(), heading(run.run_id)
    return side(run.run_id, users=elements.segments("Rows", [items, users], "rows") == users)


def heading(run_id: str) -> str:
    """What the second side of a run is called in a choice of sides."""
    return phrases.plural(loaders.ratings_of(run_id).user_noun).capitalize()


def side(run_id: str, *, users: bool) -> Side:
    """The people of a run, or its items."""
    ratings = loaders.ratings_of(run_id)
    mean = ratings.user_mean if users else ratings.item_mean
    return Side(ratings, loaders.rows_of(run_id, users=users), users, mean, loaders.hover(run_id, users=users))
