import numpy as np

from core.analysis.neighbors.all_neighbors import hubs, listed, nearest


def test_lists_are_counted():
    near = np.array([[1, 2], [0, 2], [0, 1], [2, 0]])
    np.testing.assert_array_equal(listed(near, 5), [3, 2, 3, 0, 0])


def test_one_long_vector_is_a_hub_by_the_dot_product_alone():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(300, 8))
    points[:, 0] += 2  # they all point somewhat the same way
    points[[7, 9]] = [[40.0, *[0] * 7], [-40.0, *[0] * 7]]
    lists = {metric: nearest(points, 5, metric=metric) for metric in ("cosine", "euclidean", "dot")}
    assert listed(lists["dot"], 300)[7] > 280
    assert hubs(listed(lists["dot"], 300), 300)[0] == 7
    assert 9 not in hubs(listed(lists["dot"], 300), 300)
    for metric in ("cosine", "euclidean"):
        assert listed(lists[metric], 300)[7] < 50


def test_few_items_have_no_hub():
    """Of 8 things none can stand in ten times as many lists of 3 as the average one."""
    points = np.random.default_rng(0).normal(size=(8, 4))
    assert len(hubs(listed(nearest(points, 3, metric="dot"), 8), 8)) == 0
