"""Neighbors: what lies closest to one item or person, by three measures that do not always agree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.analysis.neighbors.all_neighbors import MANY
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors, agreement
from core.analysis.neighbors.support import CANDIDATES, DRAWS
from dashboard.cache import analyses, loaders
from dashboard.embeddings.words import nobody_else
from dashboard.neighbors import lists, words
from dashboard.neighbors.lists import Held, analogies, why_they_differ
from dashboard.neighbors.new_item import new_item
from dashboard.neighbors.words import Measure
from dashboard.session import visitor
from dashboard.shared import elements, glossary, phrases, sides, tables, twin
from dashboard.shared.elements import choose_followed, show_method, warn_untrained
from dashboard.shared.sides import Side
from dashboard.shell.needs_run import require_run

if TYPE_CHECKING:  # of Streamlit's inner modules only the name of a type
    from streamlit.elements.lib.column_types import ColumnConfig

NARROWEST = 336
"""Pixels a list needs, so that titles, the measure and the number of ratings are on the screen."""
LENGTH, SPREAD, SHARED, APART = "Length", "Spread", "Both", "Apart"
AGAIN, HOLDS, SUPPORT = "Again", "Holds", "Support"
MARKS = np.array(["–", "likely", "surely"])
"""What the column of marks says: of neighbors without taste one in twenty, or one in a hundred, gets as far."""
VECTORS, TASTES = "Vectors", "Predictions"
WHAT = (
    "Vectors: the learned numbers as they are, which could be written in other ways without changing a guess; their "
    "cosine depends on how the model was held back. Predictions: what they say about people, which is one and the same."
)

run = require_run("has_vectors")


def controls() -> tuple[Side, int, int, bool]:
    """The side, the row asked about, the ratings a neighbor needs, and whether predictions are compared."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = sides.choose(run)
        label = f"{side.noun.capitalize()} (type a few letters)"
        row = choose_followed(run.run_id, side.rows, label, f"near_{side.noun}", width=420)
        min_ratings = side.enough(leaving=20, words="listed. With few, a direction is mostly chance.")
        predictions = (
            run.scorer.is_bilinear and elements.segments("Compare", [VECTORS, TASTES], "compare", WHAT) == TASTES
        )
    return side, row, min_ratings, predictions


def three_lists(
    side: Side,
    row: int,
    near: Mapping[Metric, Neighbors],
    length: np.ndarray,
    again: Mapping[Metric, np.ndarray] | None,
    held: Held | None,
    measures: Mapping[Metric, Measure],
) -> None:
    """The three lists side by side, and all of it as a file."""
    in_file = {}
    beside = st.grid(3, min_column_width=NARROWEST)
    for metric in METRICS:
        measure, nearest = measures[metric], near[metric]
        value = -nearest.similarity if metric == "euclidean" else nearest.similarity
        sure = {} if again is None else {AGAIN: np.round(again[metric], 2)}  # 200 samples know no more digits
        if held is not None and metric == "cosine":
            sure = {HOLDS: MARKS[held.marks]} | sure
        numbers = {measure.column: value} | sure | further(side, row, nearest.index, length, measures)
        table = side.table(nearest.index, numbers)
        in_file[measure.name] = side.with_ids(nearest.index, table)
        if held is not None and metric == "cosine":
            in_file[measure.name][SUPPORT] = held.support
        with beside, st.container():
            st.header(measure.name, help=glossary.meaning(glossary.MEASURES[metric]))
            st.caption(measure.sentence)
            nouns, name = side.nouns, side.rows.labels[row]
            elements.table(
                table,
                height=38 + 35 * len(table),
                column_order=order(side, list(numbers), metric),
                column_config=columns(side, measure, titles=titles_width(sure)),
                alt=f"The {len(table)} {nouns} nearest to {name} by {measure.inside}",
            )
    content = partial(tables.csv, tables.ranked("Measure", in_file))
    tables.download("Download all three as CSV", content, file="neighbors.csv")


def further(
    side: Side, row: int, near: np.ndarray, length: np.ndarray, measures: Mapping[Metric, Measure]
) -> dict[str, np.ndarray]:
    """For items the length of their rows; for people what both rated, and how far apart."""
    if not (side.users and side.rows.rated):
        return {LENGTH if measures is words.MEASURES else SPREAD: length[near]}
    result = agreement(side.ratings, row, near)
    return {SHARED: result.shared, APART: result.difference}


