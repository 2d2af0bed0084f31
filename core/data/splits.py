"""Which ratings a model learns from, and which it is tested on."""

from dataclasses import dataclass

import numpy as np

from core.config import SplitConfig
from core.data.nouns import count
from core.data.ratings import Ratings
from core.errors import LimitError


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of the two parts; together they are all ratings, each once.

    Attributes:
        train, validation: int64 rows of the ratings.
        unseen_items: Validation ratings on items without any training rating.
        unseen_users: Validation ratings by users without any training rating.
    """

    train: np.ndarray
    validation: np.ndarray
    unseen_items: int
    unseen_users: int

    def training_count(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Training ratings of each item, or of each user, int64, (n_rows,); `ratings` is what was divided."""
        index, rows = (ratings.user_index, ratings.users) if users else (ratings.item_index, ratings.items)
        return np.bincount(index[self.train], minlength=len(rows))

    def trained(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Whether each item, or each user, has a training rating, boolean, (n_rows,).

        The rows of the others stay the random numbers that training started from.
        """
        return self.training_count(ratings, users=users) > 0


def split(ratings: Ratings, config: SplitConfig) -> Split:
    """Divide the ratings as the config says.

    Raises:
        LimitError: A temporal split of data without timestamps, or a part would be empty.
    """
    if config.split_kind == "temporal":
        train, validation = _temporal(ratings, config.validation_fraction)
    else:
        train, validation = _random(len(ratings), config.validation_fraction, config.split_seed)
    if len(train) == 0 or len(validation) == 0:
        raise LimitError(
            f"validation_fraction {config.validation_fraction} of {count(len(ratings), 'rating')} leaves a part empty; "
            "choose another fraction or more ratings"
        )
    return Split(
        train=train,
        validation=validation,
        unseen_items=_unseen(ratings.item_index, train, validation, len(ratings.items)),
        unseen_users=_unseen(ratings.user_index, train, validation, len(ratings.users)),
    )


def trained_rows(ratings: Ratings, config: SplitConfig, *, users: bool = False) -> np.ndarray:
    """Whether training on these ratings moves each item, or each user, as `Split.trained` says."""
    return split(ratings, config).trained(ratings, users=users)


def _random(n: int, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.random.default_rng(seed).permutation(n)
    cut = int((1 - fraction) * n)
    return rows[:cut], rows[cut:]


def _temporal(ratings: Ratings, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """The latest ratings of every user; equal times keep their order in the data."""
    if ratings.timestamp is None:
        raise LimitError(f"split_kind temporal needs timestamps, and {ratings.name} has none; choose random")
    rows = np.lexsort((ratings.timestamp, ratings.user_index))
    user = ratings.user_index[rows]
    count = ratings.user_count
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)  # 0 is the user's first rating
    late = place >= ((1 - fraction) * count).astype(np.int64)[user]
    return np.sort(rows[~late]), np.sort(rows[late])


def _unseen(index: np.ndarray, train: np.ndarray, validation: np.ndarray, size: int) -> int:
    seen = np.bincount(index[train], minlength=size) > 0
    return int(np.count_nonzero(~seen[index[validation]]))
