"""What links and browsers say of widgets: taken where the widget could have said it, and else left out."""

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from dashboard.session import address_bar
from dashboard.shared import elements

pytestmark = pytest.mark.few


def page() -> None:
    """One widget of each kind that pages bind to links; what they hold, and what was left out of the link."""
    import streamlit as st

    from dashboard.session import address_bar, untrusted

    def heard(key: str) -> None:
        st.session_state.setdefault("heard", []).append((key, st.session_state[key]))

    untrusted.install()
    words = list("abcdefghij")
    bound = {"bind": "query-params", "on_change": heard}
    st.number_input("Whole", 1, 500, 10, key="whole", args=("whole",), **bound)
    st.number_input("Part", 0.0, 1.0, 0.5, key="part", args=("part",), **bound)
    st.slider("Range", 0, 10, (0, 10), key="range", args=("range",), **bound)
    st.toggle("On", key="on", args=("on",), **bound)
    st.selectbox("One", ["a", "b"], key="one", args=("one",), **bound)
    st.segmented_control("Lit", ["a", "b"], default="a", required=True, key="lit", args=("lit",), **bound)
    st.multiselect("Some", words, max_selections=2, key="some", args=("some",), **bound)
    st.text_input("Text", max_chars=5, key="text", args=("text",), **bound)
    st.caption(address_bar.take_ignored())


FIRST = {"whole": 10, "part": 0.5, "range": (0, 10), "on": False, "one": "a", "lit": "a", "some": [], "text": ""}
MAY_BE = {
    "whole": "a number from 1 to 500",
    "part": "a number from 0 to 1",
    "range": "two numbers, the lower one first, from 0 to 10",
    "on": "true or false",
    "one": "a or b",
    "lit": "a or b",
    "some": "any of 10",
    "text": "a text of at most 5 characters",
}


def opened(query: dict[str, Any]) -> AppTest:
    """The page, opened by a link."""
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params.update(query)
    return app.run()


def held(app: AppTest) -> dict[str, Any]:
    """What the widgets hold."""
    assert not app.exception, app.exception[0].message
    return {key: app.session_state[key] for key in FIRST}


NO_NUMBERS = ["inf", "-inf", "1e999", "nan", "9" * 5000, "-1", "", "x", "0x10", "1\x00"]
NO_OPTIONS = ["c", "", "A", "a" * 100_000, "\ufffd", "0"]
UNUSABLE: dict[str, list[Any]] = {
    "whole": NO_NUMBERS,
    "part": NO_NUMBERS,
    "range": [["inf", "nan"], ["7", "3"], ["3"], "3", ["1", "2", "3"], ["x", "y"], ["-1", "11"]],
    "on": ["yes", "1", "", "\x00"],
    "one": NO_OPTIONS,
    "lit": NO_OPTIONS,
    "some": ["k", ["k"] * 900, "a,b", "0"],
}
LINKS = [
    {key: values[number] for key, values in UNUSABLE.items() if number < len(values)}
    for number in range(len(NO_NUMBERS))
]
"""Each of these values in one of the links, and in a link no widget twice."""


