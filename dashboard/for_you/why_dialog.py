"""Why a guess is what it is: for the person in front of the screen, and for anybody in the data."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.new_user.model import NewUserModel
from core.model.run import Run
from dashboard.cache import analyses, loaders
from dashboard.for_you import words
from dashboard.for_you.waterfall import Case, Naming, View, load_view, pulled, show
from dashboard.session import dialogs, state
from dashboard.shared import elements, phrases, sides, tables
from dashboard.shared.elements import choose_row
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

MINE, THEIRS = "You", "Somebody in the data"
GUESS, TRUE, MISS = "Guess", "True", "Miss"

_EXPLAINED = "_explained"
"""Session key of what was last explained in the window."""


def section(view: View, first: int) -> None:
    """Draw the section "Why this score"; `first` is the item on the screen until somebody chooses another."""
    model, rows, naming = view.model, view.rows, view.naming
    st.header("Why this score")
    if model.run.scorer.is_bilinear:
        other = f" Or it is taken apart by what the {rows.noun} is known by." if len(model.item_parts) > 1 else ""
        st.markdown(
            "A guess is a sum. It begins at the average and takes a step for who is asked, one for what is asked "
            f"about, and one for every component on which the two meet.{other} The steps, as printed, add up to the "
            "guess."
        )
    if elements.segments("Whose guess", [MINE, THEIRS], "who") == MINE:
        row = choose_row(rows, f"{rows.noun.capitalize()} (type a few letters)", "item", first=first, width=420)
        show(model, rows, naming, Case(row, "you", view.person.numbers), key="why")
        pulled(model, rows, row)
    else:
        _somebody(model, rows, naming)


@dialogs.dialog("Why this guess", width="large")
def dialog(run_id: str, row: int) -> None:
    """Why one recommendation scores as it does, in a window over the page.

    It looks everything up by the run's id: Streamlit keeps what a dialog is given as long as the session.
    """
    view = load_view(run_id)
    model, rows = view.model, view.rows
    st.session_state[_EXPLAINED] = rows.labels[row]
    show(model, rows, view.naming, Case(row, "you", view.person.numbers), key="dialog")
    pulled(model, rows, row)


def explained() -> str:
    """What was last explained in the window in this session; empty for nothing."""
    return str(st.session_state.get(_EXPLAINED, ""))


def _somebody(model: NewUserModel, rows: Rows, naming: Naming) -> None:
    """Anybody in the data, any item; the model's worst misses to choose from."""
    run_id = model.run.run_id
    people, misses = loaders.user_rows(run_id), analyses.worst_misses(run_id)
    users, items = _worst(run_id)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            user = choose_row(people, "User", "user", first=users[0], width=260)
            row = choose_row(rows, rows.noun.capitalize(), "item_of_user", first=items[0], width=260)
        actual = actual_rating(model, user, row)
        sure = model.known_sureness(np.array([user]), np.array([row]))
        known_to = words.known_to(sure, 0, (model.ratings.min_rating, model.ratings.max_rating))
        case = Case(row, escape(people.labels[user]), model.run.scorer.user_numbers[user], actual, known_to)
        if not people.trained[user]:
            st.warning("This user has no rating in the training part.", icon=":material/casino:")
        show(model, rows, naming, case, key="somebody")
        if actual is None:
            st.caption(f"This user has not rated this {rows.noun}, so nobody knows whether the guess is right.")
    with right:
        st.subheader("The worst misses")
        tested = "the model was tested on" if model.run.scorer.trained_here else "that the model may have learned from"
        elements.button("Show the next one", "skip_next", "next_miss", _next_miss, run_id)
        st.markdown(
            f"The {len(misses.place)} guesses furthest from the truth, among "
            f"{phrases.count(len(model.looked_at), 'rating')} {tested}. Select one to see how it came "
            "about."
        )
        table = pd.DataFrame(
            {
                sides.USER: [people.labels[one] for one in users],
                tables.TITLE: [rows.name(one) for one in items],
                GUESS: misses.guess,
                TRUE: model.ratings.rating[model.looked_at[misses.place]],
                MISS: misses.miss,
            }
        )
        elements.table(
            table,
            key="worst",
            on_select=partial(_open_miss, run_id),
            selection_mode="single-row",
            height=420,
            column_order=[tables.TITLE, sides.USER, GUESS, TRUE, MISS],
            column_config=tables.COLUMNS
            | tables.number(GUESS, form="%.2f", width=52)
            | tables.number(TRUE, form="%g", width=44)
            | {
                tables.TITLE: st.column_config.TextColumn(pinned=True, width=106),
                sides.USER: st.column_config.TextColumn(width=64),
                MISS: st.column_config.NumberColumn(format="%+.2f", width=58, help="Guess less true rating"),
            },
            alt=f"The {len(table)} worst misses with user, title, guess and true rating",
        )


