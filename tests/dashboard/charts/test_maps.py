"""Figures of maps and of own axes: what is drawn, what is sampled, and that no title becomes markup."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components.extremes import Ends
from dashboard.charts import base
from dashboard.charts.maps import (
    HIGH,
    LARGE,
    LOW,
    SMALL,
    Landmarks,
    Places,
    Plane,
    Poles,
    axis_strip,
    item_map,
    name_apart,
)
from dashboard.charts.points import CLASS_COLORS, MOST_DRAWN, Classes, Coloring
from tests.dashboard.charts.hovers import hovers

HOSTILE = "<a href='javascript:alert(1)'>x</a> %{y} &"


def places(n: int = 40, *, dimensions: int = 2, all_items: int | None = None, axes: tuple[str, ...] = ()) -> Places:
    """A map of every second item."""
    rng, total = np.random.default_rng(0), all_items or 2 * n
    titles = [f"Item {number}" for number in range(total)]
    return Places(
        rows=np.arange(0, 2 * n, 2),
        points=rng.normal(size=(n, dimensions)),
        axes=axes or ("",) * dimensions,
        hover=hovers(titles),
        titles=titles,
    )


def number(total: int, **more: object) -> Coloring:
    return Coloring("Amount", np.linspace(-1, 3, total), **more)


def test_a_point_stands_for_its_row_at_its_place():
    drawn = places()
    (trace,) = item_map(drawn, number(80), title="t").data
    np.testing.assert_array_equal(trace.customdata, drawn.rows)
    np.testing.assert_allclose(trace.x, drawn.points[:, 0], rtol=1e-6)
    np.testing.assert_allclose(trace.marker.color, np.linspace(-1, 3, 80)[::2], rtol=1e-6)
    assert trace.type == "scattergl"
    assert trace.text[1] == "Item 2" and trace.hovertext[1] == "rated 3.45 by 2,345"
    assert trace.hovertemplate.startswith("<b>%{text}</b><br>%{hovertext}")


def test_a_message_of_ten_thousand_points_stays_below_a_megabyte():
    opacity = np.linspace(0.1, 0.9, 10_000, dtype=np.float32)
    figure = item_map(places(10_000), number(20_000), title="t", sizes=np.arange(20_000), opacity=opacity)
    assert len(figure.to_json()) < 0.95e6


def test_three_dimensions_are_a_space():
    figure = item_map(places(dimensions=3, axes=("a", "b", "c")), number(80), title="t", found=[4])
    assert {trace.type for trace in figure.data} == {"scatter3d"}
    assert figure.layout.scene.zaxis.title.text == "c"


def test_a_sample_of_very_many_says_so_and_keeps_what_is_searched():
    many = places(90_000)
    figure = item_map(many, number(180_000), title="all", found=[2 * 77_777], near=np.array([2 * 5, 2 * 88_888]))
    cloud, lines, ring = figure.data
    assert len(cloud.x) == MOST_DRAWN
    assert figure.layout.title.text == f"all (a sample of {MOST_DRAWN:,})"
    assert {2 * 77_777, 2 * 5, 2 * 88_888} <= set(cloud.customdata.tolist())
    assert list(ring.customdata) == [2 * 77_777]
    assert lines.x[0] == lines.x[3] == pytest.approx(many.points[77_777, 0])
    assert lines.x[2] is None
    assert len(figure.to_json()) < 2e6


def test_items_that_are_not_on_the_map_are_not_marked():
    figure = item_map(places(), number(80), title="t", found=[3, 1])
    assert len(figure.data) == 1


def test_several_searched_have_no_lines():
    figure = item_map(places(), number(80), title="t", found=[2, 4], near=np.array([6]))
    assert [trace.mode for trace in figure.data] == ["markers", "markers"]
    assert len([note for note in figure.layout.annotations if note.showarrow is None]) == 2


def test_unknown_numbers_lie_in_the_background():
    color = number(80)
    color.values[:40] = np.nan
    unknown, known = item_map(places(), color, title="t").data
    assert (len(unknown.x), len(known.x)) == (20, 20)
    nothing = item_map(places(), Coloring("Amount", np.full(80, np.nan)), title="t").data
    assert [trace.name for trace in nothing] == ["unknown"]


def test_zero_is_the_middle_of_signed_numbers():
    (trace,) = item_map(places(), number(80, around_zero=True, form="+.2f"), title="t").data
    assert trace.marker.cmin == -trace.marker.cmax
    assert "%{marker.color:+.2f}" in trace.hovertemplate


def test_more_classes_than_colors_differ_in_form():
    names = [f"class {number}" for number in range(20)]
    figure = item_map(places(), Classes("Class", np.arange(80) // 2 % 20, names), title="t")
    looks = [(trace.marker.color, trace.marker.symbol or "circle") for trace in figure.data]
    assert len(looks) == 20 == len(set(looks))
    assert looks[0] == (CLASS_COLORS[0], "circle")
    assert figure.layout.showlegend


def test_the_area_of_a_point_grows_with_its_ratings():
    counts = np.zeros(80, int)
    counts[0], counts[2] = 400, 100
    (trace,) = item_map(places(), number(80), title="t", sizes=counts).data
    assert trace.marker.size[0] == LARGE
    assert trace.marker.size[1] - SMALL == pytest.approx((LARGE - SMALL) / 2)
    assert trace.marker.size[2] == SMALL


def test_axes_that_mean_nothing_have_no_numbers():
    assert item_map(places(), number(80), title="t").layout.xaxis.showticklabels is False
    named = item_map(places(axes=("one", "two")), number(80), title="t").layout
    assert named.xaxis.showticklabels
    assert named.annotations[0].text == "one"
    assert named.yaxis.title.text == "two"


def test_zoom_stays_while_only_the_color_changes():
    first = item_map(places(), number(80), title="t", revision="a").layout
    second = item_map(places(), Classes("Class", np.zeros(80, int), ["x"]), title="t", revision="a").layout
    assert first.uirevision == second.uirevision == "a"


def test_an_axis_shows_its_poles_and_its_ends():
    positions = np.linspace(-2, 2, 50)
    poles = Poles([0, 1], [49], HOSTILE, "high")
    titles = [HOSTILE] * 50
    figure = axis_strip(
        positions,
        np.ones(50, bool),
        Ends(top=np.array([49]), bottom=np.array([0])),
        poles,
        titles=titles,
        noun="movies",
    )
    cloud, low, high = figure.data
    assert len(cloud.x) == 50
    np.testing.assert_allclose(low.x, positions[:2], rtol=1e-6)
    assert (low.marker.color, high.marker.color) == (LOW, HIGH)
    text = json.dumps(figure.to_plotly_json(), default=str)
    assert "<a " not in text and "%{y}" not in text


def test_items_with_few_ratings_are_drawn_where_they_are_poles():
    listed = np.zeros(50, bool)
    listed[10:20] = True
    ends = Ends(top=np.array([19]), bottom=np.array([10]))
    figure = axis_strip(
        np.linspace(-1, 1, 50), listed, ends, Poles([0], [49], "a", "b"), titles=["t"] * 50, noun="movies"
    )
    assert figure.data[0].customdata.tolist() == [0, *range(10, 20), 49]


def test_each_point_is_as_faint_as_it_is_unsure():
    drawn, opacity = places(), np.linspace(0.1, 0.9, 40)
    color = Classes("Kind", np.arange(80) % 4 // 2 - 1, ["a"])
    for trace in item_map(drawn, color, title="t", opacity=opacity).data:
        np.testing.assert_array_equal(trace.marker.opacity, opacity[np.asarray(trace.customdata) // 2])


def test_an_outline_is_a_shape_above_the_points():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0]])
    (shape,) = item_map(places(), number(80), title="t", outlines=[corners]).layout.shapes
    assert shape.path == "M 0 0 L 1 0 L 0.5 1 Z"
    assert shape.layer == "above"


@pytest.mark.parametrize("dimensions", [2, 3])
def test_landmarks_are_named_and_cannot_be_selected(dimensions: int):
    marks = Landmarks(HOSTILE, np.array([[0.0, 0, 0], [0, 1, 0], [9, 9, 0]])[:, :dimensions], ["low", HOSTILE, "far"])
    figure = item_map(places(dimensions=dimensions), number(80), title="t", landmarks=marks)
    trace = figure.data[-1]
    assert trace.customdata is None
    assert trace.text[0] == "low"
    assert "<a" not in figure.to_json()
    if dimensions == 2:
        assert [note.yshift for note in figure.layout.annotations] == [-12, 12, 12]


def test_names_beside_places_do_not_cover_each_other():
    figure, points = base.figure("x"), np.array([[0.0, 0.0], [0.01, 0.0], [5.0, 5.0], [5.01, 5.0]])
    name_apart(figure, points, ["a", "b", "", "d"], np.array([10.0, 10.0]), size=(0.2, 0.1))
    assert [note.text for note in figure.layout.annotations] == ["a"]  # the nameless one keeps its place free


def test_axes_that_count_different_things_fill_the_frame_and_say_where_a_point_lies():
    plane = Plane(["", "length"], equal=False, powers=True, reach=(0, -1, 3, 4))
    figure = item_map(replace(places(axes=("Ratings", "Length")), plane=plane), number(80), title="t")
    layout = figure.layout
    assert layout.yaxis.scaleanchor is None
    assert (layout.xaxis.ticktext[3], layout.xaxis.tickvals[3]) == ("1,000", 3)
    assert (list(layout.xaxis.range), list(layout.yaxis.range)) == ([0, 3], [-1, 4])
    assert "<br>length: %{y:.2f}" in figure.data[0].hovertemplate and "%{x" not in figure.data[0].hovertemplate
    deep = replace(places(dimensions=3, axes=("a", "b", "c")), plane=Plane(["p", "q", "r"], equal=False))
    figure = item_map(deep, number(80), title="t")
    assert figure.layout.scene.aspectmode == "cube"
    assert "<br>p: %{x:.2f}<br>q: %{y:.2f}<br>r: %{z:.2f}" in figure.data[0].hovertemplate
