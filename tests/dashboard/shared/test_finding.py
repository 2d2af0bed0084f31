"""Fields in which something is found by its name."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shared.finding import LONGEST
from tests.dashboard.fields import field

NAMES = ["Heat (1995)", "The Godfather (1972)", "The Matrix (1999)"]


def page(names: list[str]) -> None:
    """A field in which one is chosen, and one that finds several."""
    import streamlit as st

    from dashboard.session import address_bar, untrusted
    from dashboard.shared import finding

    untrusted.install()
    st.text(finding.one_of("Movie", names, key="movie", first=names[0]))
    st.text(finding.several("Find", {name: row for row, name in enumerate(names)}, key="found", most=2))
    st.text(address_bar.take_ignored())
    if st.button("Another page"):
        finding.leave()


def opened(names: list[str] = NAMES, **link: str | list[str]) -> AppTest:
    app = AppTest.from_function(page, args=(names,))
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> list[str]:
    return [text.value for text in app.text]


@pytest.mark.parametrize("typed", ["Godfather, The", "Godfather, The (1972)", "godf", "The Godfather (1972)"])
def test_a_name_is_found_however_it_is_written(typed: str):
    app = field(opened(), "movie").choose(typed)
    assert field(app, "movie").value == "The Godfather (1972)"
    assert app.query_params["movie"] == "The Godfather (1972)"
    app = field(app, "found").choose(typed)
    assert said(app) == ["The Godfather (1972)", "[1]", ""]
    assert field(app, "found").value == ""
    assert "The Godfather (1972)" in app.query_params["found"]
    assert not app.toast


def test_what_nothing_is_called_is_said_and_changes_nothing():
    app = field(opened(), "movie").choose("Casablanca")
    assert said(app) == ["Heat (1995)", "[]", ""]
    assert {toast.value for toast in app.toast} == {"Nothing here is called “Casablanca”."}


@pytest.mark.parametrize("sent", [5, None, ["Heat (1995)"], {"x": 1}, "x" * (LONGEST + 1), ""])
def test_a_browser_may_send_anything(sent: Any):
    for key in ("movie", "found"):
        app = field(opened(), key).choose(sent)
        assert not app.exception
        assert said(app) == ["Heat (1995)", "[]", ""]


def test_no_more_are_found_than_there_is_room_for():
    app = opened(found=NAMES[:2])
    app = field(app, "found").choose(NAMES[2])
    assert said(app)[1] == "[0, 1]"
    assert [toast.value for toast in app.toast] == ["At most 2 can be chosen at once: take one away first."]


def test_a_link_may_name_a_title_as_the_data_does():
    assert said(opened(movie="Matrix, The (1999)")) == ["The Matrix (1999)", "[]", ""]


def test_a_link_that_names_nothing_is_reported():
    app = opened(movie="Casablanca")
    assert said(app)[0] == field(app, "movie").value == "Heat (1995)"
    assert "movie='Casablanca' (it may be " in said(app)[2]
    assert "movie" not in app.query_params


def test_where_the_names_are_others_the_field_begins_anew():
    app = opened(movie="The Matrix (1999)")
    app.args = (NAMES[:2],)
    assert said(app.run())[0] == "Heat (1995)"


def test_another_page_begins_anew_and_the_same_link_is_news_to_it():
    app = field(opened(), "movie").choose(NAMES[1])
    app.button[0].click().run()
    app.query_params["movie"] = NAMES[1]
    assert said(app.run())[0] == NAMES[1]


def test_names_are_told_as_they_are_and_in_their_order():
    names = ["<img src=x onerror=alert(1)>", "**b** $x$ :red[y]", "\u202eevil", "a\0b", "Ünï (1)"]
    assert field(opened(names), "movie").names == [*names[:3], "a b", names[4]]
