"""Files that somebody has brought to the page of datasets, until something was made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st
from streamlit.typing import UploadedFile

from core.data import uploads
from core.errors import ExplorerError
from dashboard.session import state, visitor
from dashboard.shared import elements, uploader


@dataclass
class Brought:
    """What somebody has brought in this session: the token in `core.data.uploads`, and the files' names for people."""

    upload: str
    names: list[str]

    @property
    def files(self) -> str:
        """The names of the first files, for the title of a job."""
        return ", ".join(self.names[:3]) + (" …" if len(self.names) > 3 else "")

    def key(self, name: str, value: object) -> str:
        """Key of a widget that shows `value`: where something else changes it, it is another widget."""
        return f"{name} {value} {self.upload}"


Draft = TypeVar("Draft", bound=Brought)


@dataclass(frozen=True)
class Place(Generic[Draft]):
    """Where files are dropped, and what was dropped there; `make` makes what is kept of them, by token and names."""

    name: str
    make: Callable[[str, list[str]], Draft]

    @property
    def _kept(self) -> str:
        return f"_{self.name}"

    @property
    def _round(self) -> str:
        return f"_{self.name}_round"

    def show(self, label: str, words: str) -> None:
        """Draw it; `words` say which files it takes."""
        key = f"{self.name}_{st.session_state.setdefault(self._round, 0)}"
        uploader.uploader(label, several=True, key=key, on_change=lambda: self.received(key), words=words)

    def current(self) -> Draft | None:
        """What was brought, and nothing was made of yet."""
        return st.session_state.get(self._kept)

    def clear(self) -> None:
        """Begin anew, with an empty place; files of which nothing was made are removed."""
        self._discard()
        st.session_state[self._round] = st.session_state.get(self._round, 0) + 1

    def received(self, key: str) -> None:
        """Put what was chosen on the disk; a callback."""
        self._discard()
        uploaded = {file.file_id: file for file in st.session_state[key] if isinstance(file, UploadedFile)}
        chosen = list(uploaded.values())  # without files that are gone, and each once, whatever a browser says
        if not chosen:
            return
        try:
            token = uploads.keep([(file.name, file) for file in chosen], by=visitor.current())
        except ExplorerError as error:
            state.report_error(error)
            return
        st.session_state[self._kept] = self.make(token, [uploads.safe_name(file.name) for file in chosen])

    def _discard(self) -> None:
        before = st.session_state.pop(self._kept, None)
        if before is not None:
            uploads.discard(before.upload)


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
