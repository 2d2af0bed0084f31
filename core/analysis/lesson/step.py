"""One user and one item: their predicted rating, part by part, and one step of training on it."""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import AnalysisError
from core.model.scoring import Bilinear, Scale


@dataclass(frozen=True, eq=False)
class Pair:
    """What a model has learned about one user and one item.

    Attributes:
        user, item: Their rows, float64, (n_dims,).
        scale: How a score becomes a rating.
        user_bias, item_bias: Their biases; 0 where the model has none.
        has_biases: Whether it has any, which a step of training then moves.
    """

    user: np.ndarray
    item: np.ndarray
    scale: Scale
    user_bias: float = 0.0
    item_bias: float = 0.0
    has_biases: bool = False


def pair_of(scorer: Bilinear, user: int, item: int) -> Pair:
    """The two rows and biases; `user` and `item` are row numbers."""
    return Pair(
        user=scorer.user_embedding[user].astype(np.float64),
        item=scorer.item_embedding[item].astype(np.float64),
        scale=scorer.scale,
        user_bias=float(scorer.user_bias[user]),
        item_bias=float(scorer.item_bias[item]),
        has_biases=scorer.has_biases,
    )


@dataclass(frozen=True, eq=False)
class Prediction:
    """A predicted rating, taken apart.

    Attributes:
        terms: What each dimension adds, (n_dims,).
        dot: Their sum.
        score: The sum with the biases, where there are any.
        share: How far up the scale the rating is, 0–1 where the score goes through a sigmoid.
        rating: The prediction in rating units, not clipped.
    """

    terms: np.ndarray
    dot: float
    score: float
    share: float
    rating: float


def predict(pair: Pair) -> Prediction:
    """Predict a rating step by step, as the scorer does for many at once."""
    terms, scale = pair.user * pair.item, pair.scale
    dot = float(terms.sum())
    score = dot + pair.user_bias + pair.item_bias
    rating = float(scale.rating(score))
    share = (rating - scale.low) / (scale.high - scale.low)
    return Prediction(terms=terms, dot=dot, score=score, share=share, rating=rating)


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One step of plain gradient descent on a single rating.

    Attributes:
        rating: What the user really gave.
        before, after: The numbers before and after the step.
        gradient: Slope of the loss in each of them: how fast it grows as the number does.
        predicted_before, predicted_after: The predictions that go with them.
    """

    rating: float
    before: Pair
    gradient: Pair
    after: Pair
    predicted_before: Prediction
    predicted_after: Prediction


def training_step(pair: Pair, rating: float, *, learning_rate: float, l2: float = 0.0) -> TrainingStep:
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
        AnalysisError: learning_rate or l2 is negative or not finite.
    """
    if not (0 <= learning_rate < np.inf and 0 <= l2 < np.inf):
        raise AnalysisError(f"learning_rate is {learning_rate} and l2 {l2}; both must be finite numbers from 0")
    before = predict(pair)
    slope = 2 * (before.rating - rating) * float(pair.scale.slope(before.score))
    bias_slope = slope if pair.has_biases else 0.0
    gradient = replace(
        pair,
        user=slope * pair.item + 2 * l2 * pair.user,
        item=slope * pair.user + 2 * l2 * pair.item,
        user_bias=bias_slope,
        item_bias=bias_slope,
    )
    moved = {
        name: getattr(pair, name) - learning_rate * getattr(gradient, name)
        for name in ("user", "item", "user_bias", "item_bias")
    }
    after = replace(pair, **moved)
    return TrainingStep(
        rating=rating,
        before=pair,
        gradient=gradient,
        after=after,
        predicted_before=before,
        predicted_after=predict(after),
    )
