"""Figures of one person: what is drawn is what was given, and no title becomes markup."""

import numpy as np
import pytest

from core.analysis.new_user.position import People, Place
from dashboard.charts.person import along, waterfall
from dashboard.principal_components.label import Label

HOSTILE = '<img src=x onerror="alert(1)"> %{y} $x$'
LABELS = [Label(1, low=HOSTILE), Label(2, unproven=True)]


def among(n: int) -> People:
    scores = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    return People(scores, np.ones(2), np.full(2, -1.3), np.full(2, 1.3))


MINE = Place(np.array([0.5, -4.0]), np.array([0.5, -4.0]), np.array([0.2, 0.3]))


def harmless(figure) -> None:
    sent = figure.to_json()
    assert "<img" not in sent
    assert "%{y} $x$" not in sent


def test_along_the_components_one_is_inside_the_picture_and_the_ends_are_named():
    found = along(among(5), MINE, [(HOSTILE, "high one"), ("", "")], LABELS)
    band, you = found.data
    assert list(you.x) == [0.5, -4.0]
    assert found.layout.xaxis.range[0] < -4.0
    np.testing.assert_allclose(np.asarray(band.base, float) + np.asarray(band.x, float), 1.3)
    assert "high one" in [note.text for note in found.layout.annotations]
    harmless(found)


@pytest.mark.parametrize("actual", [None, 0.5])
def test_the_waterfall_goes_from_the_average_to_the_guess(actual: float | None):
    names, steps = ["The average", HOSTILE, "component 1"], [3.5, 0.75, -0.25]
    found = waterfall(names, steps, ["3.50", "+0.75", "−0.25", "4.00"], 4.0, title="t", unit="stars", actual=actual)
    (trace,) = found.data
    assert list(trace.x) == [3.5, 0.75, -0.25, 4.0]
    assert list(trace.measure) == ["absolute", "relative", "relative", "total"]
    low, high = found.layout.xaxis.range
    assert low < min(3.5, actual or 3.5) and high > 4.25
    assert any("true rating" in note.text for note in found.layout.annotations) == (actual is not None)
    harmless(found)
