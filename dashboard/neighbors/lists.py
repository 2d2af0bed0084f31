"""Beyond the lists of neighbors: why they differ, which hold in other trainings, who is in all, and arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from core.analysis.features import joined
from core.analysis.neighbors.all_neighbors import MANY
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors, analogy
from core.data.nouns import with_article
from core.errors import AnalysisError
from core.model.run import Run
from core.studies.neighbors import NEIGHBORS, PREDICTIONS, VECTORS, NeighborSettings, support_of, thresholds_of
from core.studies.study import MIN_RATINGS
from core.studies.twins import is_twin
from dashboard.cache import analyses, loaders
from dashboard.charts.maps import Landmarks, Places, Plane
from dashboard.charts.points import Classes
from dashboard.embeddings.words import nobody_else
from dashboard.jobs.studies import study
from dashboard.map_view import component as map_view
from dashboard.neighbors import words
from dashboard.shared import elements, glossary, phrases, sides, tables
from dashboard.shared.elements import choose_row
from dashboard.shared.markup import spoken
from dashboard.shared.sides import Side
from dashboard.shared.twin import START_SECONDS

FIRST = 10**9
"""More ratings than anything has."""


def why_they_differ(
    run: Run,
    side: Side,
    row: int,
    near: Mapping[Metric, Neighbors],
    length: np.ndarray,
    listed: np.ndarray,
    *,
    predictions: bool,
) -> None:
    """Length against the number of ratings, with the neighbors in color; a click asks for another one's neighbors."""
    rows = side.rows
    st.header("Why the lists differ")
    st.markdown(
        words.lengths(rows, row, length, near, listed, predictions=predictions),
        help=glossary.meaning("Rank correlation"),
    )
    if not rows.rated:
        return
    rated = np.flatnonzero(rows.count > 0)
    reading = words.popularity(rows, length, rated, np.flatnonzero(listed), predictions=predictions)
    spots = np.stack([np.log10(np.maximum(rows.count, 1)), length], axis=1)
    measures = words.measures(predictions)
    color = nearest_by({measures[metric].inside: found.index for metric, found in near.items()}, len(rows))
    inside = color.member >= 0
    map_view.show(
        Places(
            rated,
            spots[rated],
            ["Ratings (each step tenfold)", words.DEVIATION if predictions else words.LENGTH],
            side.hover,
            rows.labels,
            loaders.notes(run.run_id, users=side.users),
            (side.ratings.users if side.users else side.ratings.items).ids,
            Plane(["", "length"], equal=False, powers=True),
        ),
        color,
        key="lengths",
        title=f"Length and number of ratings of {phrases.count(len(rated), side.noun)}",
        alt=spoken(f"Length of the vectors against the number of ratings, the neighbors in color. {reading}"),
        looks=map_view.Looks(
            known=rows.count + FIRST * inside,  # their names before those of all others
            opacity=np.where(inside, 1, 0.4)[rated],  # opacity of what is nobody's neighbor
        ),
        marks=map_view.Marks(
            landmarks=Landmarks(side.noun, spots[[row]], [rows.labels[row]]) if rows.count[row] > 0 else None
        ),
        on_select=partial(sides.go_to, run.run_id, users=side.users),
        picks=True,
        revision=f"{side.noun} {predictions}",
        height=440,
    )
    st.markdown(f"{reading} Select a point to see its neighbors.")
    if getattr(run.config, "l2", 0) > 0 and not (side.users or predictions):
        st.markdown(words.penalty(rows, length))


def nearest_by(lists: Mapping[str, np.ndarray], n: int) -> Classes:
    """In which of the lists each of n rows is; a class for each set of lists that some rows are in together."""
    inside = np.stack([np.isin(np.arange(n), rows) for rows in lists.values()], axis=1)
    sets, member = np.unique(inside @ (1 << np.arange(len(lists))), return_inverse=True)
    none = int(sets[0] == 0)
    names = [joined([name for place, name in enumerate(lists) if one >> place & 1]) for one in sets[none:].tolist()]
    return Classes("Nearest by", member - none, [name[0].upper() + name[1:] for name in names])


QUICK = 3000
"""Rows up to which a page counts by itself in whose lists each one is: a quarter of a second."""


@dataclass(frozen=True, eq=False)
class Held:
    """How well each listed neighbor holds: its mean similarity in other trainings, -1 … 1, (n,).

    Its mark is 1 where one in twenty neighbors without taste has as much, 2 where one in a hundred, else 0.
    """

    support: np.ndarray
    marks: np.ndarray
    trainings: int


def can_be_studied(run: Run, side: Side) -> bool:
    """Whether there is a study of this: of items, of a model that can be trained again on other splits."""
    return not (side.users or is_twin(run.run_id)) and (
        run.scorer.is_bilinear and run.origin.kind == "trained" and run.config.split_kind == "random"
    )


def held(run: Run, side: Side, row: int, near: np.ndarray, *, predictions: bool) -> Held | None:
    """How well the nearest of a row hold, by the newest study; None where there is none."""
    if not can_be_studied(run, side) or (settings := NEIGHBORS.latest(run.run_id)) is None:
        return None
    stored = loaders.study(NEIGHBORS.key(run.run_id, settings))
    if stored is None:
        return None
    measure = PREDICTIONS if predictions else VECTORS
    found = support_of(stored, row, near, measure)
    return Held(found, thresholds_of(stored, measure).marks(found), len(stored.arrays["matrix"]))


def offer(run: Run, side: Side, least: int) -> None:
    """Offer the study that says which neighbors hold, where there can be one; why none is marked, on a twin."""
    if is_twin(run.run_id) and not side.users:
        st.caption(words.UNMARKED.format(nouns=side.nouns))
    if not can_be_studied(run, side):
        return
    settings = NeighborSettings(min_ratings=min(MIN_RATINGS, least))
    trainings = 2 * settings.trainings + 1
    study(
        NEIGHBORS,
        run,
        settings,
        title="Which of these neighbors hold?",
        button="Train it again",
        about_seconds=START_SECONDS + trainings * run.outcome.train_seconds,
        words=f"Any model has neighbors, also one of ratings without taste. This trains the same model "
        f"{phrases.count(settings.trainings, 'time')} on other parts of the ratings, and as often on ratings without "
        f"taste: a pair that stays closer than chance brings there is marked.",
    )


def everybodys(run: Run, side: Side, listed: np.ndarray, least: int, *, predictions: bool) -> None:
    """Name the hubs: rows that are in the lists of very many others; of many rows where somebody asks for it."""
    n = int(np.count_nonzero(listed))
    if n <= MANY:
        return
    if n > QUICK and not elements.toggle(
        f"Count in whose lists each of the {n:,} is", "hubs", "Takes a second for every few thousand."
    ):
        return
    counts = analyses.lists_of_all(run.run_id, users=side.users, least=least, predictions=predictions)
    names = words.measures(predictions)
    sentences = [words.hubs(side.rows, counts[metric], n, names[metric].inside) for metric in METRICS]
    if any(sentences):
        st.markdown(f"{' '.join(filter(None, sentences))} {words.HUBS}")


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
