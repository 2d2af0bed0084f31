"""How items and users differ from the mean of the ratings."""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings

ITEM_SHRINKAGE, USER_SHRINKAGE = 5.0, 10.0
"""Ratings' worth of doubt that pull an item's or a user's average to zero."""


@dataclass(frozen=True, eq=False)
class MainEffects:
    """The mean of some ratings, and how items and users differ from it, in rating units.

    Attributes:
        mean: Of all of them.
        item, user: Shrunken offsets, float64, (n_items,) and (n_users,); zero for who has no rating among them.
    """

    mean: float
    item: np.ndarray
    user: np.ndarray

    def guess(self, ratings: Ratings, rows: np.ndarray) -> np.ndarray:
        """The sum of the three for rows of the ratings, float64, (n_rows,), not held inside the scale."""
        return self.mean + self.item[ratings.item_index[rows]] + self.user[ratings.user_index[rows]]


def main_effects(ratings: Ratings, rows: np.ndarray) -> MainEffects:
    """Averages over some rows of the ratings.

    Item and user offsets are shrunken means of the residuals, items first, as in Koren, "Factor in the Neighbors"
    (2010), section 2.1.
    """
    mean = float(ratings.rating[rows].mean(dtype=np.float64))
    residual = ratings.rating[rows] - mean
    item = _offsets(ratings.item_index[rows], residual, len(ratings.items), ITEM_SHRINKAGE)
    residual = residual - item[ratings.item_index[rows]]
    user = _offsets(ratings.user_index[rows], residual, len(ratings.users), USER_SHRINKAGE)
    return MainEffects(mean, item, user)


def _offsets(index: np.ndarray, residual: np.ndarray, size: int, shrinkage: float) -> np.ndarray:
    total = np.bincount(index, weights=residual, minlength=size)
    return total / (np.bincount(index, minlength=size) + shrinkage)
