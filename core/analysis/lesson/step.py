"""One user and one item: their predicted rating, part by part, and one step of training on it."""

from dataclasses import dataclass

import numpy as np

from core.model.run import Weights


@dataclass(frozen=True, eq=False)
class Pair:
    """What a model has learned about one user and one item.

    Attributes:
        user, item: Their rows, float64, (n_dims,).
        user_bias, item_bias: Their biases; None where the model has none.
    """

    user: np.ndarray
    item: np.ndarray
    user_bias: float | None = None
    item_bias: float | None = None


def pair_of(weights: Weights, user: int, item: int) -> Pair:
    """The two rows and biases; `user` and `item` are row numbers."""
    of_user = None if weights.user_bias is None else float(weights.user_bias[user])
    of_item = None if weights.item_bias is None else float(weights.item_bias[item])
    return Pair(
        user=weights.user_embedding[user].astype(np.float64),
        item=weights.item_embedding[item].astype(np.float64),
        user_bias=of_user,
        item_bias=of_item,
    )


@dataclass(frozen=True, eq=False)
class Guess:
    """A predicted rating, taken apart.

    Attributes:
        terms: What each dimension adds, (n_dims,).
        dot: Their sum.
        score: The sum with the biases, where there are any.
        share: sigmoid(score), how far up the scale, 0–1; None for a model without biases, which has no sigmoid.
        rating: The prediction in rating units, not clipped.
    """

    terms: np.ndarray
    dot: float
    score: float
    share: float | None
    rating: float


def guess(pair: Pair, *, min_rating: float, max_rating: float) -> Guess:
    """Predict a rating step by step, by the formula of `core.model.run.predict`."""
    terms = pair.user * pair.item
    dot = float(terms.sum())
    if pair.user_bias is None or pair.item_bias is None:
        return Guess(terms=terms, dot=dot, score=dot, share=None, rating=dot)
    score = dot + pair.user_bias + pair.item_bias
    share = float(1 / (1 + np.exp(-score)))
    return Guess(terms=terms, dot=dot, score=score, share=share, rating=min_rating + (max_rating - min_rating) * share)


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One step of plain gradient descent on a single rating.

    Attributes:
        rating: What the user really gave.
        before, after: The numbers before and after the step.
        gradient: Slope of the loss in each of them: how fast it grows as the number does.
        guess_before, guess_after: The predictions that go with them.
    """

    rating: float
    before: Pair
    gradient: Pair
    after: Pair
    guess_before: Guess
    guess_after: Guess


def training_step(
    pair: Pair, rating: float, *, min_rating: float, max_rating: float, learning_rate: float, l2: float = 0.0
) -> TrainingStep:
    """Move two rows, and their biases, once against the slope of the loss.

    The loss of one rating r with prediction p is what `core.training.engine` minimizes
    with a batch of one, without dropout:

        loss = (p - r)² + l2 · (|u|² + |v|²).

    By the chain rule, with slope = d(p - r)²/d(score) = 2 (p - r) · p', where p'
    is 1 without a sigmoid s and (max - min) · s (1 - s) with it:

        d loss / du = slope · v + 2 l2 u,   d loss / dv = slope · u + 2 l2 v,   d loss / db = slope.

    Every number x becomes x - learning_rate · d loss / dx. No other row occurs in
    the loss, so the slope of every other row is exactly zero.

    Raises:
        ValueError: learning_rate or l2 is negative or not finite.
    """
    if not (0 <= learning_rate < np.inf and 0 <= l2 < np.inf):
        raise ValueError(f"learning_rate is {learning_rate} and l2 {l2}; both must be finite numbers from 0")
    before = guess(pair, min_rating=min_rating, max_rating=max_rating)
    steepness = 1.0 if before.share is None else (max_rating - min_rating) * before.share * (1 - before.share)
    slope = 2 * (before.rating - rating) * steepness
    biased = before.share is not None
    gradient = Pair(
        user=slope * pair.item + 2 * l2 * pair.user,
        item=slope * pair.user + 2 * l2 * pair.item,
        user_bias=slope if biased else None,
        item_bias=slope if biased else None,
    )
    after = _moved(pair, gradient, learning_rate)
    return TrainingStep(
        rating=rating,
        before=pair,
        gradient=gradient,
        after=after,
        guess_before=before,
        guess_after=guess(after, min_rating=min_rating, max_rating=max_rating),
    )


def _moved(pair: Pair, gradient: Pair, rate: float) -> Pair:
    def bias(value: float | None, slope: float | None) -> float | None:
        """One bias moved; None where the model has none."""
        return None if value is None or slope is None else value - rate * slope

    return Pair(
        user=pair.user - rate * gradient.user,
        item=pair.item - rate * gradient.item,
        user_bias=bias(pair.user_bias, gradient.user_bias),
        item_bias=bias(pair.item_bias, gradient.item_bias),
    )
