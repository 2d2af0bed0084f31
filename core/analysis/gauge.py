"""One way to divide a model into what belongs to people, to items, and to where the two meet.

A bilinear model can be written in endlessly many ways that predict the same: a number can move from the biases into the
vectors and back. What is called a bias or a taste is made unique here by centering: over the training ratings, the
vectors and the biases of either side have mean zero.
"""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import AnalysisError
from core.model.scale import Scale
from core.model.scoring import Bilinear


@dataclass(frozen=True, eq=False)
class Averages:
    """The average person and the average item, each counting as often as they occur in the training ratings."""

    # user, item: mean vectors, float64, (embedding_dim,)
    user: np.ndarray
    item: np.ndarray
    # user_bias, item_bias: mean biases; 0 where the model has none
    user_bias: float
    item_bias: float
    constant: float = 0.0  # what the model adds for every pair alike

    @property
    def score(self) -> float:
        """The score of the average person for the average item."""
        return float(self.user @ self.item) + self.user_bias + self.item_bias + self.constant


def averages(scorer: Bilinear, user_count: np.ndarray, item_count: np.ndarray) -> Averages:
    """Averages over the training ratings. `user_count`, `item_count`: training ratings of each user, (n_users,), and of
    each item, (n_items,). Raises AnalysisError: there are none."""
    users, items = _shares(user_count), _shares(item_count)
    return Averages(
        user=users @ np.asarray(scorer.user_embedding, np.float64),
        item=items @ np.asarray(scorer.item_embedding, np.float64),
        user_bias=float(users @ scorer.user_bias),
        item_bias=float(items @ scorer.item_bias),
        constant=scorer.constant,
    )


@dataclass(frozen=True, eq=False)
class CenteredModel:
    """A bilinear model in its centered form: score = constant + b_u + b_v + u · v, as the model has it.

    With the mean vectors U and V over the training ratings, and the distances a = u - U and b = v - V,

        u·v + b_u + b_v  =  U·V + mean biases              the constant: the average pair
                         +  a·V + b_u - its mean           the person's bias
                         +  U·b + b_v - its mean           the item's bias
                         +  a·b                            where the two meet: taste.
    """

    # user_weight, item_weight: shares of the training ratings, float64, (n_users,) and (n_items,); each sums to 1
    user_weight: np.ndarray
    item_weight: np.ndarray
    averages: Averages  # U, V and the mean biases
    # user_embedding, item_embedding: the distances a and b, in the type of the model's vectors, (n, embedding_dim)
    user_embedding: np.ndarray
    item_embedding: np.ndarray
    # user_bias, item_bias: float64, (n_users,) and (n_items,)
    user_bias: np.ndarray
    item_bias: np.ndarray
    constant: float  # the score of the average pair
    scale: Scale  # how a score becomes a rating

    def biases(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Score of pairs without taste, float64, (n,)."""
        return self.user_bias[user_index] + self.item_bias[item_index] + self.constant

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """The model's own score of pairs, (n,)."""
        taste = np.einsum("ij,ij->i", self.user_embedding[user_index], self.item_embedding[item_index])
        return taste + self.biases(user_index, item_index)

    def guess(self, score: np.ndarray) -> np.ndarray:
        """Ratings that scores stand for, held inside the scale."""
        return self.scale.clip(self.scale.rating(score))

    @property
    def unit(self) -> float:
        """Rating units that one unit of the score is worth around the average pair; 1 without a sigmoid."""
        return float(self.scale.slope(np.float64(self.constant)))


def centered(scorer: Bilinear, user_count: np.ndarray, item_count: np.ndarray) -> CenteredModel:
    """The centered form of a model. Raises AnalysisError: there are no training ratings."""
    mean = averages(scorer, user_count, item_count)
    users, items = (
        vectors - middle.astype(vectors.dtype)
        for vectors, middle in ((scorer.user_embedding, mean.user), (scorer.item_embedding, mean.item))
    )
    return CenteredModel(
        user_weight=_shares(user_count),
        item_weight=_shares(item_count),
        averages=mean,
        user_embedding=users,
        item_embedding=items,
        user_bias=users @ mean.item + scorer.user_bias - mean.user_bias,
        item_bias=items @ mean.user + scorer.item_bias - mean.item_bias,
        constant=mean.score,
        scale=scorer.scale,
    )


def centered_on(scorer: Bilinear, ratings: Ratings, parts: Split) -> CenteredModel:
    """The centered form of a model over the training ratings of its split."""
    return centered(scorer, *(parts.training_count(ratings, users=users) for users in (True, False)))


def centered_biases(scorer: Bilinear, ratings: Ratings, parts: Split, *, users: bool) -> np.ndarray:
    """The biases of one side in the centered form alone, float32, (n,): without a copy of the vectors."""
    mean = averages(scorer, *(parts.training_count(ratings, users=people) for people in (True, False)))
    vectors, bias, across, middle = (
        (scorer.user_embedding, scorer.user_bias, mean.item, mean.user_bias)
        if users
        else (scorer.item_embedding, scorer.item_bias, mean.user, mean.item_bias)
    )
    shared = float(mean.user @ mean.item)
    return np.asarray(vectors @ across.astype(vectors.dtype) + bias - (shared + middle), np.float32)


def _shares(count: np.ndarray) -> np.ndarray:
    if not count.any():
        raise AnalysisError("there are no training ratings to average over")
    return np.asarray(count / count.sum(), np.float64)
