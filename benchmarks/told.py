"""Whether guesses miss by as much as they say: told errors beside real ones, and how often an interval holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.new_user.uncertainty import clipped_miss
from core.errors import AnalysisError
from core.model.scale import Scale

LEVELS = (0.5, 0.68, 0.95)
"""How often the intervals looked at should hold."""


@dataclass(frozen=True, eq=False)
class Told:
    """Guesses with what is told of their errors, beside the ratings.

    Attributes:
        rating: What was really given, (n,).
        score: Guess before it is held inside the scale, (n,).
        variance: Of the ratings to expect around the score, before they are held inside the scale, (n,).
        miss: Root mean squared miss that is told, (n,); `clipped_miss` of the others, where the model says no other.
    """

    rating: np.ndarray
    score: np.ndarray
    variance: np.ndarray
    miss: np.ndarray

    @classmethod
    def of(cls, rating: np.ndarray, score: np.ndarray, variance: np.ndarray, scale: Scale) -> "Told":
        """From a distribution alone."""
        score, variance = np.asarray(score, np.float64), np.asarray(variance, np.float64)
        return cls(np.asarray(rating, np.float64), score, variance, clipped_miss(score, variance, scale))

    def take(self, chosen: np.ndarray) -> "Told":
        """Some of them."""
        return Told(self.rating[chosen], self.score[chosen], self.variance[chosen], self.miss[chosen])


@dataclass(frozen=True)
class Calibration:
    """How well some guesses know how far they are off.

    Attributes:
        n_ratings: How many guesses.
        covered: Share of the ratings inside the central interval of each level, fractions.
        within: Share of the ratings no further from the guess than the miss that is told.
        told, real: Root mean square of the misses told, and of the misses, rating units.
        z_square: Mean of (miss / told miss) squared: 1 where what is told is right, more where too little is told.
    """

    n_ratings: int
    covered: tuple[float, ...]
    within: float
    told: float
    real: float
    z_square: float


def calibration(told: Told, scale: Scale, step: float, *, levels: Sequence[float] = LEVELS) -> Calibration:
    """Compare what is told with what happened.

    Ratings come in steps and end at the ends of the scale, so no interval holds just 50% of them. A rating r therefore
    stands for all values that would have been rounded to it, from r - step/2 to r + step/2, at the ends for everything
    beyond too, and counts as the share of their probability that is inside the interval between two quantiles: the
    probability integral transform of discrete data, not randomized (Czado, Gneiting and Held 2009, "Predictive model
    assessment for count data"). Guesses whose distribution is right reach each level on average. Raises AnalysisError
    where there are no guesses, or the step is not above 0.

    Args:
        told: At least one guess.
        step: Between two ratings next to each other, above 0.
        levels: Probabilities of the intervals, each between 0 and 1.
    """
    if len(told.rating) == 0 or not step > 0:
        raise AnalysisError(f"{len(told.rating):,} guesses of ratings in steps of {step}; both must be above zero")
    miss = scale.clip(told.score) - told.rating
    below, above = _places(told, scale, step)
    return Calibration(
        n_ratings=len(miss),
        covered=tuple(float(_inside(below, above, level).mean()) for level in levels),
        within=float(np.mean(np.abs(miss) <= told.miss)),
        told=float(np.sqrt(np.mean(told.miss**2))),
        real=float(np.sqrt(np.mean(miss**2))),
        z_square=float(np.mean(np.square(miss / told.miss))),
    )


def by_told(told: Told, scale: Scale, step: float, *, groups: int = 5) -> list[Calibration]:
    """Calibration of equally many guesses each, those that tell the smallest miss first."""
    order = np.argsort(told.miss, kind="stable")
    return [calibration(told.take(chosen), scale, step) for chosen in np.array_split(order, groups) if len(chosen)]


def _places(told: Told, scale: Scale, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Probability of values below all that a rating stands for, and of these and all below, (n,) each."""
    from scipy.special import ndtr  # not before it is needed

    std = np.sqrt(told.variance)
    below = ndtr((told.rating - step / 2 - told.score) / std)
    above = ndtr((told.rating + step / 2 - told.score) / std)
    return np.where(told.rating <= scale.low, 0.0, below), np.where(told.rating >= scale.high, 1.0, above)


def _inside(below: np.ndarray, above: np.ndarray, level: float) -> np.ndarray:
    """Share of what each rating stands for that is in the central interval, 0 … 1."""
    low, high = (1 - level) / 2, (1 + level) / 2
    shared = np.clip(np.minimum(above, high) - np.maximum(below, low), 0, None)
    mass = above - below
    return np.divide(shared, mass, out=np.zeros_like(mass), where=mass > 0)
