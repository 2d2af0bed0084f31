"""Windows over a page, and running the app again without taking one of them away.

Streamlit closes an open dialog whenever the whole app runs again. Parts of a page that look for news every second ask
for that too, and would close what somebody is reading: they wait here until it is closed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import streamlit as st

_OPEN = "_dialog_open"

Asked = ParamSpec("Asked")


def dialog(title: str, **options: Any) -> Callable[[Callable[Asked, None]], Callable[Asked, None]]:
    """As `st.dialog`, of one that parts which tick leave open; `options` are its own."""

    def decorate(draw: Callable[Asked, None]) -> Callable[Asked, None]:
        @st.dialog(title, on_dismiss=closed, **options)
        @wraps(draw)
        def drawn(*args: Asked.args, **kwargs: Asked.kwargs) -> None:
            st.session_state[_OPEN] = True
            draw(*args, **kwargs)

        return drawn

    return decorate


def closed() -> None:
    """No dialog is open: somebody closed it, or the whole app begins to run."""
    st.session_state.pop(_OPEN, None)


def rerun() -> NoReturn:
    """Run the whole app again, from a part that ticks; while a dialog is open, end this tick and let the next ask."""
    if st.session_state.get(_OPEN):
        st.stop()
    st.rerun()
