"""How far a guess is probably off: how well the item is known, and how well the person."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import AnalysisError

Word = Literal["fairly sure", "a rough guess", "little more than a guess"]
Reason = Literal["", "item", "person"]

SURE, ROUGH = 0.25, 0.1
"""Share of the spread of ratings that a guess must explain to be called fairly sure, or a rough guess."""


@dataclass(frozen=True)
class MissCurve:
    """Mean squared miss of a model's guesses by how often the item was rated in training: floor + rise / (n + 1).

    Attributes:
        floor: What remains however often an item was rated, squared rating units.
        rise: What an item without any training rating adds.
        n_ratings: Guesses it was fitted to.
    """

    floor: float
    rise: float
    n_ratings: int

    def variance(self, count: np.ndarray) -> np.ndarray:
        """Mean squared miss at these numbers of training ratings, squared rating units."""
        return self.floor + self.rise / (np.asarray(count, np.float64) + 1)


def miss_curve(count: np.ndarray, miss: np.ndarray) -> MissCurve:
    """Fit the curve to a model's misses on ratings it was not trained on, by least squares.

    Args:
        count: Training ratings of the item of each guess, (n,).
        miss: Guess less rating, (n,), in rating units.

    Raises:
        AnalysisError: There are no guesses.
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
    """How far guesses are probably off.

    Attributes:
        miss: Root mean squared miss to expect, in rating units, (n,).
        explained: Share of the spread of all ratings that remains explained, at most 1; 0 or less means that guessing
            the mean would do as well, (n,).
        from_person: Share of the squared miss that comes of knowing the person too little, fractions, (n,).
        from_item: The same for the item, (n,).
    """

    miss: np.ndarray
    explained: np.ndarray
    from_person: np.ndarray
    from_item: np.ndarray

    def word(self, place: int) -> Word:
        """In plain words."""
        if self.explained[place] >= SURE:
            return "fairly sure"
        return "a rough guess" if self.explained[place] >= ROUGH else "little more than a guess"

    def reason(self, place: int) -> Reason:
        """What most of the avoidable part comes of, where it is not sure and the part is worth a word."""
        item, person = float(self.from_item[place]), float(self.from_person[place])
        if self.explained[place] >= SURE or max(item, person) < 0.05:
            return ""
        return "item" if item > person else "person"


def sureness(curve: MissCurve, count: np.ndarray, std: np.ndarray, *, spread: float) -> Sureness:
    """Put both kinds of uncertainty together.

    The squared miss to expect is curve(count) + std^2: errors that have nothing to do with each other add up in their
    squares. It is set beside the spread of all ratings, the squared miss of always guessing their mean.

    Args:
        curve: From `miss_curve`.
        count: Training ratings of each item, (n,).
        std: From `core.analysis.new_user.foldin.prediction_std`, rating units, (n,).
        spread: Standard deviation of all ratings, rating units.

    Raises:
        AnalysisError: The spread is not above zero.
    """
    if not spread > 0:
        raise AnalysisError(f"the spread of the ratings is {spread}; it must be above zero")
    from_item, from_person = curve.variance(count), np.square(np.asarray(std, np.float64))
    squared = from_item + from_person
    total = np.where(squared > 0, squared, 1.0)  # nothing to share out where nothing is missed
    return Sureness(
        miss=np.sqrt(squared),
        explained=1 - squared / spread**2,
        from_person=from_person / total,
        from_item=(from_item - curve.floor) / total,
    )
