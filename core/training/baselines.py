"""How far predictions are from ratings, and what a prediction without a model reaches."""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.events import Started

ITEM_SHRINKAGE, USER_SHRINKAGE = 5.0, 10.0
"""Ratings' worth of doubt that pull an item's or a user's average to zero."""


def rmse(predicted: np.ndarray, rating: np.ndarray) -> float:
    """Root mean squared error, in rating units; arrays of one shape."""
    return float(np.sqrt(np.mean(np.square(predicted - rating, dtype=np.float64))))


def mae(predicted: np.ndarray, rating: np.ndarray) -> float:
    """Mean absolute error, in rating units; arrays of one shape."""
    return float(np.mean(np.abs(predicted - rating, dtype=np.float64)))


def ndcg(score: np.ndarray, gain: np.ndarray, *, top: int = 10) -> float:
    """Normalized discounted cumulative gain of a ranking (Järvelin and Kekäläinen 2002), 0–1.

    The gains of the `top` highest scores, each divided by log2(rank + 1), over the most that any order could give;
    equal scores keep their order. 0 where there is nothing to gain.

    Args:
        score: What the ranking goes by, (n,).
        gain: What each is worth, at least 0, (n,).
        top: How far down the ranking counts.

    Raises:
        ValueError: A gain is below zero, or `top` below one.
    """
    if top < 1 or (gain < 0).any():
        raise ValueError(f"top is {top} and the lowest gain {gain.min()}; allowed are 1 or more, and 0 or more")
    discount = 1 / np.log2(np.arange(2, min(top, len(gain)) + 2))
    most = float(np.sort(gain)[::-1][: len(discount)] @ discount)
    if most == 0:
        return 0.0
    return float(gain[np.argsort(-score, kind="stable")[: len(discount)]] @ discount) / most


@dataclass(frozen=True)
class Baselines:
    """Validation RMSE without any embedding.

    Attributes:
        mean: Every rating predicted as the mean of the training ratings.
        averages: The mean, plus how the item and the user differ from it on average.
    """

    mean: float
    averages: float


def started(epochs: int, split: Split, lines: Baselines) -> Started:
    """What is known of a training before its first step."""
    return Started(
        epochs=epochs,
        n_train=len(split.train),
        n_validation=len(split.validation),
        unseen_items=split.unseen_items,
        unseen_users=split.unseen_users,
        mean_rmse=lines.mean,
        averages_rmse=lines.averages,
    )


def baselines(ratings: Ratings, split: Split) -> Baselines:
    """Compute the reference lines of a split."""
    mean = float(ratings.rating[split.train].mean(dtype=np.float64))
    actual = ratings.rating[split.validation]
    return Baselines(
        mean=rmse(np.full(len(actual), mean), actual),
        averages=rmse(average_guesses(ratings, split), actual),
    )


def average_guesses(ratings: Ratings, split: Split) -> np.ndarray:
    """What averages guess of the validation ratings, within the scale, float64, (n_validation,)."""
    guesses = main_effects(ratings, split.train).guess(ratings, split.validation)
    return np.clip(guesses, ratings.min_rating, ratings.max_rating)


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