def order(side: Side, numbers: list[str], metric: Metric) -> list[str]:
    """For items the ratings, which say how far to trust a row, come before the length; a phone has room for one."""
    if side.users and side.rows.rated:
        return [side.name_column, *numbers, tables.COUNT]
    if not side.rows.rated:
        return [side.name_column, *numbers, *([] if side.users else tables.known(side.ratings))]
    *sure, length = numbers
    if visitor.on_phone():
        return [side.name_column, *sure, length if metric == "dot" else tables.COUNT]
    last = [] if HOLDS in sure else [length]  # there is no room for both, and lengths have a picture of their own
    return [side.name_column, *sure, tables.COUNT, *last]


def titles_width(sure: Mapping[str, np.ndarray]) -> int:
    """Pixels that titles may have: what says how sure a row is, and its number of ratings, are on the screen too."""
    if HOLDS in sure and AGAIN in sure and visitor.on_phone():
        return 104
    return 150 if AGAIN in sure else 190


def columns(side: Side, measure: Measure, *, titles: int) -> dict[str, ColumnConfig]:
    """How the columns look, that of titles so many pixels wide."""
    shared_help = f"How many {phrases.plural(run.dataset.noun)} both of them have rated"
    again_help = (
        "Would another sample agree? How often it would be among as many nearest again, were all vectors drawn again "
        "from what the model leaves open"
    )
    holds_help = (
        "likely: of the neighbors in a model without taste, one in twenty stays as close in other trainings. surely: "
        "one in a hundred. –: more than that. Of this list alone, since the other two go by length too"
    )
    apart_help = f"How far apart their ratings of these are on average, in {phrases.unit(run.dataset)}"
    return (
        tables.columns(side.ratings)
        | {tables.TITLE: st.column_config.TextColumn(pinned=True, width=titles)}
        | tables.number(measure.column, form=measure.form, width=60)
        | tables.number(LENGTH, SPREAD, width=60)
        | {
            sides.USER: st.column_config.TextColumn(pinned=True, width=80),
            SHARED: st.column_config.NumberColumn(format="localized", width=48, help=shared_help),
            AGAIN: st.column_config.NumberColumn(format="percent", width=58, help=again_help),
            HOLDS: st.column_config.TextColumn(width=54, help=holds_help),
            APART: st.column_config.NumberColumn(format="%.2f", width=54, help=apart_help),
        }
    )


def _unseen(side: Side) -> str:
    if side.rows.features is None:
        return ""
    return (
        f"This model has learned what {side.rows.described_by} say, so it lists {side.nouns} by these where there is "
        "no rating, and says so. "
    )


BOTH = (
    "*Both* and *Apart* compare two users' own ratings and no model: how many they share, and the mean absolute "
    "difference. The correlation is Spearman's.\n\n"
)


def _unlisted(side: Side) -> str:
    if not side.rows.scorer.trained_here:
        return (
            "A row of zeros points nowhere, and has no cosine. What the nearest comes up to by chance is the 99th "
            "percentile of the largest cosine with as many directions drawn evenly from the sphere, whose squares are "
            "beta variables of $1/2$ and $(d - 1)/2$."
        )
    return (
        f"{side.nouns.capitalize()} without a rating in the training part are not listed: their numbers were never "
        f"learned. On the picture they are called untrained. {_unseen(side)}Biases play no part here."
    )


def _predicted() -> str:
    """How predictions are compared."""
    return (
        "*Predictions* compares what $v$ and $w$ say about people: with vectors centered over the training ratings and "
        "$C$ the covariance of the people's, the covariance of the two guesses is $v^\\top C w$, and the correlation "
        "$v^\\top C w / \\sqrt{v^\\top C v \\cdot w^\\top C w}$. Stretching a dimension for one side and shrinking it "
        "for the other changes cosines and no guess: H. Steck, C. Ekanadham and N. Kallus (2024), [Is "
        "Cosine-Similarity of Embeddings Really About Similarity?](https://arxiv.org/abs/2403.05440)\n\n"
    )


