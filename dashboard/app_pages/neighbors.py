"""Neighbors: what lies closest to one item or person, by three measures that do not always agree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.neighbors.agreement import agreement
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors
from dashboard.cache import analyses
from dashboard.charts import neighbors as charts
from dashboard.neighbors import words
from dashboard.neighbors.analogies import analogies
from dashboard.shared import phrases, sides, tables
from dashboard.shared.sides import Side
from dashboard.shell.needs_run import require_run

if TYPE_CHECKING:  # of Streamlit's inner modules only the name of a type
    from streamlit.elements.lib.column_types import ColumnConfig

WELL_KNOWN = 21
"""Ratings a row needs to be listed, at first."""
LENGTH, SHARED, APART = "Length", "Both", "Apart"

run = require_run("has_vectors")


def controls() -> tuple[Side, int, int]:
    """The side, the row asked about, and the ratings a neighbor needs."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = sides.choose(run)
        names = list(side.rows.offered)
        label = st.selectbox(
            f"{side.noun.capitalize()} (type a few letters)",
            names,
            index=names.index(side.rows.labels[int(side.rows.by_count[0])]),
            key=f"near_{side.noun}",
            bind="query-params",
            width=420,
        )
        least = side.enough(
            of=20,
            least=WELL_KNOWN,
            label="Enough ratings: at least",
            words=f"Only {side.nouns} with this many ratings are listed. With few, a direction is mostly chance.",
        )
    return side, side.rows.offered[label], least


def lists(side: Side, row: int, found: Mapping[Metric, Neighbors], length: np.ndarray) -> None:
    """The three lists side by side, and all of it as a file."""
    shown = {}
    for place, metric in zip(st.columns(3, gap="medium"), METRICS, strict=True):
        measure, near = words.MEASURES[metric], found[metric]
        value = -near.similarity if metric == "euclidean" else near.similarity
        numbers = {measure.column: value} | further(side, row, near.index, length)
        shown[measure.name] = side.table(near.index, numbers)
        with place:
            st.subheader(measure.name)
            st.caption(measure.sentence)
            st.dataframe(
                shown[measure.name],
                hide_index=True,
                height=38 + 35 * len(near.index),
                column_order=order(side, list(numbers)),
                column_config=columns(measure.column),
                alt=f"The {len(near.index)} {side.nouns} nearest to {side.rows.labels[row]} by {measure.name.lower()}",
            )
    tables.download(
        "Download all three as CSV",
        partial(tables.csv, tables.ranked("Measure", with_ids(side, found, shown))),
        file="neighbors.csv",
    )


def with_ids(
    side: Side, found: Mapping[Metric, Neighbors], shown: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The lists as they go into the file."""
    names = {metric: words.MEASURES[metric].name for metric in METRICS}
    return {names[metric]: side.with_ids(found[metric].index, shown[names[metric]]) for metric in METRICS}


def further(side: Side, row: int, near: np.ndarray, length: np.ndarray) -> dict[str, np.ndarray]:
    """For items the length of their vectors; for people what both rated, and how far apart."""
    if not side.users:
        return {LENGTH: length[near]}
    found = agreement(side.ratings, row, near)
    return {SHARED: found.shared, APART: found.difference}


def order(side: Side, numbers: list[str]) -> list[str]:
    """For items the number of ratings, which says how far to trust a row, comes before the length."""
    if side.users:
        return [side.name_column, *numbers, tables.COUNT]
    return [side.name_column, numbers[0], tables.COUNT, *numbers[1:]]


def columns(measure: str) -> dict[str, ColumnConfig]:
    """How the columns look."""
    noun = phrases.plural(run.dataset.noun)
    return (
        tables.COLUMNS
        | tables.number(measure, LENGTH, width=62)
        | {
            sides.USER: st.column_config.TextColumn(pinned=True, width=80),
            SHARED: st.column_config.NumberColumn(
                format="localized", width=48, help=f"How many {noun} both of them have rated"
            ),
            APART: st.column_config.NumberColumn(
                format="%.2f", width=54, help="How far apart their ratings of these are on average, in rating units"
            ),
        }
    )


def why_they_differ(
    side: Side, row: int, found: Mapping[Metric, Neighbors], length: np.ndarray, listed: np.ndarray
) -> None:
    """Length against the number of ratings, with the neighbors marked."""
    st.header("Why the lists differ")
    st.markdown(words.lengths(side.rows, row, length, found, listed))
    shown = np.flatnonzero(side.rows.count > 0)
    said = words.popularity(side.rows, length, shown, np.flatnonzero(listed))
    st.plotly_chart(
        charts.lengths(
            length,
            side.rows.count,
            shown,
            side.hover,
            chosen=row,
            title=side.rows.labels[row],
            marked={words.MEASURES[metric].name: found[metric].index for metric in METRICS},
            noun=side.noun,
        ),
        key="lengths",
        on_select=partial(sides.choose_point, "lengths", run.run_id, users=side.users),
        selection_mode="points",
        config=phrases.CHART_CONFIG,
        alt=f"Length of the vectors against the number of ratings, the neighbors marked. {said}",
    )
    st.markdown(f"{said} Select a point to see its neighbors.")


def explanation(side: Side) -> None:
    """Formulas and sources."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"All {run.config.dimensions} learned numbers take part; no map or component comes between. For rows "
            "$v$ and $w$:\n\n"
            "$$\\cos(v, w) = \\frac{v \\cdot w}{\\lVert v \\rVert \\, \\lVert w \\rVert}, \\qquad "
            "v \\cdot w, \\qquad \\lVert v - w \\rVert = "
            "\\sqrt{\\lVert v \\rVert^2 + \\lVert w \\rVert^2 - 2 \\, v \\cdot w}.$$\n\n"
            f"The search is exact. {side.nouns.capitalize()} without a rating in the training part are not listed: "
            "their numbers are the random ones they started from. On the picture they are called untrained. Biases "
            "play no part here.\n\n"
            "*Both* and *Apart* compare two users' own ratings and no model: how many they share, and the mean "
            "absolute difference. The correlation is Spearman's.\n\n"
            "Arithmetic brings the three vectors to length one and ranks by cosine with their sum, without the three: "
            "T. Mikolov, W. Yih and G. Zweig (2013), [Linguistic Regularities in Continuous Space Word "
            "Representations](https://aclanthology.org/N13-1090/). On what that hides: T. Linzen (2016), [Issues in "
            "evaluating semantic spaces using word analogies](https://aclanthology.org/W16-2503/)."
        )


st.title(f"Which {phrases.plural(run.dataset.noun)} are alike, and which people?")
st.markdown(
    "Nobody told the model what goes with what. It moved together what pleases the same people, so the closest rows "
    "of the matrix are its idea of alike. Under *Users* are the people who rate alike."
)
side, row, least = controls()
listed = side.rows.trained & (side.rows.count >= least)
if not side.rows.trained[row]:
    st.warning(
        f"This {side.noun} has no rating in the training part: its numbers are the random ones it started from, and "
        "so are its neighbors.",
        icon=":material/casino:",
    )
found = analyses.neighbors(run.run_id, users=side.users, row=row, least=least)
if len(found["cosine"].index) == 0:
    st.info(f"No other {side.noun} has that many ratings. Lower the number above.", icon=":material/search_off:")
else:
    length = analyses.lengths(run.run_id, users=side.users)
    st.markdown(words.lead(side.rows, row, found["cosine"]))
    lists(side, row, found, length)
    why_they_differ(side, row, found, length, listed)
if not side.users:
    analogies(side, listed)
explanation(side)
