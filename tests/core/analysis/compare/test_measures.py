import numpy as np
import pytest
from scipy.spatial import procrustes as scipys

from core.analysis.compare.measures import linear_cka, neighbor_overlap, procrustes

RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(300, 6)) * [5, 4, 3, 2, 1, 1] + 2
TURN = np.linalg.qr(RNG.normal(size=(6, 6)))[0]  # may mirror, too
OTHER = RNG.normal(size=(300, 6))


def test_a_rotated_scaled_moved_copy_is_the_same():
    copy = 3 * MATRIX @ TURN + RNG.normal(size=6)
    found = procrustes(MATRIX, copy)
    assert found.distance == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(found.second, MATRIX, atol=1e-9)
    np.testing.assert_allclose(found.residual, 0, atol=1e-9)
    assert linear_cka(MATRIX, copy) == pytest.approx(1)
    assert neighbor_overlap(MATRIX, 3 * MATRIX @ TURN).mean == 1
    assert neighbor_overlap(MATRIX, copy, metric="euclidean").mean == 1


def test_independent_matrices_are_not_the_same():
    assert procrustes(MATRIX, OTHER).distance > 0.9
    assert linear_cka(MATRIX, OTHER) < 0.1
    assert neighbor_overlap(MATRIX, OTHER).mean < 0.1


def test_distance_is_scipys_and_goes_both_ways():
    noisy = MATRIX @ TURN + RNG.normal(size=MATRIX.shape)
    found = procrustes(MATRIX, noisy)
    assert found.distance == pytest.approx(scipys(MATRIX, noisy)[2])
    assert procrustes(noisy, MATRIX).distance == pytest.approx(found.distance)
    assert linear_cka(noisy, MATRIX) == pytest.approx(linear_cka(MATRIX, noisy))


def test_alignment_leaves_what_the_distance_says():
    found = procrustes(MATRIX, MATRIX @ TURN + RNG.normal(size=MATRIX.shape))
    total = np.square(MATRIX - MATRIX.mean(axis=0)).sum()
    assert np.square(found.second - MATRIX).sum() / total == pytest.approx(found.distance)
    np.testing.assert_allclose(found.residual, np.linalg.norm(found.second - MATRIX, axis=1))


def test_the_item_that_moved_stands_out():
    moved = MATRIX @ TURN
    moved[33] += 30
    assert np.argmax(procrustes(MATRIX, moved).residual) == 33
    overlap = neighbor_overlap(MATRIX, MATRIX @ TURN + 60 * np.eye(300)[:, [33]] @ RNG.normal(size=(1, 6)))
    assert np.argmin(overlap.jaccard) == 33


def test_cka_is_the_definition_by_gram_matrices():
    other = np.hstack([MATRIX[:, :2], RNG.normal(size=(300, 3))])
    middle = np.eye(300) - 1 / 300
    first, second = (middle @ data @ data.T @ middle for data in (MATRIX, other))
    expected = np.sum(first * second) / np.sqrt(np.sum(first**2) * np.sum(second**2))
    assert linear_cka(MATRIX, other) == pytest.approx(expected)


@pytest.mark.parametrize("widths", [(6, 4), (4, 6)])
def test_runs_of_different_width_can_be_compared(widths):
    first, second = (np.pad(MATRIX[:, :4], ((0, 0), (0, width - 4))) for width in widths)
    found = procrustes(first, second)
    assert found.distance == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(found.second, first, atol=1e-9)


@pytest.mark.parametrize("call", [procrustes, linear_cka, neighbor_overlap])
def test_refuses_other_items_and_values_that_are_not_finite(call):
    with pytest.raises(ValueError, match="same items"):
        call(MATRIX, MATRIX[1:])
    with pytest.raises(ValueError, match="not finite"):
        call(MATRIX, np.where(MATRIX > 9, np.inf, MATRIX))


@pytest.mark.parametrize("call", [procrustes, linear_cka])
def test_refuses_what_has_no_spread(call):
    with pytest.raises(ValueError, match="all 300 rows are equal"):
        call(MATRIX, np.ones((300, 2)))
