"""Embeddings: the learned numbers themselves, every item or person a row, every dimension a column."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.neighbors.of_one import neighbors
from core.analysis.values import order_by_similarity
from dashboard.cache import analyses, loaders
from dashboard.charts import matrix as charts
from dashboard.embeddings import words
from dashboard.shared import phrases, selection, tables
from dashboard.shared.matrix_rows import Rows
from dashboard.shell.needs_run import require_run

FIRST, MOST_RATED, CHOSEN = "First 20", "Most ratings", "Chosen"
AS_GIVEN, ALIKE, BY_DIMENSION = "As given", "Alike side by side", "By one dimension"
SHOWN = 20
"""Rows of the heatmap, as in the article."""
MOST_SHOWN = 60
"""Rows that can be chosen; more would not be readable."""
WELL_KNOWN = 21
"""Neighbors are looked for among rows with at least this many ratings, at first."""

run = require_run("has_vectors")
noun, dim = run.dataset.noun, run.config.dimensions


def choose_side() -> Rows:
    """Items or people."""
    items, people = phrases.plural(noun).capitalize(), "Users"
    side = st.segmented_control("Rows", [items, people], default=items, required=True, key="rows", bind="query-params")
    return loaders.user_rows(run.run_id) if side == people else loaders.item_rows(run.run_id)


def choose_rows(rows: Rows, which: str) -> np.ndarray:
    """The rows to draw, in the order of the data."""
    if which == CHOSEN:
        chosen = selection.search(
            f"Search for {rows.nouns}",
            rows.offered,
            key=f"chosen_{rows.noun}",
            most=MOST_SHOWN,
            first=[rows.labels[row] for row in rows.by_count[:3]],
        )
        return np.array(chosen, int)
    return np.arange(min(SHOWN, len(rows))) if which == FIRST else rows.by_count[:SHOWN]


def in_order(rows: Rows, shown: np.ndarray, order: str, dimension: int) -> np.ndarray:
    if order == ALIKE:
        return shown[order_by_similarity(rows.matrix[shown])]
    if order == BY_DIMENSION:
        return shown[np.argsort(-rows.matrix[shown, dimension - 1], kind="stable")]
    return shown


def heatmap() -> Rows:
    """The controls, the picture, and what it shows."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = choose_side()
        which = st.segmented_control(
            "Which", [FIRST, MOST_RATED, CHOSEN], default=FIRST, required=True, key="which", bind="query-params"
        )
        order = st.selectbox("Order", [AS_GIVEN, ALIKE, BY_DIMENSION], key="order", bind="query-params", width=220)
        dimension = 1
        if order == BY_DIMENSION:
            dimension = st.number_input("Dimension", 1, dim, 1, key="dim", bind="query-params", width=140)
    shown = choose_rows(rows, which)
    if len(shown) == 0:
        st.info(f"Choose at least one {rows.noun} above, and its numbers appear here.", icon=":material/search:")
        return rows
    shown = in_order(rows, shown, order, dimension)
    said = words.picture(rows, shown)
    st.plotly_chart(
        charts.heatmap(rows.matrix[shown], [rows.labels[row] for row in shown], rows.trained[shown], noun=rows.noun),
        key="heatmap",
        config=phrases.CHART_CONFIG,
        alt=f"Heatmap of {phrases.count(len(shown), rows.noun)} by {dim} dimensions, red below zero, blue above. "
        f"{said}",
    )
    st.markdown(said)
    return rows


def spread(rows: Rows) -> None:
    """How the numbers of the whole matrix are distributed."""
    st.header("How large are the numbers?")
    found = analyses.matrix_values(run.run_id, users=rows.noun == "user")
    said = words.distribution(found)
    st.plotly_chart(
        charts.distribution(found, noun=rows.noun),
        key="distribution",
        config=phrases.CHART_CONFIG,
        alt=f"Histogram of all numbers of all {rows.nouns}. {said}",
    )
    st.markdown(said)
    if still := words.untrained(rows):
        st.caption(still)


