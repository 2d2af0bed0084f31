"""How far guesses are probably off: the curve that is found again, and words that follow the numbers."""

import numpy as np
import pytest

from core.analysis.new_user.uncertainty import (
    ROUGH,
    SURE,
    MissCurve,
    Sureness,
    clipped_miss,
    miss_curve,
    posterior_sureness,
    sureness,
)
from core.model.scale import Scale

STARS = Scale(0.5, 5.0, sigmoid=False)


def test_a_planted_curve_is_found_again():
    rng = np.random.default_rng(0)
    count = rng.integers(0, 60, 200_000)
    miss = rng.normal(size=len(count)) * np.sqrt(0.7 + 0.9 / (count + 1))
    found = miss_curve(count, miss)
    assert found.floor == pytest.approx(0.7, abs=0.01)
    assert found.rise == pytest.approx(0.9, abs=0.05)
    assert found.n_ratings == 200_000


def test_the_curve_keeps_the_mean_and_never_rises_with_more_ratings():
    count, miss = np.array([0, 1, 50, 90]), np.array([0.1, 0.1, 2.0, 2.0])
    found = miss_curve(count, miss)
    assert found.rise == 0
    assert found.floor == pytest.approx(np.mean(miss**2))
    steep = miss_curve(np.array([0, 100]), np.array([3.0, 0.0]))
    assert steep.floor > 0
    assert steep.variance(np.array([0, 100])).mean() == pytest.approx(4.5)


def test_one_guess_alone_makes_a_level_line():
    assert miss_curve(np.array([3]), np.array([0.5])) == MissCurve(0.25, 0.0, 1)
    with pytest.raises(ValueError, match="no guesses"):
        miss_curve(np.empty(0), np.empty(0))


def test_both_doubts_add_up_in_squares():
    curve = MissCurve(floor=0.5, rise=0.5, n_ratings=100)
    found = sureness(curve, np.array([0, 999_999]), np.array([0.0, 0.5]), spread=2.0)
    np.testing.assert_allclose(found.miss**2, [1.0, 0.75], atol=1e-5)
    np.testing.assert_allclose(found.narrower, 1 - np.sqrt([1.0, 0.75]) / 2, atol=1e-5)
    np.testing.assert_allclose(found.from_item, [0.5, 0.0], atol=1e-5)
    np.testing.assert_allclose(found.from_person, [0.0, 1 / 3], atol=1e-5)


def test_words_follow_how_much_narrower_than_knowing_nothing_it_is():
    curve = MissCurve(floor=0.4, rise=0.3, n_ratings=100)
    found = sureness(curve, np.array([1000, 1, 0, 1000]), np.array([0.1, 0.0, 0.4, 0.7]), spread=1.0)
    assert [found.word(place) for place in range(4)] == [
        "fairly sure",
        "a rough guess",
        "little more than a guess",
        "little more than a guess",
    ]
    assert [found.reason(place) for place in range(4)] == ["", "item", "item", "person"]


def test_of_ratings_that_are_all_equal_there_is_nothing_to_explain():
    for std in (0.0, 0.1):
        found = sureness(MissCurve(0, 0, 0), np.array([1]), np.array([std]), spread=0.0)
        assert (found.narrower, found.miss) == (0, std)
        assert np.isfinite([found.from_person, found.from_item]).all()


def test_a_spread_below_zero_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        sureness(MissCurve(1, 0, 1), np.array([1]), np.array([0.1]), spread=-1.0)


def test_a_steep_line_promises_no_more_than_a_tenth_of_the_mean():
    steep = miss_curve(np.array([0, 9999]), np.array([2.0, 0.0]))
    assert steep.floor == pytest.approx(0.2)
    assert steep.variance(np.array([0, 9999])).mean() == pytest.approx(2)


def test_words_begin_at_their_bounds():
    narrower = np.array([SURE, SURE - 1e-6, ROUGH, ROUGH - 1e-6])
    found = Sureness(np.ones(4), narrower, np.zeros(4), np.zeros(4))
    words = [found.word(place) for place in range(4)]
    assert words == ["fairly sure", "a rough guess", "a rough guess", "little more than a guess"]
    assert found.shares() == {word: words.count(word) / 4 for word in words}


def test_far_from_the_ends_a_miss_is_the_standard_deviation():
    wide = Scale(-100, 100, sigmoid=False)
    np.testing.assert_allclose(clipped_miss(np.array([-3.0, 0.0, 40.0]), np.array([0.25, 1.0, 4.0]), wide), [0.5, 1, 2])


def test_near_the_ends_a_miss_is_that_of_drawn_ratings_held_inside():
    rng = np.random.default_rng(0)
    for score, std in ((4.6, 0.8), (3.0, 0.9), (0.2, 0.7), (5.6, 0.5), (3.0, 30.0)):
        drawn = np.clip(rng.normal(score, std, 400_000), 0.5, 5) - np.clip(score, 0.5, 5)
        told = clipped_miss(np.array([score]), np.array([std**2]), STARS)
        assert told[0] == pytest.approx(np.sqrt(np.mean(drawn**2)), rel=0.01)


def test_a_guess_far_beyond_an_end_cannot_miss_and_one_without_doubt_does_not():
    told = clipped_miss(np.array([40.0, -40.0, 3.0, 5.0]), np.array([0.5, 0.5, 0.0, 0.0]), STARS)
    np.testing.assert_allclose(told, 0, atol=1e-12)


def test_the_doubts_of_a_posterior_add_up_with_the_noise():
    none = np.zeros(1)
    wide = Scale(-100, 100, sigmoid=False)
    found = posterior_sureness(none, none + 0.1, none + 0.2, 0.7, wide, spread=2.0)
    assert found.miss[0] == pytest.approx(1)
    assert found.narrower[0] == pytest.approx(0.5)
    assert (found.from_person[0], found.from_item[0]) == pytest.approx((0.1, 0.2))
