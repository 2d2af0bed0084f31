import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.components import pca as pca_module
from core.analysis.components.pca import TALL, pca
from core.errors import AnalysisError


def matrix(seed: int, rows: int = 40, columns: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(loc=0.5, size=(rows, columns))


def test_a_line_has_one_component():
    line = np.outer(np.arange(1.0, 6.0), [3.0, 4.0])
    np.testing.assert_allclose(pca(line, n_components=2).variance_ratio, [1, 0], atol=1e-12)


def test_a_line_through_the_origin_points_along_itself():
    found = pca(np.outer(np.arange(1.0, 6.0), [-3.0, -4.0]), n_components=1)
    np.testing.assert_allclose(found.components, [[0.6, 0.8]])
    np.testing.assert_allclose(found.scores[:, 0], [-5, -10, -15, -20, -25])


def test_uncentered_is_the_eigendecomposition_of_the_second_moments():
    data = matrix(1)
    eigenvalues = np.sort(np.linalg.eigvalsh(data.T @ data))[::-1]
    np.testing.assert_allclose(pca(data).variance_ratio, eigenvalues / eigenvalues.sum())


def test_centered_is_the_eigendecomposition_of_the_covariance():
    data = matrix(2)
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(data.T)))[::-1]
    found = pca(data, centered=True)
    np.testing.assert_allclose(found.variance_ratio, eigenvalues / eigenvalues.sum())
    np.testing.assert_allclose(found.mean, data.mean(axis=0))
    np.testing.assert_allclose(found.scores.mean(axis=0), 0, atol=1e-12)


def test_centering_ignores_where_the_origin_is_and_uncentered_does_not():
    data = matrix(3)
    moved = data + 10
    np.testing.assert_allclose(pca(moved, centered=True).variance_ratio, pca(data, centered=True).variance_ratio)
    assert pca(moved).variance_ratio[0] > 0.99 > pca(data).variance_ratio[0]


@pytest.mark.parametrize("centered", [False, True])
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 12), columns=st.integers(1, 12))
def test_invariants(centered, seed, rows, columns):
    data = matrix(seed, rows, columns)
    found = pca(data, centered=centered)
    kept = min(rows, columns)
    assert found.scores.shape == (rows, kept) and found.components.shape == (kept, columns)
    np.testing.assert_allclose(found.scores @ found.components + found.mean, data, atol=1e-9)
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(kept), atol=1e-9)
    assert (np.diff(found.variance_ratio) <= 1e-12).all()
    np.testing.assert_allclose(found.cumulative[-1], 1)
    largest = np.abs(found.components).argmax(axis=1)
    assert (found.components[np.arange(kept), largest] > 0).all()


def test_signs_do_not_depend_on_the_sign_of_the_data():
    data = matrix(4)
    np.testing.assert_allclose(pca(-data).components, pca(data).components, atol=1e-12)


def test_loadings_that_tie_but_for_rounding_let_the_first_decide():
    data = np.outer([1.0, 2.0], [-1.0, 1.0 + 1e-13])
    np.testing.assert_allclose(pca(data, n_components=1).components, [[np.sqrt(0.5), -np.sqrt(0.5)]])


def test_fewer_components_are_the_first_of_all():
    data = matrix(5)
    few, every = pca(data, n_components=2), pca(data)
    np.testing.assert_array_equal(few.scores, every.scores[:, :2])
    np.testing.assert_array_equal(few.variance_ratio, every.variance_ratio[:2])


def test_rows_that_did_not_take_part_are_projected_on_the_same_components():
    data = matrix(6)
    found = pca(data[:25], centered=True)
    np.testing.assert_allclose(found.project(data[:25]), found.scores, atol=1e-12)
    np.testing.assert_allclose(found.project(data[25:]), (data[25:] - data[:25].mean(axis=0)) @ found.components.T)


def test_tiny_and_huge_embeddings_have_the_same_shares():
    data = matrix(7)
    for scale in (1e-160, 1e150):
        np.testing.assert_allclose(pca(data * scale).variance_ratio, pca(data).variance_ratio)


@pytest.mark.parametrize("centered", [False, True])
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-160, 1.0, 1e150]))
def test_tall_matrices_have_the_components_of_the_singular_value_decomposition(centered, seed, scale):
    data = matrix(seed, rows=TALL * 6, columns=6) * [8, 7, 6, 5, 4, 3]
    short = pca(np.pad(data, ((0, 0), (0, 1))), centered=centered)  # one column too many to be tall
    tall = pca(data * scale, centered=centered)
    np.testing.assert_allclose(tall.variance_ratio, short.variance_ratio[:6], atol=1e-12)
    np.testing.assert_allclose(tall.scores / scale, short.scores[:, :6], atol=1e-8)
    np.testing.assert_allclose(tall.components, short.components[:6, :6], atol=1e-9)
    np.testing.assert_allclose(tall.components @ tall.components.T, np.eye(6), atol=1e-12)


def test_a_tall_line_has_one_component():
    line = np.outer(np.arange(1.0, 101.0), [3.0, 4.0])
    found = pca(line)
    np.testing.assert_allclose(found.variance_ratio, [1, 0], atol=1e-12)
    np.testing.assert_allclose(found.scores @ found.components, line)
    assert (found.variance_ratio >= 0).all()


def test_the_input_is_left_alone():
    data = matrix(8)
    before = data.copy()
    pca(data, centered=True)
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize(
    ("data", "n_components", "says"),
    [
        (np.ones((4, 3)), 1, "all 4 rows are equal"),
        (np.zeros((4, 3)), 1, "all 4 rows are equal"),
        (np.array([[1.0, np.nan], [2.0, 3.0]]), 1, "1 of 4 embedding values are not finite"),
        (np.array([[1.0, np.inf], [2.0, 3.0]]), 1, "not finite"),
        (np.eye(3), 0, "n_components is 0"),
        (np.eye(3), 4, "can be 1 to 3"),
        (np.empty((0, 3)), 1, "shape"),
        (np.arange(3.0), 1, "shape"),
    ],
)
def test_refusals_name_what_is_wrong(data, n_components, says):
    with pytest.raises(ValueError, match=says):
        pca(data, n_components=n_components)


@pytest.mark.parametrize("centered", [False, True])
def test_blocks_give_the_same_components(monkeypatch, centered):
    rows = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32) + 1
    whole, weights = pca(rows, centered=centered), np.arange(50)
    covariance = np.cov(rows.T.astype(np.float64), bias=True, fweights=weights)
    monkeypatch.setattr(pca_module, "LARGE", 10)
    monkeypatch.setattr(pca_module, "_BLOCK", 7)
    blocks = pca(rows, centered=centered)
    np.testing.assert_allclose(blocks.components, whole.components, atol=1e-12)
    np.testing.assert_allclose(blocks.variance_ratio, whole.variance_ratio, atol=1e-12)
    np.testing.assert_allclose(blocks.scores, whole.scores, atol=1e-5)
    assert blocks.scores.dtype == np.float32
    some, mask = np.array([3, 40, 7]), np.arange(50) % 3 == 0
    for at in (1, (slice(None), 2), (some, 3), (some, slice(2)), (mask, 0), (slice(None), [3, 0]), slice(5, 9), some):
        np.testing.assert_allclose(blocks.scores[at], whole.scores[at], atol=1e-5)
    np.testing.assert_allclose(pca_module.item_covariance(rows, weights), covariance)
    rows[33] = np.nan
    with pytest.raises(AnalysisError, match="4 of 200 embedding values"):
        pca(rows)
