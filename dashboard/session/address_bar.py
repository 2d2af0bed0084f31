"""What the session shares with the address bar: telling news from somebody's link apart from the past.

A browser names its address with every request. One that was sent before it
heard of a change still names the old address; taking that for a link would
undo what the person has just done.
"""

import streamlit as st


def news(name: str) -> str | None:
    """What the address says under this name where a person brought it there: by a link, or by going back.

    None where it says nothing, what the session knows, or what the session
    has replaced and the browser has not yet confirmed.
    """
    confirm(name)
    value = st.query_params.get(name)
    if not value or value in (st.session_state.get(_known(name)), st.session_state.get(_replaced(name))):
        return None
    st.session_state[_known(name)] = value
    return str(value)


def put(name: str, value: str | None) -> None:
    """Make the address say this, or nothing."""
    st.session_state[_known(name)] = value
    before = st.query_params.get(name)
    if before == value:
        return
    st.session_state[_replaced(name)] = before
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def confirm(name: str) -> None:
    """Hear whether the browser names another address than the one that was replaced: from then on, that one is news."""
    if st.query_params.get(name) != st.session_state.get(_replaced(name)):
        st.session_state.pop(_replaced(name), None)


def _known(name: str) -> str:
    return f"_link_{name}"


def _replaced(name: str) -> str:
    return f"_link_replaced_{name}"