def _held() -> str:
    """How it is found which neighbors hold."""
    return (
        f"*{HOLDS}* looks at a listed pair in trainings on other splits from other starts, and takes the mean of its "
        "cosine or correlation there, less where the two are hardly longer than without taste. As often a model is "
        "trained on ratings without taste, whose own neighbors give the marks: 5% (likely) and 1% (surely) have "
        f"more. A list counts too many times whoever is in {MANY} times as many as the average: M. "
        "Radovanović, A. Nanopoulos and M. Ivanović (2010), [Hubs in "
        "Space](https://www.jmlr.org/papers/v11/radovanovic10a.html).\n\n"
    )


def _resampling(side: Side) -> str:
    if side.rows.variance is None:
        return ""
    return (
        f"*{AGAIN}* draws every number of every vector {DRAWS} times from its posterior, a normal distribution, each "
        "by itself, and counts in how many of these samples a listed row is among as many nearest ones again. Rows too "
        f"far away to matter are not drawn: by each measure the {CANDIDATES} nearest are. The two sides share the size "
        "of each dimension evenly, which the guesses leave open and lengths and cosines depend on.\n\n"
    )


def explanation(side: Side) -> None:
    """Formulas and sources."""
    show_method(
        f"All {run.config.dimensions} learned numbers take part; no map or component comes between. For rows "
        "$v$ and $w$:\n\n"
        "$$\\cos(v, w) = \\frac{v \\cdot w}{\\lVert v \\rVert \\, \\lVert w \\rVert}, \\qquad "
        "v \\cdot w, \\qquad \\lVert v - w \\rVert = "
        "\\sqrt{\\lVert v \\rVert^2 + \\lVert w \\rVert^2 - 2 \\, v \\cdot w}.$$\n\n"
        f"The search is exact. {_unlisted(side)}\n\n"
        f"{_resampling(side)}"
        f"{_predicted() if run.scorer.is_bilinear else ''}"
        f"{_held() if run.scorer.is_bilinear and run.scorer.trained_here else ''}"
        f"{BOTH if side.rows.rated else ''}"
        "Arithmetic brings the three vectors to length one and ranks by cosine with their sum, without the three: "
        "T. Mikolov, W. Yih and G. Zweig (2013), [Linguistic Regularities in Continuous Space Word "
        "Representations](https://aclanthology.org/N13-1090/). On what that hides: T. Linzen (2016), [Issues in "
        "evaluating semantic spaces using word analogies](https://aclanthology.org/W16-2503/)."
    )


second = sides.heading(run.run_id) if run.scorer.has_user_vectors else ""
others = f", and which {'people' if run.dataset.ratings else second.lower()}" if second else ""
st.title(f"Which {phrases.plural(run.dataset.noun)} are alike{others}?")
run = twin.shown(run)
st.markdown(words.introduction(run, loaders.item_rows(run.run_id).described_by, second))
side, row, min_ratings, predictions = controls()
listed = side.rows.placed & (side.rows.count >= min_ratings)
if side.rows.placed[row] and not side.rows.trained[row]:
    st.info(words.unrated(side.rows, row), icon=":material/info:")
elif not side.rows.trained[row]:
    warn_untrained(side.noun, ", and its neighbors mean nothing")
near = analyses.neighbors(run.run_id, users=side.users, row=row, least=min_ratings, predictions=predictions)
if len(near["cosine"].index) == 0:
    st.info(nobody_else(side.rows), icon=":material/search_off:")
else:
    length = analyses.lengths(run.run_id, users=side.users, predictions=predictions)
    again = None if predictions else analyses.agreement(run.run_id, users=side.users, row=row, least=min_ratings)
    held = lists.held(run, side, row, near["cosine"].index, predictions=predictions)
    st.markdown(words.lead(side.rows, row, near["cosine"], predictions=predictions))
    if again is not None:
        st.caption(words.again(side.rows, again["cosine"]))
    if held is not None:
        st.markdown(words.holds(held.marks, held.trainings, side.rows))
    with st.container(key="lists_of_neighbors"):
        three_lists(side, row, near, length, again, held, words.measures(predictions))
    if held is None:
        lists.offer(run, side, min_ratings)
    why_they_differ(run, side, row, near, length, listed, predictions=predictions)
    lists.everybodys(run, side, listed, min_ratings, predictions=predictions)
if not side.users:
    analogies(side, listed)
    new_item(run, side, listed)
explanation(side)
