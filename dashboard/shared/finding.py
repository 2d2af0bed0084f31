"""Fields in which something is found by its name: chosen from a list, or typed, in part or as the data files it."""

from collections.abc import Collection, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.spoken import named
from dashboard.shared.markup import escape


def one_of(
    label: str,
    names: Sequence[str],
    *,
    key: str,
    first: str,
    width: int | None = None,
    place: DeltaGenerator | None = None,
) -> str:
    """A field in which one name is chosen, or typed in part or as the data files it; it is in the link.

    Args:
        label: What the field is called.
        names: What can be chosen, at least one.
        key: Of its widget, and of the parameter in the link.
        first: The name chosen at first.
        width: In pixels; as wide as its place without it.
        place: A column to draw it into.
    """
    typed = st.session_state.get(key)
    if typed is not None and typed not in names:
        st.session_state[key] = _meant(typed, names)  # none empties the field
    name = (place or st).selectbox(
        label,
        names,
        index=names.index(first),
        key=key,
        bind="query-params",
        width="stretch" if width is None else width,
        placeholder="Type a few letters",
        accept_new_options=True,
    )
    return first if name is None else name


def settle(key: str, known: Collection[str], offered: Collection[str]) -> None:
    """What was typed into a field of several names becomes the names that are meant; before the field is drawn.

    Args:
        key: Of its widget.
        known: Names that stay as they are.
        offered: Those that can be meant.
    """
    names = [one if one in known else _meant(one, offered) for one in st.session_state[key]]
    st.session_state[key] = list(dict.fromkeys(filter(None, names)))


def _meant(typed: str, names: Collection[str]) -> str | None:
    """The name that somebody means who typed this; that there is none is said."""
    name = named(typed, list(names))
    if name is None:
        st.toast(f"Nothing here is called “{escape(typed)}”.", icon=":material/search_off:")
    return name


def take(field: str, offered: Collection[str]) -> str | None:
    """The name that was chosen, or is meant by what was typed, in a field, which is emptied; for callbacks."""
    typed = st.session_state[field]
    st.session_state[field] = None
    return None if typed is None else _meant(typed, offered)
