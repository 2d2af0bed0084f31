"""A guess in parts is the model's own, and a step follows the slope of the loss."""

import numpy as np
import pytest

from core.analysis.lesson.step import Pair, guess, pair_of, training_step
from core.model.run import predict
from tests.core.analysis.made import weights

SCALE = {"min_rating": 0.5, "max_rating": 5.0}


@pytest.mark.parametrize("biased", [True, False])
def test_a_guess_in_parts_is_what_the_model_predicts(biased: bool):
    known = weights(biased=biased)
    for user, item in ((0, 0), (4, 6), (2, 3)):
        found = guess(pair_of(known, user, item), **SCALE)
        expected = predict(known, np.array([user]), np.array([item]), 0.5, 5.0)[0]
        assert found.rating == pytest.approx(expected, abs=1e-6)
        assert found.terms.sum() == found.dot
        assert (found.share is None) == (not biased)


def test_a_guess_worked_out_by_hand():
    found = guess(Pair(np.array([1.0, -2.0]), np.array([3.0, 0.5]), 0.25, -2.25), **SCALE)
    np.testing.assert_array_equal(found.terms, [3.0, -1.0])
    assert (found.dot, found.score, found.share, found.rating) == (2.0, 0.0, 0.5, 2.75)


def test_a_step_without_biases_worked_out_by_hand():
    found = training_step(Pair(np.array([1.0, 2.0]), np.array([3.0, 0.0])), 1.0, **SCALE, learning_rate=0.1)
    assert found.guess_before.rating == 3.0  # two too high, so the slope of the square is 4
    np.testing.assert_allclose(found.gradient.user, [12.0, 0.0])
    np.testing.assert_allclose(found.gradient.item, [4.0, 8.0])
    np.testing.assert_allclose(found.after.user, [-0.2, 2.0])
    np.testing.assert_allclose(found.after.item, [2.6, -0.8])
    assert found.guess_after.rating == pytest.approx(-0.2 * 2.6 - 1.6)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_gradient_is_the_slope_of_the_loss(biased: bool, l2: float):
    pair = pair_of(weights(biased=biased), 1, 2)

    def loss(moved: Pair) -> float:
        return (guess(moved, **SCALE).rating - 4.5) ** 2 + l2 * float((moved.user**2).sum() + (moved.item**2).sum())

    found = training_step(pair, 4.5, **SCALE, learning_rate=0.01, l2=l2)
    small = 1e-6
    for which in ("user", "item"):
        for at in range(4):
            ends = []
            for sign in (1, -1):
                numbers = getattr(pair, which).copy()
                numbers[at] += sign * small
                parts = {"user": pair.user, "item": pair.item} | {which: numbers}
                ends.append(loss(Pair(**parts, user_bias=pair.user_bias, item_bias=pair.item_bias)))
            assert getattr(found.gradient, which)[at] == pytest.approx((ends[0] - ends[1]) / (2 * small), abs=1e-5)
    if pair.user_bias is not None:
        up, down = (loss(Pair(pair.user, pair.item, pair.user_bias + s, pair.item_bias)) for s in (small, -small))
        assert found.gradient.user_bias == pytest.approx((up - down) / (2 * small), abs=1e-5)
        assert found.gradient.user_bias == found.gradient.item_bias


def test_a_small_step_comes_nearer_and_none_changes_nothing():
    pair = pair_of(weights(), 0, 1)
    still = training_step(pair, 5.0, **SCALE, learning_rate=0.0)
    assert still.guess_after.rating == still.guess_before.rating
    moved = training_step(pair, 5.0, **SCALE, learning_rate=0.01)
    assert abs(moved.guess_after.rating - 5) < abs(moved.guess_before.rating - 5)


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": -1.0}, {"learning_rate": np.nan}, {"learning_rate": 0.1, "l2": -1}]
)
def test_a_step_refuses_what_makes_no_sense(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="finite numbers from 0"):
        training_step(pair_of(weights(), 0, 0), 3.0, **SCALE, **wrong)
