"""Items that somebody has looked for, or selected on a picture: kept in the session, shown as a table, and downloaded.

The chart itself forgets them when it is redrawn, and must not be rebuilt from them.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data.ratings import Ratings
from dashboard.cache import loaders
from dashboard.session import state
from dashboard.shared import elements, phrases, tables
from dashboard.shared.matrix_rows import Rows

MOST_MARKED = 20
"""Rows that a picture marks at once; more names would cover each other."""


def search(
    label: str,
    offered: Mapping[str, int],
    *,
    key: str,
    most: int = MOST_MARKED,
    first: Sequence[str] = (),
    words: str | None = None,
) -> list[int]:
    """A field in which rows are looked for by their names; what is found is in the link.

    Args:
        label: What the field is called.
        offered: Row numbers by name.
        key: Of the widget, and of the parameter in the link.
        most: Rows that may be chosen at once.
        first: Names that are chosen until somebody chooses.
        words: What is said when somebody asks what the field is for.
    """
    names = st.multiselect(
        label,
        list(offered),
        default=list(first),
        placeholder="Type a few letters",
        max_selections=most,
        select_all=False,
        key=key,
        bind="query-params",
        help=words,
    )
    return [offered[name] for name in names]


@state.reporting
def keep(chart: str, run_id: str) -> None:
    """Remember what was selected on a chart, by the rows in its custom data; a callback."""
    put(chart, run_id, sorted(elements.selected_points(chart, len(loaders.item_rows(run_id).labels))))


def put(chart: str, run_id: str, rows: list[int]) -> None:
    """Select these rows from now on."""
    st.session_state[f"_selected_on_{chart}"] = {run_id: rows}


def chosen(chart: str, run_id: str) -> np.ndarray:
    """The selected rows of a run, rising."""
    return np.array(st.session_state.get(f"_selected_on_{chart}", {}).get(run_id, []), int)


def show(
    chart: str,
    run_id: str,
    ratings: Ratings,
    rows: Rows,
    numbers: Mapping[str, np.ndarray],
    *,
    file: str,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """The selected items as a table, and as a file with their ids and, if wanted, their vectors.

    Args:
        chart: Key of the chart they were selected on.
        run_id: Which run is on it.
        ratings: The dataset.
        rows: Its items.
        numbers: Further columns by name, one number for every item of the data, (n_items,).
        file: Name of the file.
        columns: How those columns look; as plain numbers without it.
    """
    selected = chosen(chart, run_id)
    if len(selected) == 0:
        st.caption(f"Draw around some points, or click one, and the {rows.nouns} appear here as a table.")
        return
    table = tables.items(ratings, rows, selected, {name: values[selected] for name, values in numbers.items()})
    st.subheader(phrases.count(len(selected), f"selected {rows.noun}"))
    st.dataframe(
        table,
        hide_index=True,
        height=min(388, 38 + 35 * len(selected)),
        column_config={**tables.COLUMNS, **(columns or tables.number(*numbers, width=80))},
        alt=f"The {len(selected)} selected {rows.nouns}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        vectors = st.toggle(
            "With vectors",
            key=f"{chart}_vectors",
            help=f"Adds the {rows.matrix.shape[1]} learned numbers of each {rows.noun} to the file: columns e1, e2 …",
        )
        tables.download(
            "Download as CSV", partial(tables.csv, for_file(ratings, rows, selected, table, vectors=vectors)), file=file
        )
        elements.button("Clear", "close", f"{chart}_clear", put, chart, run_id, [])


def for_file(ratings: Ratings, rows: Rows, selected: np.ndarray, table: pd.DataFrame, *, vectors: bool) -> pd.DataFrame:
    """A table of selected items with their ids in front and, if wanted, their vectors behind."""
    whole = tables.with_ids(ratings, selected, table)
    if vectors:
        names = [f"e{number}" for number in range(1, rows.matrix.shape[1] + 1)]
        whole = pd.concat([whole, pd.DataFrame(rows.matrix[selected], columns=names)], axis=1)
    return whole
