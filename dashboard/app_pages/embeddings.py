"""Embeddings: the learned numbers themselves, every item or person a row, every dimension a column."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.neighbors.of_one import neighbors
from core.analysis.values import order_by_similarity
from core.data.nouns import with_article
from dashboard.cache import analyses, loaders
from dashboard.charts import matrix as charts
from dashboard.embeddings import words
from dashboard.session import chosen_items
from dashboard.shared import elements, finding, matrix_rows, phrases, sides, tables
from dashboard.shared.elements import choose_followed, show_chart, show_method, warn_untrained
from dashboard.shared.matrix_rows import Rows
from dashboard.shell.needs_run import require_run

FIRST, MOST_RATED, CHOSEN, ALL_CLEAR = "First to last", "Most ratings", "Chosen", "All that are clear"
FEATURES = "Features"
AS_GIVEN, ALIKE, BY_DIMENSION = "As given", "Alike side by side", "By one dimension"
SHOWN = 20
"""Rows of a page of the heatmap, as in the article."""
MOST_SHOWN = 60
"""Rows that can be chosen; more would not be readable."""

run = require_run("has_vectors")
noun, dim = run.dataset.noun, run.config.dimensions


def choose_side() -> Rows:
    """Items, people or features; no more than their rows, because no chart here shows what a hover would need."""
    items, features = phrases.plural(noun).capitalize(), loaders.feature_rows(run.run_id)
    people = sides.heading(run.run_id)
    options = [items, *([people] if run.scorer.has_user_vectors else [])] + ([FEATURES] if features is not None else [])
    if len(options) == 1:
        return loaders.item_rows(run.run_id)
    side = elements.segments("Rows", options, "rows")
    if features is not None and side == FEATURES:
        return features
    return loaders.user_rows(run.run_id) if side == people else loaders.item_rows(run.run_id)


def choose_rows(rows: Rows, which: str) -> np.ndarray:
    """The rows to draw, in the order of the data; to begin with the items that are chosen on any page."""
    first = chosen_anywhere(rows) or rows.by_count[:3]
    if which == CHOSEN:
        chosen = finding.several(
            f"Search for {rows.nouns}",
            rows.offered,
            key=f"chosen_{rows.noun}",
            most=MOST_SHOWN,
            first=[rows.labels[row] for row in first],
        )
        return np.array(chosen, int)
    if which == ALL_CLEAR:
        return np.sort(rows.by_count[rows.placed[rows.by_count]][:MOST_SHOWN])
    page = elements.pages(len(rows), SHOWN, "rows_page", linked=True)
    return np.arange(len(rows))[page] if which == FIRST else rows.by_count[page]


def chosen_anywhere(rows: Rows) -> list[int]:
    """Items that are chosen on any page, as far as there is room; none of people."""
    marked = chosen_items.rows(loaders.ratings_of(run.run_id)).tolist() if rows.noun == noun else []
    return marked[:MOST_SHOWN]


def in_order(rows: Rows, visible: np.ndarray, order: str, dimension: int) -> np.ndarray:
    if order == ALIKE:
        return visible[order_by_similarity(rows.matrix[visible])]
    if order == BY_DIMENSION:
        return visible[np.argsort(-rows.matrix[visible, dimension - 1], kind="stable")]
    return visible


def heatmap() -> Rows:
    """The controls, the picture, and what it shows."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = choose_side()
        which = ALL_CLEAR
        if rows.noun != matrix_rows.FEATURE:
            first = CHOSEN if chosen_anywhere(rows) else FIRST
            ways = [FIRST, MOST_RATED, CHOSEN] if rows.rated else [FIRST, CHOSEN]
            which = elements.segments("Which", ways, "which", first=first)
        order = st.selectbox("Order", [AS_GIVEN, ALIKE, BY_DIMENSION], key="order", bind="query-params", width=220)
        dimension = 1
        if order == BY_DIMENSION:
            dimension = elements.whole_number("Dimension", 1, dim, 1, "dim", width=140)
    visible = choose_rows(rows, which)
    if len(visible) == 0:
        st.info(f"Choose at least one {rows.noun} above, and its numbers appear here.", icon=":material/search:")
        return rows
    visible = in_order(rows, visible, order, dimension)
    labels = [rows.labels[row] for row in visible]
    picture = charts.heatmap(
        rows.matrix[visible], labels, [rows.mark(row, short=True) for row in visible], noun=rows.noun
    )
    alt = f"Heatmap of {phrases.count(len(visible), rows.noun)} by {dim} dimensions, red below zero, blue above."
    show_chart(picture, "heatmap", alt, reading=words.picture(rows, visible))
    if rows.noun == matrix_rows.FEATURE:
        st.caption(words.features(rows, noun))
    return rows


