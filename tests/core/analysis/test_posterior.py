"""How sure a model is along directions."""

import numpy as np

from core.analysis.posterior import INSIDE, covariances, ellipse, std_along, vector_variance
from tests.core.analysis.made import random_scorer

VARIANCE = np.array([[1.0, 4.0, 9.0], [0.0, 0.0, 2.0]])
TURN = np.array([[0.6, 0.8, 0.0], [0.0, 0.0, 2.0], [-0.8, 0.6, 0.0]])


def test_along_an_axis_it_is_the_number_itself():
    np.testing.assert_allclose(std_along(VARIANCE, np.eye(3)), np.sqrt(VARIANCE), rtol=1e-6)


def test_a_covariance_is_that_of_turned_samples():
    samples = np.random.default_rng(0).normal(size=(200_000, 3)) * np.sqrt(VARIANCE[0])
    covariance = covariances(VARIANCE, TURN)
    np.testing.assert_allclose(covariance[0], np.cov(samples @ TURN.T, rowvar=False), atol=0.3)
    np.testing.assert_allclose(covariance, [TURN @ np.diag(one) @ TURN.T for one in VARIANCE])
    np.testing.assert_allclose(std_along(VARIANCE, TURN) ** 2, np.diagonal(covariance, axis1=1, axis2=2), rtol=1e-6)


def test_two_in_three_samples_lie_inside_the_outline():
    covariance = np.array([[2.0, 1.2], [1.2, 1.0]])
    center = np.array([5.0, -1.0])
    outline = ellipse(center, covariance, n=3)
    inverse = np.linalg.inv(covariance)
    edge = np.einsum("ni,ij,nj->n", outline - center, inverse, outline - center)
    np.testing.assert_allclose(edge, edge[0])
    samples = np.random.default_rng(0).multivariate_normal(center, covariance, size=50_000) - center
    inside = np.einsum("ni,ij,nj->n", samples, inverse, samples) < edge[0]
    np.testing.assert_allclose(inside.mean(), INSIDE, atol=0.01)


def test_what_is_known_exactly_is_a_point():
    np.testing.assert_array_equal(ellipse(np.array([1.0, 2.0]), np.zeros((2, 2))), np.tile([1.0, 2.0], (40, 1)))


def test_a_model_that_does_not_know_says_so():
    assert vector_variance(random_scorer()) is None
