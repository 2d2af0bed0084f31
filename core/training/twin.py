"""The same data without taste, to see what an analysis finds where there is nothing to find."""

from dataclasses import replace

import numpy as np

from core.config import GradientConfig, RunConfig
from core.data.ratings import Ratings
from core.model.run import Run
from core.training.slopes import main_effects

FOLDS = 5  # parts of the data whose averages come from the other parts


def without_taste(ratings: Ratings, *, seed: int) -> Ratings:
    """Keep who rated what, how liked each item is and how generous and how varied each person is, and nothing else.

    What is left of a rating after the averages of its item and its person is shuffled among the ratings of that person.
    The averages behind it are taken from other ratings (five folds): within the same ratings they follow the noise, and
    what is left would spread too little. Where a person has a single rating there is nothing to shuffle.

    `seed`: starting number of the folds and the shuffling. Returns ratings with the same rows, held inside the scale,
    and no longer in its steps.
    """
    chance = np.random.default_rng((seed, len(ratings)))
    left = left_by_others(ratings, chance)
    everything = np.arange(len(ratings))
    rating = main_effects(ratings, everything).guess(ratings, everything)
    by_user = np.argsort(ratings.user_index, kind="stable")
    shuffled = np.lexsort((chance.random(len(ratings)), ratings.user_index))
    rating[by_user] += left[shuffled]
    inside_scale = np.clip(rating, ratings.min_rating, ratings.max_rating).astype(ratings.rating.dtype)
    return replace(ratings, rating=inside_scale)


def left_by_others(ratings: Ratings, chance: np.random.Generator) -> np.ndarray:
    """What is left of each rating after the averages of the other folds, in rating units, float64, (n_ratings,)."""
    fold = chance.permutation(len(ratings)) % FOLDS
    left = np.empty(len(ratings))
    for number in range(min(FOLDS, len(ratings))):
        inside = np.flatnonzero(fold == number)
        others = main_effects(ratings, np.flatnonzero(fold != number))
        left[inside] = ratings.rating[inside] - others.guess(ratings, inside)
    return left


def twin_config(run: Run, *, seed: int) -> RunConfig:
    """Settings with which a twin of a run is trained: another starting number, and exactly as long as the run was.

    A training that may stop by itself would stop earlier on data without taste, at numbers that have hardly left their
    start, and so show less than the run would.
    """
    config = run.config.model_copy(update={"seed": (run.config.seed + seed) % 2**31})
    if isinstance(config, GradientConfig):
        epochs = run.outcome.kept_epoch
        return config.model_copy(update={"epochs": epochs, "patience": epochs, "restore_best": False})
    return config
