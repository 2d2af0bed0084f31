"""One person before one model, and a guess taken apart: waterfall, reading, numbers, what one's own ratings did."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.new_user.explain import (
    Explanation,
    Vectors,
    explain,
    explain_parts,
    influence,
    printed,
)
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.model import NewUserModel
from core.model.scoring import require_bilinear
from dashboard.biases.words import part_names
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts.base import plain
from dashboard.charts.person import waterfall
from dashboard.embeddings.words import signed
from dashboard.for_you import own_ratings, position, words
from dashboard.principal_components import naming
from dashboard.principal_components.how import current
from dashboard.principal_components.label import Label
from dashboard.principal_components.proofs import tested
from dashboard.session import visitor
from dashboard.shared import elements, phrases, tables
from dashboard.shared.elements import show_chart, warn_untrained
from dashboard.shared.markup import escape, spoken
from dashboard.shared.matrix_rows import Rows
from dashboard.shell.needs_run import explain_lack

DIGITS = 2
"""Of ratings in the picture and the table; scores have one more."""
MOST_STEPS = 7
"""Components with a bar of their own."""
BY_TASTE, BY_PARTS = "Taste", "What it is known by"
"""Ways to take a guess apart: along components, and along what the item's numbers are a sum of."""
PULLED = 8
"""Ratings listed as having pulled a guess."""


@dataclass(frozen=True, eq=False)
class Naming:
    """What all components are called, and what lies at the low and the high end of the first, empty where not known."""

    labels: Sequence[Label]
    ends: Sequence[tuple[str, str]]

    def toward(self, component: int, high: bool) -> str:
        """A component by the end something lies toward: "component 3, toward Children, Musical"."""
        end = self.ends[component][high] if component < len(self.ends) else ""
        label = self.labels[component]
        return f"{label.short}, toward {end}" if end else label.span


@dataclass(frozen=True, eq=False)
class Case:
    """A guess for the item of a row, to look at.

    `who` is "you", or a name made harmless; `numbers` a row such as those of `Scorer.user_numbers`; `actual` the
    true rating, where there is one; `known_to` says how far the guess is probably off, empty where it is said
    elsewhere.
    """

    row: int
    who: str
    numbers: np.ndarray
    actual: float | None = None
    known_to: str = ""


def show(model: NewUserModel, rows: Rows, naming: Naming, case: Case, *, key: str) -> None:
    """The waterfall of one guess, its reading, and its numbers; the guess alone where it is no sum."""
    if not rows.trained[case.row]:
        warn_untrained(rows.noun)
    truth = "" if case.actual is None else f" The true rating is **{case.actual:g}**."
    truth += f" {case.known_to}" if case.known_to else ""
    if not model.run.scorer.is_bilinear:
        st.markdown(f"The guess for **{escape(rows.labels[case.row])}** is **{predicted(model, case):,.2f}**.{truth}")
        explain_lack(model.run, "is_bilinear")
        return
    ratings, title = model.ratings, rows.name(case.row)
    scale, unit = (ratings.min_rating, ratings.max_rating), phrases.unit(ratings)
    by_parts = len(model.item_parts) > 1 and _choose_way(rows.noun, key) == BY_PARTS
    parts = by_what_is_known(model, case) if by_parts else taken_apart(model, case)
    steps = printed([term.rating for term in parts.terms], DIGITS)
    names = step_names(parts, naming, case.who, rows.noun)
    reading = (
        words.parts(parts, steps, names, case.who, rows.noun, scale)
        if by_parts
        else words.explanation(parts, steps, naming.toward, case.who, rows.noun, scale)
    )
    picture = waterfall(
        names,
        steps,
        [f"{steps[0]:,.2f}", *(sign(step) for step in steps[1:]), f"{parts.rating:,.2f}"],
        round(parts.rating, DIGITS),
        title=f"The guess for {plain(title, 48)}",
        unit=unit,
        actual=case.actual,
    )
    show_chart(picture, f"own_waterfall_{key}", f"The guess for {title} step by step: {spoken(reading)}")
    st.markdown(f"{reading}{truth}")
    with st.expander("The same in numbers", icon=":material/table:"):
        _numbers(parts, names, case, steps, rows.noun)


def _choose_way(noun: str, key: str) -> str:
    """Along what the guess is taken apart."""
    words = (
        f"The model learned numbers from the ratings of each {noun}, from who gave them, and from what is known of it; "
        "their sums are its bias and its vector. Both ways lead to the same guess."
    )
    bind = None if key == "dialog" else "query-params"
    return elements.segments("Taken apart by", [BY_TASTE, BY_PARTS], f"{key}_by", words, bind=bind)


def by_what_is_known(model: NewUserModel, case: Case) -> Explanation:
    """The steps of a guess by what the item's numbers are a sum of: from its ratings, from who rated it, genre by
    genre; the item's own numbers last."""
    scorer = require_bilinear(model.run.scorer)
    dim = scorer.item_embedding.shape[1]
    person = Vectors(case.numbers[:dim], float(case.numbers[dim:].sum()))
    own, *others = ((name, part[case.row]) for name, part in model.item_parts.items())
    return explain_parts(person, dict([*others, own]), scorer.constant, scorer.scale)


def predicted(model: NewUserModel, case: Case) -> float:
    """The rating guessed in a case, held inside the scale."""
    scorer = model.run.scorer
    score, _ = scorer.score_new_user(case.numbers, np.array([case.row]))
    return float(scorer.scale.clip(scorer.scale.rating(score))[0])


