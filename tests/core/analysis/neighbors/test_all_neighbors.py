import numpy as np
import pytest

from core.analysis.neighbors import all_neighbors as module
from core.analysis.neighbors.all_neighbors import nearest
from core.analysis.neighbors.of_one import neighbors

POINTS = np.random.default_rng(0).normal(loc=0.3, size=(80, 6)).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
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
        nearest(POINTS, metric="manhattan")
    with pytest.raises(ValueError, match="values are not finite"):
        nearest(np.where(POINTS > 1, np.nan, POINTS))


@pytest.mark.parametrize("block", [1, 7, 80, 1000])
def test_blocks_change_nothing_and_tell_how_far_it_is(monkeypatch, block):
    whole = nearest(POINTS, 5)
    monkeypatch.setattr(module, "BLOCK", block)
    told: list[float] = []
    np.testing.assert_array_equal(nearest(POINTS, 5, on_progress=told.append), whole)
    assert told == sorted(told) and told[-1] == 1 and len(told) == -(-80 // block)


def test_what_the_listener_raises_ends_the_search():
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nearest(POINTS, on_progress=stop)
