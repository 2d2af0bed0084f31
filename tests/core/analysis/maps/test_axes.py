import numpy as np
import pytest

from core.analysis.components.pca import pca
from core.analysis.maps.axes import axis, closest_component, combine

RNG = np.random.default_rng(5)


def test_an_axis_between_planted_poles_orders_the_items():
    truth = RNG.permutation(np.linspace(-1, 1, 60))
    direction = RNG.normal(size=8)
    matrix = np.outer(truth, direction) + 0.001 * RNG.normal(size=(60, 8)) + 3
    order = np.argsort(truth)
    found = axis(matrix, low=order[:5], high=order[-5:])
    np.testing.assert_array_equal(np.argsort(found.positions), order)
    np.testing.assert_allclose(found.direction, direction / np.linalg.norm(direction), atol=0.01)


def test_the_poles_lie_at_minus_one_and_one():
    matrix = RNG.normal(size=(30, 5))
    found = axis(matrix, low=[1, 2, 3], high=[10, 20])
    assert found.positions[[1, 2, 3]].mean() == pytest.approx(-1)
    assert found.positions[[10, 20]].mean() == pytest.approx(1)
    assert found.length == pytest.approx(np.linalg.norm(matrix[[10, 20]].mean(axis=0) - matrix[[1, 2, 3]].mean(axis=0)))


def test_positions_survive_turning_moving_and_scaling():
    matrix = RNG.normal(size=(30, 5))
    turn = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    here, there = (axis(data, [0, 1], [2]) for data in (matrix, 7 * matrix @ turn + 3))
    np.testing.assert_allclose(there.positions, here.positions)


def test_the_closest_component_is_found_with_its_sign():
    matrix = RNG.normal(size=(300, 4)) * [5, 3, 2, 1]
    result = pca(matrix)
    found = closest_component(-result.components[2], result)
    assert found.index == 2
    assert found.likeness == pytest.approx(-1)


def test_two_axes_make_a_map_with_an_angle():
    matrix = np.array([[0, 0], [1, 0], [1, 1], [0, 2.0]])
    level, slanted = axis(matrix, [0], [1]), axis(matrix, [0], [2])
    pair = combine(level, slanted)
    assert pair.angle == pytest.approx(45)
    np.testing.assert_allclose(pair.positions[:, 0], level.positions)
    assert combine(level, axis(matrix, [0], [3])).angle == pytest.approx(90)
    assert combine(level, axis(matrix, [1], [0])).angle == pytest.approx(180)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ([], [1], "low pole has no items"),
        ([1], [], "high pole has no items"),
        ([0, 1], [1], "both poles"),
        ([0], [9], "high pole names"),
        ([-1], [1], "low pole names"),
        ([0], [2], "same mean"),
    ],
)
def test_refuses_poles_between_which_nothing_runs(low, high, said):
    with pytest.raises(ValueError, match=said):
        axis(np.array([[1.0, 2], [3, 4], [1, 2]]), low, high)


def test_refuses_axes_of_different_items():
    data = RNG.normal(size=(5, 2))
    with pytest.raises(ValueError, match="no map in common"):
        combine(axis(data, [0], [1]), axis(data[:4], [0], [1]))


def test_slopes_say_how_places_change_with_a_vector():
    matrix = RNG.normal(size=(6, 3))
    pair = combine(axis(matrix, [0], [1]), axis(matrix, [2], [3]))
    np.testing.assert_allclose((matrix[5] - matrix[4]) @ pair.slopes.T, pair.positions[5] - pair.positions[4])
