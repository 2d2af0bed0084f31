"""Two models side by side: how alike they are, two maps with one selection on both, and who keeps their neighbors."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from core.errors import UnknownRunError
from dashboard.cache import analyses, loaders
from dashboard.charts import compare as charts
from dashboard.charts.maps import Places, Plane
from dashboard.charts.points import Classes, Coloring, Hover
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.pair import COLUMNS, KEPT, MOVED, Names, Pair
from dashboard.map_view import component as map_view
from dashboard.session import chosen_items, state
from dashboard.shared import coloring, elements, finding, glossary, phrases, tables
from dashboard.shared.selection import described

NEIGHBORS, DISTANCE = "Neighbors kept", "Distance moved"

MOST_LISTED = 100
"""Rows in the table; the file has all."""

CHANGED, STAYED = "Changed most", "Changed least"
COSINE, BOTH = "Cosine", "In both"


@st.fragment
def side_by_side(names: Names) -> None:
    """Everything about the two; a selection redraws this part alone."""
    try:
        pair = compare_pair.load_pair(names)
    except UnknownRunError:
        pair = None
    if pair is None:  # a model, or the study that compared them, was deleted meanwhile: the page shows what is left
        st.rerun()
    _measures(pair)
    st.markdown(compare_words.alike(*pair.letters, pair.comparison, pair.noun))
    _maps(pair)
    _kept_neighbors(pair)


def _measures(pair: Pair) -> None:
    """The three measures, each with what chance would give."""
    measured, k = pair.comparison.measured, pair.comparison.overlap.k
    with st.grid(3, min_column_width=200):
        _measure(
            f"Neighbors kept, of {k}",
            compare_words.number(measured.kept),
            f"{measured.kept_by_chance:.2f}",
            f"Of the {k} nearest by cosine in one model, how many are also among the {k} nearest in the other, on "
            f"average. As Jaccard overlap {measured.overlap:.3f}.",
        )
        _measure(
            "Linear CKA",
            f"{measured.cka:.3f}",
            f"{measured.cka_by_chance:.3f}",
            f"{glossary.meaning('CKA')} Few items in many dimensions look alike by chance.",
        )
        _measure(
            "Procrustes distance",
            f"{measured.distance:.3f}",
            f"{measured.distance_by_chance:.3f}",
            f"{glossary.meaning('Procrustes')} 0: the same but for rotation, reflection, size and place. Otherwise the "
            "share of the spread that alignment leaves unexplained.",
        )


def _measure(label: str, value: str, by_chance: str, words: str) -> None:
    st.metric(label, value, f"by chance {by_chance}", delta_color="off", delta_arrow="off", border=True, help=words)


def _maps(pair: Pair) -> None:
    """The controls, the two maps, and the selection as a table."""
    if min(pair.left.config.dimensions, len(pair.shared)) < 2:
        st.info(
            f"{pair.letters[0]} has one dimension, and a map takes two. Put the other model first to see both on its "
            "map.",
            icon=":material/info:",
        )
        return
    axes, color, searched = _controls(pair)
    sides = (
        (pair.letters[0], pair.comparison.places, "as it is"),
        (pair.letters[1], pair.comparison.aligned, f"aligned to {pair.letters[0]}"),
    )
    names = [f"Component {axis + 1} of {pair.letters[0]} (embedding units)" for axis in axes]
    plane = Plane([f"component {axis + 1}" for axis in axes], equal=False, reach=_reach(pair, axes))
    every, shared = np.arange(len(pair.shared)), pair.shared.first
    hover, notes = _hover(pair)
    for column, (letter, places, how) in zip(st.columns(2, gap="medium"), sides, strict=True):
        side = "left" if letter == pair.letters[0] else "right"
        points = np.ascontiguousarray(places[:, axes])
        with column:
            map_view.show(
                Places(every, points, names, hover, pair.labels, notes, pair.ratings.items.ids[shared], plane),
                color,
                key=f"map_{side}",
                title=f"{letter}, {how}",
                alt=f"{phrases.count(len(shared), pair.noun)} of model {letter}, {how}, on components {axes[0] + 1} "
                f"and {axes[1] + 1} of {pair.letters[0]}, {len(pair.selected())} of them selected",
                looks=map_view.Looks(known=pair.rows.count[shared]),
                marks=map_view.Marks(searched),
                selected=pair.selected(),
                on_select=partial(compare_pair.select_ids, pair.names),
                link="compare",
                revision=f"{pair.names} {axes}",
                height=460,
            )
    st.markdown(compare_words.maps(*pair.letters, pair.comparison, pair.labels))
    _selection(pair)


def _controls(pair: Pair) -> tuple[list[int], Coloring | Classes, list[int]]:
    """Axes from 0, color, and items to mark."""
    n = pair.comparison.places.shape[1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = f"Principal component of {pair.letters[0]}, centered, on this axis; both maps have the same."
        axes = [
            elements.whole_number(label, 1, n, first, key, width=120, words=words) - 1
            for key, label, first in (("x", "Across", 1), ("y", "Up", 2))
        ]
        choices = [NEIGHBORS, DISTANCE, *coloring.choices(pair.ratings)]
        choice = st.selectbox("Color", choices, key="color", bind="query-params", width=190)
        searched = finding.several(f"Find {phrases.plural(pair.noun)}", pair.offered, key="find")
    return axes, _color(pair, choice), searched


def _color(pair: Pair, choice: str) -> Coloring | Classes:
    rows = pair.shared.first
    if choice == NEIGHBORS:
        return Coloring(f"Of {pair.comparison.overlap.k} neighbors kept", pair.comparison.overlap.kept.astype(float))
    if choice == DISTANCE:
        return Coloring("Distance moved (embedding units)", pair.comparison.moved.astype(float))
    if choice == coloring.GENRE:
        color: Coloring | Classes = coloring.by_genre(pair.ratings, coloring.telling(pair.ratings))
    else:
        color = coloring.by_column(pair.ratings, choice)
    if isinstance(color, Classes):
        return replace(color, member=color.member[rows])
    return replace(color, values=color.values[rows])


def _hover(pair: Pair) -> tuple[Hover, list[str]]:
    """What is said over an item, for a figure and for a map: what is known of it, and how it changed."""
    first, kept, moved = pair.shared.first, pair.comparison.overlap, pair.comparison.moved
    known, notes = loaders.hover(pair.left.run_id)[first], loaders.notes(pair.left.run_id)
    changes = [
        f"keeps {often} of {kept.k} neighbors, moved {far:.2f}"
        for often, far in zip(kept.kept.tolist(), moved.tolist(), strict=True)
    ]
    facts = [f"{fact}<br>{change}" for fact, change in zip(known.facts, changes, strict=True)]
    plain = [f"{notes[row]} · {change}" for row, change in zip(first.tolist(), changes, strict=True)]
    return Hover(known.names, np.array(facts, object)), plain


def _reach(pair: Pair, axes: Sequence[int]) -> tuple[float, float, float, float]:
    """What both maps are seen to: the places of either, left, low, to right, high."""
    both = np.concatenate([pair.comparison.places[:, axes], pair.comparison.aligned[:, axes]]).astype(float)
    (left, low), (right, high) = both.min(axis=0).tolist(), both.max(axis=0).tolist()
    return left, low, right, high


def _selection(pair: Pair) -> None:
    """The selected items as a table, and as a file; folded, so that nothing below moves when something is selected."""
    selected, nouns = pair.selected(), phrases.plural(pair.noun)
    chosen_items.write_link()
    st.caption(f"Draw around some points on either map, or click one, and the same {nouns} are lit on both.")
    words = phrases.count(len(selected), f"selected {pair.noun}") if len(selected) else f"No {pair.noun} is selected"
    with st.expander(words, icon=":material/lasso_select:", key="compare_selection"):
        if len(selected) == 0:
            st.markdown("Select on a map, or rows of the table further down.")
            return
        rows = pair.shared.first
        traits = analyses.traits(pair.left.run_id, rows[selected], rows)
        if text := described(traits, len(selected), len(rows) - len(selected), pair.noun):
            st.markdown(text)
        elements.table(
            pair.table(selected),
            height=min(283, 38 + 35 * len(selected)),
            column_config=COLUMNS,
            alt=f"The {len(selected)} selected {nouns}, and how they changed",
        )
        with st.container(horizontal=True):
            tables.download("Download as CSV", partial(compare_pair.file, pair.names, selected), file="selected.csv")
            st.button("Clear", on_click=compare_pair.select, args=(pair.names, []), icon=":material/close:")


def _kept_neighbors(pair: Pair) -> None:
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
    with left:
        figure = charts.kept(often, chosen=(low, high), noun=noun)
        alt = f"How many {phrases.plural(noun)} keep 0 to {k} of their {k} nearest neighbors."
        elements.clickable_chart(figure, "kept_bars", partial(_choose_bars, k), alt, text)
        st.caption("Click a bar to list only those.")
    with right:
        _listed_items(pair, low, high, order)
    _one_item(pair)


def _choose_bars(k: int) -> None:
    """A click on a bar lists its items; a click on the one that is listed lists all again.

    A chart that was redrawn tells of an empty selection with whatever is clicked next: that changes nothing.
    """
    clicked = elements.selected_points("kept_bars", k + 1, "x")
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


def _listed_items(pair: Pair, low: int, high: int, order: str) -> None:
    """The items that keep so many neighbors as a table whose rows can be selected, and all of them as a file."""
    places, nouns = _inside(pair, low, high, order), phrases.plural(pair.noun)
    if len(places) == 0:
        st.info(f"No {pair.noun} keeps that many. Choose a wider range.", icon=":material/search_off:")
        return
    listed = places[:MOST_LISTED]
    key = f"changed_{hash(tuple(listed.tolist()))}"  # rows are selected by number
    elements.table(
        pair.table(listed),
        height=318,
        column_order=[tables.TITLE, KEPT, MOVED, *tables.known(pair.ratings)],
        column_config=COLUMNS,
        key=key,
        on_select=partial(_select_rows, pair.names, low, high, order, key),
        selection_mode="multi-row",
        alt=f"{len(listed)} {nouns} with the number of neighbors they keep",
    )
    of_all = f"The first {len(listed)} of {len(places):,}. " if len(listed) < len(places) else ""
    st.caption(f"{of_all}Select rows to light them on both maps and to see the neighbors of the best known.")
    file = partial(_listed_file, pair.names, low, high, order)
    tables.download(f"Download all {len(places):,} as CSV", file, file="changed.csv", key="download_changed")


def _listed_file(names: Names, low: int, high: int, order: str) -> bytes:
    pair = compare_pair.load_pair(names)
    return b"" if pair is None else pair.file(_inside(pair, low, high, order))


@state.reporting
def _select_rows(names: Names, low: int, high: int, order: str, key: str) -> None:
    """Select the items whose rows are selected in the table; a callback."""
    pair = compare_pair.load_pair(names)
    if pair is not None:
        listed = _inside(pair, low, high, order)[:MOST_LISTED]
        pair.select(listed[elements.selected_rows(key, len(listed))])


def _one_item(pair: Pair) -> None:
    """One item's nearest in both models, side by side."""
    telling = pair.labels[pair.telling]
    label = finding.one_of(
        f"Neighbors of one {pair.noun} (type a few letters)",
        pair.offered,
        key=f"kept_{pair.noun}",
        first=telling if telling in pair.offered else next(iter(pair.offered)),
        width=420,
    )
    item, k = pair.offered[label], pair.comparison.overlap.k
    sides = ((pair.left.run_id, pair.shared.first), (pair.right.run_id, pair.shared.second))
    near = [analyses.neighbors_among(run_id, rows, item, top=k) for run_id, rows in sides]
    both = set(near[0].index.tolist()) & set(near[1].index.tolist())
    st.markdown(compare_words.two_lists(label, *pair.letters, len(both), k))
    place = tables.facing()
    for letter, nearest in zip(pair.letters, near, strict=True):
        rows = pair.shared.first[nearest.index]
        table = tables.items(pair.ratings, pair.rows, rows, {COSINE: nearest.similarity})
        columns = {
            BOTH: st.column_config.CheckboxColumn(width=60, help="Also among the nearest in the other model"),
            tables.TITLE: st.column_config.TextColumn(f"Nearest in {letter}", pinned=True, width=200),
        }
        elements.table(
            table.assign(**{BOTH: [one in both for one in nearest.index.tolist()]}),
            height=38 + 35 * len(rows),
            column_order=[tables.TITLE, BOTH, COSINE, *tables.known(pair.ratings)],
            column_config=tables.COLUMNS | tables.number(COSINE) | columns,
            alt=f"The {len(rows)} {phrases.plural(pair.noun)} nearest to {label} in model {letter}",
            place=place,
        )
