"""The map on a page: what is sent again, what is believed, and what is drawn without WebGL."""

import base64
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.map_view import component, packing
from dashboard.shared import in_browser

IDS = ["b", "007", "x,y"]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a page is told when a browser says this."""

    def hear(said: object) -> list[list[str]]:
        told: list[list[str]] = []
        monkeypatch.setattr(component.st, "session_state", {"map": {"selected": said}})
        component._heard("map", IDS, told.append)
        return told

    return hear


def says(bits: bytes, ids: list[str] = IDS) -> dict[str, str]:
    return {"bits": base64.b64encode(bits).decode(), "items": in_browser.digest("\0".join(ids).encode())}


def test_what_is_selected_arrives_as_ids_of_the_data(heard: Any):
    assert heard(says(packing.bits(np.array([0, 2]), 3))) == [["b", "x,y"]]
    assert heard(says(b"")) == [[]]


@pytest.mark.parametrize(
    "said",
    [None, "x", [], {}, {"bits": "oA=="}, says(b"\xff\xff"), says(b"\xe0", IDS[::-1]), {**says(b"\xe0"), "bits": 5}],
)
def test_what_cannot_be_meant_or_is_of_other_items_is_not_believed(heard: Any, said: object):
    assert heard(said) == []


def test_without_webgl_points_are_what_every_browser_draws():
    figure = go.Figure([go.Scattergl(x=[1], y=[2], name="a"), go.Scatter(x=[1], y=[2])], {"title": {"text": "t"}})
    plain = component.without_webgl(figure)
    assert [trace.type for trace in plain.data] == ["scatter", "scatter"]
    assert (plain.data[0].name, plain.layout.title.text) == ("a", "t")
