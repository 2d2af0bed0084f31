"""Two runs as a pair: which items both can be asked about."""

from dataclasses import dataclass

import numpy as np

from core.analysis.compare.measures import common_items
from core.analysis.trained import trained_rows
from core.data.ratings import Ratings, Vocabulary
from core.errors import LimitError
from core.model.run import Run

FEWEST = 20
"""Items in common below which nothing is compared: lists of ten neighbors would be alike for want of others."""


@dataclass(frozen=True, eq=False)
class Part:
    """What a comparison needs to know of one run's items.

    Attributes:
        ids: The items.
        matrix: Their embedding, (n_items, embedding_dim).
        count: Ratings of each in the whole dataset, (n_items,).
        trained: Whether training ever moved the row, boolean, (n_items,).
    """

    ids: Vocabulary
    matrix: np.ndarray
    count: np.ndarray
    trained: np.ndarray


@dataclass(frozen=True, eq=False)
class Shared:
    """The items that a pair of runs is compared on, and what was left out.

    Attributes:
        first, second: Their rows in each run, int64, (n_shared,), in the order of the first.
        in_both: Items that occur in both datasets.
        untrained: Of those, without a training rating in at least one of the runs.
        rare: Of the others, with fewer ratings than asked for in at least one dataset.
    """

    first: np.ndarray
    second: np.ndarray
    in_both: int
    untrained: int
    rare: int

    def __len__(self) -> int:
        return len(self.first)


def part(run: Run, ratings: Ratings) -> Part:
    """A run's items; `ratings` is the data it learned from."""
    return Part(
        ids=ratings.items,
        matrix=run.scorer.item_embedding,
        count=ratings.item_count,
        trained=trained_rows(run, ratings),
    )


def shared(first: Part, second: Part, *, min_ratings: int) -> Shared:
    """The items in both, matched by id, that both runs have learned about.

    Args:
        first, second: The pair.
        min_ratings: Ratings an item needs in the dataset of each.
    """
    both = common_items(first.ids, second.ids)
    trained = first.trained[both.first] & second.trained[both.second]
    often = np.minimum(first.count[both.first], second.count[both.second]) >= min_ratings
    kept = trained & often
    return Shared(
        first=both.first[kept],
        second=both.second[kept],
        in_both=len(kept),
        untrained=int(np.count_nonzero(~trained)),
        rare=int(np.count_nonzero(trained & ~often)),
    )


def check_enough(found: Shared, *, min_ratings: int) -> None:
    """Pass if there is something to compare.

    Raises:
        LimitError: Fewer than FEWEST items are left.
    """
    if len(found) < FEWEST:
        raise LimitError(
            f"there are too few items to compare, {len(found):,} where {FEWEST} are needed: {found.in_both:,} occur in "
            f"both, {found.untrained:,} of them without a training rating in one of the runs, {found.rare:,} with "
            f"fewer than {min_ratings:,} ratings; ask for fewer ratings, or choose runs of data with more in common"
        )
