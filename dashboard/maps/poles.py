"""The two poles of an axis of one's own: choosing them, keeping them with the model, and opening kept ones."""

import streamlit as st

from core.data.ratings import Ratings
from core.errors import ExplorerError
from core.model.run import Run
from core.studies import saved_axes
from core.studies.component_names import LONGEST
from core.studies.saved_axes import MOST_ITEMS, OwnAxis
from dashboard.cache import loaders
from dashboard.session import state
from dashboard.shared import coloring, phrases, selection
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

EXAMPLE = 5
"""Items at each pole at first."""

CONTRASTS = (("Children", "Horror"), ("Comedy", "Drama"))
"""Genres to begin with, where the data has them."""


def choose(ratings: Ratings, rows: Rows) -> OwnAxis:
    """The fields of both poles, side by side; a link carries them."""
    low, high = example(ratings, rows)
    left, right = st.columns(2, gap="medium")
    with left:
        low_name, low_rows = _pole(rows, "low", "From", low)
    with right:
        high_name, high_rows = _pole(rows, "high", "To", high)
    ids = ratings.items.ids
    return OwnAxis(
        tuple(str(ids[row]) for row in low_rows), tuple(str(ids[row]) for row in high_rows), low_name, high_name
    )


def _pole(rows: Rows, end: str, label: str, example: tuple[str, list[int]]) -> tuple[str, list[int]]:
    """Name and rows of one pole."""
    nouns = rows.nouns
    name = st.text_input(
        f"{label} (name of this pole)",
        example[0],
        max_chars=LONGEST,
        key=f"pole_{end}_name",
        bind="query-params",
    )
    chosen = selection.search(
        f"{nouns.capitalize()} at this pole",
        rows.offered,
        key=f"pole_{end}",
        most=MOST_ITEMS,
        first=[rows.labels[row] for row in example[1]],
    )
    return name.strip(), chosen


def example(ratings: Ratings, rows: Rows) -> tuple[tuple[str, list[int]], tuple[str, list[int]]]:
    """Names and rows of two poles to begin with: the most rated of two genres; empty where the data has none."""
    genres = coloring.genres(ratings)
    first, second = next(
        (pair for pair in CONTRASTS if set(pair) <= set(genres)),
        (genres[0], genres[-1]) if len(genres) > 1 else ("", ""),
    )
    if not first:
        return ("", []), ("", [])
    belongs = ratings.item_table["genres"].tolist()
    return (
        (first, _most_rated(rows, belongs, first, second)),
        (second, _most_rated(rows, belongs, second, first)),
    )


def _most_rated(rows: Rows, belongs: list[list[str]], genre: str, other: str) -> list[int]:
    offered = rows.offered
    fitting = (
        int(row)
        for row in rows.by_count
        if rows.trained[row] and genre in belongs[row] and other not in belongs[row] and rows.labels[row] in offered
    )
    return [row for row, _ in zip(fitting, range(EXAMPLE), strict=False)]


def kept(run: Run, axis: OwnAxis | None) -> tuple[OwnAxis, ...]:
    """Draw what is kept with the model, and the button that keeps the axis on the screen; the kept ones."""
    try:
        saved = saved_axes.saved(run.run_id)
    except ExplorerError as error:
        st.warning(escape(phrases.sentence(str(error))), icon=":material/warning:")
        return ()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if axis is not None:
            there = axis in saved
            st.button(
                "Kept with this model" if there else "Keep with this model",
                icon=":material/bookmark_added:" if there else ":material/bookmark_add:",
                disabled=there,
                on_click=_keep,
                args=(run.run_id, axis),
                key="axis_keep",
            )
        if saved:
            with st.popover(f"Kept axes ({len(saved)})", icon=":material/bookmarks:"):
                for other in saved:
                    _line(run, other)
    return saved


def _line(run: Run, axis: OwnAxis) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(escape(axis.title), width="stretch")
        st.button("Open", on_click=_open, args=(run.run_id, axis), key=f"axis_open_{axis.axis_id}")
        st.button(
            "Delete",
            icon=":material/delete:",
            on_click=_delete,
            args=(run.run_id, axis),
            key=f"axis_delete_{axis.axis_id}",
            type="tertiary",
        )


@state.reporting
def _keep(run_id: str, axis: OwnAxis) -> None:
    saved_axes.save(run_id, axis)


@state.reporting
def _delete(run_id: str, axis: OwnAxis) -> None:
    saved_axes.delete(run_id, axis.axis_id)


@state.reporting
def _open(run_id: str, axis: OwnAxis) -> None:
    """Put a kept axis into the fields; a callback."""
    ratings, rows, missing = loaders.ratings_of(run_id), loaders.item_rows(run_id), 0
    for end, ids, name in (
        ("low", axis.low, axis.low_name),
        ("high", axis.high, axis.high_name),
    ):
        known_rows = [ratings.items.index(item) for item in ids if item in ratings.items]
        offered = [rows.labels[row] for row in known_rows if rows.labels[row] in rows.offered]
        missing += len(ids) - len(offered)
        st.session_state[f"pole_{end}"] = offered
        st.session_state[f"pole_{end}_name"] = name
    if missing:
        state.report(
            "UNKNOWN_ITEM",
            f"{phrases.count(missing, rows.noun)} of this axis cannot be chosen here: of very many, only the most "
            "rated are offered.",
        )


def rows_of(ratings: Ratings, ids: tuple[str, ...]) -> list[int]:
    """Rows of items by id."""
    return [ratings.items.index(item) for item in ids]
