"""A quieter app for a class: what manages data and models, and what few need, is left out while a link says so.

`EMBEDDING_EXPLORER_CLASS` makes a rule of it: then what a link says counts for administrators alone.
"""

import streamlit as st

from core.access import Action
from core.errors import ExplorerError
from dashboard.session import address_bar, visitor

PARAMETER, ON, OFF = "class", "on", "off"
_KEY = "_classroom"


def adopt_link() -> None:
    """Switch as the address says: `class=on` hides, `class=off` shows again."""
    value = address_bar.news(PARAMETER)
    if value in {ON, OFF, ""}:
        st.session_state[_KEY] = value == ON
    elif value is not None:
        address_bar.ignore(PARAMETER, value, f"{ON} or {OFF}")


def write_link() -> None:
    """Keep the choice in the address bar, so that a refresh and a copied link keep it."""
    address_bar.put(**{PARAMETER: ON if on() else None})


def on() -> bool:
    """Whether the page is to show only what a class needs."""
    return bool(st.session_state.get(_KEY, False)) or not visitor.may(Action.MANAGE)


def closed(page: str) -> ExplorerError | None:
    """Why a page is closed to this visitor; None where it is open."""
    # Pages that manage what everybody uses.
    return visitor.refusal(Action.MANAGE) if page in {"datasets", "runs", "jobs"} else None


def switch(value: bool) -> None:
    """Hide or show; a callback."""
    st.session_state[_KEY] = value