def spread(rows: Rows) -> None:
    """How the numbers of the whole matrix are distributed."""
    st.header("How large are the numbers?")
    values = analyses.matrix_values(run.run_id, users=rows.users)
    picture, alt = charts.distribution(values, noun=rows.noun), f"Histogram of all numbers of all {rows.nouns}."
    show_chart(picture, "distribution", alt, reading=words.distribution(values))
    if remark := words.untrained(rows):
        st.caption(remark)


def one_row(rows: Rows) -> None:
    """One row's numbers beside those of its nearest neighbor."""
    st.header(f"One {rows.noun}, number by number")
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
    row = choose_followed(run.run_id, rows, rows.noun.capitalize(), f"one_{rows.noun}", place=left)
    with right:
        at_least = elements.enough_ratings(
            rows.count,
            leaving=20,
            key="least",
            words=f"With few ratings {with_article(rows.noun)}'s direction is mostly chance, and so are its neighbors.",
        )
    if not rows.placed[row]:
        warn_untrained(rows.noun)
    near = neighbors(rows.matrix, row, top=10, eligible=rows.placed & (rows.count >= at_least))
    if len(near.index) == 0:
        st.info(words.nobody_else(rows), icon=":material/search_off:")
        return
    names = [rows.labels[place] for place in near.index]
    beside = names.index(
        middle.selectbox("Beside its neighbor, nearest first", names, key=f"beside_{rows.noun}", bind="query-params")
    )
    other = int(near.index[beside])
    picture = charts.two_rows(rows.matrix[[row, other]], [rows.labels[row], rows.labels[other]])
    reading = words.pair(rows, row, other, float(near.similarity[beside]))
    show_chart(picture, "two_rows", "Two rows of the matrix as bars.", reading=reading)
    st.markdown(words.bias(rows, row))
    numbers(rows, row, other)


def numbers(rows: Rows, row: int, other: int) -> None:
    """Both rows as a table, and as a file."""
    names = [rows.labels[row], rows.labels[other]]
    table = pd.DataFrame(rows.matrix[[row, other]].T, columns=names)
    table.insert(0, "Dimension", np.arange(1, dim + 1))
    with st.expander("The numbers as a table", icon=":material/table:"):
        elements.table(
            table,
            height=300,
            column_config=tables.number(*names, form="%.4f", width=220),
            alt=f"All {dim} numbers of {names[0]} and {names[1]}",
        )
        tables.download("Download as CSV", partial(tables.csv, table), file="two-rows.csv")


def explanation() -> None:
    """Formulas and sources."""
    learned = (
        f"Training gives every {noun} a row $v$ and every user a row $u$ of {dim} numbers, and changes them until "
        "$u \\cdot v$, with the biases where the model has them, comes close to the rating. Single dimensions have "
        "no meaning of their own: turn all rows by the same angle and every prediction stays the same."
        if run.scorer.guesses_ratings
        else f"Every {noun} has a row $v$ of {dim} numbers, as they are in the file. Single dimensions hardly ever "
        "have a meaning of their own: turn all rows by the same angle and all distances stay the same."
    )
    show_method(
        f"{learned} What counts is which rows point the same way, measured by the cosine\n\n"
        "$$\\cos(v, w) = \\frac{v \\cdot w}{\\lVert v \\rVert \\, \\lVert w \\rVert}.$$\n\n"
        "*Alike side by side* orders the rows by average linkage on $1 - \\cos$, leaves in optimal order "
        "([Bar-Joseph, Gifford and Jaakkola 2001](https://doi.org/10.1093/bioinformatics/17.suppl_1.S22)). "
        "*Next to nothing* counts numbers below a tenth of the root mean square. Numbers are in embedding units: "
        f"{'whatever scale made the predictions right' if run.scorer.guesses_ratings else 'whatever they came in'}."
    )


st.title(f"What did it learn for each {noun}?")
st.markdown(words.introduction(run, loaders.item_rows(run.run_id).described_by))
rows = heatmap()
if rows.noun != matrix_rows.FEATURE:  # the rest is about what has ratings
    spread(rows)
    one_row(rows)
explanation()
