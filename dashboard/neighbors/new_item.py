"""An item that nobody has rated: somebody says what it is, and the model where it would lie and who would like it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.neighbors.of_one import Neighbors
from core.analysis.new_item.placing import BeforeTaste, Description, Fans, Placed, before_taste, fans, place
from core.data.nouns import with_article
from core.errors import LimitError
from core.model.item_features import FeatureGroup
from core.model.run import Run
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts import new_item as charts
from dashboard.principal_components.how import current
from dashboard.shared import elements, phrases, tables, told
from dashboard.shared.markup import escape
from dashboard.shared.sides import Side

TOP = 10
NAMED = 5
"""Of the nearest, on the map."""
COSINE, AGAIN = "Cosine", "Again"
GUESS, MISS, ABOVE, LOVED = "Guess", "±", "Above", "What they rated highest"


@dataclass(frozen=True, eq=False)
class Found:
    """What the model says of the item, titled as somebody typed it: where it lies, and its nearest.

    `again`: in how many samples each of these is found again, 0–1. `liked`: who would like it, of the `people`,
    boolean (n_users,), that there were to learn from; `before_taste`: how liked it is whoever rates it.
    """

    title: str
    placed: Placed
    near: Neighbors
    again: np.ndarray
    liked: Fans
    people: np.ndarray
    before_taste: BeforeTaste


def new_item(run: Run, side: Side, listed: np.ndarray) -> None:
    """Draw the section, unless the model guesses no ratings; nothing is computed while it is closed."""
    if not run.scorer.guesses_ratings:
        return
    noun = side.noun
    label = f"A new {noun}: where would it lie, and who would like it?"
    part = st.expander(label, icon=":material/add_location_alt:", key="new_item", bind="query-params")
    if not part.open:
        return
    with part:
        known = told.columns(run)
        if not known:
            st.info(
                f"This model learned from ratings alone: of {with_article(noun)} that nobody has rated it knows "
                f"nothing. The preset *{phrases.PRESET_WORDS['best']}* also learns from what the data say of each "
                f"{noun}, where they say something.",
                icon=":material/info:",
            )
            return
        st.markdown(
            f"Nobody has rated it, so the model has only what it learned about {known}: the new {noun} lies where they "
            "add up to. A title says nothing to it."
        )
        title, description = _typed(analyses.item_features(run.dataset.dataset_id), noun)
        if not (any(description.categories.values()) or description.numbers):
            st.caption(f"Say something of the {noun} above.")
            return
        found = _found(run, side, listed, title, description)
        if found is not None:
            _answer(run, side, listed, found)


def _typed(groups: Sequence[FeatureGroup], noun: str) -> tuple[str, Description]:
    """A field for the title, and one for each column that the model knows."""
    categories: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, float] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("Title", max_chars=120, key="new_title", bind="query-params", width=220)
        for place_of, group in enumerate(groups):
            name = group.name.capitalize()
            usual = group.name in ("genres", "year")
            key = f"new_{group.name}" if usual else f"new_column_{place_of}"  # a column's name is somebody's words
            if group.starts is None:
                chosen = st.multiselect(
                    escape(name), group.labels, key=key, bind="query-params", width=320, placeholder="Any"
                )
                categories[group.name] = tuple(chosen)
                continue
            whole = 1 if group.name == "year" else None
            number = st.number_input(
                escape(name),
                value=None,
                step=whole,
                key=key,
                bind="query-params",
                width=170,
                placeholder="unknown",
            )
            if number is not None:
                numbers[group.name] = float(number)
    return " ".join(title.split()) or f"the new {noun}", Description(categories, numbers)


def _found(run: Run, side: Side, listed: np.ndarray, title: str, description: Description) -> Found | None:
    """What the model says; None where it does not know what was typed in, which is said."""
    try:
        groups = analyses.item_features(run.dataset.dataset_id)
        placed = place(run.scorer, groups, description)
    except LimitError as error:
        elements.error(error.code, phrases.with_noun(str(error), side.noun))
        return None
    people = loaders.user_rows(run.run_id).trained
    near = placed.nearest(listed, top=TOP)
    liked = fans(placed, side.ratings.user_mean, people)
    counts = (analyses.training_averages(run.run_id, users=users)[0] for users in (True, False))
    aside = before_taste(placed, groups, *counts)
    return Found(title, placed, near, placed.agreement(near, listed), liked, people, aside)


def _answer(run: Run, side: Side, listed: np.ndarray, found: Found) -> None:
    st.markdown(lead(found, side))
    if run.config.dimensions > 1 and len(found.near.index):
        _map(run, side, listed, found)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("What lies closest")
        numbers = {COSINE: found.near.similarity, AGAIN: 100 * found.again}
        elements.table(
            side.table(found.near.index, numbers),
            column_order=[tables.TITLE, COSINE, AGAIN, tables.COUNT],
            column_config=tables.COLUMNS
            | tables.number(COSINE)
            | {
                AGAIN: st.column_config.NumberColumn(
                    format="%.0f%%",
                    width=64,
                    help="How often it is among the nearest again where all numbers are drawn anew, each as unsure as "
                    "the model is of it",
                )
            },
            alt=f"The {len(found.near.index)} {side.nouns} whose vectors point most the same way",
        )
    with right:
        st.subheader("Who would like it most")
        elements.table(
            _people(side, found),
            column_config={
                GUESS: st.column_config.NumberColumn(format="%.1f", width=58),
                MISS: st.column_config.NumberColumn(
                    format="%.1f", width=44, help="By how much a rating of theirs would typically miss the guess"
                ),
                ABOVE: st.column_config.NumberColumn(
                    format="%+.1f", width=58, help="How far the guess lies above the mean of all that they rated"
                ),
            },
            alt=f"The people whose guesses for it lie furthest above what they usually give, with {side.nouns} they "
            "rated highest",
        )


def lead(found: Found, side: Side) -> str:
    """What the typical person would give it, how many would like it, and what its columns add to everybody's guess."""
    guess, scale = found.placed.guesses[found.people], (side.ratings.min_rating, side.ratings.max_rating)
    miss = float(np.sqrt(np.mean(found.placed.misses[found.people] ** 2)))
    aside = found.before_taste
    adding = [f"{_plus(amount)} for its {escape(name)}" for name, amount in aside.by_column.items()]
    better = "better" if aside.beyond < 0 else "less"
    adding.append(f"{_plus(aside.beyond)} since what is rated is {better} liked than that alone would make it")
    return (
        f"**{escape(found.title[0].upper() + found.title[1:])}** would get "
        f"**{phrases.guessed(float(guess.mean()), scale)}** "
        f"± {phrases.guessed(miss, scale)} {phrases.unit(side.ratings)} on average over everybody. "
        f"About **{found.liked.share:.0%}** of {phrases.count(int(found.people.sum()), 'person')} would rate it above "
        f"what they usually give. Before any taste it counts {_plus(aside.bias)} (± {aside.spread:.2f}) beside the "
        f"average {side.noun}: {phrases.together(adding)}. The ± is wide: what a {side.noun} has of its own, only "
        "ratings can tell."
    )


