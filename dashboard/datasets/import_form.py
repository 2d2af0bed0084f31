"""Bringing files: choose them, see how they would be read, mend that, and start the import.

What a person has said is kept apart from the widgets, which Streamlit forgets
while another page is open: nothing has to be said twice.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.access import Action
from core.data import NO_COLUMN, ColumnMapping, ImportOptions, Preview
from core.data.importing.request import TablePreview
from core.errors import ExplorerError
from core.settings import MIB
from dashboard.cache import loaders
from dashboard.datasets import brought, import_questions
from dashboard.datasets.brought import Brought, Place
from dashboard.jobs import imports
from dashboard.server.uploads import largest_file
from dashboard.shared import elements
from dashboard.shared.markup import escape

_READING = ("delimiter", "header", "encoding", "sheet", "reshape")
"""Options on which it depends what the columns are."""

DELIMITERS = {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |", ":": "Colon :", " ": "Space"}
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1"}
HEADERS = {True: "Names the columns", False: "Is data already"}


@dataclass
class Draft(Brought):
    """Ratings that were brought, and what was said about them; what is not said is found out."""

    mapping: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def key(self, name: str, value: object) -> str:
        """As `Brought` has it; read in another way, all are others."""
        return f"{super().key(name, value)} {self.options.get('delimiter')} {self.options.get('sheet')}"

    def preview(self) -> Preview:
        """What an import would do; raises as `loaders.preview` does."""
        # Options on which it depends what the ratings are.
        reading = {name: value for name, value in self.options.items() if name in (*_READING, "no_rating", "counts")}
        return loaders.preview(self.upload, ColumnMapping(**self.mapping), ImportOptions(**reading))


PLACE = Place("import", Draft)


def show() -> None:
    """The whole form, for who may import."""
    if not elements.allowed(Action.IMPORT):
        return
    PLACE.show(
        "Ratings, with an item table where there is one",
        "CSV, TSV, Excel (.xlsx), JSON, Parquet or gzip, several at once, or a zip of them; MovieLens archives "
        "as they were downloaded. They are read on this server and go nowhere else.",
    )
    draft = PLACE.current()
    if draft is None:
        st.caption(
            "A table with one row a rating: who, what, how many points, and when if you know. A second table may say "
            "what the ids mean: titles, genres, years. Columns are recognized by their names; you see the first rows "
            f"before anything is imported. A file may have up to {largest_file() // MIB:,} MB; one that is "
            "larger is shown in red, and is not taken."
        )
        return
    try:
        preview = draft.preview()
    except ExplorerError as error:
        elements.error(error.code, str(error))
        _remove()
        return
    _what_was_found(draft, preview)
    for warning in preview.warnings:
        st.warning(escape(warning), icon=":material/warning:")
    import_questions.doubts(preview, draft.options, draft.key, _say)
    for table in preview.tables:
        _first_rows(table)
    if preview.tables:
        _ask(draft, preview)
    with st.container(horizontal=True):
        elements.button("Import", "download_done", "import", _start, primary=True, disabled=bool(preview.code))
        _remove()


def _start() -> None:
    """Import what has been brought, read as was said; a callback."""
    draft = PLACE.current()
    if draft is None:
        return
    imports.start_import(
        draft.upload, ColumnMapping(**draft.mapping), ImportOptions(**draft.options), f"Import of {draft.files}"
    )


def _remove() -> None:
    elements.button("Choose other files", "close", "other_files", PLACE.clear)


def _what_was_found(draft: Draft, preview: Preview) -> None:
    """Files and layout, or what stands in the way, with the likely mend one click away."""
    st.caption(f"Files: {escape(', '.join(draft.names))}")
    if not preview.code:
        words = f"Recognized as {preview.layout}." if preview.layout else "Recognized."
        st.markdown(f":material/check_circle: {words} {' '.join(map(escape, preview.notes))}")
        if draft.options.get("reshape"):
            import_questions.reshaped(draft.options["reshape"], _say_all)
        return
    if preview.question:
        import_questions.ask(preview, preview.question, _say_all)
        return
    elements.error(preview.code, preview.message)
    if preview.delimiter:
        label = f"Divide at {escape(DELIMITERS.get(preview.delimiter, preview.delimiter))}"
        mend = ("delimiter", preview.delimiter)
        elements.button(label, "splitscreen", "mend_delimiter", _say, *mend, primary=True)


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
    alt = f"First rows of {table.file}, columns with what they were taken for"
    brought.first_rows(list(table.rows), names, alt)


def _ask(draft: Draft, preview: Preview) -> None:
    """What is unclear, openly; the name, the noun and the scale; the rest folded away."""
    if len(preview.tables[0].sheets) > 1:
        sheets = {name: name for name in preview.tables[0].sheets}
        _choice(draft, "sheet", "Sheet of the workbook", sheets, preview.tables[0].sheet)
    unclear = list(preview.unclear)
    if preview.question and import_questions.needs_fields(preview):
        with st.container(border=True):
            st.markdown("**Which column is it?** Names did not tell.")
            with st.grid(3, min_column_width=180):
                for role in unclear:
                    _role(draft, preview, role)
            import_questions.agree(preview.question, draft.mapping, preview.unclear, _say_all)
    if not preview.code:
        _about(draft, preview)
    with st.expander(
        "How it is read",
        icon=":material/tune:",
        expanded=preview.code in ("WRONG_DELIMITER", "BAD_ENCODING"),
    ):
        with st.grid(3, min_column_width=180):
            _choice(draft, "delimiter", "Columns are divided at", DELIMITERS, preview.tables[0].delimiter or None)
            _choice(draft, "header", "The first row", HEADERS, preview.tables[0].header)
            _choice(draft, "encoding", "Letters are written as", ENCODINGS, preview.tables[0].encoding)
            for role in _roles_offered(preview):
                if role not in unclear:
                    _role(draft, preview, role)
        with st.grid(2, min_column_width=220):
            _number(draft, "min_user_ratings", "Leave out people with fewer ratings than", 1, minimum=1)
            _number(draft, "min_item_ratings", "Leave out what has fewer ratings than", 1, minimum=1)


def _about(draft: Draft, preview: Preview) -> None:
    """What the data is called, what is rated, and the scale."""
    with st.grid(4, min_column_width=150):
        _text(draft, "name", "Name of the data", preview.name)
        _text(
            draft,
            "noun",
            "One thing that is rated is a",
            preview.noun,
            "The word that the pages say: movie, book, game.",
        )
        if not draft.options.get("counts"):
            _number(draft, "min_rating", "Lowest rating possible", preview.min_rating)
            _number(draft, "max_rating", "Highest rating possible", preview.max_rating)
    if draft.options.get("counts"):
        if preview.min_rating is not None:
            st.caption(f"Among the first rows, ratings go from {preview.min_rating:.3g} to {preview.max_rating:.3g}.")
        return
    st.caption(
        "The scale is what the first rows suggest. Left as it is, all ratings decide; an end that you set is kept, and "
        "ratings outside it are left out and listed."
    )


def _roles_offered(preview: Preview) -> list[str]:
    of_items = any(table.part == "items" for table in preview.tables)
    return ["user", "item", "rating", "timestamp", *(("item_id", "title", "genres", "year") if of_items else ())]


def _role(draft: Draft, preview: Preview, role: str) -> None:
    """Which column holds this; the one recognized, or the one chosen."""
    part = "items" if role in ("item_id", "title", "genres", "year") else "ratings"
    table = next(table for table in preview.tables if table.part == part)
    taken = dict(zip(table.roles, table.columns, strict=True)).get(role)
    optional = role in ("timestamp", "title", "genres", "year")
    proposed = preview.question.proposed if preview.question else None
    unsaid = NO_COLUMN if optional else getattr(proposed, role, None)
    value = taken if taken is not None else draft.mapping.get(role, unsaid)
    label = f"{_ROLES[role].capitalize()} is in" + (" (item table)" if part == "items" else "")
    offered = {NO_COLUMN: "No column"} if optional else {}
    offered |= {name: name for name in table.columns}
    brought.select(draft, role, label, offered, _say, shown=value, placeholder="Choose a column")


def _choice(draft: Draft, name: str, label: str, words: dict[Any, str], recognized: Any) -> None:
    offered = words if recognized in (*words, None) else words | {recognized: str(recognized)}
    shown = draft.options.get(name, recognized)
    brought.select(draft, name, label, offered, _say, shown=shown, placeholder="Not known")


def _text(draft: Draft, name: str, label: str, recognized: str, help_: str | None = None) -> None:
    shown = draft.options.get(name, recognized)
    brought.draw(st.text_input, draft, name, label, _say, shown=shown, value=shown, max_chars=100, help=help_)


def _number(draft: Draft, name: str, label: str, recognized: float | None, minimum: int | None = None) -> None:
    shown, whole = draft.options.get(name, recognized), minimum is not None
    more: dict[str, Any] = {"step": 1 if whole else 0.5, "format": "%d" if whole else "%g", "min_value": minimum}
    brought.draw(st.number_input, draft, name, label, _say, shown=shown, value=shown, **more)


def _say_all(said: dict[str, str | None]) -> None:
    """Remember several of them; a callback."""
    for name, value in said.items():
        _say(name, value)


def _say(name: str, value: Any) -> None:
    """Remember a column's role or an option; where the files are read in another way, the columns are others."""
    draft = PLACE.current()
    if draft is None:
        return
    if name in _ROLES:
        draft.mapping[name] = value
    elif value is None or value == "":
        draft.options.pop(name, None)
    else:
        draft.options[name] = value
    if name in _READING:
        draft.mapping.clear()
