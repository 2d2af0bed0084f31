"""Fields that show what was found in files or said of them; only what somebody changes counts as said.

Each has a key with its value in it: a widget whose value is replaced from here may report the old one as somebody's
choice.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.datasets.brought import Brought
from dashboard.shared import elements

Say = Callable[[str, Any], None]
"""Remembers what was said by its name; a function of a module, which holds nothing."""


def draw(
    widget: Callable[..., Any], draft: Brought, name: str, label: str, say: Say, *, shown: Any, **more: Any
) -> None:
    """A widget that shows what `more` says, which is `shown`."""
    key = draft.key(name, shown)
    widget(label, key=key, on_change=_take, args=(say, name, key, shown), **more)


def select(
    draft: Brought,
    name: str,
    label: str,
    offered: Mapping[Any, str],
    say: Say,
    *,
    shown: Any,
    placeholder: str,
    help_: str | None = None,
) -> None:
    """A field that shows one of what is offered, each in its words, or none where `shown` is not among them."""
    options = list(offered)
    index = options.index(shown) if shown in options else None
    more = {"options": options, "index": index, "format_func": offered.__getitem__}
    draw(st.selectbox, draft, name, label, say, shown=shown, placeholder=placeholder, help=help_, **more)


def _take(say: Say, name: str, key: str, shown: Any) -> None:
    """Remember what somebody set in a field, or that it was emptied; a callback.

    A field that another one replaced reports what it showed once more, which nobody has set.
    """
    if st.session_state[key] != shown:
        say(name, st.session_state[key])


def first_rows(rows: list[tuple[Any, ...]], names: list[str], alt: str) -> None:
    """The first rows of a file as a table; each is cut, or filled with nothing, to the width of the names."""
    width = len(names)
    table = pd.DataFrame([(*row, *[""] * width)[:width] for row in rows], columns=names)
    elements.table(table, height=min(215, 38 + 35 * max(1, len(table))), alt=alt)
