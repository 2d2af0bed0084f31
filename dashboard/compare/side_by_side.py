"""Two models side by side: how alike they are, two maps with one selection on both, and who keeps their neighbors."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from core.errors import UnknownRunError
from dashboard.cache import loaders
from dashboard.charts import compare as charts
from dashboard.charts.points import Classes, Coloring
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.neighbors import kept_neighbors
from dashboard.compare.pair import COLUMNS, Names, Pair
from dashboard.shared import coloring, elements, phrases, selection, tables

NEIGHBORS, DISTANCE = "Neighbors kept", "Distance moved"


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
    kept_neighbors(pair)


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
            "1: the same space but for rotation and size. Few items in many dimensions look alike by chance.",
        )
        _measure(
            "Procrustes distance",
            f"{measured.distance:.3f}",
            f"{measured.distance_by_chance:.3f}",
            "0: the same but for rotation, reflection, size and place. Otherwise the share of the spread that "
            "alignment leaves unexplained.",
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
    marked = sorted({*pair.selected().tolist(), *searched})
    sides = (
        (pair.letters[0], pair.comparison.places, "as it is"),
        (pair.letters[1], pair.comparison.aligned, f"aligned to {pair.letters[0]}"),
    )
    reach = [_reach(pair, axis) for axis in axes]
    hover = _hover(pair)
    for column, (letter, places, how) in zip(st.columns(2, gap="medium"), sides, strict=True):
        key = f"map_{'left' if letter == pair.letters[0] else 'right'}"
        column.plotly_chart(
            charts.aligned_map(
                places,
                axes,
                hover,
                color,
                title=f"{letter}, {how}",
                of=pair.letters[0],
                reach=reach,
                marked=marked,
                titles=pair.labels,
                noun=pair.noun,
            ),
            key=key,
            on_select=partial(_select_points, pair.names, key),
            config={"displaylogo": False},
            alt=f"{len(pair.shared):,} {phrases.plural(pair.noun)} of model {letter}, {how}, on components "
            f"{axes[0] + 1} and {axes[1] + 1} of {pair.letters[0]}, {len(marked)} of them marked",
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
        searched = selection.search(f"Find {phrases.plural(pair.noun)}", pair.offered, key="find")
    return axes, _color(pair, choice), searched


def _color(pair: Pair, choice: str) -> Coloring | Classes:
    rows = pair.shared.first
    if choice == NEIGHBORS:
        return Coloring(f"Of {pair.comparison.overlap.k} neighbors kept", pair.comparison.overlap.kept.astype(float))
    if choice == DISTANCE:
        return Coloring("Distance moved (embedding units)", pair.comparison.moved.astype(float))
    if choice == coloring.GENRE:
        genres = coloring.by_genre(pair.ratings, coloring.telling(pair.ratings))
        return replace(genres, member=genres.member[rows])
    numbers = coloring.by_number(pair.ratings, choice)
    return replace(numbers, values=numbers.values[rows])


def _hover(pair: Pair) -> list[str]:
    titles, kept, moved = loaders.item_hover(pair.left.run_id), pair.comparison.overlap, pair.comparison.moved.tolist()
    return [
        f"{titles[row]}<br>keeps {often} of {kept.k} neighbors, moved {far:.2f}"
        for row, often, far in zip(pair.shared.first.tolist(), kept.kept.tolist(), moved, strict=True)
    ]


def _reach(pair: Pair, axis: int) -> tuple[float, float]:
    """Lowest and highest place on one axis in either map, with some room."""
    both = np.concatenate([pair.comparison.places[:, axis], pair.comparison.aligned[:, axis]])
    low, high = float(both.min()), float(both.max())
    room = 0.05 * (high - low or 1.0)
    return low - room, high + room


def _select_points(names: Names, key: str) -> None:
    """Remember what was selected on one map; both are redrawn with it.

    A chart that was redrawn tells of an empty selection with whatever is clicked next: that clears nothing.
    """
    points: Sequence[dict[str, object]] = st.session_state[key].selection.points
    if points:
        places = sorted({int(str(point["customdata"])) for point in points})
        compare_pair.select(names, np.array(places, np.int64))


def _selection(pair: Pair) -> None:
    """The selected items as a table, and as a file; folded, so that nothing below moves when something is selected."""
    selected, nouns = pair.selected(), phrases.plural(pair.noun)
    st.caption(f"Draw around some points on either map, or click one, and the same {nouns} are ringed on both.")
    words = phrases.count(len(selected), f"selected {pair.noun}") if len(selected) else f"No {pair.noun} is selected"
    with st.expander(words, icon=":material/lasso_select:", key="compare_selection"):
        if len(selected) == 0:
            st.markdown("Select on a map, or rows of the table further down.")
            return
        st.dataframe(
            pair.table(selected),
            hide_index=True,
            height=min(283, 38 + 35 * len(selected)),
            column_config=COLUMNS,
            alt=f"The {len(selected)} selected {nouns}, and how they changed",
        )
        with st.container(horizontal=True):
            tables.download("Download as CSV", partial(compare_pair.file, pair.names, selected), file="selected.csv")
            nothing = np.empty(0, np.int64)
            st.button("Clear", on_click=compare_pair.select, args=(pair.names, nothing), icon=":material/close:")
