"""What the pages' elements have in common."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session import callbacks


def page() -> None:
    """A field for a name that is kept elsewhere."""
    import streamlit as st

    from dashboard.shared import elements

    elements.hold("name", st.session_state.get("kept", ""))
    st.text_input("Name", key="name")
    st.button("Again")


@pytest.fixture(autouse=True)
def _callbacks() -> None:
    callbacks.install()


def test_a_browser_is_told_what_a_widget_holds_only_where_that_is_new():
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["kept"] = "one"
    assert app.run().text_input[0].proto.set_value
    assert not app.button[0].click().run().text_input[0].proto.set_value
    app.session_state["kept"] = "other"
    assert app.run().text_input[0].proto.set_value
    assert app.text_input[0].value == "other"
    assert app.text_input[0].input("typed").run().text_input[0].value == "other"


def test_a_browser_that_does_not_speak_of_a_widget_yet_is_told_again():
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["kept"] = "one"
    app.run()
    app._tree.children[0].children.clear()  # what the script has drawn never came there
    assert app.run().text_input[0].proto.set_value
