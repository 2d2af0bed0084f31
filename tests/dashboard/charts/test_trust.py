import numpy as np
import pytest

from core.analysis.components.proof import Cost
from core.analysis.components.stability import Stability
from dashboard.charts import components
from dashboard.principal_components.label import Label

R = np.array([[0.9, 0.5, 0.1], [0.8, 0.7, 0.3]])
FOUND = Stability(median_r=np.median(R, axis=0), r=R, match=np.zeros((2, 3), int))


def labels(*names: str) -> list[Label]:
    return [Label(number, low=name, unproven=number == 3) for number, name in enumerate(names, 1)]


def test_stability_shows_the_median_and_the_span_of_the_trainings():
    figure = components.stability(FOUND, chosen=1, labels=labels("", "", ""))
    (bars,) = figure.data
    np.testing.assert_allclose(bars.y, [0.85, 0.6, 0.2], rtol=1e-6)
    np.testing.assert_allclose(bars.y + bars.error_y.array, R.max(axis=0), rtol=1e-6)
    np.testing.assert_allclose(bars.y - bars.error_y.arrayminus, R.min(axis=0), rtol=1e-6)
    assert bars.text[0] == "Component 1: <b>r = 0.85</b> (0.80 to 0.90)"
    assert list(bars.marker.pattern.shape) == ["", "", "/"]
    assert bars.marker.color[1] not in (bars.marker.color[0], bars.marker.color[2])


def test_a_name_over_a_bar_is_harmless():
    figure = components.stability(FOUND, chosen=0, labels=labels("<img src=x> %{y}", "", ""))
    assert "<img" not in figure.data[0].text[0] and "%{" not in figure.data[0].text[0]
    assert "&lt;img src=x&gt;" in figure.data[0].text[0]


def test_cost_marks_the_chosen_component_and_both_levels():
    found = Cost(rmse=np.array([0.95, 0.9, 0.87, 0.86]), n_ratings=1_000)
    figure = components.cost(found, chosen=1, all_words="the whole model", none_words="biases alone", unit="stars")
    line, mark = figure.data
    np.testing.assert_array_equal(line.x, [0, 1, 2, 3])
    np.testing.assert_allclose(line.y, found.rmse, rtol=1e-6)
    assert (mark.x[0], mark.y[0]) == (2, pytest.approx(0.87))
    said = [note.text for note in figure.layout.annotations]
    assert said == ["the whole model: 0.860", "biases alone: 0.950"]
    assert figure.layout.yaxis.title.text == "Validation RMSE (stars)"
