import numpy as np
import pytest

from core.sweeps.plan import Among, Between
from core.sweeps.record import Trial
from dashboard.charts.sweep import Setting, course, effect, one, together, two

L2 = Setting(Between(field="l2", low=0.01, high=1, log=True), "Penalty (weight)")
LAYER = Setting(Among(field="l2_unit", values=("rating", "scale")), "Counts errors in")
TRIALS = [
    Trial(2, {"l2": 0.1, "l2_unit": "rating"}, "done", 0.86),
    Trial(0, {"l2": 1.0, "l2_unit": "scale"}, "done", 0.90),
    Trial(1, {"l2": 0.011, "l2_unit": "rating"}, "done", 0.92),
]


def test_the_course_follows_the_best_so_far():
    figure = course([*sorted(TRIALS, key=lambda t: t.number), Trial(3, {}, "pruned")], 0.9, 6, unit="stars")
    dots, best, out = figure.data
    assert list(dots.x) == [3, 1, 2] and list(dots.y) == [0.86, 0.9, 0.92]
    assert list(best.y) == [0.9, 0.9, 0.86, 0.86] and list(best.x) == [1, 2, 3, 6]
    assert list(out.x) == [4] and "given up by its curve" in out.text[0]
    assert figure.layout.shapes[0].y0 == 0.9


def test_a_course_without_a_trial_is_empty():
    assert not [y for trace in course([], None, 12, unit="stars").data for y in trace.y]
    levels = [course(trials, None, 12, unit="stars").layout.yaxis.showticklabels for trials in ([], TRIALS)]
    assert levels == [False, None]


def test_one_setting_marks_the_best():
    figure = one(L2, TRIALS, unit="stars")
    assert list(figure.data[0].x) == [0.1, 1.0, 0.011] and figure.layout.xaxis.type == "log"
    assert figure.data[0].marker.size[0] > figure.data[0].marker.size[1]


def test_a_cell_is_the_mean_of_its_trials():
    figure = two(L2, LAYER, [*TRIALS, Trial(4, {"l2": 0.1, "l2_unit": "rating"}, "done", 0.88)], unit="stars")
    cells = np.array(figure.data[0].z, float)
    assert cells.shape == (2, 6) and np.count_nonzero(np.isfinite(cells)) == 3
    assert cells[0, 3] == pytest.approx(0.87) and cells[1, 5] == 0.9 and cells[0, 0] == 0.92
    assert np.asarray(figure.data[0].text)[0, 3] == 2


def test_parallel_coordinates_end_with_the_error():
    dimensions = together([L2, LAYER], TRIALS, unit="stars").data[0].dimensions
    assert [one.label for one in dimensions] == ["Penalty", "Counts errors in", "RMSE (stars)"]
    assert list(dimensions[0].values) == pytest.approx([-1, 0, np.log10(0.011)])
    assert list(dimensions[1].ticktext) == ["rating", "scale"]


def test_a_trial_that_went_astray_stands_at_the_top_and_presses_no_other_down():
    astray = Trial(3, {"l2": 0.5, "l2_unit": "rating"}, "done", 9.0)
    trials = [*TRIALS, astray]
    for figure in (course(trials, 0.9, 4, unit="stars"), one(L2, trials, unit="stars")):
        dots = figure.data[0]
        assert max(dots.y) < 1.1 and [symbol == "triangle-up" for symbol in dots.marker.symbol] == [False] * 3 + [True]
        assert "9.0000" in dots.text[3]
    errors = together([L2, LAYER], trials, unit="stars").data[0].dimensions[-1]
    assert max(errors["values"]) < 1.1 and errors.ticktext[-1].endswith("or more")
    assert np.nanmax(np.array(two(L2, LAYER, trials, unit="stars").data[0].z, float)) == 9.0


@pytest.mark.parametrize(("values", "kind"), [([0.01, 1], "log"), ([0, 1], None), (["on", "off"], None)])
def test_an_effect_over_a_wide_range_is_drawn_by_its_logarithm(values, kind):
    figure = effect(values, [0.9, 0.8], ["a", "b"], [False, True], "Penalty", unit="stars")
    assert figure.layout.xaxis.type == kind and list(figure.data[0].x) == values
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]
