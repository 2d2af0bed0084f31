import numpy as np
import pytest

from core.analysis.components.examined import counterparts

RNG = np.random.default_rng(3)
PREDICTED = RNG.normal(size=(200, 4))
WEIGHT = RNG.dirichlet(np.ones(200))


def test_a_direction_that_follows_a_component_has_its_number_whatever_its_sign_scale_and_origin():
    scores = np.column_stack([-5 * PREDICTED[:, 2] + 7, PREDICTED[:, 0] + 0.1 * RNG.normal(size=200)])
    np.testing.assert_array_equal(counterparts(scores, PREDICTED, WEIGHT), [2, 0])


def test_a_mixture_follows_none():
    scores = np.column_stack([PREDICTED[:, 0] + PREDICTED[:, 1], RNG.normal(size=200), np.full(200, 0.1)])
    np.testing.assert_array_equal(counterparts(scores, PREDICTED, WEIGHT), [-1, -1, -1])


@pytest.mark.parametrize(("noise", "number"), [(0.3, 1), (0.7, -1)])
def test_the_limit_is_a_correlation_of_nine_tenths(noise, number):
    rest = RNG.normal(size=200)
    rest -= np.polyval(np.polyfit(PREDICTED[:, 1], rest, 1), PREDICTED[:, 1])
    equal = np.full(200, 1 / 200)
    scores = PREDICTED[:, 1] / PREDICTED[:, 1].std() + noise * rest / rest.std()
    assert (1 / np.hypot(1, noise) > 0.9) == (number == 1)
    np.testing.assert_array_equal(counterparts(scores[:, None], PREDICTED, equal), [number])


def test_items_without_a_training_rating_do_not_count():
    weight = np.where(np.arange(200) < 150, 1 / 150, 0)
    scores = PREDICTED[:, [3]].copy()
    scores[150:] = 1e3 * RNG.normal(size=(50, 1))
    np.testing.assert_array_equal(counterparts(scores, PREDICTED, weight), [3])
