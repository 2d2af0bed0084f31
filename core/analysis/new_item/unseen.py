"""What a model's guesses about items without a training rating are worth."""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.scoring import Scorer
from core.training.baselines import average_guesses, rmse


@dataclass(frozen=True)
class Unseen:
    """Errors on the validation ratings of items without a training rating.

    Attributes:
        items, ratings: How many there are.
        model_rmse: Of the model's guesses, clipped, in rating units.
        averages_rmse: Of plain averages, which know nothing but how generous a user is.
    """

    items: int
    ratings: int
    model_rmse: float
    averages_rmse: float


def unseen(scorer: Scorer, ratings: Ratings, parts: Split) -> Unseen | None:
    """Compare a model with plain averages on what neither has seen; None where training has seen every item.

    Args:
        scorer: The model.
        ratings: The data it learned from.
        parts: Its split of them.
    """
    item = ratings.item_index[parts.validation]
    cold = ~parts.trained(ratings)[item]
    if not cold.any():
        return None
    rows = parts.validation[cold]
    guess = np.clip(
        scorer.predict(ratings.user_index[rows], ratings.item_index[rows]), ratings.min_rating, ratings.max_rating
    )
    return Unseen(
        items=len(np.unique(item[cold])),
        ratings=len(rows),
        model_rmse=rmse(guess, ratings.rating[rows]),
        averages_rmse=rmse(average_guesses(ratings, parts)[cold], ratings.rating[rows]),
    )
