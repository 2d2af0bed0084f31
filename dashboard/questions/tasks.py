"""The second question: what the same ratings teach when the task is another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from core.analysis.compare.comparison import Comparison
from core.analysis.questions.probes import in_short
from core.errors import LimitError
from core.model.run import Run
from core.studies.twins import twin_id
from dashboard.cache import analyses, loaders
from dashboard.charts import questions as charts
from dashboard.charts.maps import Plane
from dashboard.map_view import component as map_view
from dashboard.questions import game, words
from dashboard.questions.models import TASKS, Model, lacks, offer, tasks
from dashboard.session import visitor
from dashboard.shared import coloring, elements, phrases, tables, told, twin
from dashboard.shared.elements import choose_followed, show_chart, show_method
from dashboard.shared.markup import escape

MOST_ITEMS = 2000
"""Items that are compared, those with the most ratings: finding their neighbors takes a moment."""

FEWEST_ITEMS = 20
"""Below, lists of neighbors are alike for want of others."""

NEAREST = 8
"""Neighbors in a column."""


@dataclass(frozen=True)
class Trained:
    """The models of the tasks that are trained, rating guessers first, on the items with `least` ratings they share."""

    models: Sequence[Model]
    least: int

    @property
    def ids(self) -> list[str]:
        """Ids of their runs."""
        return [str(model.run_id) for model in self.models]

    @cached_property
    def rows(self) -> np.ndarray:
        """Rows of the items that all of them have learned about, rising."""
        sides = [loaders.item_rows(run_id) for run_id in self.ids]
        known = np.all([side.trained & side.matrix.any(axis=1) for side in sides], axis=0)
        return np.flatnonzero(known & (sides[0].count >= self.least))


def show(run: Run) -> None:
    """The whole tab, about a run that guesses ratings."""
    noun = run.dataset.noun
    st.header("What does the task change?")
    st.markdown(
        "The same people, the same {nouns}, and the same kind of list of numbers for each. But what training asks of "
        "the numbers differs: to guess ratings, to tell what somebody has seen from what not, to tell genres, or what "
        "is watched next to what. Do {nouns} end up in the same places?".format(**phrases.nouns(noun))
    )
    missing = lacks(loaders.ratings_of(run.run_id))
    wanted = tasks(run, missing)
    if missing:
        st.caption(
            f"These data {phrases.together(list(missing.values()))}, so this is left out: "
            f"{phrases.together([TASKS[name] for name in missing])}."
        )
    if any(model.run_id is None for model in wanted):
        offer(wanted)
    there = [model for model in wanted if model.run_id is not None]
    if len(there) < 2:
        return
    count = loaders.item_rows(run.run_id).count
    first = int(np.sort(count)[-min(MOST_ITEMS, len(count))])
    trained = Trained(there, max(first, min(elements.WELL_KNOWN, elements.most_asked_for(count, FEWEST_ITEMS))))
    if len(trained.rows) < FEWEST_ITEMS:
        st.info(
            f"Only {phrases.count(len(trained.rows), noun)} are known to all of these models, and {FEWEST_ITEMS} are "
            "needed to compare them.",
            icon=":material/info:",
        )
        return
    try:
        _agreement(run, trained)
    except LimitError:
        st.info("One of these models has learned nothing: all its vectors are the same.", icon=":material/info:")
        return
    _map(run, trained)
    _neighbors(run, trained)
    _told(run, trained)
    if loaders.twins(run.run_id) is None:
        st.header("What would be alike without taste?")
        twin.offer(run)
    game.show(dict(zip(trained.ids, (model.title for model in there), strict=True)), trained.rows)
    _explanation()


def compared(first: str, second: str, least: int) -> Comparison:
    """How alike two runs are; raises LimitError where one has learned nothing."""
    return analyses.comparison(first, second, min_ratings=least)


def _agreement(run: Run, trained: Trained) -> None:
    """Neighbors kept and CKA for every two tasks, with chance, and the twin's."""
    ids, titles = trained.ids, [model.title for model in trained.models]
    pairs = [
        (titles[a], titles[b], compared(ids[a], ids[b], trained.least))
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
    ]
    has_twin = loaders.twins(run.run_id) is not None
    beside = (
        [
            ("Ratings without taste", title, compared(twin_id(run.run_id), other, trained.least))
            for title, other in zip(titles, ids, strict=True)
        ]
        if has_twin
        else []
    )
    st.markdown(words.agreement(pairs, beside, run.dataset.noun))
    table = words.table([*pairs, *beside])
    elements.table(
        table,
        column_config=words.COLUMNS,
        column_order=[words.KEPT, *table] if visitor.on_phone() else None,  # there is room for no more numbers
        alt="How alike",
    )


