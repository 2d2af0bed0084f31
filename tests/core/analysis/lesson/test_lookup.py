"""A row picked by its number and the same row as a product are one, and picking is cheaper."""

import numpy as np
import pytest

from core.analysis.lesson.step import look_up, time_both


def test_picking_and_multiplying_are_equal_to_the_last_bit():
    matrix = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    for row in (0, 7, 299):
        found = look_up(matrix, row)
        assert found.one_hot.sum() == 1 and found.one_hot[row] == 1
        np.testing.assert_array_equal(found.product, matrix[row])
        np.testing.assert_array_equal(found.row, matrix[row])
        assert found.multiplications == 300 * 16


@pytest.mark.parametrize("row", [-1, 3])
def test_there_is_no_row_outside_the_matrix(row: int):
    with pytest.raises(ValueError, match="rows 0 to 2"):
        look_up(np.ones((3, 2)), row)


def test_picking_a_row_of_a_large_matrix_is_faster_than_multiplying():
    found = time_both(np.ones((20_000, 32), np.float32), 5)
    assert 0 < found.look_up < found.product
