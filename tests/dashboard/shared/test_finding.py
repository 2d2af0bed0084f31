"""Fields in which something is found by its name."""

import pytest
from streamlit.testing.v1 import AppTest

NAMES = ["Heat (1995)", "The Godfather (1972)", "The Matrix (1999)"]


def page(names: list[str]) -> None:
    """A field in which one is chosen, and one that is emptied."""
    import streamlit as st

    from dashboard.session import address_bar, untrusted
    from dashboard.shared import finding

    untrusted.install()
    st.text(finding.one_of("Movie", names, key="movie", first=names[0]))
    if "several" in st.session_state:
        finding.settle("several", ["Elsewhere (2001)"], names)
        st.text(st.session_state.several)
    if "search" in st.session_state:
        st.text(finding.take("search", names))
        st.text(st.session_state.search)
    st.text(address_bar.take_ignored())


def opened(*, typed: str | None = None, **link: str) -> AppTest:
    app = AppTest.from_function(page, args=(NAMES,))
    if typed is not None:  # as after a browser said it: the test's own fields take nothing but options
        app.session_state.movie = app.session_state.search = typed
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("typed", ["Godfather, The", "Godfather, The (1972)", "godf", "The Godfather (1972)"])
def test_a_name_is_found_however_it_is_written(typed: str):
    app = opened(typed=typed)
    assert app.selectbox[0].value == "The Godfather (1972)"
    assert [text.value for text in app.text] == ["The Godfather (1972)", "The Godfather (1972)", "None", ""]
    assert not app.toast


def test_what_nothing_is_called_is_said_and_empties_the_field():
    app = opened(typed="Casablanca")
    assert (app.text[0].value, app.selectbox[0].value) == ("Heat (1995)", None)
    assert {toast.value for toast in app.toast} == {"Nothing here is called “Casablanca”."}


def test_a_link_may_name_a_title_as_the_data_does():
    app = opened(movie="Matrix, The (1999)")
    assert [text.value for text in app.text] == ["The Matrix (1999)", ""]


def test_a_link_that_names_nothing_is_reported():
    app = opened(movie="Casablanca")
    assert app.text[0].value == app.selectbox[0].value == "Heat (1995)"
    assert "movie='Casablanca' (it may be " in app.text[1].value


def test_of_several_names_each_is_the_one_that_is_meant():
    app = AppTest.from_function(page, args=(NAMES,))
    app.session_state.several = ["Elsewhere (2001)", "Godfather, The", "matrix", "The Matrix (1999)", "qqq"]
    app.run()
    assert app.text[1].value == "['Elsewhere (2001)', 'The Godfather (1972)', 'The Matrix (1999)']"
    assert [toast.value for toast in app.toast] == ["Nothing here is called “qqq”."]
