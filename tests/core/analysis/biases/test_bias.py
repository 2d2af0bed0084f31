from functools import partial

import numpy as np
import pytest

from core.analysis.biases.bias import biases as fit
from core.model.scale import Scale

RNG = np.random.default_rng(0)
COUNT = RNG.integers(1, 300, 200)
MEAN = RNG.uniform(1, 4.5, 200)
biases = partial(fit, scale=Scale(0.5, 5.0, sigmoid=True))


def planted(shrinkage: float = 12.0) -> np.ndarray:
    center = np.average(MEAN, weights=COUNT)
    share = (center + COUNT / (COUNT + shrinkage) * (MEAN - center) - 0.5) / 4.5
    return 0.1 + 0.8 * np.log(share / (1 - share))


@pytest.mark.parametrize("shrinkage", [0.0, 0.5, 12.0, 150.0])
def test_a_planted_curve_is_recovered(shrinkage):
    found = biases(planted(shrinkage), COUNT, MEAN)
    assert found.shrinkage == pytest.approx(shrinkage, rel=1e-3, abs=1e-3)
    assert found.slope == pytest.approx(0.8, rel=1e-3)
    assert found.level == pytest.approx(0.1, abs=1e-3)
    assert found.r2 == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(found.residual, 0, atol=1e-3)


def test_the_item_liked_more_than_its_average_says_stands_out():
    bias = planted()
    bias[17] += 1
    found = biases(bias, COUNT, MEAN)
    assert np.argmax(found.residual) == 17
    assert found.residual[17] == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(found.expected + found.residual, bias)


def test_the_curve_is_the_expectation():
    found = biases(planted() + RNG.normal(scale=0.1, size=200), COUNT, MEAN)
    np.testing.assert_allclose(found.curve(COUNT, MEAN), found.expected)
    assert found.believed(np.array([found.shrinkage]))[0] == pytest.approx(0.5)


def test_with_no_ratings_the_curve_starts_at_the_center():
    found = biases(planted(), COUNT, MEAN)
    none = np.array([0])
    np.testing.assert_allclose(found.curve(none, 1.0), found.curve(none, 4.5))
    np.testing.assert_allclose(found.curve(none, 1.0), found.curve(COUNT[:1], found.center))


def test_scale_and_place_of_the_biases_carry_over():
    noisy = planted() + RNG.normal(scale=0.1, size=200)
    here, there = biases(noisy, COUNT, MEAN), biases(3 * noisy + 5, COUNT, MEAN)
    assert there.shrinkage == pytest.approx(here.shrinkage, rel=1e-2)
    np.testing.assert_allclose(there.residual, 3 * here.residual, atol=1e-3)


def test_the_scale_of_the_ratings_does_not_matter():
    noisy = planted() + RNG.normal(scale=0.1, size=200)
    here, there = biases(noisy, COUNT, MEAN), fit(noisy, COUNT, 20 * MEAN - 10, Scale(0.0, 90.0, sigmoid=True))
    np.testing.assert_allclose(there.expected, here.expected)


def test_what_nobody_rated_has_no_expectation_and_shapes_nothing():
    count, mean = np.append(COUNT, 0), np.append(MEAN, np.nan)
    found = biases(np.append(planted(), 9.0), count, mean)
    assert np.isnan(found.expected[-1])
    assert np.isnan(found.residual[-1])
    assert found.shrinkage == pytest.approx(12, rel=1e-3)


def test_means_at_the_very_ends_of_the_scale_ask_for_no_endless_bias():
    mean = MEAN.copy()
    mean[:2] = 0.5, 5.0
    found = biases(planted(), COUNT, mean)
    assert np.isfinite(found.expected).all()


def test_biases_all_equal_explain_nothing():
    assert biases(np.zeros(200), COUNT, MEAN).r2 == 0


def test_refuses_what_gives_no_curve():
    with pytest.raises(ValueError, match="2 are rated"):
        biases(np.ones(3), np.array([1, 0, 1]), np.array([1.0, np.nan, 2]))
    with pytest.raises(ValueError, match="averages of all 3 rated are equal"):
        biases(np.ones(3), np.ones(3), np.ones(3))
