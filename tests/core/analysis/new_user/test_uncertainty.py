"""How far guesses are probably off: the curve that is found again, and words that follow the numbers."""

import numpy as np
import pytest

from core.analysis.new_user.uncertainty import MissCurve, Sureness, miss_curve, sureness


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
    np.testing.assert_allclose(found.explained, [0.75, 0.8125], atol=1e-5)
    np.testing.assert_allclose(found.from_item, [0.5, 0.0], atol=1e-5)
    np.testing.assert_allclose(found.from_person, [0.0, 1 / 3], atol=1e-5)


def test_words_follow_the_share_that_is_explained():
    curve = MissCurve(floor=0.7, rise=0.4, n_ratings=100)
    found = sureness(curve, np.array([1000, 1, 0, 1000]), np.array([0.1, 0.0, 0.3, 0.6]), spread=1.0)
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
        assert (found.explained, found.miss) == (0, std)
        assert np.isfinite([found.from_person, found.from_item]).all()


def test_a_spread_below_zero_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        sureness(MissCurve(1, 0, 1), np.array([1]), np.array([0.1]), spread=-1.0)


def test_a_steep_line_promises_no_more_than_a_tenth_of_the_mean():
    steep = miss_curve(np.array([0, 9999]), np.array([2.0, 0.0]))
    assert steep.floor == pytest.approx(0.2)
    assert steep.variance(np.array([0, 9999])).mean() == pytest.approx(2)


@pytest.mark.parametrize(
    ("explained", "word"),
    [(0.25, "fairly sure"), (0.249, "a rough guess"), (0.1, "a rough guess"), (0.099, "little more than a guess")],
)
def test_words_begin_at_their_bounds(explained, word):
    one = np.array([explained])
    assert Sureness(np.ones(1), one, np.zeros(1), np.zeros(1)).word(0) == word
