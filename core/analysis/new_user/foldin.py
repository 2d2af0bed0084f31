"""A new person in a trained model: their vector and bias fitted to their ratings, everything else frozen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.model.run import Weights

PSEUDO_PEOPLE = 1.0
"""Weight of the round shape that a covariance is mixed with, in people for each number to be learned about one."""

MOST_STEPS, CLOSE_ENOUGH = 100, 1e-14
"""Newton steps at most, and the share of the objective that a further one would still save."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Whom to expect before somebody's first rating: a normal distribution over vector and bias.

    Attributes:
        mean: Of the vectors of the people the model was trained on, with the bias behind it
            where the model has one, float64, (p,).
        covariance: Of the same, float64, (p, p).
        noise: Variance of a rating around the model's guess, in squared rating units.
    """

    mean: np.ndarray
    covariance: np.ndarray
    noise: float

    @cached_property
    def penalty(self) -> np.ndarray:
        """Weight of a squared distance from the mean beside squared rating errors, (p, p)."""
        return self.noise * np.linalg.inv(self.covariance)


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody the model was not trained on.

    Attributes:
        vector: float64, (embedding_dim,).
        bias: Where the model has biases, else None.
        covariance: How uncertain vector and bias are after the ratings, (p, p).
        n_ratings: Ratings they were fitted to.
    """

    vector: np.ndarray
    bias: float | None
    covariance: np.ndarray
    n_ratings: int


@dataclass(frozen=True)
class Scale:
    """Ends of the rating scale, and whether the model's score goes through a sigmoid to stay between them."""

    low: float
    high: float
    sigmoid: bool

    def rating(self, score: np.ndarray) -> np.ndarray:
        """The rating a score stands for, as in `core.model.run.predict`."""
        return self.low + (self.high - self.low) * _sigmoid(score) if self.sigmoid else score

    def slope(self, score: np.ndarray) -> np.ndarray:
        """Change of the rating with the score."""
        share = _sigmoid(score)
        return (self.high - self.low) * share * (1 - share) if self.sigmoid else np.ones_like(score)

    def bend(self, score: np.ndarray) -> np.ndarray:
        """Change of the slope with the score."""
        return self.slope(score) * (1 - 2 * _sigmoid(score)) if self.sigmoid else np.zeros_like(score)


def _sigmoid(score: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-score)), without overflow at either end."""
    return 0.5 * (1 + np.tanh(0.5 * score))


def scale_of(weights: Weights, min_rating: float, max_rating: float) -> Scale:
    """The scale of a model: those with biases have the sigmoid."""
    return Scale(min_rating, max_rating, weights.item_bias is not None)


def people_prior(weights: Weights, trained: np.ndarray, *, noise: float) -> Prior:
    """What the people a model was trained on say about the next one.

    The covariance is mixed with a round one of the same total (the bias, which has
    its own units, stays apart), weighing p people beside the n there are: with
    fewer people than numbers it could not be inverted otherwise.

    Args:
        weights: The trained numbers.
        trained: Boolean array, (n_users,), people with a rating in the training part.
        noise: Variance of a rating around the model's guess, such as the squared
            validation RMSE.

    Raises:
        ValueError: Nobody was trained, or the noise is not above zero.
    """
    if not trained.any() or not noise > 0:
        raise ValueError(f"{np.count_nonzero(trained):,} people with noise {noise}; both must be above zero")
    people = np.asarray(weights.user_embedding, np.float64)[trained]
    if weights.user_bias is not None:
        people = np.column_stack([people, weights.user_bias[trained]])
    n, p = people.shape
    mean = people.mean(axis=0)
    around = people - mean
    covariance = around.T @ around / n
    round_one = np.diag(covariance).copy()
    dim = weights.user_embedding.shape[1]
    round_one[:dim] = round_one[:dim].mean()
    floor = 1e-6 * max(float(round_one.max()), 1e-6)  # people who are all alike still leave some doubt
    round_one = np.maximum(round_one, floor)
    doubt = PSEUDO_PEOPLE * p
    return Prior(mean, (n * covariance + doubt * np.diag(round_one)) / (n + doubt), float(noise))


def fold_in(weights: Weights, items: np.ndarray, rating: np.ndarray, prior: Prior, scale: Scale) -> Person:
    """The vector and bias that fit somebody's ratings best, items and their biases staying as they are.

    Minimizes over x = (vector, bias), with the prior's mean m and covariance C,

        sum over the ratings of (rating - guess(x))^2 + noise (x - m)' C^-1 (x - m),

    the most probable x under normal errors: ridge regression toward the typical
    person, with a penalty that is small where people differ. Without a sigmoid one
    linear solve is exact; with it Newton's method, steps halved until they help,
    and negative curvature of single ratings left out so that every step descends.
    The covariance afterwards is Laplace's approximation (Bishop 2006, *Pattern
    Recognition and Machine Learning*, section 4.4) with Gauss-Newton curvature.
    Under a millisecond for ten ratings and 64 dimensions.

    Args:
        weights: The trained numbers.
        items: Rows of the rated items, int, (n,); none at all gives the typical person.
        rating: Float array, (n,), in rating units.
        prior: From `people_prior`.
        scale: From `scale_of`.

    Raises:
        ValueError: Items and ratings differ in number, or a rating is not finite.
    """
    rating = np.asarray(rating, np.float64)
    if len(items) != len(rating) or not np.isfinite(rating).all():
        raise ValueError(f"{len(items)} items with {len(rating)} ratings, which must be as many, all finite")
    design, offset = _design(weights, items)
    x = _lowest(design, offset, rating, prior, scale)
    weight = np.square(scale.slope(design @ x + offset))
    curvature = (design.T * weight) @ design + prior.penalty
    dim = weights.item_embedding.shape[1]
    return Person(
        vector=x[:dim],
        bias=float(x[dim]) if weights.item_bias is not None else None,
        covariance=prior.noise * np.linalg.inv(curvature),
        n_ratings=len(rating),
    )


def _design(weights: Weights, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Item vectors, a one behind each where the person has a bias, and the items' own biases."""
    vectors = np.asarray(weights.item_embedding[items], np.float64)
    if weights.item_bias is None:
        return vectors, np.zeros(len(vectors))
    return np.column_stack([vectors, np.ones(len(vectors))]), np.asarray(weights.item_bias[items], np.float64)


