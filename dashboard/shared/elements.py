"""Elements as all pages draw them: fields whose value stands in the link, ways to other pages, and errors."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.shared import phrases
from dashboard.shared.markup import escape

WELL_KNOWN = 21
"""Ratings an item needs to be listed or compared, at first: the article's "more than 20"."""


def segments(label: str, options: Sequence[str], key: str, words: str | None = None) -> str:
    """Buttons beside each other, of which one is lit: the first until somebody chooses."""
    return st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", help=words
    )


def toggle(label: str, key: str, words: str) -> bool:
    """A switch, off at first."""
    return st.toggle(label, key=key, bind="query-params", help=words)


def whole_number(
    label: str, minimum: int, maximum: int, first: int, key: str, *, width: int | None = None, words: str | None = None
) -> int:
    """A field for a whole number within limits; as wide as its place without a width."""
    return st.number_input(
        label, minimum, maximum, first, key=key, bind="query-params", width=width or "stretch", help=words, step=1
    )


def enough_ratings(
    *counts: np.ndarray,
    leaving: int,
    key: str,
    words: str,
    first: int = WELL_KNOWN,
    label: str = "Enough ratings: at least",
) -> int:
    """A field for the ratings that a row needs to take part.

    Args:
        counts: Ratings of each row, (n_rows,); several where each of several models has to keep enough rows.
        leaving: Rows that the highest number that can be chosen still leaves, where there are so many.
        key: Of the widget, and of the parameter in the link.
        words: What is said when somebody asks what the field is for.
        first: What is asked for at first.
        label: What the field is called.
    """
    maximum = max(1, min(int(np.sort(count)[-min(leaving, len(count))]) for count in counts))
    return whole_number(label, 1, maximum, min(first, maximum), key, width=190, words=words)


def page_link(page: str, label: str, icon: str, **parameters: str) -> None:
    """A link to a page by its name, with a Material icon, and the query parameters with which the page opens."""
    st.page_link(f"app_pages/{page}.py", label=label, icon=f":material/{icon}:", query_params=parameters or None)


def error(code: str, message: str) -> None:
    """What went wrong, as a sentence, under a title in plain words."""
    st.error(escape(phrases.sentence(message)), title=phrases.error_title(code), icon=":material/error:")
