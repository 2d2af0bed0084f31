import numpy as np

from core.analysis.film import near, stayed_since, stood_since, telling_pair


def test_the_nearest_point_the_same_way_and_are_never_the_item_itself():
    numbers = np.array([[1.0, 0.0], [9.0, 1.0], [0.0, 1.0], [0.1, 2.0], [0.0, 0.0]])
    assert near(numbers, 1)[:4].tolist() == [[1], [0], [3], [2]]
    assert sorted(near(numbers, 4)[4].tolist()) == [0, 1, 2, 3]


def test_a_neighbor_counts_from_when_it_came_to_stay():
    lists = np.array([[[1, 2]], [[3, 1]], [[1, 2]], [[2, 1]]])  # 2 was there, left, and came back
    assert stayed_since(lists).tolist() == [[2, 0]]


def test_a_neighbor_of_the_last_frame_alone_came_with_it():
    assert stayed_since(np.array([[[1]], [[2]]])).tolist() == [[1]]
    assert stayed_since(np.array([[[1]]])).tolist() == [[0]]


def test_lists_of_chance_settle_with_the_last_frame():
    lists = np.random.default_rng(0).integers(0, 1000, (30, 200, 10))
    assert np.median(stayed_since(lists)) == 29


def test_an_axis_stands_from_when_its_order_remains():
    final = np.array([-2.0, -1.0, 0.0, 3.0])
    other = np.array([1.0, -1.0, 1.0, -1.0])
    places = np.stack([other, final, other, -0.1 * final, final + 0.01 * other, final])
    assert stood_since(places) == 3  # turned over and smaller, it is the same axis


def test_an_axis_of_chance_never_stands():
    assert stood_since(np.random.default_rng(0).normal(size=(20, 300))) is None


def test_an_axis_without_room_never_stands():
    assert stood_since(np.zeros((5, 3))) is None
    assert stood_since(np.array([[0.0, 0.0], [1.0, -1.0]])) is None
    assert stood_since(np.array([[1.0, -1.0]])) is None


def test_the_pair_is_of_a_series_where_the_model_places_one_together():
    titles = ["Alien", "Star Wars: Episode IV", "Babe", "Star Wars: Episode V"]
    embeddings = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [-0.1, 1.0]])
    count = np.array([9, 3, 8, 5])
    assert telling_pair(embeddings, count, titles, k=1) == (3, 1)
    assert telling_pair(embeddings, count, ["a", "b", "c", "d"]) == (0, 2)
