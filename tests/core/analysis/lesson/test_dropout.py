"""Dropout hides, scales up, and is right on average."""

import numpy as np
import pytest

from core.analysis.lesson.step import Pair, dropout, dropped_products
from core.model.scale import Scale


def test_dropout_hides_some_and_scales_up_the_rest():
    vector = np.arange(1.0, 101.0)
    found = dropout(vector, 0.6, seed=3)
    np.testing.assert_allclose(found.vector[found.kept], vector[found.kept] / 0.4)
    assert not found.vector[~found.kept].any()
    assert 20 < found.kept.sum() < 60
    np.testing.assert_array_equal(dropout(vector, 0.6, seed=3).kept, found.kept)
    np.testing.assert_array_equal(dropout(vector, 0.0, seed=3).vector, vector)


def test_dropout_is_right_on_average():
    pair = Pair(np.array([1.0, -2.0, 0.5]), np.array([2.0, 1.0, 4.0]), Scale(0.5, 5.0, sigmoid=False))
    found = dropped_products(pair, user_rate=0.3, item_rate=0.6, draws=200_000, seed=0)
    assert found.mean() == pytest.approx(2.0, abs=5 * found.std() / np.sqrt(len(found)))
    still = dropped_products(pair, user_rate=0, item_rate=0, draws=3, seed=0)
    np.testing.assert_allclose(still, 2.0)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_dropout_refuses_a_rate_that_leaves_nothing(rate: float):
    with pytest.raises(ValueError, match="below 1"):
        dropout(np.ones(3), rate, seed=0)
