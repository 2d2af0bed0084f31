"""A new person in a trained model: their numbers fitted to their ratings, everything else frozen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.errors import AnalysisError
from core.model.item_features import FeatureGroup
from core.model.scoring import Scorer
from core.model.variational import NOISE_COUNT

TELLING = 20
"""Rated items at which half of what they say about a person is believed. A model learns it from people with dozens: of
one item it would expect far too much (RMSE with one rating 1.02 instead of 0.95, where nothing is held back)."""

PSEUDO_PEOPLE = 1.0
"""Weight of the round shape that a covariance is mixed with, in people for each number to be learned about one."""

MOST_STEPS, CLOSE_ENOUGH = 100, 1e-14
"""Newton steps at most, and the share of the objective that a further one would still save."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Whom to expect before somebody's first rating: a normal distribution over their numbers."""

    # of what the model learned about each user (`Scorer.user_numbers`), float64, (p,); of somebody who has rated
    # nothing
    mean: np.ndarray
    covariance: np.ndarray  # of the same, float64, (p, p)
    noise: float  # variance of a rating around the model's prediction, in squared rating units
    # the mean that follows from which items somebody rated, rows of items to (p,), for a model that learned what that
    # says; None where it says nothing
    mean_of: Callable[[np.ndarray], np.ndarray] | None = None

    @cached_property
    def penalty(self) -> np.ndarray:
        """Weight of a squared distance from the mean beside squared rating errors, (p, p)."""
        return self.noise * np.linalg.inv(self.covariance)


@dataclass(frozen=True, eq=False)
class NewUser:
    """Somebody the model was not trained on."""

    numbers: np.ndarray  # what a model learns about a user, a row such as those of `Scorer.user_numbers`, float64, (p,)
    dim: int  # how many of these are the vector; a bias, where the model has biases, comes behind it
    covariance: np.ndarray  # how uncertain they are after the ratings, (p, p)
    n_ratings: int  # ratings they were fitted to
    # variance of their ratings around the guesses, however well the numbers are known, squared rating units
    noise: float

    @property
    def vector(self) -> np.ndarray:
        """The vector, float64, (dim,)."""
        return self.numbers[: self.dim]

    @property
    def bias(self) -> float:
        """The bias; 0 where the model has none."""
        return float(self.numbers[self.dim :].sum())


def people_prior(scorer: Scorer, trained: np.ndarray, *, noise: float) -> Prior:
    """What the people a model was trained on say about the next one.

    The covariance is mixed with a round one of the same total (the bias, which has its own units, stays apart),
    weighing p people beside the n there are: with fewer people than numbers it could not be inverted otherwise.

    `noise`: variance of a rating around the model's prediction, such as the squared validation RMSE. Raises
    AnalysisError: nobody was trained, or the noise is not above zero.
    """
    if not trained.any() or not noise > 0:
        raise AnalysisError(f"{np.count_nonzero(trained):,} people with noise {noise}; both must be above zero")
    people = scorer.user_numbers[trained]
    n, p = people.shape
    mean = people.mean(axis=0)
    around = people - mean
    covariance = around.T @ around / n
    round_one = np.diag(covariance).copy()
    if dim := scorer.user_embedding.shape[1]:
        round_one[:dim] = round_one[:dim].mean()
    floor = 1e-6 * max(float(round_one.max()), 1e-6)  # people who are all alike still leave some uncertainty
    round_one = np.maximum(round_one, floor)
    weight = PSEUDO_PEOPLE * p
    return Prior(mean, (n * covariance + weight * np.diag(round_one)) / (n + weight), float(noise))


def learned_prior(scorer: Scorer, groups: Sequence[FeatureGroup]) -> Prior:
    """The prior that a model with uncertainty has of each user's numbers, as wide as it found it to be.

    Independent normals, around zero or around what is to be expected of somebody who rates such items, and the noise of
    somebody unknown. That the expectation itself is not quite known is left out: it rests on everybody's ratings.
    """
    precision = scorer.arrays["prior_precision"][0].astype(np.float64)  # of the group `user`, its bias first

    def mean_of(items: np.ndarray) -> np.ndarray:
        """What these items say, the vector first."""
        return np.roll(scorer.expected_user(groups, items), -1) * len(items) / (len(items) + TELLING)

    return Prior(
        mean=np.zeros(len(precision)),
        covariance=np.diag(1 / np.roll(precision, -1)),
        noise=float(scorer.arrays["typical_noise"][0]),
        mean_of=mean_of,
    )


