"""Bringing vectors trained elsewhere: choose files, see how they would be read, mend that, and open them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.access import Action
from core.data.importing.request import TablePreview
from core.data.ratings import USER
from core.data.vectors import samples
from core.data.vectors.request import Found, VectorOptions, VectorPreview
from core.errors import ExplorerError
from core.settings import MIB
from dashboard.cache import loaders
from dashboard.datasets import brought
from dashboard.datasets.brought import Brought, Place
from dashboard.jobs import imports
from dashboard.server.uploads import largest_file
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

JOINED = {
    "id": "Its rows belong to the vectors by their ids.",
    "order": "Its rows belong to the vectors in their order.",
}


ALONE = {"": "No dataset: they stand for themselves"}
GUESSES = {
    "": "As the file says, else nothing",
    "none": "Nothing that these vectors say",
    "product": "The product of two vectors, and the biases there are",
    "sigmoid": "The same, held inside the scale by a sigmoid",
}


@dataclass
class Draft(Brought):
    """Vectors that were brought, and the `VectorOptions` said about them; what is not said is found out."""

    said: dict[str, Any] = field(default_factory=dict)

    @property
    def reading(self) -> VectorOptions:
        """What decides how the files are read: a name and a noun change nothing in a preview."""
        return VectorOptions(
            **{name: value for name, value in self.said.items() if name not in ("name", "noun", "user_noun")}
        )


PLACE = Place("vectors", Draft)


def show() -> None:
    """The whole form, for who may import."""
    if not elements.allowed(Action.IMPORT):
        return
    PLACE.show(
        "Vectors, with the table of their rows where there is one",
        "word2vec, GloVe and fastText (text or binary, gzip too), the TensorBoard Projector's pair of TSV files, "
        "NumPy, safetensors, Parquet, Arrow, Keras weights, CSV with a column a dimension. They are read on this "
        "server and go nowhere else; nothing in them is run.",
    )
    draft = PLACE.current()
    if draft is None:
        st.caption(
            "Words, products, sentences, the items of your own recommender: a list of numbers each, from whatever "
            "program. A second file may say what the rows are: names, classes, counts. You see the first rows before "
            f"anything is opened. A file may have up to {largest_file() // MIB:,} MB."
        )
        _samples()
        return
    try:
        preview = loaders.vector_preview(draft.upload, draft.reading)
    except ExplorerError as error:
        elements.error(error.code, str(error))
        elements.button("Choose other files", "close", "other_vectors", PLACE.clear)
        return
    _found(draft, preview)
    with st.container(horizontal=True):
        elements.button("Open them", "download_done", "open", _start, primary=True, disabled=bool(preview.code))
        elements.button("Choose other files", "close", "other_vectors", PLACE.clear)


def _samples() -> None:
    """The sets that come with the program, each a card that opens it."""
    st.header("Or begin with one of these")
    with st.grid(2, min_column_width=260):
        for name, sample in samples.SAMPLES.items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{sample.name}**")
                st.markdown(sample.words)
                st.caption(sample.licence)
                st.space("stretch")
                elements.button("Open it", "download_done", f"sample_{name}", imports.open_sample, name)


def _start() -> None:
    """Open what has been brought, read as was said; a callback."""
    draft = PLACE.current()
    if draft is not None:
        imports.start_vectors(draft.upload, VectorOptions(**draft.said), f"Vectors in {draft.files}")


def _found(draft: Draft, preview: VectorPreview) -> None:
    """What the files hold, the first rows, and what can be said about them; or what stands in the way."""
    st.caption(f"Files: {escape(', '.join(draft.names))}")
    if preview.code:
        elements.error(preview.code, preview.message)
    for one in (one for one in preview.found if one.name in preview.chosen):
        st.markdown(f":material/check_circle: {_in_words(one)}")
    if len(preview.found) > len(preview.chosen):
        st.markdown("**Which vectors are to be opened?** The files hold several sets.")
        offered = {one.name: _in_words(one) for one in preview.found}
        _select(draft, "array", "Vectors", offered, next(iter(preview.chosen), None))
    for note in preview.notes:
        st.caption(escape(note))
    if preview.numbers:
        _first_rows(preview)
    if preview.table is not None and says_more(preview):
        _table(draft, preview.table, preview.joined)
    if preview.found:
        _ratings(draft, two=len(preview.chosen) > 1)
    if not preview.code and "of" not in draft.said:
        _about(draft, preview, two=len(preview.chosen) > 1)


def says_more(preview: VectorPreview) -> bool:
    """Whether the table of rows says more than the ids, which stand beside the first vectors; none belongs to none."""
    table = preview.table
    return bool(preview.found and table is not None and (preview.joined or len(table.columns) > 1))


def _in_words(one: Found) -> str:
    """A set of vectors: its kind, its size, its file."""
    rows = "rows" if one.rows is None else phrases.count(one.rows, "row")
    return f"{escape(one.name)}: {escape(one.kind)}, {rows} of {phrases.count(one.dim, 'number')}"


def _first_rows(preview: VectorPreview) -> None:
    """The first ids with the first numbers of each."""
    shown = min(6, max(map(len, preview.numbers)))  # a row may have thousands
    names = [str(number + 1) for number in range(shown)]
    rows: list[tuple[Any, ...]] = [numbers[:shown] for numbers in preview.numbers]
    if preview.ids:
        names, rows = ["Row", *names], [(one, *numbers) for one, numbers in zip(preview.ids, rows, strict=False)]
    brought.first_rows(rows, names, "The first vectors, with the first numbers of each")


def _table(draft: Draft, table: TablePreview, joined: str) -> None:
    """The first rows of the table beside the vectors, and which of its columns are kept."""
    alone = "of" not in draft.said
    rest = JOINED.get(joined, "") if alone else "Used are the ids, and a column called bias: the dataset says the rest."
    st.markdown(f"**{'What the rows are' if alone else 'Beside the vectors'}:** {escape(table.file)}. {rest}")
    brought.first_rows(list(table.rows), list(table.columns), f"First rows of {table.file}")
    with st.expander("Columns of the table", icon=":material/tune:"), st.grid(2, min_column_width=220):
        columns = {name: name for name in table.columns}
        _select(draft, "id_column", "The ids are in", columns, None)
        if not alone:
            return
        _select(draft, "title_column", "A row is called by", columns, None)
        left_out = [name for name in draft.said.get("left_out", ()) if name in columns]
        more = {"options": list(columns), "default": left_out}
        brought.draw(st.multiselect, draft, "left_out", "Leave out", _say, shown=left_out, **more)


def _ratings(draft: Draft, *, two: bool) -> None:
    """Which of the datasets at hand the rows belong to, and what a rating in it is."""
    offered = loaders.dataset_names()
    rated = {info.dataset_id: offered[info.dataset_id] for info in loaders.dataset_infos() if info.ratings}
    with st.grid(2, min_column_width=220):
        help_ = (
            "Of vectors whose ids are those of a dataset here: its ratings, years and genres then stand beside them."
        )
        _select(draft, "of", "They belong to", ALONE | rated, "", help_)
        if two and "of" in draft.said:
            help_ = "An export of a model that was trained here says it itself."
            _select(draft, "guess", "A rating is", GUESSES, "", help_)


def _about(draft: Draft, preview: VectorPreview, *, two: bool) -> None:
    """What the vectors are called, and what one of them is."""
    with st.grid(2, min_column_width=220):
        _text(draft, "name", "Name", preview.name, 100)
        help_ = "The word that the pages say: word, product, sentence."
        _text(draft, "noun", "One row is a", preview.noun, 30, help_)
        if two:
            _text(draft, "user_noun", "One of the second set is a", USER, 30, help_)


def _text(draft: Draft, name: str, label: str, found: str, most: int, help_: str | None = None) -> None:
    shown = draft.said.get(name, found)
    brought.draw(st.text_input, draft, name, label, _say, shown=shown, value=shown, max_chars=most, help=help_)


def _select(
    draft: Draft, name: str, label: str, offered: Mapping[str, str], chosen: str | None, help_: str | None = None
) -> None:
    """A field that shows what was said, or else what was found, of what is offered by name in its words."""
    shown = draft.said.get(name, chosen)
    brought.select(draft, name, label, offered, _say, shown=shown, placeholder="Found by itself", help_=help_)


def _say(name: str, value: Any) -> None:
    """Remember what somebody said, or that they take it back; a callback."""
    draft = PLACE.current()
    if draft is None:
        return
    if value in (None, "", []):
        draft.said.pop(name, None)
        if name == "of":
            draft.said.pop("guess", None)
    else:
        draft.said[name] = tuple(value) if isinstance(value, list) else value
