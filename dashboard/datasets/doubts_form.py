"""Numbers that may not be ratings: what was noticed in the first rows, and one choice for each."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.data.importing.request import Doubt, Preview
from dashboard.shared.markup import escape

_COUNTS = {"": "Ratings as they are", "ranks": "Ranks 1 to 5", "log": "Logarithm"}
_ABOUT_COUNTS = (
    "Ranks: within each person, the fifth used least is 1, the fifth used most 5. Logarithm: log2(1 + count), so one "
    "more point is twice as often. As they are, the largest counts would outweigh everything else."
)


def show(
    preview: Preview, options: dict[str, Any], key: Callable[[str, object], str], say: Callable[..., None]
) -> None:
    """Every doubt with its choice.

    Args:
        options: What has been said about the import so far.
        key: Makes the key of a widget from the option's name and the value that it shows.
        say: Remembers an option; nothing is said where it is empty.
    """
    if not preview.doubts:
        return
    with st.container(border=True):
        for doubt in preview.doubts:
            st.markdown(f":material/help: {escape(doubt.words)}")
            ask = _ask_code if doubt.option == "no_rating" else _ask_counts
            ask(doubt, options, key, say)
        st.caption("This is what the first rows show; the import looks at all of them.")


def _ask_code(
    doubt: Doubt, options: dict[str, Any], key: Callable[[str, object], str], say: Callable[..., None]
) -> None:
    chosen: tuple[float, ...] = options.get("no_rating", ())
    left_out = doubt.value in chosen
    others = tuple(value for value in chosen if value != doubt.value)
    after = others if left_out or doubt.value is None else (*others, doubt.value)
    st.checkbox(
        f"{doubt.value:g} means “no rating”: leave these rows out",
        value=left_out,
        key=key(f"no_rating {doubt.value}", left_out),
        on_change=say,
        args=("no_rating", after or None),
    )


def _ask_counts(
    doubt: Doubt, options: dict[str, Any], key: Callable[[str, object], str], say: Callable[..., None]
) -> None:
    chosen = options.get("counts", "")
    widget = key(doubt.option, chosen)
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
    )


def _take_counts(widget: str, say: Callable[..., None]) -> None:
    say("counts", st.session_state[widget])
