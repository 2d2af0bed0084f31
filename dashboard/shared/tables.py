"""Tables of items that several pages show, and what they are as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from pandas.api.types import is_numeric_dtype

from core.data.ratings import Ratings
from core.data.text import inert
from dashboard.charts.base import plain
from dashboard.principal_components.label import Label
from dashboard.session import visitor
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

if TYPE_CHECKING:  # of Streamlit's inner modules only the name of a type
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.elements.lib.column_types import ColumnConfig

TITLE, MEAN, GENRES, COUNT, YEAR = "Title", "Mean", "Genres", "Ratings", "Year"

COLUMNS: dict[str, ColumnConfig] = {
    TITLE: st.column_config.TextColumn(pinned=True, width=170),
    MEAN: st.column_config.NumberColumn(format="%.2f", width=58, help="Mean of all its ratings"),
    GENRES: st.column_config.TextColumn(width="medium"),
    COUNT: st.column_config.NumberColumn(format="localized", width=64, help="How many ratings it has"),
    YEAR: st.column_config.NumberColumn(format="%d", width=58),
}
"""How the columns look; columns of numbers that a page adds come from `number`."""


def columns(ratings: Ratings) -> dict[str, ColumnConfig]:
    """The same with what stands in their place beside vectors: whole numbers as people read them."""
    numbers = [name for name in further(ratings) if ratings.item_table[name].dtype.kind in "iu"]
    return COLUMNS | number(*numbers, form="localized", width=72)


FACING = 390
"""Pixels that each of two tables beside each other has in a window 1280 wide; with less they stand below each other."""

_LEAST_TITLE, _GOOD_TITLE, _MOST_TITLE = 120, 140, 170


def facing() -> DeltaGenerator:
    """A place for two tables that face each other, each in a container of its own."""
    return st.grid(2, min_column_width=FACING - 6, gap="medium")


def beside(columns: Mapping[str, ColumnConfig], shown: Sequence[str]) -> dict[str, ColumnConfig]:
    """Column settings for a table that faces another: titles leave room for what is shown up to the ratings.

    And for the mean behind them, where they still say enough. What comes after the number of ratings may be cut.
    """
    shown_whole = shown[1 : shown.index(COUNT) + 1] if COUNT in shown else shown[1:2]
    room = FACING - sum(_pixels(columns[name]) for name in shown_whole)
    with_mean = room - _pixels(columns[MEAN])
    wide = with_mean if with_mean >= _GOOD_TITLE else max(_LEAST_TITLE, room)
    return {**columns, shown[0]: st.column_config.TextColumn(pinned=True, width=min(_MOST_TITLE, wide))}


def across(columns: Mapping[str, ColumnConfig]) -> dict[str, ColumnConfig]:
    """Column settings for a table as wide as the page, where titles are read to their end; a phone has no more room."""
    wide = {} if visitor.on_phone() else {TITLE: st.column_config.TextColumn(pinned=True, width=300)}
    return {**columns, **wide}


def _pixels(column: ColumnConfig) -> int:
    width = column.get("width")
    return width if isinstance(width, int) else 0


def number(*names: str, form: str = "%.2f", width: int = 58) -> dict[str, ColumnConfig]:
    """Column settings for further numbers."""
    return {name: st.column_config.NumberColumn(format=form, width=width) for name in names}


def scores(labels: Sequence[Label]) -> dict[str, ColumnConfig]:
    """Column settings for scores along components; a name in the heading needs room, and stands in full in the help."""
    return {
        label.column: st.column_config.NumberColumn(
            format="%.2f",
            width=96 if label.named else 58,
            help=f"From low to high: {escape(label.ends)}" if label.named else None,
        )
        for label in labels
    }


def unsigned_zeros(table: pd.DataFrame, digits: int = 2) -> pd.DataFrame:
    """The table with zeros for numbers that would be shown as "-0.00", such as −0.001."""
    nothing = 0.5 * 10.0**-digits
    numbers = {str(name): column.to_numpy() for name, column in table.items() if column.dtype.kind == "f"}
    return table.assign(**{name: np.where(np.abs(column) < nothing, 0.0, column) for name, column in numbers.items()})


def with_ids(ratings: Ratings, rows: Rows, chosen: np.ndarray, table: pd.DataFrame) -> pd.DataFrame:
    """A table of chosen items with the data's own ids in front and its own titles: what another program can join on."""
    titles = zip(ratings.item_table["title"].iloc[chosen], chosen.tolist(), strict=True)
    written = table.reset_index(drop=True).assign(**{TITLE: [f"{title}{rows.mark(row)}" for title, row in titles]})
    return pd.concat([pd.DataFrame({"Id": ratings.items.ids[chosen]}), written], axis=1)


