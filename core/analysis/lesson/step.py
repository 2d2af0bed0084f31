"""The lesson on one user and one item: rows looked up, a rating predicted part by part, a training step, dropout."""

import timeit
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.errors import AnalysisError
from core.model.scale import Scale
from core.model.scoring import Bilinear


@dataclass(frozen=True, eq=False)
class Pair:
    """What a model has learned about one user and one item."""

    # user, item: their rows, float64, (n_dims,)
    user: np.ndarray
    item: np.ndarray
    scale: Scale  # how a score becomes a rating
    # user_bias, item_bias: their biases; 0 where the model has none
    user_bias: float = 0.0
    item_bias: float = 0.0
    has_biases: bool = False  # whether it has any, which a step of training then moves
    constant: float = 0.0  # what is added for every pair alike, and stays as it is


def pair_of(scorer: Bilinear, user: int, item: int) -> Pair:
    """The two rows and biases; `user` and `item` are row numbers."""
    return Pair(
        user=scorer.user_embedding[user].astype(np.float64),
        item=scorer.item_embedding[item].astype(np.float64),
        scale=scorer.scale,
        user_bias=float(scorer.user_bias[user]),
        item_bias=float(scorer.item_bias[item]),
        has_biases=scorer.has_biases,
        constant=scorer.constant,
    )


@dataclass(frozen=True, eq=False)
class Prediction:
    """A predicted rating, taken apart."""

    terms: np.ndarray  # what each dimension adds, (n_dims,)
    dot: float  # their sum
    score: float  # the sum with the biases and the constant, where there are any
    share: float  # how far up the scale the rating is, 0–1 where the score goes through a sigmoid
    rating: float  # the prediction in rating units, not clipped


def predict(pair: Pair) -> Prediction:
    """Predict a rating step by step, as the scorer does for many at once."""
    terms, scale = pair.user * pair.item, pair.scale
    dot = float(terms.sum())
    score = pair.constant + dot + pair.user_bias + pair.item_bias
    rating = float(scale.rating(score))
    share = (rating - scale.low) / (scale.high - scale.low)
    return Prediction(terms=terms, dot=dot, score=score, share=share, rating=rating)


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One step of plain gradient descent on a single rating: the numbers before and after it."""

    rating: float  # what the user really gave
    before: Pair
    gradient: Pair  # slope of the loss in each of them: how fast it grows as the number does
    after: Pair
    # predicted_before, predicted_after: the predictions that go with them
    predicted_before: Prediction
    predicted_after: Prediction


def training_step(pair: Pair, rating: float, *, learning_rate: float, l2: float = 0.0) -> TrainingStep:
    """Move two rows, and their biases, once against the slope of the loss.

    The loss of one rating r with prediction p is what `core.training.engine` minimizes with a batch of one, without
    dropout:

        loss = (p - r)² + l2 · (|u|² + |v|²).

    By the chain rule, with slope = d(p - r)²/d(score) = 2 (p - r) · p', where p' is 1 without a sigmoid s and (max -
    min) · s (1 - s) with it:

        d loss / du = slope · v + 2 l2 u,   d loss / dv = slope · u + 2 l2 v,   d loss / db = slope.

    Every number x becomes x - learning_rate · d loss / dx. No other row occurs in the loss, so the slope of every other
    row is exactly zero.

    Raises AnalysisError: learning_rate or l2 is negative or not finite.
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


@dataclass(frozen=True, eq=False)
class Dropped:
    """A vector as a training step with dropout sees it."""

    kept: np.ndarray  # which numbers stay, boolean, (n_dims,)
    vector: np.ndarray  # those divided by 1 - rate, the others zero, (n_dims,)


def dropout(vector: np.ndarray, rate: float, *, seed: int) -> Dropped:
    """Hide each number with probability `rate`, and scale up the rest so that the expected vector is unchanged.

    Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15, with the scaling in training rather
    than afterwards, as Keras has it.

    `vector`: float array, (n_dims,); `rate`: share hidden on average, from 0 to below 1. Raises AnalysisError: the rate
    is out of range.
    """
    kept = _masks(len(vector), rate, draws=1, seed=seed)[0]
    return Dropped(kept=kept, vector=np.where(kept, vector / (1 - rate), 0.0))


def dropped_products(pair: Pair, *, user_rate: float, item_rate: float, draws: int, seed: int) -> np.ndarray:
    """Dot products of the two rows under many draws of dropout on both, (draws,).

    Their mean approaches the dot product without dropout: the two masks are drawn independently, and each leaves its
    vector unchanged on average.
    """
    user = _masks(len(pair.user), user_rate, draws=draws, seed=seed) * pair.user / (1 - user_rate)
    item = _masks(len(pair.item), item_rate, draws=draws, seed=seed + 1) * pair.item / (1 - item_rate)
    return np.einsum("ij,ij->i", user, item)


def _masks(size: int, rate: float, *, draws: int, seed: int) -> np.ndarray:
    if not 0 <= rate < 1:
        raise AnalysisError(f"the rate is {rate}; it must be from 0 to below 1")
    return np.random.default_rng(seed).random((draws, size)) >= rate


@dataclass(frozen=True, eq=False)
class LookUp:
    """One row of a matrix, had in two ways."""

    one_hot: np.ndarray  # zeros with a single one at the row number, (n_rows,)
    row: np.ndarray  # the row, picked by its number, (n_dims,)
    product: np.ndarray  # one_hot times the matrix, (n_dims,)
    multiplications: int  # what the product costs; picking costs none


def look_up(matrix: np.ndarray, row: int) -> LookUp:
    """Pick row `row` of a float array (n_rows, n_dims), and compute it as a product too.

    A one-hot vector times a matrix is the sum of all rows, each times 0 but one times 1. Zero times a finite number is
    zero and adding zero changes nothing, so for finite numbers the two are equal to the last bit.

    Raises AnalysisError: there is no such row.
    """
    if not 0 <= row < len(matrix):
        raise AnalysisError(f"row is {row}; the matrix has rows 0 to {len(matrix) - 1:,}")
    one_hot = np.zeros(len(matrix), matrix.dtype)
    one_hot[row] = 1
    return LookUp(one_hot=one_hot, row=matrix[row], product=one_hot @ matrix, multiplications=matrix.size)


@dataclass(frozen=True)
class Seconds:
    """How long each of the two ways took here, in seconds: the fastest of several tries."""

    look_up: float
    product: float


def time_both(matrix: np.ndarray, row: int) -> Seconds:
    """Measure picking a row against multiplying by its one-hot vector, which is made beforehand."""
    one_hot = look_up(matrix, row).one_hot
    return Seconds(_fastest(lambda: np.take(matrix, row, axis=0)), _fastest(lambda: one_hot @ matrix))


def _fastest(action: Callable[[], object]) -> float:
    return max(min(timeit.repeat(action, number=1, repeat=7)), 1e-9)  # a clock may tick too coarsely to see it
