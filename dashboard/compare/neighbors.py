"""Which items keep their neighbors from one model to the other, and the two lists of one of them."""

from functools import partial

import numpy as np
import streamlit as st

from dashboard.cache import analyses
from dashboard.charts import compare as charts
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.pair import COLUMNS, KEPT, MOVED, Names, Pair
from dashboard.shared import elements, phrases, tables

MOST_LISTED = 100
"""Rows in the table; the file has all."""

CHANGED, STAYED = "Changed most", "Changed least"
COSINE, BOTH = "Cosine", "In both"


def kept_neighbors(pair: Pair) -> None:
    """The histogram, whose bars choose what is listed; the list; and the neighbors of one item in both models."""
    noun, k = pair.noun, pair.comparison.overlap.k
    st.header(f"Which {phrases.plural(noun)} keep their neighbors?")
    left, right = st.columns([2, 3], gap="medium")
    with right.container(horizontal=True, vertical_alignment="bottom"):
        low, high = st.slider(
            "Neighbors kept", 0, k, (0, k), key="kept", bind="query-params", width=260, help="Or click a bar."
        )
        order = elements.segments("First", [CHANGED, STAYED], "order")
    often = np.bincount(pair.comparison.overlap.kept, minlength=k + 1)
    text = compare_words.histogram(pair.comparison, often, noun)
    left.plotly_chart(
        charts.kept(often, chosen=(low, high), noun=noun),
        key="kept_bars",
        on_select=partial(_choose_bars, k),
        selection_mode="points",
        config=phrases.CHART_CONFIG,
        alt=f"How many {phrases.plural(noun)} keep 0 to {k} of their {k} nearest neighbors. {text}",
    )
    left.markdown(f"{text} Click a bar to list only those.")
    with right:
        _list(pair, low, high, order)
    _one(pair)


def _choose_bars(k: int) -> None:
    """A click on a bar lists its items; a click on the one that is listed lists all again.

    A chart that was redrawn tells of an empty selection with whatever is clicked next: that changes nothing.
    """
    clicked = [int(point["x"]) for point in st.session_state.kept_bars.selection.points]
    if clicked:
        wanted = (min(clicked), max(clicked))
        st.session_state.kept = (0, k) if wanted == tuple(st.session_state.kept) else wanted


def _inside(pair: Pair, low: int, high: int, order: str) -> np.ndarray:
    """Places that keep so many neighbors, in the order asked for."""
    kept = pair.comparison.overlap.kept[pair.by_change]
    places = pair.by_change[(kept >= low) & (kept <= high)]
    if order == CHANGED:
        return places
    often = pair.rows.count[pair.shared.first[places]]
    return places[np.lexsort((-often, -pair.comparison.overlap.kept[places]))]


def _list(pair: Pair, low: int, high: int, order: str) -> None:
    """The items that keep so many neighbors as a table whose rows can be selected, and all of them as a file."""
    places, nouns = _inside(pair, low, high, order), phrases.plural(pair.noun)
    if len(places) == 0:
        st.info(f"No {pair.noun} keeps that many. Choose a wider range.", icon=":material/search_off:")
        return
    listed = places[:MOST_LISTED]
    key = f"changed_{hash(tuple(listed.tolist()))}"  # rows are selected by number
    st.dataframe(
        pair.table(listed),
        hide_index=True,
        height=318,
        column_order=[tables.TITLE, KEPT, MOVED, tables.COUNT, tables.MEAN, tables.GENRES],
        column_config=COLUMNS,
        key=key,
        on_select=partial(_select_rows, pair.names, listed, key),
        selection_mode="multi-row",
        alt=f"{len(listed)} {nouns} with the number of neighbors they keep",
    )
    of_all = f"The first {len(listed)} of {len(places):,}. " if len(listed) < len(places) else ""
    st.caption(f"{of_all}Select rows to ring them on both maps and to see the neighbors of the best known.")
    tables.download(
        f"Download all {len(places):,} as CSV",
        partial(_file, pair.names, low, high, order),
        file="changed.csv",
        key="download_changed",
    )


def _file(names: Names, low: int, high: int, order: str) -> bytes:
    pair = compare_pair.load_pair(names)
    return b"" if pair is None else pair.file(_inside(pair, low, high, order))


def _select_rows(names: Names, places: np.ndarray, key: str) -> None:
    rows = [row for row in st.session_state[key].selection.rows if row < len(places)]
    compare_pair.select(names, places[rows])


def _one(pair: Pair) -> None:
    """One item's nearest in both models, side by side."""
    names = list(pair.offered)
    label = st.selectbox(
        f"Neighbors of one {pair.noun} (type a few letters)",
        names,
        index=names.index(pair.labels[pair.telling]) if pair.labels[pair.telling] in pair.offered else 0,
        key=f"kept_{pair.noun}",
        bind="query-params",
        width=420,
    )
    place, k = pair.offered[label], pair.comparison.overlap.k
    sides = ((pair.left.run_id, pair.shared.first), (pair.right.run_id, pair.shared.second))
    near = [analyses.neighbors_among(run_id, rows, place, top=k) for run_id, rows in sides]
    both = set(near[0].index.tolist()) & set(near[1].index.tolist())
    st.markdown(compare_words.two_lists(label, *pair.letters, len(both), k))
    for column, letter, nearest in zip(st.columns(2, gap="medium"), pair.letters, near, strict=True):
        rows = pair.shared.first[nearest.index]
        table = tables.items(pair.ratings, pair.rows, rows, {COSINE: nearest.similarity})
        column.dataframe(
            table.assign(**{BOTH: [place in both for place in nearest.index.tolist()]}),
            hide_index=True,
            height=38 + 35 * len(rows),
            column_order=[tables.TITLE, BOTH, COSINE, tables.COUNT, tables.GENRES],
            column_config=tables.COLUMNS
            | tables.number(COSINE)
            | {
                BOTH: st.column_config.CheckboxColumn(width=60, help="Also among the nearest in the other model"),
                tables.TITLE: st.column_config.TextColumn(f"Nearest in {letter}", pinned=True, width=210),
            },
            alt=f"The {len(rows)} {phrases.plural(pair.noun)} nearest to {label} in model {letter}",
        )
