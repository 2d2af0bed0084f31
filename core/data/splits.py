"""Which ratings a model learns from, and which it is tested on."""

from dataclasses import dataclass

import numpy as np

from core.config import SplitConfig
from core.data.nouns import count
from core.data.ratings import NO_TIME, Ratings
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

    def training_mean(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Mean training rating of each item, or of each user, float64, (n_rows,); NaN without any."""
        index, count = ratings.user_index if users else ratings.item_index, self.training_count(ratings, users=users)
        total = np.bincount(index[self.train], weights=ratings.rating[self.train], minlength=len(count))
        return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)

    def trained(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Whether each item, or each user, has a training rating, boolean, (n_rows,).

        The rows of the others stay the random numbers that training started from.
        """
        return self.training_count(ratings, users=users) > 0


def split(ratings: Ratings, config: SplitConfig) -> Split:
    """Divide the ratings as the config says.

    Raises:
        LimitError: A split by time of data without timestamps or of a single moment, or a part would be empty.
    """
    match config.split_kind:
        case "random":
            train, validation = _random(len(ratings), config.validation_fraction, config.split_seed)
        case "temporal":
            train, validation = _temporal(ratings, config.validation_fraction)
        case "global_time":
            train, validation = _global_time(ratings, config.validation_fraction)
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
    rows = np.lexsort((_timestamps(ratings, "temporal"), ratings.user_index))
    user = ratings.user_index[rows]
    count = ratings.user_count
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)  # 0 is the user's first rating
    late = place >= ((1 - fraction) * count).astype(np.int64)[user]
    return np.sort(rows[~late]), np.sort(rows[late])


def _global_time(ratings: Ratings, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """The ratings before one moment, and those from it on.

    Ratings of one moment stay together, so the cut is the one between two moments that comes nearest to the fraction,
    the earlier of two as near. A rating without a time is before all times, as in `_temporal`: it is learned from.
    """
    times = _timestamps(ratings, "global_time")
    moments, often = np.unique(times, return_counts=True)
    before = np.cumsum(often) - often  # ratings earlier than each moment
    known = moments != NO_TIME
    moments, before = moments[known][1:], before[known][1:]  # before the first known moment there is nothing
    if len(moments) == 0:
        raise LimitError(
            f"split_kind global_time needs ratings of two moments, and all of {ratings.name} with a time have the same "
            "one; choose random"
        )
    moment = moments[np.argmin(np.abs(before - int((1 - fraction) * len(ratings))))]
    return np.flatnonzero(times < moment), np.flatnonzero(times >= moment)


def _timestamps(ratings: Ratings, split_kind: str) -> np.ndarray:
    if ratings.timestamp is None or (ratings.timestamp == NO_TIME).all():
        raise LimitError(f"split_kind {split_kind} needs timestamps, and {ratings.name} has none; choose random")
    return ratings.timestamp


def _unseen(index: np.ndarray, train: np.ndarray, validation: np.ndarray, size: int) -> int:
    seen = np.bincount(index[train], minlength=size) > 0
    return int(np.count_nonzero(~seen[index[validation]]))