def one_row(rows: Rows) -> None:
    """One row's numbers beside those of its nearest neighbor."""
    st.header(f"One {rows.noun}, number by number")
    most = int(np.sort(rows.count)[-min(20, len(rows))])
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
    label = left.selectbox(
        f"{rows.noun.capitalize()}",
        list(rows.offered),
        index=list(rows.offered.values()).index(int(rows.by_count[0])),
        key=f"one_{rows.noun}",
        bind="query-params",
    )
    at_least = right.number_input(
        "Neighbors with at least … ratings",
        1,
        most,
        min(WELL_KNOWN, most),
        key="least",
        bind="query-params",
        help=f"With few ratings a {rows.noun}'s direction is mostly chance, and so are its neighbors.",
    )
    row = rows.offered[label]
    if not rows.trained[row]:
        st.warning(
            f"This {rows.noun} has no rating in the training part: its numbers are the random ones it started from.",
            icon=":material/casino:",
        )
    near = neighbors(rows.matrix, row, top=10, eligible=rows.trained & (rows.count >= at_least))
    if len(near.index) == 0:
        st.info(f"No other {rows.noun} has that many ratings. Lower the number above.", icon=":material/search_off:")
        return
    near_names = [rows.labels[place] for place in near.index]
    beside = near_names.index(
        middle.selectbox(
            "Beside its neighbor, nearest first", near_names, key=f"beside_{rows.noun}", bind="query-params"
        )
    )
    other = int(near.index[beside])
    said = words.pair(rows, row, other, float(near.similarity[beside]))
    st.plotly_chart(
        charts.two_rows(rows.matrix[[row, other]], [rows.labels[row], rows.labels[other]]),
        key="two_rows",
        config=phrases.CHART_CONFIG,
        alt=f"Two rows of the matrix as bars. {said}",
    )
    st.markdown(said)
    st.markdown(words.bias(rows, row))
    numbers(rows, row, other)


def numbers(rows: Rows, row: int, other: int) -> None:
    """Both rows as a table, and as a file."""
    names = [rows.labels[row], rows.labels[other]]
    table = pd.DataFrame(rows.matrix[[row, other]].T, columns=names)
    table.insert(0, "Dimension", np.arange(1, dim + 1))
    with st.expander("The numbers as a table", icon=":material/table:"):
        st.dataframe(
            table,
            hide_index=True,
            height=300,
            column_config=tables.number(*names, form="%.4f", width=220),
            alt=f"All {dim} numbers of {names[0]} and {names[1]}",
        )
        tables.download("Download as CSV", partial(tables.csv, table), file="two-rows.csv")


def explanation() -> None:
    """Formulas and sources."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"Training gives every {noun} a row $v$ and every user a row $u$ of {dim} numbers, and changes them until "
            "$u \\cdot v$, with the biases where the model has them, comes close to the rating. Single dimensions have "
            "no meaning of their own: turn all rows by the same angle and every prediction stays the same. What counts "
            "is which rows point the same way, measured by the cosine\n\n"
            "$$\\cos(v, w) = \\frac{v \\cdot w}{\\lVert v \\rVert \\, \\lVert w \\rVert}.$$\n\n"
            "*Alike side by side* orders the rows by average linkage on $1 - \\cos$, leaves in optimal order "
            "([Bar-Joseph, Gifford and Jaakkola 2001](https://doi.org/10.1093/bioinformatics/17.suppl_1.S22)). "
            "*Next to nothing* counts numbers below a tenth of the root mean square. Numbers are in embedding units: "
            "whatever scale made the predictions right."
        )


st.title(f"What did it learn for each {noun}?")
st.markdown(
    f"Every {noun} became a row of {dim} numbers. Nobody told the model what they should mean: it turned them up and "
    "down until the ratings came out right. Rows with similar colors are liked by similar people."
)
rows = heatmap()
spread(rows)
one_row(rows)
explanation()
