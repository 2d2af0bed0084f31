"""Which ratings a model learns from, and which it is tested on."""

from dataclasses import dataclass, field

import numpy as np

from core.config import SplitConfig
from core.data.nouns import count
from core.data.ratings import NO_TIME, Ratings, mean_by
from core.errors import LimitError

TEST_SEED = 2**31  # Starting number of the draw of test ratings: above every split seed


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of the parts; together they are all ratings, each once."""

    # int64 rows of the ratings.
    train: np.ndarray
    validation: np.ndarray
    unseen_items: int  # Validation ratings on items without any training rating
    unseen_users: int  # Validation ratings by users without any training rating
    # Rows that are set aside for a last test, int64; none unless the config asks for some.
    test: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def training_count(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Training ratings of each item, or of each user, int64, (n_rows,); `ratings` is what was divided."""
        index, rows = (ratings.user_index, ratings.users) if users else (ratings.item_index, ratings.items)
        return np.bincount(index[self.train], minlength=len(rows))

    def training_mean(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Mean training rating of each item, or of each user, float64, (n_rows,); NaN without any."""
        index, rows = (ratings.user_index, ratings.users) if users else (ratings.item_index, ratings.items)
        return mean_by(index[self.train], ratings.rating[self.train], len(rows))

    def trained(self, ratings: Ratings, *, users: bool = False) -> np.ndarray:
        """Whether each item, or each user, has a training rating, boolean, (n_rows,).

        The rows of the others stay the random numbers that training started from. Where nobody rated anything, nothing
        was trained on ratings: all rows are what somebody brought, and count as trained.
        """
        return (self.training_count(ratings, users=users) > 0) | (len(ratings) == 0)


def split(ratings: Ratings, config: SplitConfig) -> Split:
    """Divide the ratings as the config says; raises LimitError for a split by time of data without timestamps or of a
    single moment, or where a part would be empty, though there are ratings."""
    rows, test = np.arange(len(ratings)), np.zeros(0, np.int64)
    if config.test_fraction > 0:
        rows, test = _divide(ratings, rows, config.split_kind, config.test_fraction, TEST_SEED)
    train, validation = _divide(ratings, rows, config.split_kind, config.validation_fraction, config.split_seed)
    if len(ratings) and not (len(train) and (len(validation) or not config.validation_fraction)):
        raise LimitError(
            f"validation_fraction {config.validation_fraction} of {count(len(rows), 'rating')} leaves a part empty; "
            "choose another fraction or more ratings"
        )
    return Split(
        train=train,
        validation=validation,
        unseen_items=_unseen(ratings.item_index, train, validation, len(ratings.items)),
        unseen_users=_unseen(ratings.user_index, train, validation, len(ratings.users)),
        test=test,
    )


def trained_rows(ratings: Ratings, config: SplitConfig, *, users: bool = False) -> np.ndarray:
    """Whether training on these ratings moves each item, or each user, as `Split.trained` says."""
    return split(ratings, config).trained(ratings, users=users)


def _divide(
    ratings: Ratings, rows: np.ndarray, split_kind: str, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Some rows of the ratings in two parts, the second of them about this fraction."""
    if split_kind == "random":
        drawn = rows[np.random.default_rng(seed).permutation(len(rows))]
        cut = int((1 - fraction) * len(rows))
        return drawn[:cut], drawn[cut:]
    if ratings.timestamp is None or (ratings.timestamp == NO_TIME).all():
        raise LimitError(f"split_kind {split_kind} needs timestamps, and {ratings.name} has none; choose random")
    times = ratings.timestamp[rows]
    if split_kind == "global_time":
        late = times >= _moment(times, fraction, ratings.name)
    else:
        late = _latest_of_each(ratings.user_index[rows], times, fraction)
    return rows[~late], rows[late]


def _latest_of_each(user: np.ndarray, times: np.ndarray, fraction: float) -> np.ndarray:
    """Which are among the latest ratings of their user, boolean; equal times keep their order in the data."""
    order = np.lexsort((times, user))
    many = np.bincount(user)
    place = np.arange(len(order)) - np.repeat(np.cumsum(many) - many, many)  # 0 is the user's first rating
    late = np.empty(len(order), bool)
    late[order] = place >= ((1 - fraction) * many).astype(np.int64)[user[order]]
    return late


def _moment(times: np.ndarray, fraction: float, name: str) -> np.int64:
    """The first moment of the later part.

    Ratings of one moment stay together, so the cut is the one between two moments that comes nearest to the fraction,
    the earlier of two as near. A rating without a time is before all times, as in `_latest_of_each`: it is learned
    from.
    """
    moments, often = np.unique(times, return_counts=True)
    before = np.cumsum(often) - often  # ratings earlier than each moment
    known = moments != NO_TIME
    moments, before = moments[known][1:], before[known][1:]  # before the first known moment there is nothing
    if len(moments) == 0:
        raise LimitError(
            f"split_kind global_time needs ratings of two moments, and all of {name} with a time have the same "
            "one; choose random"
        )
    return np.int64(moments[np.argmin(np.abs(before - int((1 - fraction) * len(times))))])


def _unseen(index: np.ndarray, train: np.ndarray, validation: np.ndarray, size: int) -> int:
    seen = np.bincount(index[train], minlength=size) > 0
    return int(np.count_nonzero(~seen[index[validation]]))
