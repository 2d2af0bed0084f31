import numpy as np
import pytest

from core.analysis.compare import comparison
from core.analysis.compare.comparison import MOST_AXES, Part, compare, shared
from core.analysis.compare.measures import kept_by_chance, linear_cka, neighbor_overlap, procrustes
from core.data.ratings import Vocabulary

RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(120, 10)) * np.linspace(4, 1, 10) + 1
TURN = np.linalg.qr(RNG.normal(size=(10, 10)))[0]


def test_a_turned_copy_is_the_same_and_lies_on_the_same_places():
    found = compare(MATRIX, 2 * MATRIX @ TURN)
    assert (found.measured.cka, found.measured.distance, found.measured.overlap) == pytest.approx((1, 0, 1))
    assert found.measured.cka_by_chance < 0.2 and found.measured.distance_by_chance > 0.7
    assert found.measured.overlap_by_chance == pytest.approx(0.045, abs=0.003)
    assert (found.overlap.kept == 10).all()
    np.testing.assert_allclose(found.aligned, found.places, atol=1e-4)
    np.testing.assert_allclose(found.moved, 0, atol=1e-5)


def test_measures_are_those_of_each_by_itself():
    other = RNG.normal(size=(120, 4))
    found = compare(MATRIX, other, k=3)
    assert found.measured.cka == linear_cka(MATRIX, other)
    assert found.measured.distance == procrustes(MATRIX, other).distance
    np.testing.assert_array_equal(found.overlap.kept, neighbor_overlap(MATRIX, other, k=3).kept)
    assert found.measured.overlap == found.overlap.mean
    assert found.measured.kept == found.overlap.kept.mean()
    assert found.measured.kept_by_chance == pytest.approx(kept_by_chance(120, 3) @ np.arange(4))


def test_a_strong_direction_in_common_does_not_make_two_spaces_alike():
    """They share one direction that carries most of the spread, and nothing else."""
    common = 30 * np.linspace(-1, 1, 120)[:, None] * np.eye(1, 10)
    found = compare(RNG.normal(size=(120, 10)) + common, RNG.normal(size=(120, 10)) + common)
    assert found.measured.cka > 0.9
    assert found.measured.cka_rest < 0.2
    assert min(found.agreement, key=found.agreement.get) == "cka_rest"


def test_each_measure_is_on_its_way_from_chance_to_the_same():
    same = compare(MATRIX, MATRIX @ TURN)
    assert set(same.agreement) == {"kept", "cka", "distance", "cka_rest"}
    assert list(same.agreement.values()) == pytest.approx([1] * 4)
    strangers = compare(MATRIX, RNG.normal(size=(120, 10)))
    assert all(abs(way) < 0.15 for way in strangers.agreement.values())


def test_without_a_second_direction_nothing_is_said_of_the_rest():
    found = compare(MATRIX[:, :1], MATRIX)
    assert found.measured.cka_rest is None and "cka_rest" not in found.agreement


def test_places_are_the_strongest_centered_components_of_the_first():
    found = compare(MATRIX, MATRIX)
    assert found.places.shape == found.aligned.shape == (120, MOST_AXES)
    assert (np.diff(found.variance_ratio) <= 0).all()
    np.testing.assert_allclose(found.places.mean(axis=0), 0, atol=1e-5)
    assert found.places.var(axis=0)[0] / MATRIX.var(axis=0).sum() == pytest.approx(found.variance_ratio[0], rel=1e-5)


@pytest.mark.parametrize("widths", [(1, 10), (10, 1)])
def test_embeddings_of_any_widths_can_be_compared(widths):
    found = compare(MATRIX[:, : widths[0]], MATRIX[:, : widths[1]])
    assert found.places.shape == found.aligned.shape == (120, min(widths[0], MOST_AXES))
    assert np.isfinite(found.aligned).all()


def test_of_very_many_items_some_are_compared_the_same_ones_every_time(monkeypatch):
    monkeypatch.setattr(comparison, "MOST_COMPARED", 30)
    ids, known = Vocabulary(np.array([f"i{row}" for row in range(120)], object)), np.ones(120, bool)
    items = Part(ids, MATRIX, np.full(120, np.inf), known)
    found = shared(items, items, min_ratings=0)
    assert (len(found), found.of, found.in_both, found.untrained) == (30, 120, 120, 0)
    np.testing.assert_array_equal(found.first, found.second)
    np.testing.assert_array_equal(found.first, shared(items, items, min_ratings=0).first)
