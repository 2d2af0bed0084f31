"""How far a guess is probably off: how well the item is known, and how well the person.

A model with uncertainty says so itself (`posterior_sureness`); of any other it is learned from how far its guesses
missed (`sureness`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import AnalysisError
from core.model.scale import Scale

Word = Literal["fairly sure", "a rough guess", "little more than a guess"]
Reason = Literal["", "item", "person"]

SURE, ROUGH = 1 / 3, 0.1
"""How much narrower than knowing nothing a guess must be to be called fairly sure, or a rough guess, fractions."""


@dataclass(frozen=True)
class MissCurve:
    """Mean squared miss of a model's guesses by how often the item was rated in training: floor + rise / (n + 1)."""

    floor: float  # what remains however often an item was rated, squared rating units
    rise: float  # what an item without any training rating adds
    n_ratings: int  # guesses it was fitted to

    def variance(self, count: np.ndarray) -> np.ndarray:
        """Mean squared miss at these numbers of training ratings, squared rating units."""
        return self.floor + self.rise / (np.asarray(count, np.float64) + 1)


def miss_curve(count: np.ndarray, miss: np.ndarray) -> MissCurve:
    """Fit the curve to a model's misses on ratings it was not trained on, by least squares.

    `count`: training ratings of the item of each guess, (n,); `miss`: guess less rating, (n,), in rating units. Raises
    AnalysisError: there are no guesses.
    """
    if len(miss) == 0:
        raise AnalysisError("there are no guesses to learn from")
    squared = np.square(np.asarray(miss, np.float64))
    x = 1 / (np.asarray(count, np.float64) + 1)
    spread = float(np.square(x - x.mean()).sum())
    rise = max(0.0, float((x - x.mean()) @ squared) / spread) if spread else 0.0
    floor = float(squared.mean() - rise * x.mean())
    lowest = 0.1 * float(squared.mean())  # a steep line through few guesses must not promise perfection
    if floor < lowest:
        floor, rise = lowest, float(squared.mean() - lowest) / float(x.mean())
    return MissCurve(floor, rise, len(squared))


@dataclass(frozen=True, eq=False)
class Sureness:
    """How far guesses are probably off."""

    miss: np.ndarray  # root mean squared miss to expect, in rating units, (n,)
    # by what share of it `miss` is below that of knowing nothing, at most 1; 0 or less means that guessing the mean
    # would do as well, (n,)
    narrower: np.ndarray
    from_person: np.ndarray  # share of the squared miss that comes of knowing the person too little, fractions, (n,)
    from_item: np.ndarray  # the same for the item, (n,)

    def word(self, place: int) -> Word:
        """In plain words."""
        if self.narrower[place] >= SURE:
            return "fairly sure"
        return "a rough guess" if self.narrower[place] >= ROUGH else "little more than a guess"

    def reason(self, place: int) -> Reason:
        """What most of the avoidable part comes of, where it is not sure and the part is worth a word."""
        item, person = float(self.from_item[place]), float(self.from_person[place])
        if self.narrower[place] >= SURE or max(item, person) < 0.05:
            return ""
        return "item" if item > person else "person"

    def shares(self) -> dict[Word, float]:
        """Share of the guesses that each word is said of, fractions."""
        sure, some = np.mean(self.narrower >= SURE), np.mean(self.narrower >= ROUGH)
        return {
            "fairly sure": float(sure),
            "a rough guess": float(some - sure),
            "little more than a guess": float(1 - some),
        }


def sureness(curve: MissCurve, count: np.ndarray, std: np.ndarray, *, spread: float) -> Sureness:
    """Put both kinds of uncertainty together, for a model that does not know its own.

    The squared miss to expect is curve(count) + std^2: errors that have nothing to do with each other add up in their
    squares.

    Args:
        curve: From `miss_curve`.
        count: Training ratings of each item, (n,).
        std: From `core.analysis.new_user.foldin.prediction_std`, rating units, (n,).

    Raises AnalysisError: the spread is below zero or not a number.
    """
    from_item, from_person = curve.variance(count), np.square(np.asarray(std, np.float64))
    miss = np.sqrt(from_item + from_person)
    return _sureness(miss, from_person, from_item - curve.floor, miss**2, spread)


def posterior_sureness(
    score: np.ndarray,
    from_person: np.ndarray,
    from_item: np.ndarray,
    noise: np.ndarray | float,
    scale: Scale,
    *,
    spread: float,
) -> Sureness:
    """What a model with uncertainty expects of its own guesses.

    Args:
        score: Guesses before they are held inside the scale, (n,).
        from_person, from_item: Variances that come of knowing either too little, squared rating units, (n,) each.
        noise: Variance of the person's ratings however well both are known.
        scale: Of the ratings, which are never beyond its ends.
        spread: Root mean squared miss of somebody who knows neither the person nor the item, and always guesses the
            mean, rating units; where it is 0 there is nothing to explain.

    Raises AnalysisError: the spread is below zero or not a number.
    """
    variance = from_person + from_item + noise
    return _sureness(clipped_miss(score, variance, scale), from_person, from_item, variance, spread)


def _sureness(
    miss: np.ndarray, from_person: np.ndarray, from_item: np.ndarray, variance: np.ndarray, spread: float
) -> Sureness:
    if not spread >= 0:
        raise AnalysisError(f"the spread of the ratings is {spread}; it must be zero or more")
    whole = np.maximum(variance, np.finfo(float).tiny)  # of ratings that are all equal nothing may be missed
    narrower = 1 - miss / spread if spread else np.zeros_like(miss)
    return Sureness(miss, narrower, from_person / whole, from_item / whole)


def clipped_miss(score: np.ndarray, variance: np.ndarray, scale: Scale) -> np.ndarray:
    """Root mean squared miss of guesses held inside the scale, of ratings that are held there too, (n,), rating units.

    Before that, ratings are normal around the score. A guess near an end can miss by little on that side: nobody gives
    more than the most. With a and b the ends in standard deviations from the score, the part between them has the
    moments of a truncated normal (Johnson, Kotz and Balakrishnan 1994, *Continuous univariate distributions*, section
    10.1), and what lies beyond counts as the end itself.

    `score`: (n,), rating units; `variance`: of the ratings around it, (n,), squared rating units.
    """
    from scipy.special import ndtr  # not before it is needed

    score = np.asarray(score, np.float64)
    std = np.sqrt(np.maximum(variance, np.finfo(float).tiny))
    guess = scale.clip(score)
    a, b = (scale.low - score) / std, (scale.high - score) / std
    below, under = ndtr(a), ndtr(b)
    at_a, at_b = _density(a), _density(b)
    away = score - guess
    between = (away**2 + std**2) * (under - below)
    between += 2 * away * std * (at_a - at_b) + std * ((scale.low - score) * at_a - (scale.high - score) * at_b)
    squared = between + (scale.low - guess) ** 2 * below + (scale.high - guess) ** 2 * (1 - under)
    return np.sqrt(np.maximum(squared, 0))


def _density(z: np.ndarray) -> np.ndarray:
    """Of the standard normal distribution."""
    return np.exp(-0.5 * np.square(np.clip(z, -40, 40))) / np.sqrt(2 * np.pi)  # beyond, its square may overflow