def actual_rating(model: NewUserModel, user: int, row: int) -> float | None:
    """What somebody in the data gave an item; None where they have not rated it."""
    places = model.rows_of_user(user)
    places = places[model.ratings.item_index[places] == row]
    return float(model.ratings.rating[places[0]]) if len(places) else None


def _worst(run_id: str) -> tuple[np.ndarray, np.ndarray]:
    """User and item of each of the worst misses, the worst first."""
    model = analyses.new_user_model(run_id)
    places = model.looked_at[analyses.worst_misses(run_id).place]
    return model.ratings.user_index[places], model.ratings.item_index[places]


@state.reporting
def _open_miss(run_id: str) -> None:
    """Show the selected miss; a callback."""
    chosen = elements.selected_rows("worst", len(_worst(run_id)[0]))
    if chosen:
        open_case(run_id, chosen[0])


@state.reporting
def _next_miss(run_id: str) -> None:
    """Show the miss behind the one on the screen, the worst one after the last; a callback."""
    people, rows = loaders.user_rows(run_id), loaders.item_rows(run_id)
    current = st.session_state.get("user"), st.session_state.get("item_of_user")
    cases = [(people.labels[user], rows.labels[item]) for user, item in zip(*_worst(run_id), strict=True)]
    open_case(run_id, (cases.index(current) + 1) % len(cases) if current in cases else 0)


def open_case(run_id: str, place: int) -> None:
    """Choose the user and the item of one of the worst misses."""
    people, rows, (users, items) = loaders.user_rows(run_id), loaders.item_rows(run_id), _worst(run_id)
    user, item = people.labels[users[place]], rows.labels[items[place]]
    st.session_state.user, st.session_state.item_of_user = user, item


def explanation(run: Run, noun: str) -> str:
    """How the numbers of this section come about (Markdown)."""
    scorer = run.scorer
    influence = "What a rating of yours did to a guess is found by leaving it out and fitting you again."
    if not scorer.is_bilinear:
        return influence
    sigmoid = (
        "The score goes through $\\sigma$ and is stretched to the rating scale; a step of the rating is what "
        "it changes at its place in the order, so another order would share out the same total differently."
        if scorer.scale.sigmoid
        else "The score is the rating; nothing comes after the sum."
    )
    return (
        f"With the average person $\\bar u$ and the average {noun} $\\bar v$, each counting as often as they have a "
        "training rating, $a = u - \\bar u$ and $b = v - \\bar v$,\n\n"
        f"$${scorer.score_latex} = \\text{{average}} + \\text{{person}} + \\text{{{noun}}} + "
        "\\sum_k (a \\cdot c_k)(b \\cdot c_k),$$\n\n"
        "where $c_k$ are the principal components: turning both vectors alike keeps their dot product. *Person* is "
        f"$a \\cdot \\bar v$ and how far the bias is from the mean bias, *{noun}* likewise. {sigmoid} Printed numbers "
        f"are rounded up or down so that they add up (largest remainder); none is off by a whole last digit."
        f"{_by_parts(noun) if scorer.has_uncertainty else ''}"
        f"\n\n{influence}"
    )


def _by_parts(noun: str) -> str:
    """How a guess is taken apart by what an item is known by."""
    return (
        f"\n\n*What it is known by*: bias and vector of the {noun} are sums of parts, $b_v = \\sum_g b_g$ and "
        f"$v = \\sum_g v_g$: from who rated it, from each column that tells something of it, and what is its own. So "
        f"the guess is $m + b_u + \\sum_g (b_g + u \\cdot v_g)$, a step for each part."
    )
