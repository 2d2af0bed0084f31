import json

import numpy as np
import plotly.graph_objects as go
import pytest

from core.analysis.values import values
from dashboard.charts import biases, lesson, matrix


@pytest.fixture
def numbers() -> np.ndarray:
    return np.array([[0.5, -0.1], [0.2, -0.8], [0.0, 0.1]], np.float32)


def test_zero_is_in_the_middle_of_the_colors(numbers: np.ndarray):
    (trace,) = matrix.heatmap(numbers, ["a", "b", "c"], [""] * 3, noun="movie").data
    assert (trace.zmin, trace.zmax) == pytest.approx((-0.8, 0.8))
    np.testing.assert_array_equal(trace.z, numbers)


@pytest.mark.parametrize(
    "bar",
    [
        lambda small: matrix.heatmap(small, ["a", "b", "c"], [""] * 3, noun="movie").data[0].colorbar,
        lambda small: lesson.lifted_row(small, np.arange(3), ["a", "b", "c"], 1).layout.coloraxis.colorbar,
        lambda small: go.scatter.marker.ColorBar(biases._colored(small[:, 0], np.ones(3))["colorbar"]),
    ],
)
def test_small_numbers_have_different_ticks(bar, numbers: np.ndarray):
    digits = bar(numbers / 100).tickformat
    assert digits.endswith("~g"), "a fixed number of decimals writes 0.002 and 0.004 both as 0.0"


def test_rows_stand_in_the_order_given_from_the_top(numbers: np.ndarray):
    figure = matrix.heatmap(numbers, ["a", "b", "c"], [""] * 3, noun="movie")
    assert list(figure.data[0].y) == ["a", "b", "c"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_rows_that_training_never_moved_are_marked(numbers: np.ndarray):
    long = "A title that is far too long for the side of a heatmap (1999)"
    figure = matrix.heatmap(numbers, ["a", long, "c"], ["", " (untrained)", ""], noun="movie")
    assert [text.endswith(" (untrained)") for text in figure.layout.yaxis.ticktext] == [False, True, False]
    assert max(map(len, figure.layout.yaxis.ticktext)) <= matrix.LABEL_LENGTH
    assert figure.data[0].y[1].startswith(long)


def test_a_title_is_no_markup(numbers: np.ndarray):
    figure = matrix.heatmap(numbers, ["<b>x</b>", "%{z}", "c"], [""] * 3, noun="movie")
    assert "<b>x" not in figure.to_json().replace("<b>%{z", "")
    assert figure.data[0].y[1] != "%{z}"


def test_all_zeros_can_be_drawn():
    figure = matrix.heatmap(np.zeros((2, 2), np.float32), ["a", "b"], [""] * 2, noun="movie")
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)


def test_the_distribution_holds_every_number(numbers: np.ndarray):
    figure = matrix.distribution(values(numbers, bins=8), noun="movie")
    assert sum(figure.data[0].y) == numbers.size
    assert "6 numbers" in figure.layout.title.text
    assert figure.layout.xaxis.title.text == "Value (embedding units)"


def test_two_rows_are_two_series(numbers: np.ndarray):
    figure = matrix.two_rows(numbers[:2], ["a", "b"])
    assert [trace.name for trace in figure.data] == ["a", "b"]
    np.testing.assert_array_equal(figure.data[1].y, numbers[1])


def test_sixty_rows_of_many_dimensions_stay_a_small_message():
    rng = np.random.default_rng(0)
    figure = matrix.heatmap(
        rng.normal(size=(60, 1024)).astype(np.float32),
        [f"Movie {n} (1999)" for n in range(60)],
        [""] * 60,
        noun="x",
    )
    assert len(figure.to_json()) < 2e6
    assert json.loads(figure.to_json())["data"][0]["type"] == "heatmap"
