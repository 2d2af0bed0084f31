"""Which rows of a run training has moved; the others are the random numbers they started from."""

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import split
from core.model.run import Run


def trained_rows(run: Run, ratings: Ratings, *, users: bool = False) -> np.ndarray:
    """Whether each item, or each user, has a rating in the run's training part, boolean, (n_rows,).

    Args:
        run: Says how its data was split.
        ratings: The data it learned from.
        users: The users instead of the items.
    """
    index, rows = (ratings.user_index, ratings.users) if users else (ratings.item_index, ratings.items)
    return np.bincount(index[split(ratings, run.config.split).train], minlength=len(rows)) > 0
