"""Where somebody is among the people in the data: on the plane, along the components, and who is nearest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.hints import words as hint_words
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.position import Alike, People, Place, alike, place
from dashboard.cache import analyses, loaders
from dashboard.charts import person as charts
from dashboard.for_you import own_ratings, words
from dashboard.principal_components.label import Label
from dashboard.shared import phrases, sides, tables
from dashboard.shell.needs_run import explain_lack

NEAREST, ENOUGH = 8, 20
"""People named as nearest, and ratings they need."""
HINTED_FROM = 21
"""Ratings an item needs to speak for what lies at an end."""
NAMELESS = "not named"
SHARED, APART, COSINE = "Both", "Apart", "Cosine"


@dataclass(frozen=True, eq=False)
class Standing:
    """One person among all.

    Attributes:
        among: Everybody along the first components.
        mine: The person there.
        near: Those who lean the same way.
    """

    among: People
    mine: Place
    near: Alike


def standing(known: NewUserModel, person: NewUser) -> Standing:
    """Where a person stands."""
    run_id = known.run.run_id
    among, average = analyses.people_along(run_id), known.averages.user
    components = analyses.item_pca(run_id, centered=False, min_ratings=0).components[: among.scores.shape[1]]
    eligible = known.trained_users & (known.ratings.user_count >= ENOUGH) & (person.n_ratings > 0)
    return Standing(
        among,
        place(person, components, average, among),
        alike(known.run.scorer.user_embedding, person.vector, average, eligible, top=NEAREST),
    )


def section(known: NewUserModel, person: NewUser, labels: Sequence[Label], ends: Sequence[tuple[str, str]]) -> None:
    """Draw the section; `ends` says what lies at the low and the high end of the first components."""
    st.header("Where you are")
    n, scorer = person.n_ratings, known.run.scorer
    if not (scorer.has_vectors and scorer.is_bilinear):
        st.markdown(words.generosity(person, _biases(known), n))
        explain_lack(known.run, "is_bilinear" if scorer.has_vectors else "has_vectors")
        return
    found = standing(known, person)
    far = int(np.argmax(np.abs(found.mine.z)))
    said = words.where(n, labels[far], float(found.mine.z[far]), ends[far][int(found.mine.z[far] > 0)])
    st.markdown(f"{said} {words.generosity(person, _biases(known), n)}")
    left, right = st.columns(2, gap="medium")
    with left:
        _plane(known, found, labels)
    right.plotly_chart(
        charts.along(found.among, found.mine, [(low or NAMELESS, high or NAMELESS) for low, high in ends], labels),
        key="own_along",
        config=phrases.CHART_CONFIG,
        alt=f"Where you are along the first {len(ends)} components, beside the middle 80% of people. {said}",
    )
    _nearest(known, found.near, n)


def _plane(known: NewUserModel, found: Standing, labels: Sequence[Label]) -> None:
    k = found.among.scores.shape[1]
    if k < 2:
        st.info("This model has one dimension, so there is no plane to lie on.", icon=":material/info:")
        return
    st.plotly_chart(
        charts.plane(
            found.among,
            found.mine,
            (0, 1),
            np.flatnonzero(known.trained_users),
            found.near.index,
            loaders.user_hover(known.run.run_id),
            labels,
        ),
        key="own_plane",
        config=phrases.CHART_CONFIG,
        alt=f"You and {np.count_nonzero(known.trained_users):,} people on the first two components; you are at "
        f"{found.mine.scores[0]:.2f} and {found.mine.scores[1]:.2f}, the average person at zero.",
    )


def ends_of(known: NewUserModel, labels: Sequence[Label]) -> list[tuple[str, str]]:
    """What lies at the two ends of each component: the names people gave, else what the hints say, else nothing."""
    least = _hinted_from(known)
    found = []
    for label in labels:
        hinted = hint_words(
            analyses.component_hints(known.run.run_id, label.number - 1, centered=False, min_ratings=0, least=least)
        )
        found.append((label.low or hinted.bottom, label.high or hinted.top))
    return found


def _hinted_from(known: NewUserModel) -> int:
    """As on the components page: fewer ratings where hardly anything has that many."""
    count = np.sort(known.ratings.item_count)
    return max(1, min(HINTED_FROM, int(count[-min(20, len(count))])))


def _biases(known: NewUserModel) -> np.ndarray:
    scorer = known.run.scorer
    return scorer.user_bias[known.trained_users] if scorer.has_biases else np.empty(0)


def _nearest(known: NewUserModel, near: Alike, n: int) -> None:
    """The people nearest, with what you and they rated."""
    st.subheader("Who leans your way")
    if len(near.index) == 0:
        st.caption(
            f"Nobody in the data has {ENOUGH} ratings, so there is nobody to compare with."
            if n
            else "Rate something, and the people whose taste leans the same way are listed here."
        )
        return
    rows = loaders.user_rows(known.run.run_id)
    given = own_ratings.own(known.ratings.dataset_id).given
    mine = dict(zip(known.ratings.items.indices(given).tolist(), given.values(), strict=True))
    both = [_apart(known, user, mine) for user in near.index]
    shared = np.array([n for n, _ in both])
    names = [rows.name(user) for user in near.index]
    st.markdown(words.nearest(names, near.cosine, shared))
    st.dataframe(
        pd.DataFrame(
            {
                sides.USER: names,
                COSINE: near.cosine,
                SHARED: shared,
                APART: [apart for _, apart in both],
                tables.COUNT: known.ratings.user_count[near.index],
                tables.MEAN: known.ratings.user_mean[near.index],
            }
        ),
        hide_index=True,
        column_config=tables.COLUMNS
        | tables.number(COSINE)
        | {
            SHARED: st.column_config.NumberColumn(width=60, help="How many titles both of you have rated"),
            APART: st.column_config.NumberColumn(
                format="%.2f", width=60, help="How far apart your ratings of these are on average, in rating units"
            ),
        },
        alt=f"The {len(names)} people whose taste leans most nearly the same way as yours",
    )


def _apart(known: NewUserModel, user: int, mine: dict[int, float]) -> tuple[int, float]:
    """How many titles somebody and the person both rated, and how far apart on average; NaN without any."""
    rows = known.rows_of_user(user)
    theirs = zip(known.ratings.item_index[rows].tolist(), known.ratings.rating[rows].tolist(), strict=True)
    apart = [abs(mine[item] - rating) for item, rating in theirs if item in mine]
    return len(apart), float(np.mean(apart)) if apart else float("nan")
