"""Figures of models beside each other."""

import numpy as np
import pytest

from dashboard.charts import compare as charts
from dashboard.charts.components import Classes, Coloring
from tests.dashboard.charts.hovers import hovers

RNG = np.random.default_rng(0)
REACH = ((-4.0, 4.0), (-4.0, 4.0))


def drawn(n: int, marked=(), color=None):
    places = RNG.normal(size=(n, 3)).astype(np.float32)
    hover = hovers([f"{'A long title of a movie, the longest there is':46} {row}" for row in range(n)])
    return charts.aligned_map(
        places,
        [0, 1],
        hover,
        color or Coloring("Of 10 neighbors kept", RNG.integers(0, 10, n).astype(float)),
        title="B, aligned to A",
        of="A",
        reach=REACH,
        marked=marked,
        titles=[f"<i>{row}</i> %{{x}}" for row in range(n)],
        noun="movie",
    )


@pytest.mark.parametrize("color", [None, "classes"])
def test_very_many_items_are_sampled_and_the_figure_says_so(color):
    n = 20_000
    classes = Classes("Genre", RNG.integers(-1, 3, n), ["x", "y", "z"]) if color else None
    figure = drawn(n, marked=range(300), color=classes)
    assert "a sample of 8,000 movies" in figure.layout.title.text
    assert len(figure.to_json()) < 2e6


def test_both_sides_draw_the_same_sample():
    one, other = drawn(20_000), drawn(20_000)
    np.testing.assert_array_equal(one.data[0].customdata, other.data[0].customdata)


def test_few_marks_are_named_harmlessly_and_many_are_rings_alone():
    few, many = drawn(50, marked=[3, 4]), drawn(50, marked=range(30))
    assert [note.text for note in few.layout.annotations] == [
        "&lt;i&gt;3&lt;/i&gt; %\u200b{x}",
        "&lt;i&gt;4&lt;/i&gt; %\u200b{x}",
    ]
    assert len(many.layout.annotations) == 0
    (rings,) = [trace for trace in many.data if trace.name == "selected"]
    np.testing.assert_array_equal(rings.customdata, range(30))
    assert drawn(50).data[0].marker.opacity > many.data[0].marker.opacity


def test_axes_are_those_of_the_left_model_with_the_range_given():
    figure = drawn(50)
    assert figure.layout.xaxis.title.text == "Component 1 of A (embedding units)"
    assert tuple(figure.layout.xaxis.range) == REACH[0]


def test_only_the_chosen_bars_stand_out():
    figure = charts.kept(np.array([5, 0, 7, 1]), chosen=(2, 3), noun="book")
    colors = figure.data[0].marker.color
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert list(figure.data[0].text) == ["5", "", "7", "1"]
    assert figure.layout.yaxis.title.text == "Books"
