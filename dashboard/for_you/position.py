"""Where somebody is among the people in the data: on the plane, along the components, and who is nearest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.hints import words as hint_words
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.position import Alike, People, Place, alike, generosity, place
from core.analysis.posterior import ellipse
from core.model.scoring import require_bilinear
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts import person as charts
from dashboard.charts.components import axis_title
from dashboard.charts.maps import Landmarks, Places, Plane
from dashboard.charts.points import Classes
from dashboard.embeddings.words import signed
from dashboard.for_you import own_ratings, words
from dashboard.map_view import component as map_view
from dashboard.principal_components.how import current
from dashboard.principal_components.label import Label
from dashboard.shared import elements, phrases, sides, tables
from dashboard.shared.elements import show_chart
from dashboard.shared.markup import spoken
from dashboard.shell.needs_run import explain_lack

NEAREST, ENOUGH = 8, 20
"""People named as nearest, and ratings they need."""
NAMELESS = "not named"
SHARED, APART, COSINE = "Both", "Apart", "Cosine"


@dataclass(frozen=True, eq=False)
class Standing:
    """One person among everybody along the first components, and those who lean the same way."""

    among: People
    mine: Place
    near: Alike


def standing(model: NewUserModel, person: NewUser) -> Standing:
    """Where a person stands."""
    run_id = model.run.run_id
    how = current(run_id)
    among, average = analyses.people_along(run_id, how), model.averages.user
    components = component_analyses.components(run_id, how).for_users[: among.scores.shape[1]]
    eligible = model.trained_users & (model.ratings.user_count >= _enough(model)) & (person.n_ratings > 0)
    return Standing(
        among,
        place(person, components, average, among),
        alike(model.run.scorer.user_embedding, person.vector, average, eligible, top=NEAREST),
    )


def _enough(model: NewUserModel) -> int:
    """Ratings that somebody to compare with needs: fewer where hardly anybody has that many."""
    count = np.sort(model.ratings.user_count)
    return min(ENOUGH, int(count[-min(NEAREST, len(count))]))


def plane(model: NewUserModel, person: NewUser, labels: Sequence[Label]) -> None:
    """A small map of everybody with the person on it, where the model has axes that people and items share."""
    scorer = model.run.scorer
    if scorer.has_vectors and scorer.is_bilinear and scorer.item_embedding.shape[1] > 1:
        _plane(model, standing(model, person), labels)


def section(model: NewUserModel, person: NewUser, labels: Sequence[Label], ends: Sequence[tuple[str, str]]) -> None:
    """Draw the section; `ends` says what lies at the low and the high end of the first components."""
    st.header("Where you are")
    n, scorer = person.n_ratings, model.run.scorer
    if not (scorer.has_vectors and scorer.is_bilinear):
        if scorer.is_bilinear:
            st.markdown(_generosity(model, person))
        if scorer.has_vectors:
            st.info(
                f"In this model the vectors of people and of {phrases.plural(model.ratings.noun)} share no axes: "
                "they meet only in the hidden layer. So there are no components on which both could be placed.",
                icon=":material/info:",
            )
        else:
            explain_lack(model.run, "has_vectors")
        return
    result = standing(model, person)
    far = int(np.argmax(np.abs(result.mine.z)))
    reading = words.where(n, labels[far], float(result.mine.z[far]), ends[far][int(result.mine.z[far] > 0)])
    st.markdown(f"{reading} {_generosity(model, person)}")
    names = [(low or NAMELESS, high or NAMELESS) for low, high in ends]
    alt = f"Where you are along the first {len(ends)} components, beside the middle 80% of people. {spoken(reading)}"
    show_chart(charts.along(result.among, result.mine, names, labels), "own_along", alt)
    _nearest(model, result.near, n)


def _plane(model: NewUserModel, result: Standing, labels: Sequence[Label]) -> None:
    run_id, among, mine = model.run.run_id, result.among, result.mine
    people, rows = np.flatnonzero(model.trained_users), loaders.user_rows(model.run.run_id)
    title = f"You among {phrases.count(len(people), 'person')}"
    alt = f"{title} on the first two components; you are at {signed(mine.scores[0])} and {signed(mine.scores[1])}, the "
    alt += "average person at zero."
    member = np.where(np.isin(np.arange(len(rows)), result.near.index), 0, -1)
    doubt = np.square(mine.doubt[:2] * among.spread[:2])
    map_view.show(
        Places(
            people,
            among.scores[people, :2],
            [axis_title(label, unit=False) for label in labels[:2]],
            loaders.hover(run_id, users=True),
            rows.labels,
            loaders.notes(run_id, users=True),
            plane=Plane([f"component {label.number}" for label in labels[:2]], equal=False),
        ),
        Classes("People", member, ["leans your way"] if len(result.near.index) else []),
        key="own_plane",
        title=title,
        alt=alt,
        marks=map_view.Marks(
            result.near.index.tolist(),
            fly=False,
            outlines=[ellipse(mine.scores[:2], np.diag(doubt))],
            landmarks=Landmarks("you", mine.scores[None, :2], ["You"]),
        ),
        revision="own_plane",
        height=230,
        compact=True,
    )


def ends_of(model: NewUserModel, labels: Sequence[Label]) -> list[tuple[str, str]]:
    """What lies at the two ends of each component: the names people gave, else what the hints say, else nothing."""
    min_ratings, run_id, result = _hinted_from(model), model.run.run_id, []
    how = current(run_id)
    confirmed = component_analyses.component_standings(run_id, how)
    for label in labels:
        component = label.number - 1
        hinted = hint_words(
            component_analyses.component_hints(run_id, component, how, least=min_ratings), confirmed[component]
        )
        result.append((label.low or hinted.bottom, label.high or hinted.top))
    return result


def _hinted_from(model: NewUserModel) -> int:
    """As on the components page: fewer ratings where hardly anything has that many."""
    count = np.sort(model.ratings.item_count)
    return max(1, min(21, int(count[-min(20, len(count))])))  # ratings an item needs to speak for what lies at an end


def _generosity(model: NewUserModel, person: NewUser) -> str:
    found = generosity(require_bilinear(model.run.scorer), person, model.averages, model.trained_users)
    return words.generosity(found, person.n_ratings)


def _nearest(model: NewUserModel, near: Alike, n: int) -> None:
    """The people nearest, with what you and they rated."""
    st.subheader("Who leans your way")
    if len(near.index) == 0:
        st.caption(
            f"Nobody with {phrases.count(_enough(model), 'rating')} or more leans the same way."
            if n
            else "Rate something, and the people whose taste leans the same way are listed here."
        )
        return
    rows = loaders.user_rows(model.run.run_id)
    given = own_ratings.own(model.ratings.dataset_id).given
    mine = dict(zip(model.ratings.items.indices(given).tolist(), given.values(), strict=True))
    both = [_apart(model, user, mine) for user in near.index]
    shared = np.array([n for n, _ in both])
    names = [rows.name(user) for user in near.index]
    st.markdown(words.nearest(names, near.cosine, shared))
    apart_help = f"How far apart your ratings of these are on average, in {phrases.unit(model.ratings)}"
    elements.table(
        pd.DataFrame(
            {
                sides.USER: names,
                COSINE: near.cosine,
                SHARED: shared,
                APART: [apart for _, apart in both],
                tables.COUNT: model.ratings.user_count[near.index],
                tables.MEAN: model.ratings.user_mean[near.index],
            }
        ),
        column_config=tables.COLUMNS
        | tables.number(COSINE)
        | {
            SHARED: st.column_config.NumberColumn(width=60, help="How many titles both of you have rated"),
            APART: st.column_config.NumberColumn(format="%.2f", width=60, help=apart_help),
        },
        alt=f"The {len(names)} people whose taste leans most nearly the same way as yours",
    )


def _apart(model: NewUserModel, user: int, mine: dict[int, float]) -> tuple[int, float]:
    """How many titles somebody and the person both rated, and how far apart on average; NaN without any."""
    rows = model.rows_of_user(user)
    theirs = zip(model.ratings.item_index[rows].tolist(), model.ratings.rating[rows].tolist(), strict=True)
    apart = [abs(mine[item] - rating) for item, rating in theirs if item in mine]
    return len(apart), float(np.mean(apart)) if apart else float("nan")
