"""A part of a page that ticks does not close a window over it."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    """A page whose part has news: the whole page is to run again, three times at most."""
    import streamlit as st

    from dashboard.session import dialogs

    @dialogs.dialog("Why")
    def why() -> None:
        st.write("because")

    dialogs.closed()
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    if st.button("Ask"):
        why()
    if st.session_state.get("news") and st.session_state.runs < 4:
        dialogs.rerun()


def test_news_run_the_page_again_but_wait_while_a_dialog_is_open():
    app = AppTest.from_function(page)
    app.session_state["news"] = True
    assert app.run().session_state["runs"] == 4
    app.session_state["runs"] = 0
    app.button[0].click().run()
    assert app.session_state["runs"] == 1, "the dialog is open: nothing runs again"
    assert "because" in [text.value for text in app.markdown]
    assert app.run().session_state["runs"] == 4, "it is closed"
