"""What the browser is sent of a page's map: few bytes and whole meanings."""

import json

import numpy as np
import pytest
from plotly.colors import get_colorscale

from core.export.living_map.film_file import CIVIDIS
from dashboard.charts.base import AMOUNT
from dashboard.charts.maps import LARGE, SMALL, Landmarks
from dashboard.charts.points import Classes, Coloring
from dashboard.map_view import packing

ALL = np.arange(40)


def numbers(data: bytes) -> list[int]:
    return np.frombuffer(data, np.uint8).tolist()


def test_a_film_in_a_file_has_the_colors_of_a_page():
    assert [stop for _, stop in get_colorscale(AMOUNT)] == CIVIDIS


def test_a_point_takes_at_most_16_bytes():
    n = 1000
    rows, counts = np.arange(n), np.arange(n)
    color = Coloring("Bias", np.linspace(-1, 1, n), form="+.2f", around_zero=True)
    parts = [
        packing.places(np.ones((n, 2))),
        packing.colors(color, rows)[0],
        packing.exact(color, rows),
        packing.sizes(counts),
        packing.weight(counts),
        packing.opacity(np.ones(n)),
    ]
    assert sum(map(len, parts)) <= 16 * n


def test_a_scale_spans_the_middle_of_the_numbers_and_0_is_unknown():
    values = np.concatenate([np.linspace(0, 10, 41)[:38], [np.nan, 1000.0]])
    shown, meaning = packing.colors(Coloring("Amount", values), ALL)
    seen = numbers(shown)
    assert seen[38] == 0
    assert seen[0] == 1 and seen[39] == 254
    assert seen[:38] == sorted(seen[:38])
    assert (meaning["label"], meaning["kind"]) == ("Amount", "scale")


def test_zero_is_in_the_middle_of_a_scale_around_it():
    values = np.array([-4.0, -1.0, 0.0, 1.0])
    shown, meaning = packing.colors(Coloring("Bias", values, around_zero=True, form="+.2f"), np.arange(4))
    assert numbers(shown)[2] in {127, 128}
    assert (meaning["plus"], meaning["digits"]) == (True, 2)
    assert [share for share, text in meaning["ticks"] if float(text.replace("−", "-")) == 0] == [0.5]


@pytest.mark.parametrize("values", [np.full(40, np.nan), np.full(40, 3.5), np.zeros(40)])
def test_numbers_that_are_all_alike_or_unknown_have_a_color(values: np.ndarray):
    shown, meaning = packing.colors(Coloring("Amount", values), ALL)
    assert len(set(numbers(shown))) == 1
    assert bool(meaning["label"]) is not bool(np.isnan(values).all())
    json.dumps(meaning, allow_nan=False)


def test_only_the_items_on_the_map_have_a_color():
    classes = Classes("Class", np.array([-1, 0, 1, 2]), ["a", "b", "c"])
    shown, meaning = packing.colors(classes, np.array([1, 3]))
    assert (numbers(shown), meaning["rest"]) == ([1, 3], "")
    assert packing.colors(classes, np.arange(4))[1]["rest"] == "others"


def test_more_classes_than_colors_can_tell_are_refused():
    with pytest.raises(ValueError, match="255 classes; at most 254"):
        packing.colors(Classes("Class", np.zeros(40, int), ["x"] * 255), ALL)


def test_areas_grow_with_the_number_of_ratings():
    small, quarter, large = numbers(packing.sizes(np.array([0, 25, 100])))
    assert (small, large) == (8 * SMALL, 8 * LARGE)
    assert quarter == 8 * (SMALL + (LARGE - SMALL) / 2)


def test_places_that_are_no_items_keep_their_names():
    named = packing.named(Landmarks("Genres", np.array([[1.0, 2.0], [3.0, 4.0]]), ["a", "<b>"]), marked=True)
    assert named == {"points": [1, 2, 3, 4], "names": ["a", "<b>"], "marked": True}


def test_where_nobody_is_known_better_the_first_in_each_part_of_a_map_is_named_first():
    crowd = np.random.default_rng(0).uniform(0, 0.01, size=(500, 2))
    order = np.array(numbers(packing.spread(np.vstack([crowd, [[1.0, 1.0], [0.0, 1.0]]]))))
    assert np.flatnonzero(order == 255).tolist() == [0, 500, 501]  # of the crowd one, and both that lie apart
    assert 0 < np.count_nonzero(order[:500]) < 500
    assert packing.spread(np.zeros((0, 2))) == b""
