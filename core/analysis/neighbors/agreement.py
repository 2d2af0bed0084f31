"""How far one person agrees with others on what both have rated."""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Agreement:
    """One person beside others, in the order they were asked for.

    Attributes:
        shared: Items that both have rated, int64, (n,).
        difference: Mean absolute difference of their ratings on those, in rating units, float64, (n,); NaN where they
            share none.
    """

    shared: np.ndarray
    difference: np.ndarray


def agreement(ratings: Ratings, user: int, others: np.ndarray) -> Agreement:
    """Compare one person's ratings with those of others; no model takes part.

    Args:
        ratings: The dataset, at most one rating a person and item.
        user: Row of the person.
        others: Rows of the people to compare with, int, (n,).

    Raises:
        AnalysisError: The row is out of range.
    """
    if not 0 <= user < len(ratings.users):
        raise AnalysisError(f"user {user} is outside 0 to {len(ratings.users) - 1}")
    own = np.full(len(ratings.items), np.nan, np.float32)
    mine = ratings.user_index == user
    own[ratings.item_index[mine]] = ratings.rating[mine]
    apart = np.abs(own[ratings.item_index] - ratings.rating)
    both = np.flatnonzero(~np.isnan(apart))
    size = len(ratings.users)
    shared = np.bincount(ratings.user_index[both], minlength=size)[others]
    total = np.bincount(ratings.user_index[both], weights=apart[both], minlength=size)[others]
    return Agreement(
        shared=shared, difference=np.divide(total, shared, out=np.full(len(shared), np.nan), where=shared > 0)
    )