def _lowest(design: np.ndarray, offset: np.ndarray, rating: np.ndarray, prior: Prior, scale: Scale) -> np.ndarray:
    """Newton's method from the typical person."""

    def objective(x: np.ndarray) -> float:
        """Half the squared misses and the penalty for being unlike everybody."""
        miss = rating - scale.rating(design @ x + offset)
        away = x - prior.mean
        return float(miss @ miss + away @ prior.penalty @ away) / 2

    x = prior.mean
    value = objective(x)
    for _ in range(MOST_STEPS):
        score = design @ x + offset
        miss, slope = rating - scale.rating(score), scale.slope(score)
        gradient = prior.penalty @ (x - prior.mean) - design.T @ (slope * miss)
        weight = np.maximum(slope**2 - miss * scale.bend(score), 0)
        step = np.linalg.solve((design.T * weight) @ design + prior.penalty, gradient)
        saving = float(gradient @ step)
        if saving <= CLOSE_ENOUGH * (1e-3 + value):
            break
        size, fresh = 1.0, objective(x - step)
        while fresh > value - 1e-4 * size * saving and size > 1e-9:
            size /= 2
            fresh = objective(x - size * step)
        x, value = x - size * step, fresh
    return x


def guesses(weights: Weights, person: Person, scale: Scale) -> np.ndarray:
    """Rating guessed for every item, float64, (n_items,), held inside the scale."""
    score = (weights.item_embedding @ person.vector.astype(np.float32)).astype(np.float64)
    if person.bias is not None and weights.item_bias is not None:
        score += weights.item_bias + person.bias
    return np.clip(scale.rating(score), scale.low, scale.high)


def doubt(weights: Weights, person: Person, scale: Scale) -> np.ndarray:
    """How far each guess may be off because little is known of the person, (n_items,), standard deviations in
    rating units.

    The standard deviation of the score, carried through the sigmoid by its slope (delta method). It is small
    for items like those they rated, and close to the typical person's for items unlike any of them.
    """
    dim = weights.item_embedding.shape[1]
    inner = person.covariance[:dim, :dim].astype(np.float32)
    variance = np.einsum("ij,ij->i", weights.item_embedding @ inner, weights.item_embedding).astype(np.float64)
    score = weights.item_embedding @ person.vector.astype(np.float32)
    if person.bias is not None and weights.item_bias is not None:
        across = person.covariance[:dim, dim].astype(np.float32)
        variance += 2 * (weights.item_embedding @ across) + person.covariance[dim, dim]
        score = score + weights.item_bias + person.bias
    return np.sqrt(np.maximum(variance, 0)) * scale.slope(score.astype(np.float64))
