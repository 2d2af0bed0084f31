"""What the session shares with the address bar: telling news from somebody's link apart from the past.

A browser names its address with every request. One that was sent before it
heard of a change still names the old address; taking that for a link would
undo what the person has just done. Only of Back and Forward the browser says
so itself: then the address holds, with what it leaves out.
"""

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_IGNORED = "_link_ignored"
_PAGE, _PAGE_BEFORE = "_link_page", "_link_page_before"
MOST_SAID = 5
"""More values of one link that cannot be used are counted, not listed."""


def open_page(page: str) -> None:
    """Remember which page this run draws."""
    st.session_state[_PAGE_BEFORE] = st.session_state.get(_PAGE)
    st.session_state[_PAGE] = page


def from_another_page() -> bool:
    """Whether the run before this one drew another page, or none."""
    return st.session_state.get(_PAGE_BEFORE) != st.session_state.get(_PAGE)


def went_back() -> bool:
    """Whether the browser asks for this run because somebody went back or forward in its history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def restore() -> None:
    """Read the whole address where somebody went back or forward; before anything else of the page.

    Streamlit leaves out what fields of the page before have in it, and the page that comes may have the same ones.
    """
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        with context.session_state.query_params() as address:
            left = dict(address)
            address.populate_from_query_string(context.query_string)
            address.set_initial_query_params(context.query_string)
            if dict(address) != left:  # the browser was told already
                address._send_query_param_msg()  # noqa: SLF001 - no public method sends what Streamlit itself has set


def news(name: str) -> str | None:
    """What the address says under this name where a person brought it there: by a link, or by going back.

    None where it says nothing, what the session knows, or what the session
    has replaced and the browser has not yet confirmed. Where somebody went back
    or forward all is news, and what the address does not say is empty.
    """
    if went_back():
        st.session_state.pop(_replaced(name), None)
        st.session_state[_known(name)] = value = st.query_params.get(name)
        return str(value or "")
    confirm(name)
    value = st.query_params.get(name)
    if not value or value in (st.session_state.get(_known(name)), st.session_state.get(_replaced(name))):
        return None
    st.session_state[_known(name)] = value
    return str(value)


def put(**values: str | None) -> None:
    """Make the address say this, or nothing of a name, and all that is new in one entry of the browser's history."""
    fresh: dict[str, str] = {}
    for name, value in values.items():
        st.session_state[_known(name)] = value
        before = st.query_params.get(name)
        if before == value:
            continue
        st.session_state[_replaced(name)] = before
        if value is None:
            st.query_params.pop(name, None)
        else:
            fresh[name] = value
    if fresh:
        st.query_params.update(fresh)


def confirm(name: str) -> None:
    """Hear whether the browser names another address than the one that was replaced: from then on, that one is news."""
    if st.query_params.get(name) != st.session_state.get(_replaced(name)):
        st.session_state.pop(_replaced(name), None)


def forget(name: str) -> None:
    """Know nothing any more of what the address says under this name: whatever it says next is news."""
    for key in (_known(name), _replaced(name)):
        st.session_state.pop(key, None)


def ignore(name: str, value: str | Iterable[str], allowed: str) -> None:
    """Say, once, that a link's value cannot be used as it stands, and what it may be."""
    values = [value] if isinstance(value, str) else list(value)
    said = " and ".join(f"{name}={one[:40]!r}" for one in values[:3])
    st.session_state.setdefault(_IGNORED, {})[name] = f"{said} (it may be {allowed})"


def ignored() -> bool:
    """Whether something of a link was ignored that has not been said yet."""
    return bool(st.session_state.get(_IGNORED))


def take_ignored() -> str:
    """What of the link was ignored, as a sentence; empty where nothing was, and afterwards."""
    sayings = list(st.session_state.pop(_IGNORED, {}).values())
    more = f", and {len(sayings) - MOST_SAID} more" if len(sayings) > MOST_SAID else ""
    listed = "; ".join(sayings[:MOST_SAID])
    return f"Not all that the link says can be used: {listed}{more}." if sayings else ""


def _known(name: str) -> str:
    return f"_link_{name}"


def _replaced(name: str) -> str:
    return f"_link_replaced_{name}"
