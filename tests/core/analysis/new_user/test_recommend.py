"""Lists: the best first, varied on request, steered, and a first set that is known and far apart."""

import numpy as np
import pytest

from core.analysis.new_user.recommend import Steer, best, first_set, steered

CORNERS = np.array([[1, 0], [1, 0.01], [0, 1], [-1, 0]], np.float32)
NOBODY = np.empty(0, int)


def test_without_diversity_the_highest_come_first_and_ties_keep_their_order():
    score = np.array([3.0, 5.0, 4.0, 5.0])
    assert best(score, CORNERS, np.ones(4, bool)).tolist() == [1, 3, 2, 0]
    assert best(score, CORNERS, np.array([True, False, True, True]), top=2).tolist() == [3, 2]


def test_diversity_passes_over_what_is_like_the_first():
    score = np.array([5.0, 4.9, 4.5, 3.0])
    assert best(score, CORNERS, np.ones(4, bool), top=2, diversity=0.0).tolist() == [0, 1]
    assert best(score, CORNERS, np.ones(4, bool), top=2, diversity=0.4).tolist() == [0, 2]
    assert best(score, CORNERS, np.ones(4, bool), top=2, diversity=1.0).tolist() == [0, 3]


def test_each_place_has_the_highest_marginal_relevance():
    rng = np.random.default_rng(0)
    vectors, score, share = rng.normal(size=(40, 5)), rng.normal(size=40), 0.4
    found = best(score, vectors, np.ones(40, bool), top=8, diversity=share)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    relevance = (score - score.min()) / np.ptp(score)
    for place in range(1, 8):
        before = found[:place]
        value = (1 - share) * relevance - share * (unit @ unit[before].T).max(axis=1)
        value[before] = -np.inf
        assert found[place] == np.argmax(value)


@pytest.mark.parametrize("diversity", [0.0, 0.5])
def test_few_or_no_items_make_a_short_list(diversity: float):
    score = np.array([3.0, 5.0, 4.0, 5.0])
    assert len(best(score, CORNERS, np.zeros(4, bool), diversity=diversity)) == 0
    assert best(score, CORNERS, np.arange(4) == 2, diversity=diversity).tolist() == [2]


@pytest.mark.parametrize(("top", "diversity"), [(0, 0.0), (5, -0.1), (5, 1.1), (5, float("nan"))])
def test_what_cannot_be_is_refused(top: int, diversity: float):
    with pytest.raises(ValueError, match="allowed"):
        best(np.zeros(4), CORNERS, np.ones(4, bool), top=top, diversity=diversity)


def test_steering_adds_the_strength_for_the_same_direction_and_takes_it_for_the_opposite():
    guess = np.array([3.0, 3.0, 3.0, 3.0])
    pulled = steered(guess, CORNERS, Steer(more=np.array([0]), less=NOBODY, strength=0.5))
    np.testing.assert_allclose(pulled, [3.5, 3.5, 3.0, 2.5], atol=1e-3)
    pushed = steered(guess, CORNERS, Steer(more=NOBODY, less=np.array([0]), strength=0.5))
    np.testing.assert_allclose(pushed, [2.5, 2.5, 3.0, 3.5], atol=1e-3)
    both = steered(guess, CORNERS, Steer(more=np.array([0]), less=np.array([0]), strength=0.5))
    np.testing.assert_allclose(both, guess, atol=1e-6)
    assert steered(guess, CORNERS, Steer(NOBODY, NOBODY, 0.5)) is guess


def test_the_first_set_is_known_to_many_and_far_apart():
    count = np.array([90, 100, 80, 70])
    found = first_set(CORNERS, count, np.ones(4, bool))
    assert found.tolist() == [1, 3, 2, 0]  # the most rated, its opposite, what lies between, its twin last
    assert first_set(CORNERS, count, np.ones(4, bool), known=2).tolist() == [1, 0]
    assert 1 not in first_set(CORNERS, count, np.array([True, False, True, True]))
    assert len(first_set(CORNERS, np.zeros(4, int), np.ones(4, bool))) == 0


def test_a_varied_list_longer_than_the_pool_has_every_place_filled():
    rng = np.random.default_rng(0)
    rows = best(rng.normal(size=300), rng.normal(size=(300, 2)), np.ones(300, bool), top=250, diversity=0.5)
    assert len(rows) == len(np.unique(rows)) == 250
