"""Which of two models guesses better, on the very same ratings."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.proof import clustered_mean
from core.errors import AnalysisError

CLEAR = 2.0
"""Standard errors from which a difference is more than the luck of who was asked."""


@dataclass(frozen=True)
class Paired:
    """How much further off the first of two models is than the second.

    Attributes:
        difference: RMSE of the first less that of the second, rating units.
        se: Its standard error over people: how far it would be from this one had other people been asked.
        n_ratings: Ratings that both guessed.
    """

    difference: float
    se: float
    n_ratings: int

    @property
    def clear(self) -> bool:
        """Whether it is more than the luck of who was asked."""
        return abs(self.difference) > CLEAR * self.se


def paired(first: np.ndarray, second: np.ndarray, rating: np.ndarray, user_index: np.ndarray) -> Paired:
    """Compare the errors of two models rating by rating: what makes a rating hard for both cancels.

    What is averaged are differences of squared errors, whose mean is the difference of the two RMSE times their sum; by
    that sum both are divided (the delta method). The standard error is clustered by person, with both models as they
    are: that another training of them would come out a little differently is not in it.

    Args:
        first, second: Guesses of the same ratings, held inside the scale, (n,) each.
        rating: The ratings, (n,).
        user_index: Who gave them, (n,).

    Raises:
        AnalysisError: There are no ratings.
    """
    if len(rating) == 0:
        raise AnalysisError("there are no ratings to compare errors on")
    squares = [np.square(guess - rating, dtype=np.float64) for guess in (first, second)]
    total = sum(float(np.sqrt(square.mean())) for square in squares)
    mean, se = clustered_mean((squares[0] - squares[1])[:, None], user_index)
    scale = 1 / total if total else 0.0
    return Paired(difference=float(mean[0]) * scale, se=float(se[0]) * scale, n_ratings=len(rating))
