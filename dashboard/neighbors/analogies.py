"""Arithmetic with items: a − b + c, folded away until somebody opens it."""

import numpy as np
import streamlit as st

from core.analysis.neighbors.analogies import analogy
from core.data.nouns import with_article
from core.errors import AnalysisError
from dashboard.embeddings.parts import choose_row
from dashboard.embeddings.words import nobody_else
from dashboard.neighbors import words
from dashboard.shared import elements, tables
from dashboard.shared.sides import Side

TOP = 10


def analogies(side: Side, eligible: np.ndarray) -> None:
    """Draw the section, with answers of `eligible`, boolean, (n_items,); nothing is computed while it is closed."""
    rows = side.rows
    part = st.expander(
        f"Arithmetic with {side.nouns}: a − b + c", icon=":material/calculate:", key="arithmetic", bind="query-params"
    )
    if not part.open:
        return
    with part:
        if len(rows.offered) < 4:
            st.info(f"This takes at least four {side.nouns}.", icon=":material/info:")
            return
        st.markdown(
            f"What is to *c* as *a* is to *b*? Take the direction of one {side.noun}, take away that of a second, add "
            "that of a third, and look at what lies closest to the sum."
        )
        a, b, c = _choose(side)
        if b in (a, c):
            st.info(
                f"What is added and taken away at once cancels out: choose {with_article(side.noun)} for *b* unlike "
                "*a* and *c*.",
                icon=":material/info:",
            )
            return
        _answers(side, eligible, a, b, c)


def _choose(side: Side) -> list[int]:
    """Three rows, at first those with the most ratings."""
    places = zip("abc", ("a", "minus b", "plus c"), st.columns(3), side.rows.by_count[:3], strict=True)
    return [choose_row(side.rows, label, key, first=first, place=column) for key, label, column, first in places]


def _answers(side: Side, eligible: np.ndarray, a: int, b: int, c: int) -> None:
    rows = side.rows
    try:
        result = analogy(rows.matrix, a, b, c, top=TOP, eligible=eligible)
    except AnalysisError:  # the rows are in range and differ, so a vector or the sum has no direction
        st.info("One of the three, or their sum, has no direction. Choose others.", icon=":material/info:")
        return
    if len(result.answers.index) == 0:
        st.info(nobody_else(rows), icon=":material/search_off:")
        return
    names = [rows.labels[row] for row in (a, b, c)]
    elements.table(
        side.table(result.answers.index, {"Cosine": result.answers.similarity}),
        column_config=tables.across(tables.COLUMNS | tables.number("Cosine")),
        alt=f"The {len(result.answers.index)} {side.nouns} closest to {names[0]} minus {names[1]} plus {names[2]}",
    )
    st.markdown(words.analogy(rows, c, result))
