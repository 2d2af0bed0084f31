"""Both ends of the chosen component: tables that face each other, fields to name them, and hints."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.bases import How
from core.analysis.components.extremes import Ends
from core.analysis.components.hints import Hint, words
from dashboard.cache import component_analyses, loaders
from dashboard.principal_components import naming
from dashboard.principal_components import words as component_words
from dashboard.principal_components.view import View
from dashboard.shared import elements, phrases, tables
from dashboard.shared.markup import escape
from dashboard.shared.selection import called

SURE_TO = "±"
"""Heading of how well a score is known."""

_SURE_TO = st.column_config.NumberColumn(
    format="%.2f", width=52, help="The score is known to this: two times in three it is off by less"
)


def both_ends(view: View, outermost: Ends, hinted: Sequence[Hint]) -> None:
    """The lowest and the highest items, with the article's columns, a field for each end's name, and hints."""
    standing = component_analyses.component_standings(view.run.run_id, view.how)[view.component]
    hint = words(hinted, standing)
    with st.container():
        if _is_mostly_consensus(view):
            st.markdown(component_words.consensus(view.label, view.rows.noun, view.rows.nouns))
    place = tables.facing()
    with place, st.container():
        _end(view, "low", "lowest", outermost.bottom, component_words.end(hint.bottom, standing, view.rows.nouns))
    with place, st.container():
        _end(view, "high", "highest", outermost.top, component_words.end(hint.top, standing, view.rows.nouns))
    naming.remark(view.run.run_id, view.component, view.how, view.names, view.rows.nouns)
    tables.download(
        f"Download all {int(view.listed.sum()):,} along component {view.label.number} as CSV",
        partial(_file, view.run.run_id, view.how, view.component, view.min_listed, view.label.column),
        file=f"component_{view.label.number}.csv",
    )
    if hinted:
        _hints_in_numbers(hinted, view.rows.noun)


def _is_mostly_consensus(view: View) -> bool:
    """Whether the chosen component is mostly what everybody likes and knows."""
    if view.how.basis != "predictions":
        return False
    mostly = component_analyses.mostly_consensus(view.run.run_id)
    return view.component < len(mostly) and bool(mostly[view.component])


def _end(view: View, end: str, which: str, there: np.ndarray, tends: str) -> None:
    """One end: what it tends to be, its name, and its items."""
    name = getattr(view.label, end)
    behind = f": {escape(name)}" if name else ""
    st.header(f"The {len(there)} {which} on component {view.label.number}{behind}")
    st.markdown(tends)
    naming.field(end, view.run.run_id, view.component, view.how, view.names)
    beside = view.component + 1 if view.component + 1 < len(view.labels) else view.component - 1
    labels = [view.label] if beside < 0 else [view.label, view.labels[beside]]
    scores = {label.column: view.result.scores[there, label.number - 1] for label in labels}
    first, *others = scores
    sure = {} if view.score_std is None else {SURE_TO: view.score_std[there]}
    shown = [tables.TITLE, first, *sure, *tables.known(view.ratings, *others)]
    elements.table(
        tables.unsigned_zeros(tables.items(view.ratings, view.rows, there, scores | sure)),
        column_order=shown,
        column_config=tables.beside(tables.columns(view.ratings) | tables.scores(labels) | {SURE_TO: _SURE_TO}, shown),
        alt=f"The {len(there)} {view.rows.nouns} {which} on component {view.label.number}",
    )


def _file(run_id: str, how: How, component: int, min_listed: int, column: str) -> bytes:
    rows, ratings = loaders.item_rows(run_id), loaders.ratings_of(run_id)
    scores = component_analyses.components(run_id, how).scores[:, component]
    return tables.along(ratings, rows, rows.count >= min_listed, column, scores)


def _hints_in_numbers(hinted: Sequence[Hint], noun: str) -> None:
    """Effect sizes and corrected p-values, the strongest first."""
    items = phrases.plural(noun).capitalize()
    with st.expander("The hints in numbers", icon=":material/label:"):
        table = pd.DataFrame(
            {
                "What": [called(hint.name) for hint in hinted],
                "Effect": [hint.effect for hint in hinted],
                "Corrected p": [hint.q for hint in hinted],
                items: [hint.n for hint in hinted],
            }
        )
        effect = "From −1, only at the low end, to +1, only at the high end"
        corrected = "How often chance alone does as much, corrected for looking at many things"
        columns = {
            "Effect": st.column_config.NumberColumn(format="%+.2f", help=effect),
            "Corrected p": st.column_config.NumberColumn(format="%.2g", help=corrected),
            items: st.column_config.NumberColumn(format="localized", help="That have it, or of which it is known"),
        }
        alt = "Everything known that goes together with this component, the strongest first"
        elements.table(table, height=300, column_config=columns, alt=alt)
