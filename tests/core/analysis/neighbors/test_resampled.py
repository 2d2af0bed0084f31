"""Whether neighbors would be neighbors again."""

import numpy as np
import pytest

from core.analysis.neighbors import support as module
from core.analysis.neighbors.of_one import METRICS, Metric, neighbors
from core.analysis.neighbors.support import resampled
from core.errors import AnalysisError


def _near(points: np.ndarray, row: int, top: int = 3) -> dict[Metric, object]:
    return {metric: neighbors(points, row, metric=metric, top=top) for metric in METRICS}


def test_known_vectors_keep_all_their_neighbors():
    points = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    again = resampled(points, np.zeros_like(points), 3, _near(points, 3))
    assert {metric: share.tolist() for metric, share in again.items()} == {metric: [1.0] * 3 for metric in METRICS}


def test_vectors_of_which_nothing_is_known_keep_what_chance_leaves():
    points = np.zeros((41, 3), np.float32)
    again = resampled(points, np.ones_like(points), 0, _near(points, 0, 10), draws=4000)
    for share in again.values():
        np.testing.assert_allclose(share, 10 / 40, atol=0.03)


def test_two_neighbors_at_one_distance_change_places_half_the_time():
    """From 0 the rows 1 and 2 lie one to the left and one to the right: which is nearer is a coin's throw."""
    points = np.array([[0.0], [1.0], [-1.0], [9.0]], np.float32)
    near = {"euclidean": neighbors(points, 0, metric="euclidean", top=1)}
    again = resampled(points, np.full_like(points, 1e-4), 0, near, draws=4000)
    assert again["euclidean"][0] == pytest.approx(0.5, abs=0.03)


def test_equal_seeds_agree_and_blocks_change_no_length(monkeypatch: pytest.MonkeyPatch):
    points = np.random.default_rng(1).normal(size=(20, 2)).astype(np.float32)
    near, variance = _near(points, 5), np.full_like(points, 0.3)
    first, second = resampled(points, variance, 5, near), resampled(points, variance, 5, near)
    monkeypatch.setattr(module, "_BLOCK", 1)
    apart = resampled(points, variance, 5, near)
    for metric in METRICS:
        np.testing.assert_array_equal(first[metric], second[metric])
        np.testing.assert_allclose(apart[metric], first[metric], atol=0.2)


def test_only_the_nearest_are_drawn_again_and_all_listed_ones_are_among_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "CANDIDATES", 2)
    points = np.arange(1.0, 9.0, dtype=np.float32)[:, None]
    again = resampled(points, np.zeros_like(points), 0, {"euclidean": neighbors(points, 0, metric="euclidean", top=5)})
    assert again["euclidean"].tolist() == [1.0] * 5


def test_a_row_without_others_has_no_neighbors_to_keep():
    points = np.ones((1, 2), np.float32)
    assert [len(share) for share in resampled(points, points, 0, _near(points, 0)).values()] == [0, 0, 0]


def test_means_and_variances_must_fit():
    points = np.ones((3, 2), np.float32)
    with pytest.raises(AnalysisError, match="differ in shape"):
        resampled(points, points[:2], 0, _near(points, 0))
    with pytest.raises(AnalysisError, match="draws is 0"):
        resampled(points, points, 0, _near(points, 0), draws=0)
