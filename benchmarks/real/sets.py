"""Ratings of which it is known how much taste they hold, by the very people of the very items of other ratings."""

from dataclasses import dataclass, replace

import numpy as np

from core.data.own.matching import step_of
from core.data.ratings import Ratings
from core.training.baselines import main_effects
from core.training.twin import left_by_others

EQUAL = 0.16
"""Root mean square of what each of several equal factors adds to a rating, in stars."""
FALLING = (0.33, 0.25, 0.19, 0.14, 0.105, 0.08, 0.06, 0.045)
"""The same of factors that fall in strength, each about three quarters of the one before."""


@dataclass(frozen=True)
class Kind:
    """What one kind of simulated ratings holds.

    Attributes:
        title: What it is called in a table.
        factors: Strength of each planted factor, in rating units; empty without any taste.
        own_noise: Whether people differ in how much chance there is in their ratings.
    """

    title: str
    factors: tuple[float, ...] = ()
    own_noise: bool = False


KINDS = {
    "none": Kind("no taste"),
    "own-noise": Kind("no taste, a noise of its own for each person", own_noise=True),
    "equal-2": Kind("2 equal factors", (EQUAL,) * 2),
    "equal-4": Kind("4 equal factors", (EQUAL,) * 4),
    "equal-8": Kind("8 equal factors", (EQUAL,) * 8),
    "falling-4": Kind("4 factors of falling strength", FALLING[:4]),
    "falling-8": Kind("8 factors of falling strength", FALLING),
}


def simulated(ratings: Ratings, kind: Kind, *, seed: int) -> Ratings:
    """Ratings of a kind, with the averages of the given ones.

    A rating is the sum of the mean, the offsets of its item and its person, the planted factors and normal noise,
    rounded to the steps of the scale and held inside it. The factors and the noise together vary as much as what
    averages leave of the given ratings, taken from other folds.

    Args:
        ratings: Whose pairs, averages and item table are kept; not changed.
        kind: What is planted.
        seed: Of the factors and the noise.
    """
    chance = np.random.default_rng((seed, 15))
    left = left_by_others(ratings, chance)
    user, item = ratings.user_index, ratings.item_index
    everything = np.arange(len(ratings))
    rating = main_effects(ratings, everything).guess(ratings, everything)
    strength = np.array(kind.factors)
    people, things = (
        uncorrelated(chance, count / count.sum(), len(strength)) for count in (ratings.user_count, ratings.item_count)
    )
    rating += np.einsum("ij,ij->i", people[user] * strength, things[item])
    spread = np.sqrt(np.square(left).mean() - np.square(strength).sum())
    if kind.own_noise:
        own = np.bincount(user, weights=np.square(left), minlength=len(ratings.users)) / np.maximum(
            ratings.user_count, 1
        )
        spread = np.sqrt(own)[user]
    rating += spread * chance.normal(size=len(ratings))
    step = step_of(ratings)
    held = np.clip(np.round(rating / step) * step, ratings.min_rating, ratings.max_rating)
    return replace(ratings, rating=held.astype(ratings.rating.dtype))


def uncorrelated(chance: np.random.Generator, weight: np.ndarray, k: int) -> np.ndarray:
    """Normal numbers with weighted mean 0 and, exactly, the identity as their weighted covariance, (n, k)."""
    drawn = chance.normal(size=(len(weight), k))
    drawn -= weight @ drawn
    root = np.linalg.cholesky(drawn.T @ (drawn * weight[:, None]))
    return np.linalg.solve(root, drawn.T).T
