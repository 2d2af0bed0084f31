"""Numbers that may not be ratings: what was noticed in the first rows, and one choice for each."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.data import Preview
from dashboard.shared.markup import escape

_COUNTS = {"": "As they are", "ranks": "Ranks 1 to 5", "log": "Logarithm"}
_ABOUT_COUNTS = (
    "Ranks: within each person, the fifth used least is 1, the fifth used most 5. Logarithm: log2(1 + count), so one "
    "more point is twice as often. As they are, the largest counts would outweigh everything else."
)


def show(
    preview: Preview, options: dict[str, Any], key: Callable[[str, object], str], say: Callable[..., None]
) -> None:
    """Every doubt with its choice; `key` makes the key of a widget, `say` remembers an option that is not empty."""
    if not preview.doubts:
        return
    with st.container(border=True):
        for doubt in preview.doubts:
            st.markdown(f":material/help: {escape(doubt.words)}")
            widget = key(doubt.option, doubt.value)
            if doubt.value is None:
                _ask_counts(options.get("counts", ""), widget, say)
            else:
                _ask_code(doubt.value, options.get("no_rating", ()), widget, say)
        st.caption("This is what the first rows show; the import looks at all of them.")


def _ask_code(code: float, chosen: tuple[float, ...], widget: str, say: Callable[..., None]) -> None:
    st.checkbox(
        f"{code:g} means “no rating”: leave these rows out",
        value=code in chosen,
        key=widget,
        on_change=_take_code,
        args=(widget, code, chosen, say),
    )


def _take_code(widget: str, code: float, chosen: tuple[float, ...], say: Callable[..., None]) -> None:
    """Add a code to those that mean "no rating", or take it away; a callback."""
    others = tuple(value for value in chosen if value != code)
    say("no_rating", (*others, code) if st.session_state[widget] else others or None)


def _ask_counts(chosen: str, widget: str, say: Callable[..., None]) -> None:
    st.segmented_control(
        "Take these numbers as",
        list(_COUNTS),
        default=chosen,
        required=True,
        format_func=_COUNTS.__getitem__,
        key=widget,
        on_change=_take_counts,
        args=(widget, say),
        help=_ABOUT_COUNTS,
        wrap=True,
    )


def _take_counts(widget: str, say: Callable[..., None]) -> None:
    """Remember what to make of counts; a callback."""
    say("counts", st.session_state[widget])