@pytest.mark.parametrize("link", LINKS)
def test_what_a_widget_cannot_hold_is_left_out_said_once_and_leaves_the_address(
    link: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(address_bar, "MOST_SAID", 99)
    app = opened(link)
    assert held(app) == FIRST
    assert not app.query_params
    words = app.caption[0].value
    for key in link:
        assert f" {key}=" in words
        assert f" (it may be {MAY_BE[key]})" in words
    assert len(words) < 250 * len(link)
    assert not app.run().caption[0].value


@pytest.mark.parametrize(
    ("link", "holds", "address"),
    [
        (
            {"whole": "1.5", "range": ["2.5", "3"], "some": ["a", "k", "b"], "text": "abcdef"},
            {"whole": 1, "range": (2, 3), "some": ["a", "b"], "text": "abcde"},
            {"whole": "1", "range": ["2", "3"], "some": ["a", "b"], "text": "abcde"},
        ),
        ({"some": list("abc")}, {"some": ["a", "b"]}, {"some": ["a", "b"]}),
    ],
)
def test_what_fits_of_a_value_is_taken_and_the_rest_is_said(
    link: dict[str, Any], holds: dict[str, Any], address: dict[str, Any]
):
    app = opened(link)
    assert held(app) == FIRST | holds
    assert app.query_params == address
    assert all(f" {key}=" in app.caption[0].value for key in link)
    assert not opened(address).caption[0].value


@pytest.mark.parametrize(
    ("link", "holds"),
    [
        ({"whole": "1e2", "part": "1", "one": "b", "lit": "b"}, {"whole": 100, "part": 1.0, "one": "b", "lit": "b"}),
        ({"whole": "1_00", "on": "TRUE", "some": ["b", "a"]}, {"whole": 100, "on": True, "some": ["b", "a"]}),
        ({"whole": "٣", "range": ["3", "3"], "some": ""}, {"whole": 3, "range": (3, 3)}),
        ({"whole": "10", "on": "false", "text": "$\\fra", "unknown": "inf"}, {"text": "$\\fra"}),
    ],
)
def test_what_a_widget_can_hold_needs_no_words(link: dict[str, Any], holds: dict[str, Any]):
    app = opened(link)
    assert held(app) == FIRST | holds
    assert not app.caption[0].value


def test_many_values_are_said_in_one_sentence():
    app = opened(dict.fromkeys(["whole", "part", "range", "on", "one", "lit"], "x\n*y*"))
    words = app.caption[0].value
    assert words.startswith(
        "Not all that the link says can be used: whole='x\\n*y*' (it may be a number from 1 to 500); "
    )
    assert words.endswith(", and 1 more.")


def state(app: AppTest, key: str) -> WidgetState:
    """An empty state of a widget."""
    ids = app._session_state._state._new_widget_state.widget_metadata
    return WidgetState(id=next(one for one in ids if one.endswith(f"-{key}")))


def test_what_a_browser_forges_reaches_neither_the_page_nor_a_callback():
    app = opened({"whole": "20", "text": "abc"})
    forged = [
        ("whole", {"double_value": float("inf")}),
        ("whole", {"double_value": float("nan")}),
        ("whole", {"int_value": 10**9}),
        ("whole", {"string_value": "20"}),
        ("part", {"double_value": float("nan")}),
        ("part", {"bool_value": True}),
        ("on", {"string_value": "x"}),
        ("one", {"string_value": "c"}),
        ("one", {"int_value": 7}),
        ("text", {"int_value": 7}),
        ("text", {"json_value": "{"}),
        ("text", {"bytes_value": b"\xff"}),
        ("some", {"string_value": "a"}),
        ("whole", {"trigger_value": True}),
    ]
    for key, value in forged:
        one = state(app, key)
        for name, given in value.items():
            setattr(one, name, given)
        app._run(WidgetStates(widgets=[one]))
        assert held(app)[key] == FIRST[key], (key, value)
    for key, array in [
        ("some", ["a", "k"]),
        ("some", list("abc")),
        ("some", ["k"] * 10_000),
        ("lit", []),
        ("lit", ["c"]),
    ]:
        one = state(app, key)
        one.string_array_value.data.extend(array)
        app._run(WidgetStates(widgets=[one]))
        assert held(app)[key] == FIRST[key], (key, array[:3])
    for ends in ([7, 3], [3], [float("nan"), 1], [-1, 99], []):
        one = state(app, "range")
        one.double_array_value.data.extend(ends)
        app._run(WidgetStates(widgets=[one]))
        assert held(app)["range"] == FIRST["range"], ends
    assert all(value == FIRST[key] for key, value in app.session_state["heard"])


def test_what_a_browser_may_say_is_heard():
    app = opened({})
    said = [
        ("whole", "int_value", 30),
        ("whole", "double_value", 40),
        ("part", "double_value", 0.25),
        ("one", "string_value", "b"),
    ]
    for key, name, value in said:
        one = state(app, key)
        setattr(one, name, value)
        app._run(WidgetStates(widgets=[one]))
        assert held(app)[key] == value
    emptied = state(app, "whole")
    app._run(WidgetStates(widgets=[emptied]))
    assert held(app)["whole"] == 10
    assert app.session_state["heard"] == [(key, value) for key, _, value in said] + [("whole", 10)]


EVENTS = "$$STREAMLIT_INTERNAL_KEY_$$ID-0-heard__events"


@pytest.mark.parametrize(
    "name", ["", "heard", "_owner", "$$STREAMLIT_INTERNAL_KEY_x", "$$ID-0-None", "$$ID-0-heard", EVENTS]
)
def test_what_names_no_widget_changes_nothing(name: str):
    app = opened({})
    for _ in range(2):
        app._run(WidgetStates(widgets=[WidgetState(id=name, trigger_value=True)]))
        assert held(app) == FIRST
        assert "heard" not in app.session_state
    assert held(app.run()) == FIRST


NONSENSE = [-1, 10, 10**40, 2.5, float("nan"), float("inf"), "1", None, [1], {}]


@pytest.mark.parametrize(
    ("said", "meant"), [([3, 1.0, 3, *NONSENSE, 9], [3, 1, 9]), (None, []), ("123", []), ({"0": 1}, []), (5, [])]
)
def test_a_selection_is_read_as_numbers_of_rows(monkeypatch: pytest.MonkeyPatch, said: Any, meant: list[int]):
    points = [{"customdata": one} for one in said] + [7, None, {}] if isinstance(said, list) else said
    selections = {"table": {"rows": said}, "chart": {"points": points}, "none": {}}
    monkeypatch.setattr(st, "session_state", {key: SimpleNamespace(selection=one) for key, one in selections.items()})
    assert elements.selected_rows("table", 10) == meant
    assert elements.selected_points("chart", 10) == meant
    assert elements.selected_rows("none", 10) == elements.selected_points("none", 10) == []


def test_nothing_is_said_where_nothing_was_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "session_state", {})
    assert (address_bar.ignored(), address_bar.take_ignored()) == (False, "")
