"""How far guesses are off on a split of the ratings, what several splits say, and which model guesses better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.proof import clustered_mean
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import AnalysisError
from core.model.run import Run
from core.model.scoring import require_guesses
from core.training.baselines import rmse

AT_ONCE = 2**18  # ratings guessed at once


@dataclass(frozen=True)
class SplitScore:
    """Errors on the validation ratings of one split, in rating units; guesses are clipped to the scale."""

    val_rmse: float  # of all of them
    warm_rmse: float | None  # of those on items with a training rating; None where there is none
    cold_rmse: float | None  # of those on items without one; None where there is none
    raw_rmse: float  # of all, before guesses outside the scale are moved to its ends
    # n_warm, n_cold: how many are of either sort
    n_warm: int
    n_cold: int
    within: float  # share of the guesses that miss by no more than `val_rmse`, 0–1: 0.68 where errors are normal

    @property
    def cold_share(self) -> float:
        """Share of the squared error that the ratings on items without a training rating make up, 0–1."""
        if self.cold_rmse is None or self.val_rmse == 0:
            return 0.0
        return self.n_cold * self.cold_rmse**2 / ((self.n_warm + self.n_cold) * self.val_rmse**2)


def split_score(predicted: np.ndarray, actual: np.ndarray, warm: np.ndarray, *, low: float, high: float) -> SplitScore:
    """The errors of guesses.

    Args:
        predicted: The guesses, not clipped, float, (n,).
        actual: The ratings, (n,).
        warm: Whether each rating is on an item with a training rating, boolean, (n,).
        low, high: Ends of the rating scale.
    """
    clipped = np.clip(predicted, low, high)
    whole = rmse(clipped, actual)
    return SplitScore(
        val_rmse=whole,
        warm_rmse=_rmse_of(clipped, actual, warm),
        cold_rmse=_rmse_of(clipped, actual, ~warm),
        raw_rmse=rmse(predicted, actual),
        n_warm=int(np.count_nonzero(warm)),
        n_cold=int(np.count_nonzero(~warm)),
        within=float(np.mean(np.abs(np.subtract(clipped, actual, dtype=np.float64)) <= whole)),
    )


def _rmse_of(predicted: np.ndarray, actual: np.ndarray, chosen: np.ndarray) -> float | None:
    return rmse(predicted[chosen], actual[chosen]) if chosen.any() else None


def predict_rows(run: Run, ratings: Ratings, rows: np.ndarray) -> np.ndarray:
    """A run's guesses for some rows of the ratings it learned from, not clipped, (n,); rows int64, at least one.
    Raises NotApplicableError: the model guesses no ratings."""
    require_guesses(run.scorer)
    user, item = ratings.user_index[rows], ratings.item_index[rows]
    starts = range(0, len(rows), AT_ONCE)
    return np.concatenate([run.scorer.predict(user[at : at + AT_ONCE], item[at : at + AT_ONCE]) for at in starts])


def score_of(run: Run, ratings: Ratings, parts: Split) -> SplitScore:
    """The errors of a run on the validation ratings of its split."""
    rows = parts.validation
    return split_score(
        predict_rows(run, ratings, rows),
        ratings.rating[rows],
        parts.trained(ratings)[ratings.item_index[rows]],
        low=ratings.min_rating,
        high=ratings.max_rating,
    )


@dataclass(frozen=True)
class Mean:
    """The mean of what was measured on several splits."""

    mean: float  # in rating units
    # its standard error, the sample standard deviation by the root of the number of splits. It says how far the mean of
    # other splits of the same ratings would be from this one; splits share most of their training ratings, so with
    # ratings by other people it would be further (see `is_clear`).
    se: float
    n: int  # how many splits


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of two or more values with its standard error; ValueError of fewer."""
    if len(values) < 2:
        raise ValueError(f"a standard error takes two values or more, and this is {len(values)}")
    return Mean(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))), len(values))