def taken_apart(model: NewUserModel, case: Case) -> Explanation:
    """The steps of a guess; components that would print as nothing are left to the rest."""
    scorer = require_bilinear(model.run.scorer)
    dim = scorer.item_embedding.shape[1]
    run_id, directions, for_users = model.run.run_id, np.zeros((0, 0)), None
    if scorer.has_vectors:
        components = component_analyses.components(run_id, current(run_id))
        directions, for_users = components.components, components.for_users
    person = Vectors(case.numbers[:dim], float(case.numbers[dim:].sum()))
    item = Vectors.of_item(scorer, case.row)
    take_apart = partial(explain, person, item, model.averages, directions, scorer.scale, for_users=for_users)
    parts = take_apart(most=MOST_STEPS)
    visible = sum(term.component >= 0 and abs(term.rating) >= 0.5 * 10.0**-DIGITS for term in parts.terms)
    return take_apart(most=visible)


def sign(step: float) -> str:
    """A step with its sign, always."""
    return signed(step) if step < 0 or step == 0 else f"+{signed(step)}"


def step_names(parts: Explanation, naming: Naming, who: str, noun: str) -> list[str]:
    """What each step is called."""
    fixed = {
        "average": "The average",
        "person": "You, whatever is asked about" if who == "you" else "The user, whatever is asked about",
        "item": f"The {noun}, whoever is asked",
        "rest": "All other components",
        "mean": "The mean of all ratings",
    }
    names = [
        part_names([term.name], noun)[term.name]
        if term.kind == "part"
        else fixed.get(term.kind) or naming.toward(term.component, term.item > 0)
        for term in parts.terms
    ]
    return [name[0].upper() + name[1:] for name in names]


def _numbers(parts: Explanation, names: Sequence[str], case: Case, steps: Sequence[float], noun: str) -> None:
    scores = printed([term.score for term in parts.terms], DIGITS + 1)
    person, item = "You" if case.who == "you" else "User", noun.capitalize()
    factors = [(term.person, term.item) if term.component >= 0 else (None, None) for term in parts.terms]
    meeting = any(term.component >= 0 for term in parts.terms)
    table = pd.DataFrame(
        {
            "Step": [*names, "Together"],
            "Score": [*scores, round(parts.score, DIGITS + 1)],
            "Rating": [*steps, round(parts.rating, DIGITS)],
        }
        | (
            {person: [*(factor for factor, _ in factors), None], item: [*(factor for _, factor in factors), None]}
            if meeting
            else {}
        )
    )
    along = "How far from the average along the component; the product is the score"
    factor_column = st.column_config.NumberColumn(format="%+.3f", width=80, help=along)
    score_help, rating_help = "Before the sigmoid, if there is one", "What it changes in the guess"
    elements.table(
        tables.unsigned_zeros(table, DIGITS + 1),
        height=38 + 35 * len(table),
        column_config={
            "Step": st.column_config.TextColumn(width=140 if visitor.on_phone() else "medium"),
            "Score": st.column_config.NumberColumn(format="%+.3f", width=80, help=score_help),
            "Rating": st.column_config.NumberColumn(format="%+.2f", width=80, help=rating_help),
            person: factor_column,
            item: factor_column,
        },
        alt="Every step with its score, what it changes in the guess, and the two factors of each component there is",
    )


def pulled(model: NewUserModel, rows: Rows, row: int) -> None:
    """The person's own ratings that did most to the guess."""
    ratings = model.ratings
    given = own_ratings.own(ratings.dataset_id).given
    items, rating = ratings.items.indices(given), list(given.values())
    result = influence(model.run.scorer, items, np.array(rating), row, model.prior)
    titles = [rows.labels[item] for item in items]
    st.markdown(words.influence(result, titles, rating, (ratings.min_rating, ratings.max_rating)))
    if len(result.rated) == 0:
        return
    first = result.rated[:PULLED]
    columns = {
        tables.TITLE: [titles[place] for place in first],
        "Your rating": [rating[place] for place in first],
        "Effect": result.effect[:PULLED],
    }
    effect = "The guess with this rating less the guess without it"
    with st.expander("What each of your ratings did to it", icon=":material/touch_app:"):
        elements.table(
            tables.unsigned_zeros(pd.DataFrame(columns)),
            column_config=tables.COLUMNS
            | tables.number("Your rating", form="%g", width=90)
            | {"Effect": st.column_config.NumberColumn(format="%+.2f", width=70, help=effect)},
            alt="Your ratings with the largest effect on this guess, the largest first",
        )


NAMED = 5
"""Components whose ends are told in words."""


@dataclass(frozen=True, eq=False)
class View:
    """One person, fitted to their own ratings, before one model; no `naming` where that has no vectors."""

    model: NewUserModel
    rows: Rows
    person: NewUser
    naming: Naming


def load_view(run_id: str) -> View:
    """The person of this session before the model with this id, everything else looked up."""
    model = analyses.new_user_model(run_id)
    given = own_ratings.own(model.ratings.dataset_id).given
    return View(model, loaders.item_rows(run_id), model.place(given), _naming(model))


def _naming(model: NewUserModel) -> Naming:
    run = model.run
    if not run.scorer.has_vectors:
        return Naming([], [])
    how = current(run.run_id)
    names = naming.look_up(run.run_id, component_analyses.components(run.run_id, how), how)
    labels = names.labels(tested(run.run_id).signal(how))
    return Naming(labels, position.ends_of(model, labels[:NAMED]))
