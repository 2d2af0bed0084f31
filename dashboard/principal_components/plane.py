"""The map of two or three components, with color, search and selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from core.analysis.components.bases import How
from core.data.ratings import Ratings
from core.errors import UnknownRunError
from dashboard.cache import loaders
from dashboard.charts import maps as charts
from dashboard.charts.components import axis_title
from dashboard.charts.points import Classes, Coloring
from dashboard.map_view import component as map_view
from dashboard.principal_components import naming
from dashboard.principal_components import words as component_words
from dashboard.principal_components.view import load_view
from dashboard.session import chosen_items
from dashboard.shared import coloring, elements, finding, phrases, selection, tables
from dashboard.shared.markup import spoken
from dashboard.shared.matrix_rows import Rows

CHART = "map"
"""Key of the picture."""

FLAT, SPACE = "2D", "3D"


@dataclass(frozen=True, eq=False)
class _Choices:
    """What the controls say: components from 0, color, whether to draw all rows, and rows to mark."""

    axes: list[int]
    color: Coloring | Classes
    everything: bool
    searched: list[int]


@st.fragment
def component_map(run_id: str, component: int, min_listed: int, how: How, marked: tuple[int, ...]) -> None:
    """Draw the section, `marked` items marked here too, and put the names of all components on it into the link.

    Streamlit keeps what a fragment was called with, for every person: so it is called with names, and looks the
    model up.
    """
    try:
        view = load_view(run_id, component, min_listed, how)
    except UnknownRunError:  # deleted meanwhile: the page says so and shows another
        st.rerun()
    ratings, rows, result, labels = view.ratings, view.rows, view.result, view.labels
    n = result.scores.shape[1]
    st.header("Two components at a time")
    if n < 2:
        st.info(
            "This model has one dimension, so there is one component, and nothing to lay across it.",
            icon=":material/info:",
        )
        naming.write_link(labels, [component])
        return
    chosen = _controls(ratings, rows, n, min_listed)
    axes, color = chosen.axes, chosen.color
    to_see = np.full(len(rows), chosen.everything) | view.listed
    drawn = np.flatnonzero(to_see)
    naming.write_link(labels, [component, *axes])
    on_axes = [labels[axis] for axis in axes]
    text = component_words.scatter(result.scores, on_axes, drawn, color)
    found = list(dict.fromkeys([*marked, *chosen.searched]))
    to_see[found] = True  # what somebody looks for is there, however few its ratings
    drawn = np.flatnonzero(to_see)
    places = charts.Places(
        drawn,
        result.scores[:, axes][drawn],
        [axis_title(label, unit=len(axes) == 2) for label in on_axes],
        loaders.hover(run_id),
        rows.labels,
        loaders.notes(run_id),
        ratings.items.ids,
        charts.Plane([f"component {axis + 1}" for axis in axes], equal=False),
    )
    _draw(places, color, found, ratings, text, axes)
    st.markdown(text)
    scores = {label.column: result.scores[:, label.number - 1] for label in on_axes}
    selection.show(CHART, run_id, rows, drawn, scores, columns=tables.scores(on_axes), file="selected.csv")


def _draw(
    places: charts.Places,
    color: Coloring | Classes,
    found: list[int],
    ratings: Ratings,
    text: str,
    axes: Sequence[int],
) -> None:
    """The map alone, flat or in space; `text` is said of it below, and to those who do not see it."""
    *first, last = (str(axis + 1) for axis in axes)
    numbers = f"{', '.join(first)} and {last}"
    title = f"{phrases.count(len(places.rows), ratings.noun)} on components {numbers}"
    alt = spoken(f"{title}, colored by {color.label.lower()}. {text}")
    if len(axes) == 3:
        picture = charts.item_map(places, color, title=title, found=found, revision=numbers)
        st.plotly_chart(picture, key=f"{CHART}_3d", config=elements.chart_tools() | {"scrollZoom": False}, alt=alt)
        return
    map_view.show(
        places,
        color,
        key=CHART,
        title=title,
        alt=alt,
        looks=map_view.Looks(known=ratings.item_count),
        marks=map_view.Marks(found),
        selected=chosen_items.rows(ratings),
        on_select=partial(chosen_items.choose, ratings.dataset_id),
        revision=numbers,
        height=600,
    )


def _controls(ratings: Ratings, rows: Rows, n: int, min_listed: int) -> _Choices:
    """Everything that can be chosen, in two lines."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axes = _choose_axes(n)
        choice = st.selectbox("Color", coloring.choices(ratings), key="color", bind="query-params", width=190)
        everything = not rows.rated or elements.toggle(
            f"Draw all {len(rows):,}",
            "all",
            f"Off: only {rows.nouns} with at least {phrases.count(min_listed, 'rating')}.",
        )
    if choice == coloring.GENRE:
        left, right = st.columns(2)
        with left:
            color: Coloring | Classes = coloring.by_genre(ratings, coloring.choose_genres(ratings, "genres"))
    else:
        right, color = st.container(), coloring.by_column(ratings, choice)
    with right:
        searched = finding.several(f"Find {rows.nouns}", rows.offered, key="find")
    return _Choices(axes, color, everything, searched)


def _choose_axes(n: int) -> list[int]:
    """Two or three components, from 0."""
    view = elements.segments("View", [FLAT, SPACE], "view") if n >= 3 else FLAT
    names = [("x", "Across"), ("y", "Up")] + ([("z", "Deep")] if view == SPACE else [])
    words = "Component on this axis"
    return [
        elements.whole_number(label, 1, n, place + 1, key, width=120, words=words) - 1
        for place, (key, label) in enumerate(names)
    ]
