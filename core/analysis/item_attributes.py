"""What is known about every item beside its embedding: numbers, and categories it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings, category_columns, number_columns

YEAR, MEAN_RATING, LOG_RATINGS, GENRES = "year", "mean rating", "log ratings", "genres"


@dataclass(frozen=True, eq=False)
class ItemColumns:
    """One entry an item, in the order of the items."""

    numbers: Mapping[str, np.ndarray]  # float arrays by name, (n_items,), NaN where unknown
    # by name, the categories of each item: a sequence of n_items sequences of text
    categories: Mapping[str, Sequence[Sequence[str]]]
    titles: Sequence[str]  # what the items are called

    def take(self, rows: np.ndarray) -> "ItemColumns":
        """The same for some of the items, in the order of `rows`."""
        if np.array_equal(rows, np.arange(len(self.titles))):
            return self
        at = rows.tolist()
        return ItemColumns(
            numbers={name: values[rows] for name, values in self.numbers.items()},
            categories={name: [values[row] for row in at] for name, values in self.categories.items()},
            titles=[self.titles[row] for row in at],
        )


def item_columns(ratings: Ratings) -> ItemColumns:
    """All that a dataset knows about its items.

    Year, mean rating and the natural logarithm of the number of ratings (NaN without any; neither where nobody rates),
    then every further column of numbers; genres, then every further column of text with few different values.
    """
    table, count = ratings.item_table, ratings.item_count
    known = number_columns(table)
    rated = {
        MEAN_RATING: ratings.item_mean,
        LOG_RATINGS: np.log(count, out=np.full(len(count), np.nan), where=count > 0),
    }
    numbers = {YEAR: known.pop(YEAR), **(rated if len(ratings) else {}), **known}
    return ItemColumns(numbers=numbers, categories=category_columns(table), titles=table["title"].tolist())
