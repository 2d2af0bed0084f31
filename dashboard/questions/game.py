"""A game for a class: five items, four of them neighbors in some model. Which is the intruder?"""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.analysis.questions.intruder import CHANCE, Round, draw
from core.errors import AnalysisError
from dashboard.cache import loaders
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

KNOWN = 200
"""Items that the game draws from, those with the most ratings: people should know them."""

_SEED, _ANSWER, _TALLY = "_intruder_seed", "_intruder_answer", "_intruder_tally"
"""The draw; the answer to it, with the five that it was about; and who was found how often."""


def show(titles: Mapping[str, str], rows: np.ndarray) -> None:
    """The game, with the models of the tasks, by run id, and the rows of items that all of them know."""
    ids = list(titles)
    items = loaders.item_rows(ids[0])
    known = rows[np.argsort(-items.count[rows], kind="stable")[:KNOWN]]
    seed = st.session_state.setdefault(_SEED, int(np.random.SeedSequence().generate_state(1)[0]))
    task = ids[seed % len(ids)]
    try:
        five = drawn(task, known, seed)
    except AnalysisError:
        return
    nouns = items.nouns
    st.header("Can you see it?")
    st.markdown(
        f"Four of these {nouns} are neighbors in one of the models; one is from elsewhere, and about as well known. "
        f"Which is the intruder? Which model it was is told afterwards. "
        f"Who only guesses is right {CHANCE:.0%} of the time."
    )
    asked = task, tuple(five.items.tolist())
    answer = _answer(asked)
    with st.container(horizontal=True):
        for place, row in enumerate(five.items.tolist()):
            chosen = place == answer
            icon = "radio_button_checked" if chosen else "radio_button_unchecked"
            label = escape(items.labels[row])
            told = (asked, five.intruder, place)
            elements.button(label, icon, f"intruder_{place}", answered, *told, disabled=answer is not None)
    if answer is not None:
        name = escape(items.labels[five.items[five.intruder]])
        verdict = "Right" if answer == five.intruder else "Not this one"
        st.markdown(f"**{verdict}: the intruder is {name}.** The other four are neighbors by “{titles[task]}”.")
        elements.button("Five others", "refresh", "intruder_next", draw_anew)
    st.markdown(tally_words(st.session_state.get(_TALLY, {}), titles))


def drawn(run_id: str, known: np.ndarray, seed: int) -> Round:
    """Five items, drawn with the vectors of a run; raises AnalysisError where there are too few."""
    items = loaders.item_rows(run_id)
    return draw(items.matrix, known, items.count, seed=seed)


@state.reporting
def answered(asked: tuple[str, tuple[int, ...]], intruder: int, place: int) -> None:
    """Count an answer; a callback. Asked are a run and its five items."""
    if _answer(asked) is not None:
        return
    st.session_state[_ANSWER] = asked, place
    run_id, tally = asked[0], dict(st.session_state.get(_TALLY, {}))
    right, times = tally.get(run_id, (0, 0))
    st.session_state[_TALLY] = tally | {run_id: (right + (place == intruder), times + 1)}


def _answer(asked: tuple[str, tuple[int, ...]]) -> int | None:
    """The place that was chosen among these five; None for those of other models or data."""
    about, place = st.session_state.get(_ANSWER, (None, None))
    return place if about == asked else None


@state.reporting
def draw_anew() -> None:
    """Draw five others; a callback."""
    st.session_state[_SEED] = int(np.random.default_rng(st.session_state[_SEED]).integers(2**32))
    st.session_state.pop(_ANSWER, None)


def tally_words(tally: Mapping[str, tuple[int, int]], titles: Mapping[str, str]) -> str:
    """How often the intruder was found, by task, in this session."""
    counted = {titles[run_id]: found for run_id, found in tally.items() if run_id in titles}
    if not counted:
        return "Nothing is counted yet. In a class, vote by hand and click what most say."
    parts = [f"“{title}” {right} of {phrases.count(asked, 'time')}" for title, (right, asked) in counted.items()]
    return f"Found so far, in this window: {phrases.together(parts)}."
