"""Learned biases: beside plain averages, beside what tastes add, and alone; and how well a model knows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.analysis.gauge import CenteredModel
from core.errors import AnalysisError
from core.model.scale import Scale
from core.model.scoring import Scorer
from core.training.baselines import rmse

MOST_SHRINKAGE = 1000.0
NEAREST_TO_THE_ENDS = 0.02
"""A mean at the very end of the scale would ask for an endless bias; it counts as this share of the scale away."""

BLOCK = 250_000  # ratings looked at in one go: two vectors each, so that memory stays bounded


@dataclass(frozen=True, eq=False)
class Biases:
    """What the average alone would lead one to expect of every bias, and what is left."""

    expected: np.ndarray  # bias expected from count and mean, (n,), in the model's own units; NaN without ratings
    # learned bias less the expected one, (n,): above zero, liked more than its plain average says; NaN without ratings
    residual: np.ndarray
    # ratings' worth of doubt: with so many ratings, half of an average's distance from the middle is believed
    shrinkage: float
    # slope, level: the line from the score that leads to the believed mean to the bias
    slope: float
    level: float
    center: float  # mean of those ratings, where what nobody has rated is believed to lie
    r2: float  # share of the variance of the biases that expectation explains, fraction
    scale: Scale  # how a score becomes a rating

    def believed(self, count: np.ndarray) -> np.ndarray:
        """Share of an average's distance from the middle that is believed at these counts, 0–1."""
        return _weight(count, self.shrinkage)

    def curve(self, count: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
        """Bias expected at these counts and means, for the picture."""
        mean_believed = self.center + self.believed(count) * (mean - self.center)
        return self.level + self.slope * self.scale.score(mean_believed, nearest=NEAREST_TO_THE_ENDS)


def biases(bias: np.ndarray, count: np.ndarray, mean: np.ndarray, scale: Scale) -> Biases:
    """Fit the shrinkage curve to learned biases, of items or of users, over those that training has seen.

    A model trusts an average the more ratings stand behind it. The mean it believes is

        center + count / (count + shrinkage) * (mean - center),

    the form of Koren's (2010, section 2.1) shrunken offsets. The bias expected is a straight line in the score that
    leads to that mean: the mean itself, or, where the model sends its score through a sigmoid, the log odds of its
    place between the ends of the scale, so that a tenth of a star more takes more bias near the end than in the middle.
    Level and slope are the least-squares fit for each shrinkage; the shrinkage is the one with the smallest error, from
    0 to 1,000 ratings. About 0.1 s for 87,585 items.

    Args:
        bias: Learned biases, (n,), of the centered model: as stored, part of them may lie in the vectors.
        count: Training ratings behind each, (n,): a bias that nothing has moved says nothing of how averages are used.
        mean: Their plain average, (n,); not looked at where the count is 0.

    Raises AnalysisError: fewer than three were rated, or all their averages are equal.
    """
    rated = count > 0
    y, n, average = (np.asarray(values, np.float64)[rated] for values in (bias, count, mean))
    if len(y) < 3 or np.ptp(average) == 0:
        found = f"{len(y):,} are rated" if len(y) < 3 else f"the averages of all {len(y):,} rated are equal"
        raise AnalysisError(f"{found}; what a bias should be takes three with averages that differ")
    center = float(np.average(average, weights=n))

    def line(shrinkage: float) -> tuple[float, float, np.ndarray]:
        """Level, slope and fitted biases at this shrinkage."""
        mean_believed = center + _weight(n, shrinkage) * (average - center)
        return _line(scale.score(mean_believed, nearest=NEAREST_TO_THE_ENDS), y)

    shrinkage = _lowest(lambda at: float(np.square(y - line(at)[2]).sum()), MOST_SHRINKAGE)
    level, slope, fitted = line(shrinkage)
    expected = np.full(len(rated), np.nan)
    expected[rated] = fitted
    variance = np.square(y - y.mean()).sum()
    return Biases(
        expected=expected,
        residual=np.asarray(bias, np.float64) - expected,
        shrinkage=shrinkage,
        slope=slope,
        level=level,
        center=center,
        r2=float(1 - np.square(y - fitted).sum() / variance) if variance else 0.0,
        scale=scale,
    )


def _lowest(error: Callable[[float], float], most: float) -> float:
    """Where from 0 to `most` the error is lowest, looked for on a logarithmic scale."""
    from scipy.optimize import minimize_scalar  # 0.3 s to import

    # A coarse look first: the error can have a second, shallower valley.
    grid = np.linspace(0, np.log1p(most), 60)
    best = int(np.argmin([error(at) for at in np.expm1(grid)]))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    result = minimize_scalar(lambda at: error(np.expm1(at)), bounds=around, method="bounded", options={"xatol": 1e-6})
    return float(np.expm1(result.x))


def _weight(count: np.ndarray, shrinkage: float) -> np.ndarray:
    """count / (count + shrinkage); without shrinkage even nothing is believed in full, rather than divided by zero."""
    return np.divide(count, count + shrinkage, out=np.ones(np.shape(count)), where=count + shrinkage > 0)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Level and slope of the least-squares line, and its values."""
    distance = x - x.mean()
    spread = float(distance @ distance)
    slope = float(distance @ y / spread) if spread else 0.0
    level = float(y.mean() - slope * x.mean())
    return level, slope, level + slope * x


@dataclass(frozen=True, eq=False)
class AverageTerms:
    """Means over some ratings of each row, in units of the score; NaN without ratings."""

    # of the dot product of the centered vectors, float64, (n,): how far the two agree, on average over who rated it
    # (or, for a user, over what they rated)
    taste: np.ndarray
    # of the centered bias on the other side, float64, (n,): how generous those who rated it are (or how liked what they
    # rated is)
    others: np.ndarray


def average_terms(
    model: CenteredModel, user_index: np.ndarray, item_index: np.ndarray, rows: np.ndarray, *, users: bool = False
) -> AverageTerms:
    """Take the mean score of some rows apart: it is the constant, the row's bias, `taste` and `others`.

    0.01 s for twenty items of 100,000 ratings; it grows with the ratings of the rows asked for.

    Args:
        user_index, item_index: The ratings averaged over, those it was trained on as a rule, (n_ratings,) each.
        rows: Rows asked for, int, (n,), each once.
        users: Whether they are users.
    """
    index, other = (user_index, item_index) if users else (item_index, user_index)
    own, theirs = (
        (model.user_embedding, model.item_embedding) if users else (model.item_embedding, model.user_embedding)
    )
    bias = model.item_bias if users else model.user_bias
    place = np.full(len(own), -1)
    place[rows] = np.arange(len(rows))
    wanted = np.flatnonzero(place[index] >= 0)
    taste, others = np.zeros(len(rows)), np.zeros(len(rows))
    for start in range(0, len(wanted), BLOCK):
        block = wanted[start : start + BLOCK]
        at, partner = place[index[block]], other[block]
        product = np.einsum("ij,ij->i", own[index[block]], theirs[partner])
        taste += np.bincount(at, weights=product, minlength=len(rows))
        others += np.bincount(at, weights=bias[partner], minlength=len(rows))
    count = np.bincount(place[index[wanted]], minlength=len(rows))
    empty = np.full(len(rows), np.nan)
    return AverageTerms(
        taste=np.divide(taste, count, out=empty.copy(), where=count > 0),
        others=np.divide(others, count, out=empty, where=count > 0),
    )


@dataclass(frozen=True)
class BiasAblation:
    """What is left of a model when its taste is taken away."""

    biases_rmse: float  # error of the biases alone, in rating units, clipped predictions
    whole_rmse: float  # error of the whole model on the same ratings
    n_ratings: int  # how many those are


def bias_ablation(
    model: CenteredModel, user_index: np.ndarray, item_index: np.ndarray, rating: np.ndarray
) -> BiasAblation:
    """Compare a model with its biases alone, nothing trained again.

    In the centered form biases hold all that a pair has in common with the average person or item, so that what is left
    out is how the two meet, and nothing else. The biases as stored would do worse: part of them is in the vectors.

    `user_index`, `item_index`, `rating`: ratings to predict, (n_ratings,) each. Raises AnalysisError: there are no
    ratings.
    """
    if len(rating) == 0:
        raise AnalysisError("there are no ratings to measure the error on")
    biases, whole = np.empty(len(rating)), np.empty(len(rating))
    for start in range(0, len(rating), BLOCK):
        block = slice(start, start + BLOCK)
        users, items = user_index[block], item_index[block]
        biases[block] = model.guess(model.biases(users, items))
        whole[block] = model.guess(model.score(users, items))
    return BiasAblation(biases_rmse=rmse(biases, rating), whole_rmse=rmse(whole, rating), n_ratings=len(rating))


@dataclass(frozen=True, eq=False)
class BiasPosterior:
    """What a model knows of the biases of one side."""

    std: np.ndarray  # posterior standard deviation of each bias, float64, (n,), rating units
    prior_std: float  # how far biases differ, as the model found it: of an item, around what else is known of it
    # ratings' worth of doubt that follows: with n ratings, a share n / (n + doubt) of how far they lie on average from
    # what is expected without the bias goes into it
    doubt: float
    # what each bias is a sum of, by name, float64, (n,) each; empty for users, whose biases are no sums
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
