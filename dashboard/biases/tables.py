"""The tables of the page Biases: those liked less and more than expected, and everything as a file."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.biases.bias import Biases, BiasPosterior
from core.analysis.components.extremes import Ends
from dashboard.biases import words
from dashboard.cache import analyses
from dashboard.shared import elements, sides, tables
from dashboard.shared.sides import Side

BIAS, DOUBT, EXPECTED, REST, TASTE = "Bias", "±", "Expected", "Rest", "Taste"
COLUMNS = (
    tables.COLUMNS
    | tables.number(BIAS, width=52)
    | tables.number(EXPECTED, width=70)
    | {
        DOUBT: st.column_config.NumberColumn(
            format="%.2f", width=44, help="How far the bias is known: the standard deviation that its ratings leave"
        ),
        sides.USER: st.column_config.TextColumn(pinned=True, width=120),
        REST: st.column_config.NumberColumn(format="%+.2f", width=54, help="The learned bias less the expected one"),
        TASTE: st.column_config.NumberColumn(
            format="%+.2f", width=56, help="What taste adds to the score, on average over its ratings"
        ),
    }
)


def both_ends(run_id: str, side: Side, fit: Biases, furthest: Ends, min_ratings: int) -> None:
    """Those liked less and those liked more than expected, as tables that face each other; all of it as a file."""
    less, more = ("stricter", "more generous") if side.users else ("liked less", "liked more")
    halves = ((less, furthest.bottom), (more, furthest.top))
    place = tables.facing()
    for heading, chosen in halves:
        with place, st.container():
            st.header(f"{heading[0].upper()}{heading[1:]} than expected")
            table = numbers(run_id, side, fit, chosen)
            columns = (side.name_column, REST, TASTE, BIAS, DOUBT, tables.COUNT, tables.MEAN)
            shown = [column for column in columns if column in table]
            elements.table(
                tables.unsigned_zeros(table),
                column_order=shown,
                column_config=tables.beside(COLUMNS, shown),
                alt=f"The {len(chosen)} {side.nouns} that are {heading} than their averages lead one to expect",
            )
    if taste_column(side):
        ends_taste = [_taste(run_id, side, chosen) for chosen in (furthest.top, furthest.bottom)]
        st.markdown(words.taste(side.rows, *ends_taste))
    tables.download(
        f"Download all {len(side.known(min_ratings)):,} as CSV",
        partial(_file, run_id, min_ratings, users=side.users),
        file="biases.csv",
    )


def numbers(run_id: str, side: Side, fit: Biases, chosen: np.ndarray) -> pd.DataFrame:
    """Rows with their bias, what was expected, the difference, and what taste adds."""
    expected, residual = fit.expected[chosen], fit.residual[chosen]
    taste = {column: _taste(run_id, side, chosen) for column in taste_column(side)}
    known = analyses.known_biases(run_id, users=side.users)
    doubt = {} if known is None else {DOUBT: known.std[chosen]}
    return side.table(chosen, {BIAS: expected + residual} | doubt | {EXPECTED: expected, REST: residual} | taste)


def sums(side: Side, known: BiasPosterior, chosen: np.ndarray) -> None:
    """What the biases of some items are a sum of, as a table."""
    names = words.part_names(list(known.parts), side.noun)
    parts = {names[name]: part[chosen] for name, part in known.parts.items()}
    whole = np.sum(list(parts.values()), axis=0)
    elements.table(
        tables.unsigned_zeros(side.table(chosen, parts | {BIAS: whole})),
        column_order=[side.name_column, *parts, BIAS],
        column_config=tables.across(COLUMNS | tables.number(*parts, form="%+.2f", width=100)),
        alt=f"The biases of {len(chosen)} {side.nouns} and the parts that they are a sum of",
    )


def taste_column(side: Side) -> tuple[str, ...]:
    """The column on what taste adds; none for a model without vectors."""
    return (TASTE,) if side.rows.scorer.has_vectors else ()


def _taste(run_id: str, side: Side, chosen: np.ndarray) -> np.ndarray:
    return analyses.average_taste(run_id, tuple(chosen.tolist()), users=side.users)


def _file(run_id: str, min_ratings: int, *, users: bool) -> bytes:
    side, fit = sides.side(run_id, users=users), analyses.bias_fit(run_id, users=users)
    listed = side.known(min_ratings)
    return tables.csv(side.with_ids(listed, numbers(run_id, side, fit, listed)))