def _plus(number: float) -> str:
    """What is added, with its sign: "+0.07", "−0.11"."""
    return f"{number:+.2f}".replace("-", "−")


def _map(run: Run, side: Side, listed: np.ndarray, found: Found) -> None:
    components = component_analyses.components(run.run_id, current(run.run_id))
    rows = np.flatnonzero(listed)
    if len(rows) > charts.MOST_DRAWN:
        rows = np.sort(rows[np.argsort(-side.rows.count[rows], kind="stable")[: charts.MOST_DRAWN]])
    rows = np.union1d(rows, found.near.index[:NAMED])
    axes, scorer = components.components[:2], found.placed.scorer
    at = components.project(scorer.item_embedding[[found.placed.row]])[0, :2]
    covariance = (axes * scorer.arrays["item_variance"][found.placed.row, 1:]) @ axes.T
    figure = charts.place_on_map(
        components.scores[rows, :2],
        [side.rows.labels[row] for row in rows],
        np.searchsorted(rows, found.near.index[:NAMED]),
        at,
        covariance,
        name=found.title,
        noun=side.noun,
    )
    nearest = ", ".join(side.rows.labels[row] for row in found.near.index[:NAMED])
    alt = f"Map of {len(rows):,} {side.nouns} with the new one at {at[0]:.2f} and {at[1]:.2f}; nearest: {nearest}"
    st.plotly_chart(figure, key="new_item_map", config=phrases.CHART_CONFIG, alt=alt)


def _people(side: Side, found: Found) -> pd.DataFrame:
    """Those furthest above their own mean, each with a few they rated highest: of equal ones the most similar."""
    rows, ratings = found.liked.order[:TOP], side.ratings
    matrix, vector = side.rows.matrix, found.placed.scorer.item_embedding[found.placed.row]
    loved = []
    for row in rows:
        given = np.flatnonzero(ratings.user_index == row)
        items = ratings.item_index[given]
        order = np.lexsort((-(matrix[items] @ vector), -ratings.rating[given]))[:3]
        loved.append(", ".join(side.rows.labels[item] for item in items[order]))
    return pd.DataFrame(
        {
            "User": [str(ratings.users.ids[row]) for row in rows],
            GUESS: found.placed.guesses[rows],
            MISS: found.placed.misses[rows],
            ABOVE: found.liked.above[rows],
            LOVED: loved,
        }
    )
