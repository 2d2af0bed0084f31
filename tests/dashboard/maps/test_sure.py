"""How sure places are, in points and in words."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.studies.maps import MapStudySettings
from dashboard.charts.maps import Landmarks
from dashboard.maps import words
from dashboard.maps.drawn import FAINTEST, SOLID, DrawnMap, ellipses, sureness
from tests.core.analysis.made import scorer

AXES = np.eye(3)[:2]


def _rows(variance: np.ndarray | None) -> Any:
    from dashboard.shared.matrix_rows import Rows

    matrix = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    some = np.ones(30, int)
    return Rows("book", [f"B{n}" for n in some], scorer(matrix, matrix), matrix, some * 0.0, some, some > 0, variance)


def _drawn(rows: Any, method: str = "pca", dimensions: int = 2) -> DrawnMap:
    settings = MapStudySettings(method=method, dimensions=dimensions)
    return DrawnMap(np.arange(0, 30, 2), rows.matrix[::2, :dimensions], settings, None)


def test_the_surest_are_solid_and_the_least_sure_faint():
    variance = np.linspace(1, 4, 30)[:, None] * np.ones(3)
    rows = _rows(variance)
    known = sureness(rows, _drawn(rows).rows, _drawn(rows).points, AXES)
    assert known is not None
    np.testing.assert_allclose(known.std, np.sqrt(2 * variance[::2, 0]))
    assert known.opacity[0] == pytest.approx(SOLID)
    assert known.opacity[-1] == pytest.approx(FAINTEST)
    assert (np.diff(known.opacity) <= 0).all()


def test_where_all_are_known_equally_well_none_is_faint():
    rows = _rows(np.ones((30, 3)))
    known = sureness(rows, _drawn(rows).rows, _drawn(rows).points, AXES)
    assert known is not None
    assert (known.opacity == np.float32(SOLID)).all()
    assert "no point is fainter" in words.sure(rows, known, method="pca", flat=True, faint=True, outlined=0)


def test_a_map_that_bends_space_looks_at_whole_vectors_and_outlines_nothing():
    rows = _rows(np.linspace(1, 4, 30)[:, None] * np.ones(3))
    drawn = _drawn(rows, "tsne")
    known = sureness(rows, drawn.rows, drawn.points, None)
    assert known is not None
    np.testing.assert_allclose(known.std, np.sqrt(rows.variance[::2].sum(axis=1)))
    assert ellipses(known, drawn.rows, drawn.points, [0, 2]) == []
    assert "t-SNE bends space" in words.sure(rows, known, method="tsne", flat=True, faint=True, outlined=0)


def test_only_what_is_on_the_map_is_outlined_and_nothing_in_space():
    rows = _rows(np.ones((30, 3)))
    flat, space = _drawn(rows), _drawn(rows, dimensions=3)
    known, whole = sureness(rows, flat.rows, flat.points, AXES), sureness(rows, space.rows, space.points, np.eye(3))
    assert known is not None
    assert whole is not None
    (outline,) = ellipses(known, flat.rows, flat.points, [1, 4])  # row 1 is not on it
    np.testing.assert_allclose(outline.mean(axis=0), flat.points[2], atol=1e-6)
    assert ellipses(whole, space.rows, space.points, [4]) == []
    assert "3D" in words.sure(rows, whole, method="pca", flat=False, faint=False, outlined=0)


def test_a_model_that_does_not_know_says_nothing():
    rows = _rows(None)
    assert sureness(rows, _drawn(rows).rows, _drawn(rows).points, AXES) is None


def test_names_of_columns_are_harmless():
    rows: Any = SimpleNamespace(noun="book", nouns="books")
    for names in ([], ["x"]):
        shown = Landmarks("**<b>col**", np.zeros((len(names), 2)), names)
        assert "**" not in words.landmarks(rows, shown).replace(r"\*\*", "")
