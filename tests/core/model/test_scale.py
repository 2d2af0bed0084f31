"""From scores to ratings and back."""

import numpy as np
import pytest

from core.model.scale import Scale, sigmoid


@pytest.mark.parametrize("through_sigmoid", [True, False])
def test_slope_and_bend_are_derivatives_and_the_score_of_a_rating_leads_back(through_sigmoid):
    scale, score, step = Scale(0.5, 5.0, through_sigmoid), np.linspace(-3, 3, 13), 1e-5
    np.testing.assert_allclose(
        scale.slope(score), (scale.rating(score + step) - scale.rating(score - step)) / (2 * step), rtol=1e-6
    )
    np.testing.assert_allclose(
        scale.bend(score), (scale.slope(score + step) - scale.slope(score - step)) / (2 * step), atol=1e-6
    )
    np.testing.assert_allclose(scale.score(scale.rating(score)), score, atol=1e-9)


def test_a_rating_at_an_end_counts_as_the_nearest_allowed():
    scale = Scale(1.0, 5.0, sigmoid=True)
    np.testing.assert_allclose(
        scale.score(np.array([1.0, 5.0]), nearest=0.02), [np.log(0.02 / 0.98), np.log(0.98 / 0.02)]
    )


def test_ratings_are_held_inside_the_scale():
    np.testing.assert_array_equal(Scale(0.5, 5.0, sigmoid=False).clip(np.array([-1.0, 3.0, 9.0])), [0.5, 3.0, 5.0])


def test_the_sigmoid_does_not_overflow():
    np.testing.assert_allclose(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
