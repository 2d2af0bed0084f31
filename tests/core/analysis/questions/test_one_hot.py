"""One-hot vectors: what they can tell equals the closed form, and multiplying by them equals looking up."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.lesson.step import look_up
from core.analysis.questions import one_hot
from core.errors import AnalysisError
from tests.core.studies.tiny import planted

RATINGS = planted()
EVERY = np.arange(len(RATINGS))


@pytest.mark.parametrize("penalty", [0.5, 7.0])
def test_ridge_on_one_hot_vectors_is_the_closed_form(penalty: float):
    rows = EVERY[::2]
    x = np.zeros((len(rows), 100))
    x[np.arange(len(rows)), RATINGS.user_index[rows]] = 1
    x[np.arange(len(rows)), 60 + RATINGS.item_index[rows]] = 1
    left = RATINGS.rating[rows] - RATINGS.rating[rows].mean(dtype=np.float64)
    wanted = np.linalg.solve(x.T @ x + penalty * np.eye(100), x.T @ left)
    found = one_hot.ridge(RATINGS, rows, penalty)
    np.testing.assert_allclose(np.concatenate([found.user, found.item]), wanted, atol=1e-6)
    np.testing.assert_array_equal(one_hot.one_hots(RATINGS, rows).toarray(), x)


def test_who_was_never_learned_from_gets_the_mean():
    rows = np.flatnonzero((RATINGS.item_index != 3) & (RATINGS.user_index != 5))
    found = one_hot.ridge(RATINGS, rows, 1.0)
    assert abs(found.item[3]) < 1e-12
    assert abs(found.user[5]) < 1e-12


@pytest.mark.parametrize("penalty", [0.0, -1.0, np.inf])
def test_a_penalty_that_leaves_the_weights_open_is_refused(penalty: float):
    with pytest.raises(AnalysisError, match="penalty"):
        one_hot.ridge(RATINGS, EVERY, penalty)


def test_the_penalty_is_chosen_by_training_ratings_alone():
    train, others = EVERY[:800], EVERY[800:]
    disturbed = RATINGS.rating.copy()
    disturbed[others] = 5.0
    first, second = (one_hot.fitted(data, train) for data in (RATINGS, replace(RATINGS, rating=disturbed)))
    assert first[1] == second[1]
    np.testing.assert_array_equal(first[0].item, second[0].item)


def test_noise_asks_for_the_largest_penalty():
    noise = replace(RATINGS, rating=np.random.default_rng(0).normal(3, 1, len(RATINGS)).astype(np.float32))
    assert one_hot.fitted(noise, EVERY)[1] == one_hot.PENALTIES[-1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_product_equals_the_look_up_bit_for_bit(dtype: type):
    matrix = (np.random.default_rng(0).normal(size=(301, 7)) * 10.0 ** np.arange(-3, 4)).astype(dtype)
    for row in range(len(matrix)):
        both = look_up(matrix, row)
        assert both.product.tobytes() == both.row.tobytes()


def test_errors_fall_into_the_groups_of_their_items():
    rating, count = np.array([1.0, 2, 3, 4]), np.array([0, 2, 9, 100])
    found = one_hot.by_support([np.array([1.0, 4, 3, 5]), rating], rating, count)
    np.testing.assert_array_equal(found.n, [1, 1, 1, 0, 0, 1])
    np.testing.assert_array_equal(found.by_group[0], [0, 2, 0, np.nan, np.nan, 1])
    np.testing.assert_allclose(found.rmse, [np.sqrt(5 / 4), 0])
    assert one_hot.group_names() == ["0", "1–2", "3–9", "10–29", "30–99", "100 or more"]


def test_the_nearest_pair():
    matrix = np.array([[1.0, 0], [0, 2], [0.1, 5], [9, 0.1], [9, 0.1]])
    found = one_hot.nearest_pair(matrix, np.array([0, 1, 2, 4]))
    assert found.rows == (0, 4)
    assert found.embedding == pytest.approx(9 / np.hypot(9, 0.1))
    assert found.one_hot == 0


def test_costs_are_counted_for_each_size():
    assert [(one.rows, one.multiplications) for one in one_hot.costs(3, (10, 20))] == [(10, 30), (20, 60)]
