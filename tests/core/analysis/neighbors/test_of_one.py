import numpy as np
import pytest

from core.analysis.neighbors import of_one
from core.analysis.neighbors.of_one import METRICS, nearest_by_chance, neighbors, similarities

POINTS = np.array([[1.0, 0.0], [3.0, 0.3], [0.9, 0.3], [-1.0, 0.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cosine", [1, 3 / np.hypot(3, 0.3), 0.9 / np.hypot(0.9, 0.3), -1, 0]),
        ("dot", [1, 3, 0.9, -1, 0]),
        ("euclidean", [0, -np.hypot(2, 0.3), -np.hypot(0.1, 0.3), -2, -1]),
    ],
)
def test_each_metric_by_hand(metric, expected):
    np.testing.assert_allclose(similarities(POINTS, 0, metric), expected)


@pytest.mark.parametrize(
    ("metric", "order"), [("cosine", [1, 2, 4, 3]), ("dot", [1, 2, 4, 3]), ("euclidean", [2, 4, 3, 1])]
)
def test_closest_first_without_the_item_itself(metric, order):
    assert neighbors(POINTS, 0, metric=metric).index.tolist() == order


def test_a_vector_of_zeros_is_like_nothing():
    np.testing.assert_array_equal(similarities(POINTS, 4, "cosine"), 0)


@pytest.mark.parametrize("metric", METRICS)
def test_turning_the_space_changes_nothing(metric):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 5))
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    np.testing.assert_array_equal(
        neighbors(points @ turn, 7, metric=metric).index, neighbors(points, 7, metric=metric).index
    )


def test_only_eligible_items_are_listed_and_the_argument_is_left_alone():
    eligible = np.array([True, False, True, True, False])
    assert neighbors(POINTS, 0, metric="dot", eligible=eligible).index.tolist() == [2, 3]
    assert eligible[0]


def test_top_limits_the_list():
    assert len(neighbors(POINTS, 0, top=2).index) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"row": 5}, "row 5 is outside 0 to 4"),
        ({"row": -1}, "outside"),
        ({"top": 0}, "top is 0"),
        ({"metric": "l1"}, "'l1'"),
    ],
)
def test_refusals(arguments, says):
    with pytest.raises(ValueError, match=says):
        neighbors(POINTS, **{"row": 0, **arguments})


@pytest.mark.parametrize("metric", METRICS)
def test_blocks_give_the_same_neighbors(monkeypatch, metric):
    vectors = np.random.default_rng(0).integers(-2, 3, (60, 3)).astype(np.float32)  # many ties
    whole = neighbors(vectors, 4, metric=metric, top=20)
    monkeypatch.setattr(of_one, "WHOLE", 10)
    monkeypatch.setattr(of_one, "BLOCK", 7)
    blocks = neighbors(vectors, 4, metric=metric, top=20)
    np.testing.assert_array_equal(blocks.index, whole.index)
    np.testing.assert_allclose(blocks.similarity, whole.similarity)
    similarity = of_one.similarities(vectors, 4, metric)
    others = np.delete(np.arange(60), 4)
    np.testing.assert_array_equal(whole.index, others[np.argsort(-similarity[others], kind="stable")[:20]])


def test_the_nearest_of_directions_drawn_by_chance_comes_as_near_as_is_said():
    rng = np.random.default_rng(0)
    for others, dimensions in ((200, 5), (30, 40)):
        drawn = rng.normal(size=(400, others, dimensions))
        cosine = (drawn[:, :, 0] / np.linalg.norm(drawn, axis=2)).max(axis=1)
        for share in (0.5, 0.9):
            said = nearest_by_chance(others, dimensions, share=share)
            assert np.mean(cosine <= said) == pytest.approx(share, abs=0.07)
