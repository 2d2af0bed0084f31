import numpy as np
import pytest

from core.analysis.components.noise import noise_band
from core.analysis.components.pca import pca


def planted(seed: int, *, rows: int = 600, columns: int = 20, middle: float = 0.0) -> np.ndarray:
    """Two factors, one weaker, under noise of size one."""
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.normal(size=(columns, 2)))[0].T
    factors = rng.normal(size=(rows, 2)) * [4, 3]
    return factors @ directions + rng.normal(size=(rows, columns)) + middle


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_two_planted_factors_and_no_more_stand_above_the_band(seed, centered):
    found = noise_band(planted(seed), centered=centered)
    np.testing.assert_array_equal(np.flatnonzero(found.above), [0, 1])
    assert found.count == 2


@pytest.mark.parametrize(("middle", "factors"), [(0.2, [0, 1]), (3.0, [1, 2]), (10.0, [1, 2])])
def test_where_all_items_lie_is_no_structure(middle, factors):
    found = noise_band(planted(6, middle=middle), centered=False)
    np.testing.assert_array_equal(np.flatnonzero(found.above), factors)


@pytest.mark.parametrize("centered", [False, True])
def test_an_untrained_matrix_has_no_structure(centered):
    untrained = np.random.default_rng(0).uniform(0, 0.05, (900, 32))
    assert noise_band(untrained, centered=centered, quantile=0.999, draws=50).count == 0


def test_the_band_is_on_the_scale_of_the_variance_ratios():
    data = planted(1)
    found = noise_band(data, centered=True)
    np.testing.assert_allclose(found.ratio, pca(data, centered=True).variance_ratio)
    assert (found.band[0] < found.ratio[:2]).all()
    assert (np.diff(found.band) <= 0).all()
    assert 0 < found.band.sum() < 1.2


@pytest.mark.parametrize("centered", [False, True])
def test_above_is_what_the_picture_shows(centered):
    found = noise_band(planted(2, middle=2.0), centered=centered)
    last = found.count + (0 if centered else 1)
    np.testing.assert_array_equal(found.above[:last], (found.ratio > found.band)[:last])


def test_neither_size_nor_the_order_of_rows_matters():
    data = planted(3)
    shuffled = np.random.default_rng(1).permutation(data)
    for other in (data * 1000, shuffled):
        assert noise_band(other).count == noise_band(data).count
    np.testing.assert_allclose(noise_band(data * 1000).band, noise_band(data).band)


def test_the_seed_decides():
    data = planted(4)
    np.testing.assert_array_equal(noise_band(data, seed=5).band, noise_band(data, seed=5).band)
    assert (noise_band(data, seed=5).band != noise_band(data, seed=6).band).any()


def test_the_matrix_stays_as_it_was():
    data = planted(5)
    before = data.copy()
    noise_band(data)
    np.testing.assert_array_equal(data, before)


def test_fewer_items_than_dimensions_work():
    found = noise_band(np.random.default_rng(0).normal(size=(6, 20)))
    assert found.band.shape == found.ratio.shape == (6,)


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"quantile": 0.0}, {"quantile": 1.0}])
def test_refuses_what_makes_no_band(wrong):
    with pytest.raises(ValueError, match="draws"):
        noise_band(planted(0), **wrong)
