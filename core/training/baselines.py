"""How far predictions are from ratings, and what a prediction without a model reaches."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.events import Started
from core.model.families import family_of
from core.training.slopes import MainEffects, Slopes, main_effects, slopes


def rmse(predicted: np.ndarray, rating: np.ndarray) -> float:
    """Root mean squared error, in rating units; arrays of one shape."""
    return float(np.sqrt(np.mean(np.square(predicted - rating, dtype=np.float64))))


def mae(predicted: np.ndarray, rating: np.ndarray) -> float:
    """Mean absolute error, in rating units; arrays of one shape."""
    return float(np.mean(np.abs(predicted - rating, dtype=np.float64)))


@dataclass(frozen=True)
class Baselines:
    """Validation RMSE without any embedding."""

    mean: float  # every rating predicted as the mean of the training ratings
    averages: float  # the mean, plus how the item and the user differ from it on average
    slopes: float  # the averages, plus two slopes a person: how much they go with the consensus and with popularity


def started(
    epochs: int, split: Split, lines: Baselines | None = None, *, references: Mapping[str, float] = MappingProxyType({})
) -> Started:
    """What is known of a training before its first step; without `lines` where no rating is guessed."""
    return Started(
        epochs=epochs,
        n_train=len(split.train),
        n_validation=len(split.validation),
        unseen_items=split.unseen_items,
        unseen_users=split.unseen_users,
        mean_rmse=lines.mean if lines else None,
        averages_rmse=lines.averages if lines else None,
        slopes_rmse=lines.slopes if lines else None,
        references=references,
    )


def baselines(ratings: Ratings, split: Split) -> Baselines:
    """Compute the reference lines of a split."""
    mean = float(ratings.rating[split.train].mean(dtype=np.float64))
    actual, effects = ratings.rating[split.validation], main_effects(ratings, split.train)

    def off(model: MainEffects | Slopes) -> float:
        """Error of its guesses, held inside the scale, rating units."""
        return rmse(np.clip(model.guess(ratings, split.validation), ratings.min_rating, ratings.max_rating), actual)

    return Baselines(
        mean=rmse(np.full(len(actual), mean), actual),
        averages=off(effects),
        slopes=off(slopes(ratings, split.train, effects)),
    )


def expected(config: RunConfig, ratings: Ratings, parts: Split, lines: Baselines | None = None) -> Started:
    """What is known of a training before its first step. `lines`: what guessing ratings without a model reaches, where
    that has been computed before. Raises NotApplicableError: the data have nothing of what the family learns from."""
    family = family_of(config)
    if not family.guesses_ratings:
        begin: Started = importlib.import_module(f"core.training.{family.training}").expected(config, ratings, parts)
        return begin
    return started(family.epochs(config), parts, lines or baselines(ratings, parts))


def average_guesses(ratings: Ratings, split: Split) -> np.ndarray:
    """What averages guess of the validation ratings, within the scale, float64, (n_validation,)."""
    guesses = main_effects(ratings, split.train).guess(ratings, split.validation)
    return np.clip(guesses, ratings.min_rating, ratings.max_rating)
