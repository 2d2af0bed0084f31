import numpy as np
import pytest
from sklearn import manifold

from core.analysis.maps import faithfulness as module
from core.analysis.maps.faithfulness import faithfulness

RNG = np.random.default_rng(0)
FLAT = RNG.normal(size=(150, 2))
TURNED = FLAT @ np.linalg.qr(RNG.normal(size=(9, 9)))[0][:2]


def test_a_turned_map_is_wholly_faithful():
    found = faithfulness(TURNED, FLAT, metric="euclidean")
    assert found.mean == 1
    assert found.trustworthiness == 1
    assert found.measured_on == 150


def test_a_random_map_keeps_what_chance_keeps():
    found = faithfulness(RNG.normal(size=(1500, 9)), RNG.normal(size=(1500, 2)))
    assert found.chance == pytest.approx(10 / 1499)
    assert found.mean == pytest.approx(found.chance, abs=0.003)
    assert found.trustworthiness == pytest.approx(0.5, abs=0.02)


def test_the_item_drawn_in_the_wrong_place_is_the_one_that_shows():
    wrong = FLAT.copy()
    wrong[7] += 100
    found = faithfulness(TURNED, wrong, metric="euclidean")
    assert found.kept[7] == min(found.kept) < 0.5
    assert found.mean > 0.9


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_trustworthiness_is_scikit_learns(metric, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 150 * 7)
    high, low = RNG.normal(size=(2, 150, 9)).astype(np.float32), FLAT.astype(np.float32)
    expected = manifold.trustworthiness(high[0], low, n_neighbors=6, metric=metric)
    assert faithfulness(high[0], low, k=6, metric=metric).trustworthiness == pytest.approx(expected, abs=1e-4)


def test_a_sample_says_so_and_comes_close():
    high = RNG.normal(size=(1000, 4))
    whole, part = faithfulness(high, high[:, :2]), faithfulness(high, high[:, :2], most_rows=300)
    assert (whole.measured_on, part.measured_on) == (1000, 300)
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert part.trustworthiness != whole.trustworthiness
    np.testing.assert_array_equal(part.kept, whole.kept)
    assert faithfulness(high, high[:, :2], most_rows=300).trustworthiness == part.trustworthiness


def test_neither_turning_nor_scaling_the_map_matters():
    turn = np.linalg.qr(RNG.normal(size=(2, 2)))[0]
    high = RNG.normal(size=(150, 5))
    here, there = faithfulness(high, FLAT), faithfulness(high, 50 * FLAT @ turn)
    np.testing.assert_array_equal(here.kept, there.kept)
    assert here.trustworthiness == there.trustworthiness


def test_refuses_other_items_and_a_k_out_of_range():
    with pytest.raises(ValueError, match="each item needs both"):
        faithfulness(TURNED, FLAT[:-1])
    for k in (0, 75):
        with pytest.raises(ValueError, match=f"k is {k}"):
            faithfulness(TURNED, FLAT, k=k)


def test_of_very_many_items_some_are_compared_with_all_others(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMPARED", 100)
    points = np.random.default_rng(0).normal(size=(200, 2))
    whole = faithfulness(points, points, k=5, metric="euclidean", most_rows=60)
    assert whole.sampled == whole.measured_on == 30  # as many distances as 60 of 100 have
    assert whole.mean == 1 and whole.trustworthiness == 1 and whole.chance == 5 / 199
    assert np.isnan(whole.kept).sum() == 170
