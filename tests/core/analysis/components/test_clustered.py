import numpy as np
import pytest

from core.analysis.components.proof import clustered_mean


def test_independent_ratings_have_the_usual_standard_error():
    values = np.random.default_rng(0).normal(size=(500, 2))
    mean, se = clustered_mean(values, np.arange(500))
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(se, values.std(axis=0) / np.sqrt(500))


def test_a_rating_said_ten_times_counts_once():
    once = np.random.default_rng(1).normal(size=(50, 1))
    _, se = clustered_mean(np.repeat(once, 10, axis=0), np.repeat(np.arange(50), 10))
    assert se == pytest.approx(once.std() / np.sqrt(50))
