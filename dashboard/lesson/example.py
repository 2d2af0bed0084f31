"""The rating that the lesson follows: one item, one person who rated it, and what the model learned about both."""

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from core.analysis.lesson.step import Pair, Prediction, pair_of, predict
from core.data.ratings import Ratings
from core.model.run import Run
from core.model.scoring import require_bilinear
from dashboard.cache import analyses, loaders
from dashboard.shared import finding, phrases
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

MOST_PEOPLE = 300
"""People offered for one item; a favorite has tens of thousands."""


@dataclass(frozen=True, eq=False)
class Example:
    """One rating of the training part: its model, data, the rows of both tables, the two row numbers and its value."""

    run: Run
    ratings: Ratings
    items: Rows
    users: Rows
    item: int
    user: int
    rating: float

    @cached_property
    def pair(self) -> Pair:
        """The two rows and biases."""
        return pair_of(require_bilinear(self.run.scorer), self.user, self.item)

    @cached_property
    def predicted(self) -> Prediction:
        """What the model expects this user to give this item."""
        return predict(self.pair)

    @property
    def noun(self) -> str:
        """What an item is, singular."""
        return self.items.noun

    @property
    def nouns(self) -> str:
        """What the items are, plural."""
        return self.items.nouns

    @property
    def dims(self) -> int:
        """Numbers in a row."""
        return self.run.config.dimensions

    @property
    def title(self) -> str:
        """The item's name, for Markdown."""
        return escape(self.items.labels[self.item])

    @property
    def person(self) -> str:
        """The user's name, for Markdown."""
        return escape(self.users.labels[self.user])

    @property
    def unit(self) -> str:
        """What ratings are counted in."""
        return phrases.unit(self.ratings)


def choose(run: Run) -> Example:
    """Let the person choose whom to follow; at first the item with the most ratings, and somebody who rated it."""
    items, users = loaders.item_rows(run.run_id), loaders.user_rows(run.run_id)
    ratings = loaders.ratings(run.dataset.dataset_id)
    offered = {label: row for label, row in items.offered.items() if items.trained[row]}
    rows = list(offered.values())
    first = int(max(rows, key=items.count.__getitem__))
    label = finding.one_of(
        f"{items.noun.capitalize()} to follow", offered, key="follow", first=items.labels[first], width=270
    )
    item = offered[label]
    given = analyses.training_ratings_of(run.run_id, item)[:MOST_PEOPLE]
    people = {users.labels[ratings.user_index[row]]: row for row in given.tolist()}
    person = st.selectbox("Who rated it", list(people), key="with", bind="query-params", width=130)
    rated = people[person]
    return Example(
        run=run,
        ratings=ratings,
        items=items,
        users=users,
        item=item,
        user=int(ratings.user_index[rated]),
        rating=float(ratings.rating[rated]),
    )
