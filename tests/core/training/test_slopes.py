"""Averages and two slopes a person: what they find, and what they must not find."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import SplitConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.training import slopes as module
from core.training.baselines import baselines, rmse
from core.training.slopes import RIDGE, Slopes, main_effects, slopes


def fitted(ratings: Ratings) -> Slopes:
    rows = np.arange(len(ratings))
    return slopes(ratings, rows, main_effects(ratings, rows))


def with_ratings(ratings: Ratings, rating: np.ndarray) -> Ratings:
    return replace(ratings, rating=rating.astype(np.float32))


def test_by_hand(small: Ratings):
    """Every rating left out in turn, by fitting the averages of its item again."""
    effects, found = main_effects(small, np.arange(12)), fitted(small)
    count = small.item_count
    columns = np.column_stack([effects.item, np.log1p(count)])
    center, spread = columns[small.item_index].mean(axis=0), columns[small.item_index].std(axis=0)
    user = 0
    mine = np.flatnonzero(small.user_index == user)
    place, left = [], []
    for row in mine:
        item = small.item_index[row]
        others = np.flatnonzero((small.item_index == item) & (np.arange(12) != row))
        offset = (small.rating[others] - effects.mean).sum() / (len(others) + 5)
        place.append((np.array([offset, np.log1p(len(others))]) - center) / spread)
        left.append(small.rating[row] - effects.mean - offset - effects.user[user])
    x, y = np.array(place), np.array(left)
    np.testing.assert_allclose(found.user[user], np.linalg.solve(x.T @ x + RIDGE * np.eye(2), x.T @ y), atol=1e-9)
    np.testing.assert_allclose(found.places, (columns - center) / spread, atol=1e-9)


def test_blocks_do_not_show(small: Ratings, monkeypatch):
    whole = fitted(small).user
    monkeypatch.setattr(module, "BLOCK", 5)
    np.testing.assert_allclose(fitted(small).user, whole, atol=1e-12)


def test_who_goes_with_the_consensus_and_who_against_it(bundled: Ratings):
    liking = np.random.default_rng(0).normal(size=len(bundled.items))
    with_it = np.where(bundled.user_index % 2 == 0, 1.4, 0.6)
    rating = np.clip(3 + 0.5 * with_it * liking[bundled.item_index], 0.5, 5)
    found = fitted(with_ratings(bundled, rating)).user[:, 0]
    often = bundled.user_count >= 100
    even = np.arange(len(often)) % 2 == 0
    assert (found[often & even] > 0).all() and (found[often & ~even] < 0).all()


def test_ratings_of_chance_give_nobody_a_consensus_to_follow(bundled: Ratings):
    """With their own rating left in, seldom rated items would make everybody go with the consensus.

    Left out, the slopes take back what averages of chance say.
    """
    rating = np.clip(np.random.default_rng(1).normal(3, 1, len(bundled)), 0.5, 5)
    data = with_ratings(bundled, rating)
    parts = split(data, SplitConfig())
    lines = baselines(data, parts)
    assert lines.mean < lines.slopes < lines.averages
    assert fitted(data).user[:, 0].mean() < 0


def test_items_that_are_all_alike_change_nothing(small: Ratings):
    found = fitted(with_ratings(small, np.full(12, 4.0)))
    np.testing.assert_allclose(found.user, 0, atol=1e-9)
    assert np.isfinite(found.places).all()


@pytest.mark.parametrize(("seed", "expected"), [(0, 0.863), (1, 0.871), (2, 0.870)])
def test_what_consensus_and_popularity_reach_on_the_bundled_ratings(bundled: Ratings, seed: int, expected: float):
    parts = split(bundled, SplitConfig(split_seed=seed))
    lines = baselines(bundled, parts)
    assert lines.slopes == pytest.approx(expected, abs=0.001)
    assert lines.slopes < lines.averages - 0.015
    guess = slopes(bundled, parts.train, main_effects(bundled, parts.train)).guess(bundled, parts.validation)
    assert lines.slopes == pytest.approx(rmse(np.clip(guess, 0.5, 5), bundled.rating[parts.validation]))