def fold_in(scorer: Scorer, items: np.ndarray, rating: np.ndarray, prior: Prior) -> NewUser:
    """The numbers that fit somebody's ratings best, everything else of the model staying as it is.

    Minimizes over x, with the prior's mean m, which may depend on what was rated, and covariance C,

        sum over the ratings of ((rating - prediction(x))^2 + x' S x) + noise (x - m)' C^-1 (x - m),

    the most probable x under normal errors: ridge regression toward the typical person, with a penalty that is small
    where people differ. S is the diagonal of the variances of the item's vector, where the model knows them: the
    squared error to expect of a rating, over all the vectors that the item may have. Where the prediction is linear in
    x one linear solve is exact, and x and the covariance are mean and covariance of a Bayesian linear regression
    (Bishop 2006, *Pattern Recognition and Machine Learning*, section 3.3); else it is Newton's method, steps halved
    until they help, and negative curvature of single ratings left out so that every step descends, and the covariance
    is Laplace's approximation (section 4.4) with Gauss-Newton curvature. Under a millisecond for ten ratings and 64
    dimensions.

    A model with uncertainty then learns the person's own noise, as it did for each user it was trained on: the mean
    of the squared errors to expect, with ten ratings' worth of everybody's noise among them.

    Args:
        items: Rows of the rated items, int, (n,); none at all gives the typical person.
        rating: Float array, (n,), in rating units.
        prior: From `people_prior`, or from `learned_prior` where the model has uncertainty.

    Raises AnalysisError: items and ratings differ in number, or a rating is not finite.
    """
    items, rating = np.asarray(items, np.int64), np.asarray(rating, np.float64)
    if len(items) != len(rating) or not np.isfinite(rating).all():
        raise AnalysisError(f"{len(items)} items with {len(rating)} ratings, which must be as many, all finite")
    if prior.mean_of is not None:
        prior = replace(prior, mean=prior.mean_of(items))
    x = _lowest(scorer, items, rating, prior)
    score, change = scorer.score_new_user(x, items)
    weight = np.square(scorer.scale.slope(score))
    of_bias, of_change = scorer.item_doubt(items)
    curvature = (change.T * weight) @ change + np.diag(of_change.sum(axis=0)) + prior.penalty
    covariance = prior.noise * np.linalg.inv(curvature)
    noise = prior.noise
    if scorer.has_uncertainty:
        squares = np.square(rating - scorer.scale.rating(score))
        squares += np.einsum("ij,jk,ik->i", change, covariance, change) + of_bias + _of_items(of_change, x, covariance)
        noise = (NOISE_COUNT * noise + float(squares.sum())) / (NOISE_COUNT + len(rating))
    return NewUser(x, scorer.user_embedding.shape[1], covariance, len(rating), noise)


def _lowest(scorer: Scorer, items: np.ndarray, rating: np.ndarray, prior: Prior) -> np.ndarray:
    """Newton's method from the typical person."""
    scale, doubt = scorer.scale, scorer.item_doubt(items)[1].sum(axis=0)

    def objective(x: np.ndarray) -> float:
        """Half the squared errors to expect and the penalty for being unlike everybody."""
        error = rating - scale.rating(scorer.score_new_user(x, items)[0])
        away = x - prior.mean
        return float(error @ error + doubt @ x**2 + away @ prior.penalty @ away) / 2

    x = prior.mean
    value = objective(x)
    for _ in range(MOST_STEPS):
        score, change = scorer.score_new_user(x, items)
        error, slope = rating - scale.rating(score), scale.slope(score)
        gradient = prior.penalty @ (x - prior.mean) + doubt * x - change.T @ (slope * error)
        weight = np.maximum(slope**2 - error * scale.bend(score), 0)
        step = np.linalg.solve((change.T * weight) @ change + np.diag(doubt) + prior.penalty, gradient)
        saving = float(gradient @ step)
        if saving <= CLOSE_ENOUGH * (1e-3 + value):
            break
        size, fresh = 1.0, objective(x - step)
        while fresh > value - 1e-4 * size * saving and size > 1e-9:
            size /= 2
            fresh = objective(x - size * step)
        if fresh >= value:  # at a kink of the network's units no step helps any more
            break
        x, value = x - size * step, fresh
    return x


def predictions(scorer: Scorer, person: NewUser) -> np.ndarray:
    """Rating predicted for every item, float64, (n_items,), held inside the scale."""
    return scorer.scale.clip(scorer.scale.rating(scorer.score_new_user_on_all(person.numbers)))


def prediction_std(scorer: Scorer, person: NewUser) -> np.ndarray:
    """How far each prediction may be off because little is known of the person, (n_items,), standard deviations in
    rating units.

    The standard deviation of the score, carried to the rating by its slope (delta method). It is small for items like
    those they rated, and close to the typical person's for items unlike any of them.
    """
    variance = scorer.score_variance(person.numbers, person.covariance)
    return np.sqrt(variance) * scorer.scale.slope(scorer.score_new_user_on_all(person.numbers))


def doubts(scorer: Scorer, person: NewUser) -> tuple[np.ndarray, np.ndarray]:
    """Variance of each item's score because little is known of the person, and because little is known of the item.

    Products of independent numbers: with the means v and x of the item's and the person's vector, and their variances
    V and C, the first is v' C v and the second, with the variance of the item's bias, x' V x + trace(V C).

    `scorer`: a model with uncertainty. Returns float64, (n_items,) each, squared rating units.
    """
    of_bias, of_change = scorer.item_doubt(np.arange(len(scorer.item_embedding)))
    from_item = of_bias + _of_items(of_change, person.numbers, person.covariance)
    return scorer.score_variance(person.numbers, person.covariance), from_item


def _of_items(of_change: np.ndarray, x: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return of_change @ (x**2 + np.diag(covariance))
