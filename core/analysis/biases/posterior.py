"""Learned biases of a model with uncertainty: how far each is known, how it was held back, and what it is a sum of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.analysis.gauge import CenteredModel
from core.model.scoring import Scorer


@dataclass(frozen=True, eq=False)
class BiasPosterior:
    """What a model knows of the biases of one side.

    Attributes:
        std: Posterior standard deviation of each bias, float64, (n,), rating units.
        prior_std: How far biases differ, as the model found it: of an item, around what else is known of it.
        doubt: Ratings' worth of doubt that follows: with n ratings, a share n / (n + doubt) of how far they lie on
            average from what is expected without the bias goes into it.
        parts: What each bias is a sum of, by name, float64, (n,) each; empty for users, whose biases are no sums.
    """

    std: np.ndarray
    prior_std: float
    doubt: float
    parts: Mapping[str, np.ndarray]

    def shares(self, rows: np.ndarray) -> dict[str, float]:
        """Share of each part in the differences between the biases of some rows, fractions that add up to 1.

        The covariance of the part with the whole, over the variance of the whole: below zero where a part works against
        the others. Empty without parts, or where all biases are equal.
        """
        chosen = {name: part[rows] for name, part in self.parts.items()}
        whole = np.sum(list(chosen.values()), axis=0) if chosen else np.zeros(0)
        away = whole - whole.mean() if len(whole) else whole
        variance = float(away @ away)
        return {name: float(part @ away) / variance for name, part in chosen.items()} if variance > 0 else {}

    def believed(self, count: np.ndarray) -> np.ndarray:
        """Share of what ratings say that goes into a bias at these counts, fractions."""
        return np.asarray(count / (count + self.doubt))


def bias_posterior(
    scorer: Scorer, parts: Mapping[str, np.ndarray], model: CenteredModel, *, users: bool
) -> BiasPosterior:
    """Read it off the model.

    The centered bias of an item with bias b and vector v is b + U · v, but for its mean, with the average person's U.
    So its variance is a sum of those of b and v, in the prior and in the posterior alike. Everything else being known,
    the mean of its posterior is n / (n + noise / prior variance) of the mean of what is left of n ratings by people
    such as the average one (Bishop 2006, *Pattern Recognition and Machine Learning*, section 2.3.6).

    Args:
        scorer: A model with uncertainty and biases.
        parts: What the items' numbers are a sum of, bias first, from `Bilinear.item_parts`.
        model: The same model in centered form.
        users: Whether the users' biases are asked for.
    """
    arrays = scorer.arrays
    average = model.averages.item if users else model.averages.user
    counted = np.append(1.0, average)
    precision = arrays["prior_precision"][0 if users else 1].astype(np.float64)  # of the group `user`, or `own`
    prior = float(np.square(counted) @ (1 / precision))
    sums = {} if users else {name: part.astype(np.float64) @ counted for name, part in parts.items()}
    return BiasPosterior(
        std=np.sqrt(arrays["user_variance" if users else "item_variance"].astype(np.float64) @ np.square(counted)),
        prior_std=prior**0.5,
        doubt=float(arrays["typical_noise"][0]) / prior,
        parts={name: part - model.item_weight @ part for name, part in sums.items()},
    )