def items(ratings: Ratings, rows: Rows, chosen: np.ndarray, numbers: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Chosen items, (n,), with `numbers` of the page's own behind the title, (n,) by name, in the order given.

    Genres, years and ratings are there where the data has any; without ratings the first further columns.
    """
    details = ratings.item_table.iloc[chosen]
    table = pd.DataFrame(
        {
            TITLE: [rows.name(row) for row in chosen],
            **numbers,
            MEAN: ratings.item_mean[chosen],
            COUNT: ratings.item_count[chosen],
            **{name: details[name].to_numpy() for name in further(ratings)},
            GENRES: [", ".join(genres) for genres in details["genres"]],
            YEAR: details["year"].astype("Int64").to_numpy(),
        }
    )
    left_out = {MEAN, COUNT} if len(ratings) == 0 else set()
    left_out |= {name for name, there in _described(ratings).items() if not there}
    return table[[name for name in table.columns if name not in left_out]]


def known(ratings: Ratings, *numbers: str) -> list[str]:
    """Columns that `items` has of its own accord, in the order of tables that face each other, and a page's numbers."""
    if len(ratings):
        return [COUNT, MEAN, *numbers, GENRES]
    return [*further(ratings), *numbers, *(name for name, there in _described(ratings).items() if there)]


def further(ratings: Ratings) -> list[str]:
    """The first further columns of a table that came beside vectors; none where ratings say more."""
    own = {TITLE, MEAN, GENRES, COUNT, YEAR, "title", "genres", "year"}
    # As another table has room for.
    return [] if len(ratings) else [name for name in ratings.item_table.columns if name not in own][:4]


def in_words(ratings: Ratings) -> np.ndarray:
    """The same columns beside each item: "class 3 · size 0.25", (n_items,)."""
    columns = []
    for name in further(ratings):
        place, values = pd.factorize(ratings.item_table[name])
        write = "{:,.6g}".format if is_numeric_dtype(ratings.item_table[name]) else lambda value: plain(str(value))
        texts = [f"{plain(name)} {write(value)}" for value in values] + [""]  # the last where it is not known, -1
        columns.append(np.array(texts, object)[place])
    if len(columns) == 1:
        return columns[0]
    return np.array(
        [" · ".join(filter(None, facts)) for facts in zip(*columns, strict=True)] or [""] * len(ratings.items), object
    )


def _described(ratings: Ratings) -> dict[str, bool]:
    table = ratings.item_table
    return {GENRES: any(table["genres"]), YEAR: bool(table["year"].notna().any())}


def ranked(heading: str, lists: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Several lists below each other, with the name of the list, under `heading`, and the rank in it in front."""
    parts = []
    for name, table in lists.items():
        part = table.copy()
        part.insert(0, "Rank", np.arange(1, len(table) + 1))
        part.insert(0, heading, name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def csv(table: pd.DataFrame) -> bytes:
    """A table as a file for spreadsheets, in which no text is a formula."""
    text = table.select_dtypes(exclude="number").columns
    safe = table.assign(**{name: [inert(str(value)) for value in table[name]] for name in text})
    return safe.rename(columns=inert).to_csv(index=False).encode("utf-8-sig")


def along(ratings: Ratings, rows: Rows, listed: np.ndarray, column: str, places: np.ndarray) -> bytes:
    """The listed items as a file, from one end of an axis, on which `places` lie, (n_items,), to the other."""
    order = np.flatnonzero(listed)
    order = order[np.argsort(places[order], kind="stable")]
    return csv(with_ids(ratings, rows, order, items(ratings, rows, order, {column: places[order]})))


def download(
    label: str,
    content: Callable[[], bytes],
    *,
    file: str,
    key: str | None = None,
    disabled: bool = False,
    mime: str = "text/csv",
    more: str | None = None,
) -> None:
    """A button that hands out a file, such as a table; it is made when it is asked for, and the page stays as it is.

    Streamlit keeps `content`, which makes it, as long as the page is shown, for every person: it should hold names,
    and look models up when it is called. A key is needed where a page has several buttons with one label.
    """
    st.download_button(
        label,
        content,
        file_name=file,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        help=more,
        key=key,
        disabled=disabled,
    )
