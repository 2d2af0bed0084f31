"""The map of two or three components, with color, search and selection."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.analysis.pca import Pca
from core.ratings import Ratings
from dashboard import coloring, component_words, copy, tables
from dashboard.charts import components as charts
from dashboard.rows import Rows

SELECTED = "components_selected"
"""Where the session keeps the selected rows by dataset: the chart itself forgets them when it is redrawn."""

FLAT, SPACE = "2D", "3D"
MOST_MARKED = 20
"""Rows that can be searched for at once; more names would cover each other."""


@dataclass(frozen=True, eq=False)
class _Choices:
    """What the controls say: components from 0, color, whether to draw all rows, and rows to mark."""

    axes: list[int]
    color: charts.Coloring | charts.Classes
    everything: bool
    found: list[int]


@st.fragment
def component_map(
    ratings: Ratings, rows: Rows, result: Pca, listed: np.ndarray, least: int, hover: Sequence[str]
) -> None:
    """Draw the section.

    Args:
        ratings: The dataset.
        rows: Its items.
        result: The components, with scores for all items.
        listed: Boolean array, (n_items,), items with enough ratings.
        least: How many that is.
        hover: What to show over each item, made harmless.
    """
    noun, n = rows.noun, result.scores.shape[1]
    st.header("Two components at a time")
    if n < 2:
        st.info(
            "This model has one dimension, so there is one component, and nothing to lay across it.",
            icon=":material/info:",
        )
        return
    chosen = _controls(ratings, rows, n, least)
    axes, color = chosen.axes, chosen.color
    drawn = np.arange(len(rows)) if chosen.everything else np.flatnonzero(listed)
    said = component_words.scatter(result.scores, axes, drawn, color)
    st.plotly_chart(
        charts.scatter(result.scores, axes, drawn, hover, color, found=chosen.found, titles=rows.labels, noun=noun),
        key="map" if len(axes) == 2 else "map_3d",
        on_select=(lambda: _keep_selection(ratings.dataset_id)) if len(axes) == 2 else "ignore",
        config={"displaylogo": False, "scrollZoom": len(axes) == 3},
        alt=f"{len(drawn):,} {copy.plural(noun)} on {len(axes)} components, colored by {color.label.lower()}. {said}",
    )
    st.markdown(said)
    _selection(ratings, rows, result, axes)


def _controls(ratings: Ratings, rows: Rows, n: int, least: int) -> _Choices:
    """Everything that can be chosen, in two lines."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axes = _choose_axes(n)
        known = coloring.genres(ratings)
        choices = [choice for choice in coloring.CHOICES if choice != coloring.GENRE or known]
        choice = st.selectbox("Color", choices, key="color", bind="query-params", width=190)
        everything = st.toggle(
            f"Draw all {len(rows):,}",
            key="all",
            bind="query-params",
            help=f"Off: only {copy.plural(rows.noun)} with at least {copy.count(least, 'rating')}.",
        )
    if choice == coloring.GENRE:
        left, right = st.columns(2)
        color: charts.Coloring | charts.Classes = coloring.by_genre(ratings, _choose_genres(left, ratings, known))
    else:
        right, color = st.container(), coloring.by_number(ratings, choice)
    return _Choices(axes, color, everything, _search(right, rows))


def _choose_axes(n: int) -> list[int]:
    """Two or three components, from 0."""
    view = FLAT
    if n >= 3:
        view = st.segmented_control("View", [FLAT, SPACE], default=FLAT, required=True, key="view", bind="query-params")
    names = [("x", "Across"), ("y", "Up")] + ([("z", "Deep")] if view == SPACE else [])
    words = "Component on this axis"
    return [
        st.number_input(label, 1, n, place + 1, key=key, bind="query-params", width=120, help=words) - 1
        for place, (key, label) in enumerate(names)
    ]


def _choose_genres(place: DeltaGenerator, ratings: Ratings, known: list[str]) -> list[str]:
    return place.multiselect(
        "Genres",
        known,
        default=coloring.telling(ratings),
        max_selections=coloring.MOST_CLASSES,
        select_all=False,
        key="genres",
        bind="query-params",
        help="Of several genres, the rarest of those shown gives the color.",
    )


def _search(place: DeltaGenerator, rows: Rows) -> list[int]:
    """Rows to mark on the map."""
    names = rows.offered
    found = place.multiselect(
        f"Find {copy.plural(rows.noun)}",
        list(names),
        placeholder="Type a few letters of a title",
        max_selections=MOST_MARKED,
        select_all=False,
        key="find",
        bind="query-params",
    )
    return [names[label] for label in found]


def _keep_selection(dataset_id: str) -> None:
    """Remember which rows were selected."""
    points = st.session_state.map.selection.points
    st.session_state[SELECTED] = {dataset_id: sorted({int(point["customdata"]) for point in points})}


def _forget_selection() -> None:
    st.session_state[SELECTED] = {}


def _selection(ratings: Ratings, rows: Rows, result: Pca, axes: Sequence[int]) -> None:
    """The selected items as a table, and as a file."""
    selected = np.array(st.session_state.get(SELECTED, {}).get(ratings.dataset_id, []), int)
    if len(selected) == 0:
        if len(axes) == 2:
            st.caption(
                f"Draw around some points, or click one, and the {copy.plural(rows.noun)} appear here as a table."
            )
        return
    scores = {f"PC {axis + 1}": result.scores[selected, axis] for axis in axes}
    table = tables.items(ratings, rows, selected, scores)
    st.subheader(copy.count(len(selected), f"selected {rows.noun}"))
    st.dataframe(
        table,
        hide_index=True,
        height=min(388, 38 + 35 * len(selected)),
        column_config=tables.COLUMNS | tables.number(*scores),
        alt=f"The {len(selected)} selected {copy.plural(rows.noun)}",
    )
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV",
            lambda: tables.csv(table),
            file_name="selected.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Clear", on_click=_forget_selection, icon=":material/close:")
