from dataclasses import replace

import numpy as np
import pytest

from core import data
from core.training.slopes import main_effects
from core.training.twin import twin_config, without_taste
from tests.conftest import run_on


@pytest.fixture(scope="module")
def pair():
    ratings = data.load()
    return ratings, without_taste(ratings, seed=1)


def left(ratings):
    everything = np.arange(len(ratings))
    return ratings.rating - main_effects(ratings, everything).guess(ratings, everything)


def test_who_rated_what_stays_and_so_do_the_averages(pair):
    ratings, twin = pair
    assert twin.user_index is ratings.user_index
    assert twin.item_index is ratings.item_index
    often = ratings.item_count >= 50
    assert np.corrcoef(twin.item_mean[often], ratings.item_mean[often])[0, 1] > 0.95
    assert np.corrcoef(twin.user_mean, ratings.user_mean)[0, 1] > 0.97


def test_everybody_varies_as_much_as_before(pair):
    ratings, _ = pair
    users = np.flatnonzero(ratings.user_count > 100)
    spread = [np.array([rest[ratings.user_index == user].std() for user in users]) for rest in map(left, pair)]
    assert np.median(spread[1] / spread[0]) == pytest.approx(1, abs=0.05)


def test_what_two_movies_have_in_common_is_gone(pair):
    """The Star Wars movies are liked by the same people; in the twin by nobody in particular."""
    ratings, twin = pair
    first, second = (
        np.flatnonzero(ratings.item_table["title"].str.startswith(title))[0]
        for title in ("Star Wars: Episode V ", "Star Wars: Episode VI ")
    )

    def together(one):
        rest, found = left(one), []
        for item in (first, second):
            rows = np.flatnonzero(one.item_index == item)
            found.append(dict(zip(one.user_index[rows].tolist(), rest[rows].tolist(), strict=True)))
        both = sorted(found[0].keys() & found[1].keys())
        return np.corrcoef([found[0][user] for user in both], [found[1][user] for user in both])[0, 1]

    assert together(ratings) > 0.5
    assert abs(together(twin)) < 0.25


def test_it_stays_inside_the_scale_and_is_the_same_for_a_seed(pair):
    ratings, twin = pair
    assert twin.rating.min() >= ratings.min_rating
    assert twin.rating.max() <= ratings.max_rating
    np.testing.assert_array_equal(without_taste(ratings, seed=1).rating, twin.rating)
    assert (without_taste(ratings, seed=2).rating != twin.rating).mean() > 0.9


def test_two_ratings_are_enough(small):
    few = replace(small, user_index=small.user_index[:2], item_index=small.item_index[:2], rating=small.rating[:2])
    assert np.isfinite(without_taste(few, seed=0).rating).all()


def test_a_twin_is_trained_as_long_as_the_run_was(small):
    run = run_on(small)
    run = replace(run, outcome=replace(run.outcome, kept_epoch=6))
    config = twin_config(run, seed=3)
    assert (config.epochs, config.restore_best, config.seed) == (6, False, run.config.seed + 3)
    assert config.patience >= config.epochs
