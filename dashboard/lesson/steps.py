"""The steps of the lesson, and going from one to the next."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.lesson.biases import biases
from dashboard.lesson.code import code
from dashboard.lesson.dropping import dropping
from dashboard.lesson.example import Example
from dashboard.lesson.guessing import guessing
from dashboard.lesson.rows import multiplying, number, picking
from dashboard.lesson.stepping import stepping


@dataclass(frozen=True)
class Step:
    """One step of the lesson: its title, with {noun} in it, and what draws it."""

    title: str
    draw: Callable[[Example], None]


STEPS = (
    Step("A {noun} is a row number", number),
    Step("The number picks a row", picking),
    Step("The same by multiplying", multiplying),
    Step("Two rows make a guess", guessing),
    Step("One step of training", stepping),
    Step("Why biases help", biases),
    Step("What dropout does", dropping),
    Step("The layer in code", code),
)
NUMBERS = [str(number) for number in range(1, len(STEPS) + 1)]


def _go(to: str) -> None:
    """Show this step; a callback. It counts from no widget: a quick second click may bring what that said before."""
    st.session_state.step = to


def stepper() -> int:
    """All steps by number, Back and Next; the step chosen, from 0."""
    said = st.session_state.get("step") or st.query_params.get("step", "1")
    at = NUMBERS.index(said) if said in NUMBERS else 0
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        chosen = st.segmented_control(
            "Step", NUMBERS, default="1", required=True, key="step", bind="query-params", label_visibility="collapsed"
        )
        st.button(
            "Back", icon=":material/arrow_back:", on_click=_go, args=(str(at),), disabled=at == 0, key="lesson_back"
        )
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            icon_position="right",
            type="primary",
            on_click=_go,
            args=(str(at + 2),),
            disabled=at == len(STEPS) - 1,
            key="lesson_next",
        )
    return NUMBERS.index(chosen)
