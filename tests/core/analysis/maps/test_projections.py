import sys

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.manifold import TSNE, trustworthiness

from core.analysis.components.pca import pca
from core.analysis.maps import projections
from core.analysis.maps.projections import Layout, MapSettings, draw_map
from core.analysis.neighbors import all_neighbors
from core.analysis.neighbors.all_neighbors import comparable, nearest
from core.errors import CanceledError, LimitError

RNG = np.random.default_rng(0)
GROUP = np.repeat(np.arange(4), 25)
MATRIX = (3 * RNG.normal(size=(4, 12))[GROUP] + RNG.normal(size=(100, 12))).astype(np.float32)
FAST = MapSettings(method="tsne", iterations=250, perplexity=15)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("centered", [False, True])
def test_pca_is_the_first_components(dimensions, centered):
    found = draw_map(MATRIX, MapSettings(dimensions=dimensions, centered=centered))
    expected = pca(MATRIX, centered=centered).scores[:, :dimensions]
    np.testing.assert_allclose(found.points, expected, rtol=1e-5, atol=1e-5)
    assert found.loss is None


def test_tsne_is_scikit_learns_own_to_the_last_bit():
    own = TSNE(perplexity=15, max_iter=250, init="pca", random_state=0)
    expected = own.fit_transform(comparable(MATRIX, "cosine"))
    found = draw_map(MATRIX, FAST)
    np.testing.assert_array_equal(found.points, expected)
    assert found.loss == own.kl_divergence_


def test_tsne_keeps_planted_groups_apart():
    found = draw_map(MATRIX, MapSettings(method="tsne", iterations=500, perplexity=15, metric="euclidean"))
    assert trustworthiness(MATRIX, found.points, n_neighbors=10) > 0.85
    centers = np.array([found.points[group == GROUP].mean(axis=0) for group in range(4)])
    own = np.linalg.norm(found.points[:, None] - centers, axis=2).argmin(axis=1)
    assert (own == GROUP).mean() > 0.95


def test_tsne_tells_how_far_it_is_and_prints_nothing(capsys):
    seen: list[float] = []
    draw_map(MATRIX, MapSettings(method="tsne", iterations=500, perplexity=15), on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 5
    assert seen[-1] == 1
    assert capsys.readouterr().out == ""


def test_tsne_stops_when_asked_and_gives_stdout_back():
    before, seen = sys.stdout, []
    with pytest.raises(CanceledError, match="stopped"):
        draw_map(MATRIX, FAST, on_progress=seen.append, should_stop=lambda: len(seen) >= 2)
    assert len(seen) == 2
    assert sys.stdout is before


def test_three_dimensions_work_too():
    found = draw_map(MATRIX, MapSettings(method="tsne", dimensions=3, iterations=250, perplexity=10))
    assert found.points.shape == (100, 3)
    assert found.points.dtype == np.float32


def test_umap_without_its_package_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(LimitError, match="pip install umap-learn"):
        draw_map(MATRIX, MapSettings(method="umap"))


@pytest.mark.filterwarnings("ignore")  # numba's and UMAP's own, which are not ours to mend
def test_umap_keeps_groups_apart_tells_progress_and_stops():
    pytest.importorskip("umap", reason="UMAP is an optional extra")
    settings, seen = MapSettings(method="umap", metric="euclidean"), []
    found = draw_map(MATRIX, settings, on_progress=seen.append)
    assert trustworthiness(MATRIX, found.points, n_neighbors=10) > 0.85
    assert seen[-1] == 1
    assert len(set(seen)) >= 5
    np.testing.assert_array_equal(draw_map(MATRIX, settings).points, found.points)
    seen.clear()
    with pytest.raises(CanceledError):
        draw_map(MATRIX, settings, on_progress=seen.append, should_stop=lambda: len(seen) >= 2)
    assert len(seen) == 2


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_refuses_more_neighbors_than_items(method):
    with pytest.raises(LimitError, match="with 10 items"):
        draw_map(MATRIX[:10], MapSettings(method=method))


def test_refuses_what_cannot_be_drawn():
    with pytest.raises(LimitError, match="no 3 components"):
        draw_map(MATRIX[:, :2], MapSettings(dimensions=3))
    for bad in (np.ones((50, 4)), np.full((50, 4), np.nan)):
        for method in ("pca", "tsne"):
            with pytest.raises(ValueError, match=r"finite|equal"):
                draw_map(bad, MapSettings(method=method))


@pytest.mark.parametrize("wrong", [{"iterations": 249}, {"dimensions": 4}, {"perplexity": float("nan")}, {"typo": 1}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValidationError):
        MapSettings(**wrong)


def test_of_very_many_rows_a_sample_is_laid_out_and_the_rest_placed_in_their_own_groups(monkeypatch):
    monkeypatch.setattr(projections, "MANY_ROWS", 300)
    monkeypatch.setattr(projections, "SAMPLE", 120)
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, 400)
    points = 10 * np.eye(3, 8)[group] + rng.normal(size=(400, 8))
    told = []
    layout = draw_map(points, MapSettings(method="tsne", perplexity=10, iterations=250), on_progress=told.append)
    assert layout.laid_out == 120 and layout.points.shape == (400, 2)
    near = nearest(layout.points, 5, metric="euclidean")
    assert (group[near] == group[:, None]).mean() > 0.95  # by chance a third
    assert told == sorted(told) and told[-1] == 1
    assert draw_map(points[:300], MapSettings(method="tsne", perplexity=10, iterations=250)).laid_out is None


def test_a_row_lies_at_the_median_of_its_nearest_rows_of_the_sample(monkeypatch):
    monkeypatch.setattr(all_neighbors, "GUIDES", 3)
    points = np.array([[0.0], [1], [2], [100], [1.1]], np.float32)
    places = np.array([[0.0, 0], [4, 1], [5, 9], [-50, -50]], np.float32)
    found = projections.placed_among(points, np.arange(4), places)
    np.testing.assert_array_equal(found, [*places, [4, 1]])


def test_a_stop_while_the_rest_is_placed_ends_the_map(monkeypatch):
    monkeypatch.setattr(projections, "MANY_ROWS", 50)
    monkeypatch.setattr(projections, "SAMPLE", 40)
    monkeypatch.setattr(projections, "_tsne", lambda points, settings, watcher: Layout(points[:, :2], settings))
    with pytest.raises(CanceledError):
        draw_map(np.random.default_rng(0).normal(size=(60, 5)), MapSettings(method="tsne"), should_stop=lambda: True)
