"""From a model's score to a rating, and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Scale:
    """The rating scale, and whether scores are bent to stay on it."""

    # low, high: ends of the rating scale
    low: float
    high: float
    sigmoid: bool  # whether the score goes through a sigmoid stretched between the ends; else it is the rating itself

    def rating(self, score: Any) -> Any:
        """The rating a score stands for; floats or arrays of any shape, not clipped."""
        return self.low + (self.high - self.low) * sigmoid(score) if self.sigmoid else score

    def slope(self, score: Any) -> Any:
        """Change of the rating with the score."""
        share = sigmoid(score)
        return (self.high - self.low) * share * (1 - share) if self.sigmoid else np.ones_like(score)

    def bend(self, score: Any) -> Any:
        """Change of the slope with the score."""
        return self.slope(score) * (1 - 2 * sigmoid(score)) if self.sigmoid else np.zeros_like(score)

    def score(self, rating: np.ndarray, *, nearest: float = 0.0) -> np.ndarray:
        """The score that leads to a rating: with a sigmoid the log odds of its place between the ends.
        `nearest`: share of the scale by which a rating is kept away from the ends, where the log odds are infinite."""
        if not self.sigmoid:
            return np.asarray(rating, np.float64)
        share = np.clip((rating - self.low) / (self.high - self.low), nearest, 1 - nearest)
        return np.log(share / (1 - share))

    def clip(self, rating: np.ndarray) -> np.ndarray:
        """Ratings held between the ends."""
        return np.clip(rating, self.low, self.high)

    def text(self, score: str) -> str:
        """The formula of a rating with this text for the score."""
        return f"{self.low:g} + ({self.high:g} - {self.low:g}) * sigmoid({score})" if self.sigmoid else score

    def latex(self, score: str) -> str:
        """The same for people, in TeX."""
        return rf"\sigma({score})" if self.sigmoid else score


def sigmoid(score: Any) -> Any:
    """1 / (1 + exp(-score)), without overflow at either end."""
    return 0.5 * (1 + np.tanh(0.5 * score))