def _map(run: Run, trained: Trained) -> None:
    """One map, whose points move from the places of one task to those of another."""
    if run.config.dimensions < 2:
        return
    st.header("From one task to the next")
    titles = [model.title for model in trained.models]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = elements.segments("Trained on", titles, "task")
        color = st.selectbox("Color", _colors(run), key="task_color", bind="query-params", width=190)
    at = titles.index(title)
    base = compared(trained.ids[0], trained.ids[max(at, 1)], trained.least)
    points = turned(base) if at else np.ascontiguousarray(base.places[:, :2])
    rows = analyses.shared_items(trained.ids[0], trained.ids[max(at, 1)], min_ratings=trained.least).first
    items, ratings = loaders.item_rows(run.run_id), loaders.ratings_of(run.run_id)
    names = [f"Component {axis} of the model that guesses ratings" for axis in (1, 2)]
    plane = Plane(["component 1", "component 2"], equal=False, reach=_reach(trained))
    map_view.show(
        map_view.places(run.run_id, rows, points, names, plane=plane),
        coloring.by_genre(ratings, coloring.telling(ratings))
        if color == coloring.GENRE
        else coloring.by_column(ratings, color),
        key="task_map",
        title=title,
        alt=f"{phrases.count(len(rows), run.dataset.noun)} of the model trained on: {title}, turned onto the first.",
        looks=map_view.Looks(known=items.count),
        revision=f"{run.run_id} {trained.least}",
        height=460,
    )
    st.markdown(words.moved(titles[at], base if at else None, rows, items.labels))


def _colors(run: Run) -> list[str]:
    """Genres first where there are any: they move together."""
    known = coloring.choices(loaders.ratings_of(run.run_id))
    return sorted(known, key=lambda choice: choice != coloring.GENRE)


def turned(found: Comparison) -> np.ndarray:
    """Where the second's items are on the first two axes of the first, spread as widely as there, (n_items, 2).

    Alignment scales to the best fit, and what hardly agrees fits best as a heap in the middle.
    """
    places, others = found.places[:, :2], found.aligned[:, :2]
    size = float(np.linalg.norm(others - others.mean(axis=0)))
    return np.ascontiguousarray(others * (float(np.linalg.norm(places)) / size if size else 1.0))


def _reach(trained: Trained) -> tuple[float, float, float, float]:
    """What the map is seen to, whichever task it shows: left, low, to right, high, but for single far points."""
    maps = [compared(trained.ids[0], other, trained.least) for other in trained.ids[1:]]
    points = np.concatenate([maps[0].places[:, :2], *map(turned, maps)]).astype(float)
    (left, low), (right, high) = np.quantile(points, (0.002, 0.998), axis=0).tolist()
    return left, low, right, high


def _neighbors(run: Run, trained: Trained) -> None:
    """The neighbors of one item in a column for each task."""
    items = loaders.item_rows(run.run_id)
    st.header(f"Who is near one {items.noun}?")
    row = choose_followed(run.run_id, items, items.noun.capitalize(), "near", width=330)
    rows = trained.rows
    if row not in rows:
        st.info(
            f"{escape(items.labels[row])} is not among the {len(rows):,} {items.nouns} that are compared here: it has "
            "too few ratings. Choose another one.",
            icon=":material/info:",
        )
        return
    place = int(np.searchsorted(rows, row))
    lists = [rows[analyses.neighbors_among(run_id, rows, place, top=NEAREST).index] for run_id in trained.ids]
    with st.grid(len(lists), min_column_width=170):
        for model, near in zip(trained.models, lists, strict=True):
            often = [sum(one in other for other in lists) for one in near]
            lines = [
                f"{number}. {'**' if times > 1 else ''}{escape(items.labels[one])}{'**' if times > 1 else ''}"
                for number, (one, times) in enumerate(zip(near.tolist(), often, strict=True), 1)
            ]
            st.markdown(f"*{model.title}*\n\n" + "\n".join(lines))
    st.caption("Bold: in the lists of two tasks or more.")


def _told(run: Run, trained: Trained) -> None:
    """What a linear probe reads out of the vectors of each task."""
    found = {model.title: analyses.probed(str(model.run_id), trained.rows) for model in trained.models}
    if not any(found.values()):
        return
    given = {model.title: told.given(loaders.run(str(model.run_id))) for model in trained.models}
    st.header("What do the numbers tell?")
    summary = {title: in_short(every) for title, every in found.items()}
    show_chart(
        charts.told(summary),
        "told",
        "How well genres, year and popularity can be read out of the vectors of each task.",
        reading=words.told_words(summary, run.dataset.noun, given),
    )
    with st.expander("Each genre and number", icon=":material/table_rows:"):
        columns, alt = tables.number(*found, width=120), "What vectors tell, one line a genre or number"
        elements.table(words.told_table(found), column_config=columns, alt=alt)


def _explanation() -> None:
    show_method(
        "*Neighbors kept, CKA, alignment*: as on the page Compare, with chance by pairing the rows at random. *Without "
        "taste*: the model that guesses ratings, trained on ratings from which taste was shuffled away; who rated what "
        "stays. What it shares with another task is no taste, but who and what is popular.\n\n"
        "*The map* has the centered principal components of the model that guesses ratings as its axes; the others are "
        "turned onto it (Procrustes), and scaled to the same spread.\n\n"
        "*What numbers tell*: a linear probe (Alain and Bengio 2016, [arXiv:1610.01644](https://arxiv.org/abs/1610.01644))"
        ", ridge regression in five folds. Of a genre it gives $2\\,\\text{AUC} - 1$, of a number Spearman's rank "
        "correlation, each within the fold that it has not seen; chance is the same after the vectors were dealt anew."
        "\n\n"
        "*The game*: word intrusion (Chang et al. 2009, *Reading Tea Leaves*, NIPS 22), with four neighbors by cosine "
        "and one from the further half that is about as well known."
    )
