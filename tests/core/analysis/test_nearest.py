import numpy as np
import pytest

from core.analysis.nearest import nearest
from core.analysis.neighbors import neighbors

POINTS = np.random.default_rng(0).normal(loc=0.3, size=(80, 6)).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_all_at_once_is_each_by_itself(metric):
    found = nearest(POINTS, 7, metric=metric)
    for row in range(len(POINTS)):
        np.testing.assert_array_equal(found[row], neighbors(POINTS, row, metric=metric, top=7).index)


def test_a_map_goes_through_a_tree_to_the_same_result():
    flat = POINTS[:, :2]
    padded = np.pad(flat, ((0, 0), (0, 5)))
    np.testing.assert_array_equal(nearest(flat, 5, metric="euclidean"), nearest(padded, 5, metric="euclidean"))


def test_no_item_is_its_own_neighbor_even_among_equals():
    doubled = np.repeat(POINTS[:20], 3, axis=0)
    found = nearest(doubled, 2, metric="euclidean")
    groups = np.arange(60) // 3
    np.testing.assert_array_equal(groups[found], np.repeat(groups[:, None], 2, axis=1))
    assert not (found == np.arange(60)[:, None]).any()


@pytest.mark.parametrize("k", [0, 80])
def test_refuses_too_many_and_none(k):
    with pytest.raises(ValueError, match="1 to 79"):
        nearest(POINTS, k)


def test_refuses_unknown_metrics_and_values_that_are_not_finite():
    with pytest.raises(ValueError, match="cosine, euclidean"):
        nearest(POINTS, metric="dot")
    with pytest.raises(ValueError, match="values are not finite"):
        nearest(np.where(POINTS > 1, np.nan, POINTS))