def difference_of(first: Sequence[float], second: Sequence[float]) -> Mean:
    """How much higher the first model's error is than the second's, on the same splits in the same order.

    The splits' own luck is in both and cancels, so the standard error is that of the differences, smaller as a rule
    than either model's own. ValueError as `mean_of` says, and where the numbers of splits differ.
    """
    return mean_of([one - other for one, other in zip(first, second, strict=True)])


def is_clear(difference: Mean, validation_fraction: float, *, among: int = 1) -> bool:
    """Whether a mean of paired differences is further from zero than chance would have it one time in twenty.

    The corrected resampled t-test of Nadeau and Bengio (2003), Inference for the Generalization Error: random splits of
    the same ratings overlap, so the variance of the mean is not s²/n but s² (1/n + n_validation/n_train).

    Args:
        validation_fraction: Share of the ratings kept aside on every split, 0–1.
        among: Of how many differences on these very splits it was chosen as the largest: the bar is as much higher
            (Bonferroni's correction).
    """
    from scipy.special import stdtrit  # the quantile of Student's t

    overlap = validation_fraction / (1 - validation_fraction)
    error = difference.se * np.sqrt(1 + difference.n * overlap)
    return bool(abs(difference.mean) > stdtrit(difference.n - 1, 1 - 0.025 / among) * error)


@dataclass(frozen=True)
class Row:
    """One model of a scoreboard: its settings on every split."""

    run_id: str  # the run whose settings these are
    own: SplitScore  # what that run reaches on its own split
    splits: tuple[SplitScore, ...]  # what the same settings reach on split seeds 0, 1, …

    @property
    def errors(self) -> list[float]:
        """Validation RMSE on each split."""
        return [split.val_rmse for split in self.splits]

    @property
    def pooled(self) -> Mean:
        """The mean of them."""
        return mean_of(self.errors)

    @property
    def luck(self) -> float:
        """How much better than that mean the run's own split came out; below zero for worse."""
        return self.pooled.mean - self.own.val_rmse


@dataclass(frozen=True)
class Pair:
    """Two models of a scoreboard, by the ids of their runs; `difference` as `difference_of` gives it."""

    a: str
    b: str
    difference: Mean


def pairs(rows: Sequence[Row]) -> tuple[Pair, ...]:
    """Every two models of a scoreboard, in its order."""
    return tuple(
        Pair(a.run_id, b.run_id, difference_of(a.errors, b.errors))
        for place, a in enumerate(rows)
        for b in rows[place + 1 :]
    )


CLEAR = 2.0  # standard errors from which a difference is more than the luck of who was asked


@dataclass(frozen=True)
class Paired:
    """How much further off the first of two models is than the second."""

    difference: float  # RMSE of the first less that of the second, rating units
    se: float  # its standard error over people: how far it would be from this one had other people been asked
    n_ratings: int  # ratings that both guessed

    @property
    def clear(self) -> bool:
        """Whether it is more than the luck of who was asked."""
        return abs(self.difference) > CLEAR * self.se


def paired(first: np.ndarray, second: np.ndarray, rating: np.ndarray, user_index: np.ndarray) -> Paired:
    """Compare the errors of two models rating by rating: what makes a rating hard for both cancels.

    What is averaged are differences of squared errors, whose mean is the difference of the two RMSE times their sum; by
    that sum both are divided (the delta method). The standard error is clustered by person, with both models as they
    are: that another training of them would come out a little differently is not in it.

    Args:
        first, second: Guesses of the same ratings, held inside the scale, (n,) each.
        user_index: Who gave them, (n,).

    Raises AnalysisError: there are no ratings.
    """
    if len(rating) == 0:
        raise AnalysisError("there are no ratings to compare errors on")
    squares = [np.square(guess - rating, dtype=np.float64) for guess in (first, second)]
    total = sum(float(np.sqrt(square.mean())) for square in squares)
    mean, se = clustered_mean((squares[0] - squares[1])[:, None], user_index)
    scale = 1 / total if total else 0.0
    return Paired(difference=float(mean[0]) * scale, se=float(se[0]) * scale, n_ratings=len(rating))
