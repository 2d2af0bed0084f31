"""Bringing files: choose them, see how they would be read, mend that, and start the import.

What a person has said is kept apart from the widgets, which Streamlit forgets
while another page is open: nothing has to be said twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from core.data import NO_COLUMN, ColumnMapping, ImportOptions, Preview, uploads
from core.data.importing.request import TablePreview
from core.errors import ExplorerError
from dashboard.cache import loaders
from dashboard.jobs import imports
from dashboard.session import state
from dashboard.shared import phrases
from dashboard.shared.markup import escape

_KEPT, _ROUND = "_import", "_import_round"
_READING = ("delimiter", "header", "encoding")
"""Options on which it depends what the columns are."""

DELIMITERS = {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |", ":": "Colon :", " ": "Space"}
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1"}
HEADERS = {True: "Names the columns", False: "Is data already"}


@dataclass
class Said:
    """What somebody has brought and said about it in this session; what is not said is found out.

    Attributes:
        upload: Token of the files in `core.data.uploads`.
        names: Their names, for people.
    """

    upload: str
    names: list[str]
    mapping: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def key(self, name: str, value: object) -> str:
        """Key of a widget that shows `value`: where something else changes it, it is another widget.

        A widget whose value is replaced from here may report the old one as somebody's choice.
        """
        return f"{name} {value} {self.upload} {self.options.get('delimiter')}"

    def preview(self) -> Preview:
        """What an import would do; raises as `loaders.preview` does."""
        reading = {name: value for name, value in self.options.items() if name in _READING}
        return loaders.preview(self.upload, ColumnMapping(**self.mapping), ImportOptions(**reading))


def show() -> None:
    """The whole form."""
    turn = st.session_state.setdefault(_ROUND, 0)
    key = f"upload_{turn}"
    st.file_uploader(
        "Ratings, with an item table where there is one",
        accept_multiple_files=True,
        key=key,
        on_change=lambda: _received(key),
        help="CSV, TSV, JSON lines, Parquet or gzip, several at once, or a zip of them; MovieLens archives as they "
        "were downloaded. They are read on this server and go nowhere else.",
    )
    said = current()
    if said is None:
        st.caption(
            "A table with one row a rating: who, what, how many points, and when if you know. A second table may say "
            "what the ids mean: titles, genres, years. Columns are recognized by their names; you see the first rows "
            "before anything is imported."
        )
        return
    try:
        seen = said.preview()
    except ExplorerError as error:
        _problem(error.code, str(error))
        _remove()
        return
    _what_was_found(said, seen)
    for table in seen.tables:
        _first_rows(table)
    if seen.tables:
        _ask(said, seen)
    with st.container(horizontal=True):
        st.button(
            "Import",
            type="primary",
            icon=":material/download_done:",
            disabled=bool(seen.code),
            on_click=_start,
            args=(said,),
            key="import",
        )
        _remove()


def current() -> Said | None:
    """What has been brought and not imported yet."""
    return st.session_state.get(_KEPT)


def clear() -> None:
    """Begin anew, with an empty place for files; files that nobody imported are removed."""
    said = st.session_state.pop(_KEPT, None)
    if said is not None:
        uploads.discard(said.upload)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _received(key: str) -> None:
    """Put what was chosen on the disk; a callback."""
    before = st.session_state.pop(_KEPT, None)
    if before is not None:
        uploads.discard(before.upload)
    chosen = st.session_state[key]
    if not chosen:
        return
    try:
        token = uploads.keep([(file.name, file) for file in chosen])
    except ExplorerError as error:
        state.report_error(error)
        return
    st.session_state[_KEPT] = Said(token, [uploads.safe_name(file.name) for file in chosen])


def _start(said: Said) -> None:
    names = ", ".join(said.names[:3]) + (" …" if len(said.names) > 3 else "")
    imports.start_import(
        said.upload, ColumnMapping(**said.mapping), ImportOptions(**said.options), f"Import of {names}"
    )


def _remove() -> None:
    st.button("Choose other files", icon=":material/close:", on_click=clear, key="other_files")


def _problem(code: str, message: str) -> None:
    st.error(escape(phrases.sentence(message)), title=phrases.error_title(code), icon=":material/error:")


def _what_was_found(said: Said, seen: Preview) -> None:
    """Files and layout, or what stands in the way, with the likely mend one click away."""
    st.caption(f"Files: {escape(', '.join(said.names))}")
    if not seen.code:
        words = f"Recognized as {seen.layout}." if seen.layout else "Recognized."
        st.markdown(f":material/check_circle: {words} {' '.join(map(escape, seen.notes))}")
        return
    _problem(seen.code, seen.message)
    if seen.delimiter:
        st.button(
            f"Divide at {escape(DELIMITERS.get(seen.delimiter, seen.delimiter))}",
            type="primary",
            icon=":material/splitscreen:",
            on_click=lambda: _say_option(said, "delimiter", seen.delimiter),
            key="mend_delimiter",
        )


_ROLES = {
    "user": "person",
    "item": "what is rated",
    "rating": "rating",
    "timestamp": "time",
    "item_id": "what is rated",
    "title": "title",
    "genres": "genres",
    "year": "year",
}


def _first_rows(table: TablePreview) -> None:
    """The first rows, each column with what it was taken for."""
    what = "Ratings" if table.part == "ratings" else "What is rated"
    st.markdown(f"**{what}:** first rows of {escape(table.file)}")
    names = [
        f"{name} → {_ROLES.get(role, role)}" if role else name
        for name, role in zip(table.columns, table.roles, strict=True)
    ]
    width = len(names)
    rows = [(*row, *[""] * width)[:width] for row in table.rows]
    st.dataframe(
        pd.DataFrame(rows, columns=names),
        hide_index=True,
        height=min(215, 38 + 35 * max(1, len(rows))),
        alt=f"First rows of {table.file}, columns with what they were taken for",
    )


def _ask(said: Said, seen: Preview) -> None:
    """What is unclear, openly; the name, the noun and the scale; the rest folded away."""
    unclear = list(seen.unclear)
    if unclear:
        with st.container(border=True):
            st.markdown("**Which column is it?** Names did not tell.")
            with st.grid(3, min_column_width=180):
                for role in unclear:
                    _role(said, seen, role)
    if not seen.code:
        _about(said, seen)
    with st.expander(
        "How it is read", icon=":material/tune:", expanded=seen.code in ("WRONG_DELIMITER", "BAD_ENCODING")
    ):
        with st.grid(3, min_column_width=180):
            _choice(said, "delimiter", "Columns are divided at", DELIMITERS, seen.tables[0].delimiter or None)
            _choice(said, "header", "The first row", HEADERS, seen.tables[0].header)
            _choice(said, "encoding", "Letters are written as", ENCODINGS, seen.tables[0].encoding)
            for role in _roles_offered(seen):
                if role not in unclear:
                    _role(said, seen, role)
        with st.grid(2, min_column_width=220):
            _number(said, "min_user_ratings", "Leave out people with fewer ratings than", 1, least=1)
            _number(said, "min_item_ratings", "Leave out what has fewer ratings than", 1, least=1)


def _about(said: Said, seen: Preview) -> None:
    """What the data is called, what is rated, and the scale."""
    with st.grid(4, min_column_width=150):
        _text(said, "name", "Name of the data", seen.name)
        _text(
            said, "noun", "One thing that is rated is a", seen.noun, "The word that the pages say: movie, book, game."
        )
        _number(said, "min_rating", "Lowest rating possible", seen.min_rating)
        _number(said, "max_rating", "Highest rating possible", seen.max_rating)
    st.caption(
        "The scale is what the first rows suggest. Left as it is, all ratings decide; an end that you set is kept, and "
        "ratings outside it are left out and listed."
    )


def _roles_offered(seen: Preview) -> list[str]:
    of_items = any(table.part == "items" for table in seen.tables)
    return ["user", "item", "rating", "timestamp", *(("item_id", "title", "genres", "year") if of_items else ())]


def _role(said: Said, seen: Preview, role: str) -> None:
    """Which column holds this; the one recognized, or the one chosen."""
    part = "items" if role in ("item_id", "title", "genres", "year") else "ratings"
    table = next(table for table in seen.tables if table.part == part)
    taken = dict(zip(table.roles, table.columns, strict=True)).get(role)
    optional = role in ("timestamp", "title", "genres", "year")
    options = [*([NO_COLUMN] if optional else []), *table.columns]
    value = taken if taken is not None else said.mapping.get(role, NO_COLUMN if optional else None)
    key = said.key(role, value)
    st.selectbox(
        f"{_ROLES[role].capitalize()} is in" + (" (item table)" if part == "items" else ""),
        options,
        index=options.index(value) if value in options else None,
        format_func=lambda name: name or "No column",
        placeholder="Choose a column",
        key=key,
        on_change=lambda: said.mapping.__setitem__(role, st.session_state[key]),
    )


def _choice(said: Said, name: str, label: str, words: dict[Any, str], found: Any) -> None:
    options: list[Any] = list(words) if found in (*words, None) else [*words, found]
    value = said.options.get(name, found)
    key = said.key(name, value)
    st.selectbox(
        label,
        options,
        index=options.index(value) if value in options else None,
        format_func=lambda value: words.get(value, str(value)),
        placeholder="Not known",
        key=key,
        on_change=lambda: _say_option(said, name, st.session_state[key]),
    )


def _say_option(said: Said, name: str, value: Any) -> None:
    """Read the files in another way: the columns are others then."""
    said.options[name] = value
    said.mapping.clear()


def _text(said: Said, name: str, label: str, found: str, help_: str | None = None) -> None:
    _draw(st.text_input, said, name, label, said.options.get(name, found), max_chars=100, help=help_)


def _number(said: Said, name: str, label: str, found: float | None, least: int | None = None) -> None:
    value = said.options.get(name, found)
    whole = least is not None
    shared: dict[str, Any] = {"step": 1 if whole else 0.5, "format": "%d" if whole else "%g", "min_value": least}
    _draw(st.number_input, said, name, label, value, **shared)


def _draw(widget: Callable[..., Any], said: Said, name: str, label: str, value: Any, **more: Any) -> None:
    """A widget that shows `value`; only what somebody changes counts as said."""
    key = said.key(name, value)

    def changed() -> None:
        given = st.session_state[key]
        if given is None or given == "":
            said.options.pop(name, None)
        else:
            said.options[name] = given

    widget(label, value=value, key=key, on_change=changed, **more)
