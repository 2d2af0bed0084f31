"""Figures of the lesson: the numbers given are the numbers drawn, and no title becomes markup."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from core.analysis.lesson.step import Pair, dropout
from core.model.scale import Scale
from dashboard.charts import lesson as charts

HOSTILE = '<img src=x onerror="alert(1)"> %{z} $x$'
MATRIX = np.random.default_rng(0).normal(size=(9, 12)).astype(np.float32)


def sent(figure: go.Figure) -> str:
    text = figure.to_json()
    assert len(text) < 2e6
    return text


def test_the_chosen_row_is_lifted_out_and_framed():
    figure = charts.lifted_row(MATRIX, list(range(3, 12)), [HOSTILE] * 9, 4)
    rows, lifted = figure.data
    np.testing.assert_array_equal(rows.z, MATRIX)
    np.testing.assert_array_equal(lifted.z, MATRIX[[4]])
    assert lifted.y == ("row 7",)
    (frame,) = figure.layout.shapes
    assert (frame.y0, frame.y1) == (3.5, 4.5)
    assert "<img" not in sent(figure)
    assert figure.layout.coloraxis.cmin == -figure.layout.coloraxis.cmax


def test_times_zero_and_times_one_add_up_to_the_row():
    figure = charts.one_hot(MATRIX, list(range(9)), [HOSTILE] * 9, 2)
    ones, products, total = figure.data
    assert np.asarray(ones.z).sum() == 1 and np.asarray(ones.z)[2, 0] == 1
    np.testing.assert_array_equal(np.asarray(products.z).sum(axis=0), MATRIX[2])
    np.testing.assert_array_equal(total.z, MATRIX[[2]])
    assert "<img" not in sent(figure)


def test_products_stand_under_the_numbers_they_come_from():
    pair = Pair(MATRIX[0].astype(float), MATRIX[1].astype(float), Scale(0.5, 5.0, sigmoid=False))
    figure = charts.terms(pair, pair.user * pair.item, (HOSTILE, HOSTILE), noun=HOSTILE)
    rows, bars = figure.data
    np.testing.assert_allclose(rows.z, MATRIX[:2])
    np.testing.assert_allclose(bars.y, MATRIX[0] * MATRIX[1], rtol=1e-6)
    assert {color for color, value in zip(bars.marker.color, bars.y, strict=True) if value < 0} == {"#b2182b"}
    assert "<img" not in sent(figure)


def test_a_guess_lies_on_the_curve():
    figure = charts.sigmoid({"guess": (7.0, 4.99)}, Scale(0.5, 5.0, sigmoid=True), rating=3.5)
    curve, mark = figure.data
    assert curve.x[0] == -curve.x[-1] == -8.0
    assert curve.y[len(curve.y) // 2] == 2.75
    assert (mark.x[0], mark.y[0]) == (7.0, 4.99)


def test_before_and_after_are_told_with_the_slope():
    before, slope = np.array([1.0, -1.0]), np.array([0.5, 0.0])
    figure = charts.before_after(before, slope, before - slope, title=HOSTILE)
    assert [trace.name for trace in figure.data] == ["before", "after"]
    np.testing.assert_allclose(figure.data[0].customdata, [[1, 0.5, 0.5], [-1, 0, -1]])
    assert "<img" not in sent(figure)


@pytest.mark.parametrize(("errors", "top"), [([0.9, 0.4, 0.6], 1.0), ([0.9, 0.4, 1e9], 3.0)])
def test_a_step_that_explodes_leaves_the_picture(errors: list[float], top: float):
    figure = charts.by_rate(np.array([0.01, 0.1, 1]), np.array(errors), 1, now=1.0, unit="stars")
    assert figure.layout.yaxis.range[1] == pytest.approx(1.15 * top)
    assert list(figure.data[0].marker.size) == [6, 14, 6]


def test_errors_are_ordered_and_none_is_cut_off():
    figure = charts.errors({"a": 0.9, HOSTILE: 1.1, "c": 0.86}, unit="stars")
    (dots,) = figure.data
    assert list(dots.x) == [0.86, 0.9, 1.1]
    low, high = figure.layout.xaxis.range
    assert low < 0.86 and high > 1.1
    assert "<img" not in sent(figure)


def test_one_error_alone_has_a_picture_too():
    low, high = charts.errors({"a": 0.9}, unit="stars").layout.xaxis.range
    assert low < 0.9 < high


def test_hidden_numbers_are_marked():
    found = dropout(MATRIX[0], 0.5, seed=1)
    _, left, hidden = charts.dropped(MATRIX[0], found, title=HOSTILE).data
    np.testing.assert_allclose(left.y, found.vector, rtol=1e-6)
    assert list(hidden.x) == [int(at) + 1 for at in np.flatnonzero(~found.kept)]


def test_draws_are_all_counted():
    found = np.random.default_rng(0).normal(size=1000)
    figure = charts.products(found, 0.2)
    assert sum(figure.data[0].y) == 1000
    assert [shape.x0 for shape in figure.layout.shapes] == [found.mean(), 0.2]
    assert json.loads(sent(figure))["layout"]["title"]["text"] == "The dot product in 1,000 draws"
