import numpy as np
import pytest

from core.analysis import values as values_module
from core.analysis.values import MOST_ROWS_FOR_CLUSTERING, order_by_similarity, values


def test_every_number_is_in_one_bin_and_the_bins_are_symmetric():
    found = values(np.array([[-1.0, 0.5], [2.0, 0.0]]), bins=4)
    assert found.counts.tolist() == [0, 1, 2, 1]
    assert found.edges.tolist() == [-2, -1, 0, 1, 2]


def test_summary_of_known_numbers():
    found = values(np.array([[3.0, -3.0, 0.1, 0.0]]))
    assert (found.min, found.max, found.near_zero) == (-3, 3, 0.5)
    assert found.mean == pytest.approx(0.025)
    assert found.sd == pytest.approx(np.sqrt((18 + 0.01) / 4 - 0.025**2))


def test_all_zeros_are_near_zero():
    found = values(np.zeros((3, 2)))
    assert found.counts.sum() == 6
    assert found.near_zero == 1


@pytest.mark.parametrize("matrix", [np.empty((0, 4)), np.array([[np.nan]])])
def test_nothing_to_count_is_refused(matrix):
    with pytest.raises(ValueError, match="empty or holds a value that is not finite"):
        values(matrix)


def test_no_bins_are_refused():
    with pytest.raises(ValueError, match="bins is 0"):
        values(np.eye(2), bins=0)


def test_similar_rows_stand_side_by_side():
    rng = np.random.default_rng(0)
    kind = np.tile([0, 1, 2], 10)
    order = order_by_similarity(np.eye(3)[kind] + rng.normal(scale=0.05, size=(30, 3)))
    assert np.count_nonzero(np.diff(kind[order])) == 2  # three kinds, so two borders


@pytest.mark.parametrize("rows", [1, 2, 40, MOST_ROWS_FOR_CLUSTERING + 1])
def test_every_row_is_there_once(rows):
    order = order_by_similarity(np.random.default_rng(0).normal(size=(rows, 4)))
    assert sorted(order) == list(range(rows))


def test_many_rows_go_along_the_first_component():
    along = np.random.default_rng(0).permutation(MOST_ROWS_FOR_CLUSTERING + 100) + 1.0
    order = order_by_similarity(np.outer(along, [1.0, 2.0]))
    assert (np.diff(along[order]) > 0).all()


def test_rows_without_direction_do_not_break_the_order():
    matrix = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [3.0, 0.1]])
    assert sorted(order_by_similarity(matrix)) == [0, 1, 2, 3]
    assert order_by_similarity(np.ones((4, 2))).tolist() == [0, 1, 2, 3]


def test_near_zero_is_measured_by_the_root_mean_square():
    # 9.49 from zero on average, though only 2.73 from their mean
    assert values(np.array([[10.0] * 9 + [0.9]])).near_zero == pytest.approx(0.1)
    assert values(np.array([[10.0] * 9 + [0.96]])).near_zero == 0


def test_tails_are_told_beside_those_of_a_normal_distribution():
    assert values(np.linspace(-1, 1, 100_001)[None]).excess_kurtosis == pytest.approx(-1.2, abs=1e-3)
    assert values(np.array([[-1.0, 1.0]])).excess_kurtosis == pytest.approx(-2)


def test_quartiles_of_very_many_numbers_are_read_off_fine_bins(monkeypatch):
    numbers = np.random.default_rng(0).normal(size=(5000, 4))
    exact = values(numbers)
    monkeypatch.setattr(values_module, "MOST_SORTED", 100)
    found = values(numbers)
    np.testing.assert_allclose(found.middle_half, exact.middle_half, atol=np.ptp(exact.edges) / 10_000)
    np.testing.assert_array_equal(found.counts, exact.counts)
