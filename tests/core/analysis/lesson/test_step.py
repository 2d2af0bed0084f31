"""A guess in parts is the model's own, and a step follows the slope of the loss."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.lesson.step import Pair, pair_of, predict, training_step
from core.model.scale import Scale
from tests.core.analysis.made import random_scorer

SIGMOID, PLAIN = Scale(0.5, 5.0, sigmoid=True), Scale(0.5, 5.0, sigmoid=False)


@pytest.mark.parametrize("biased", [True, False])
def test_a_guess_in_parts_is_what_the_model_predicts(biased: bool):
    known = random_scorer(biased=biased)
    for user, item in ((0, 0), (4, 6), (2, 3)):
        found = predict(pair_of(known, user, item))
        expected = known.predict(np.array([user]), np.array([item]))[0]
        assert found.rating == pytest.approx(expected, abs=1e-6)
        assert found.terms.sum() == found.dot
        assert 0.5 + 4.5 * found.share == pytest.approx(found.rating)


def test_a_guess_worked_out_by_hand():
    found = predict(Pair(np.array([1.0, -2.0]), np.array([3.0, 0.5]), SIGMOID, 0.25, -2.25, has_biases=True))
    np.testing.assert_array_equal(found.terms, [3.0, -1.0])
    assert (found.dot, found.score, found.share, found.rating) == (2.0, 0.0, 0.5, 2.75)


def test_a_step_without_biases_worked_out_by_hand():
    found = training_step(Pair(np.array([1.0, 2.0]), np.array([3.0, 0.0]), PLAIN), 1.0, learning_rate=0.1)
    assert found.predicted_before.rating == 3.0  # two too high, so the slope of the square is 4
    np.testing.assert_allclose(found.gradient.user, [12.0, 0.0])
    np.testing.assert_allclose(found.gradient.item, [4.0, 8.0])
    np.testing.assert_allclose(found.after.user, [-0.2, 2.0])
    np.testing.assert_allclose(found.after.item, [2.6, -0.8])
    assert found.predicted_after.rating == pytest.approx(-0.2 * 2.6 - 1.6)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_gradient_is_the_slope_of_the_loss(biased: bool, l2: float):
    pair = pair_of(random_scorer(biased=biased), 1, 2)

    def loss(moved: Pair) -> float:
        return (predict(moved).rating - 4.5) ** 2 + l2 * float((moved.user**2).sum() + (moved.item**2).sum())

    found = training_step(pair, 4.5, learning_rate=0.01, l2=l2)
    small = 1e-6
    for which in ("user", "item"):
        for at in range(4):
            ends = []
            for sign in (1, -1):
                numbers = getattr(pair, which).copy()
                numbers[at] += sign * small
                ends.append(loss(replace(pair, **{which: numbers})))
            assert getattr(found.gradient, which)[at] == pytest.approx((ends[0] - ends[1]) / (2 * small), abs=1e-5)
    assert pair.has_biases == biased
    if biased:
        up, down = (loss(replace(pair, user_bias=pair.user_bias + s)) for s in (small, -small))
        assert found.gradient.user_bias == pytest.approx((up - down) / (2 * small), abs=1e-5)
        assert found.gradient.user_bias == found.gradient.item_bias
    else:
        assert found.gradient.user_bias == found.after.user_bias == found.after.item_bias == 0


def test_a_small_step_comes_nearer_and_none_changes_nothing():
    pair = pair_of(random_scorer(), 0, 1)
    still = training_step(pair, 5.0, learning_rate=0.0)
    assert still.predicted_after.rating == still.predicted_before.rating
    moved = training_step(pair, 5.0, learning_rate=0.01)
    assert abs(moved.predicted_after.rating - 5) < abs(moved.predicted_before.rating - 5)


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": -1.0}, {"learning_rate": np.nan}, {"learning_rate": 0.1, "l2": -1}]
)
def test_a_step_refuses_what_makes_no_sense(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="finite numbers from 0"):
        training_step(pair_of(random_scorer(), 0, 0), 3.0, **wrong)
