"""Told errors beside real ones: right where the distribution is, and counted fairly where ratings come in steps."""

import numpy as np
import pytest

from benchmarks.calibration import of_planted, planted
from benchmarks.told import Told, by_told, calibration
from core.model.scale import Scale

STARS = Scale(0.5, 5.0, sigmoid=False)
WIDE = Scale(-100.0, 100.0, sigmoid=False)


def drawn(n: int, step: float, seed: int = 0) -> Told:
    """Ratings from the distributions told, rounded to steps and held between the ends."""
    rng = np.random.default_rng(seed)
    score, std = rng.uniform(1.0, 5.5, n), rng.uniform(0.3, 1.2, n)
    rating = np.clip(np.round(rng.normal(score, std) / step) * step, 0.5, 5)
    return Told.of(rating, score, std**2, STARS)


@pytest.mark.parametrize("step", [0.5, 0.05])
def test_ratings_from_the_distributions_told_reach_every_level(step: float):
    found = calibration(drawn(200_000, step), STARS, step)
    assert found.covered == pytest.approx((0.5, 0.68, 0.95), abs=0.005)  # standard errors are 0.001
    assert found.real == pytest.approx(found.told, rel=0.03)


def test_who_tells_half_of_the_miss_is_found_out():
    right = drawn(50_000, 0.05)
    found = calibration(Told.of(right.rating, right.score, right.variance / 4, STARS), STARS, 0.05)
    assert found.covered[1] < 0.5
    assert found.z_square > 2


def test_one_rating_counts_by_what_it_stands_for():
    told = Told.of(np.array([3.0]), np.array([3.0]), np.array([1.0]), WIDE)
    assert calibration(told, WIDE, 1e-6).covered == (1.0, 1.0, 1.0)
    # 2 … 4 holds 68.27% of the probability, of which the middle 50% are all inside
    assert calibration(told, WIDE, 2.0, levels=(0.5,)).covered[0] == pytest.approx(0.5 / 0.6827, abs=1e-4)
    assert calibration(told, WIDE, 2.0).within == 1.0
    far = Told.of(np.array([90.0]), np.array([3.0]), np.array([1.0]), WIDE)  # so far out that it had no probability
    assert calibration(far, WIDE, 0.5).covered == (0.0, 0.0, 0.0)


def test_at_an_end_everything_beyond_counts_too():
    told = Told.of(np.array([5.0]), np.array([9.0]), np.array([1.0]), STARS)
    assert calibration(told, STARS, 0.5, levels=(0.68,)).covered[0] == pytest.approx(0.68, abs=1e-4)


def test_fifths_hold_every_guess_once():
    told = drawn(1000, 0.5)
    fifths = by_told(told, STARS, 0.5)
    assert [one.n_ratings for one in fifths] == [200] * 5
    assert [one.told for one in fifths] == sorted(one.told for one in fifths)


def test_nothing_and_no_step_are_refused():
    none = drawn(3, 0.5).take(np.zeros(3, bool))
    for told, step in ((none, 0.5), (drawn(3, 0.5), 0.0)):
        with pytest.raises(ValueError, match="must be above zero"):
            calibration(told, STARS, step)


def test_where_the_data_are_drawn_from_the_model_its_intervals_hold():
    found = of_planted(planted(n_users=150, n_items=250, n_ratings=12_000, seed=0), 1e-3, dim=3)
    # Two points for what the approximation leaves out, and three standard errors of 2,400 ratings.
    for share, level in zip(found.covered, (0.5, 0.68, 0.95), strict=True):
        assert share == pytest.approx(level, abs=0.02 + 3 * np.sqrt(level * (1 - level) / found.n_ratings))
