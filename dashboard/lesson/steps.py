"""The steps of the lesson, and going from one to the next."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.model.scoring import Bilinear
from dashboard.lesson.biases import biases
from dashboard.lesson.code import code
from dashboard.lesson.example import Example
from dashboard.lesson.rows import guessing, multiplying, number, picking
from dashboard.lesson.training import dropping, stepping
from dashboard.shared import elements
from dashboard.shared.phrases import fixed, summand
from dashboard.shell.needs_run import Ability, can, stop_without


@dataclass(frozen=True)
class Step:
    """One step of the lesson: its title with {noun} in it, and what a model must be able to do for it."""

    title: str
    draw: Callable[[Example], None]
    needs: tuple[Ability, ...] = ()


DOT_PRODUCT: tuple[Ability, ...] = ("has_vectors", "is_bilinear")

STEPS = (
    Step("{A_noun} is a row number", number),
    Step("The number picks a row", picking, ("has_vectors",)),
    Step("The same by multiplying", multiplying, ("has_vectors",)),
    Step("Two rows make a guess", guessing, DOT_PRODUCT),
    Step("One step of training", stepping, DOT_PRODUCT),
    Step("Why biases help", biases),
    Step("What dropout does", dropping, DOT_PRODUCT),
    Step("The layer in code", code),
)
NUMBERS = [str(number) for number in range(1, len(STEPS) + 1)]


def draw(step: Step, example: Example) -> None:
    """The step; or why it does not apply to this model, how the model guesses instead, and the way to another one."""
    missing = next((need for need in step.needs if not can(example.run.scorer, need)), None)
    if missing is None:
        step.draw(example)
        return
    st.markdown(own_way(example))
    stop_without(example.run, missing)


def own_way(example: Example) -> str:
    """How a model without a dot product guesses the rating that is followed."""
    scorer = example.run.scorer
    rating = float(scorer.predict(np.array([example.user]), np.array([example.item]))[0])
    numbers = ""
    if isinstance(scorer, Bilinear):
        user, item = float(scorer.user_bias[example.user]), float(scorer.item_bias[example.item])
        numbers = f"{fixed(scorer.constant)} {summand(user)} {summand(item)} = "
    return (
        f"This model guesses in its own way: {scorer.rating_latex()}. For {example.person} and {example.title}: "
        f"{numbers}**{fixed(rating)}**. Really given: {example.rating:g}."
    )


def _go(to: str) -> None:
    """Show this step; a callback. It counts from no widget: a quick second click may bring what that said before."""
    st.session_state.step = to


def stepper() -> int:
    """Draw all steps by number, with Back and Next, and return the chosen one, counted from 0."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        at = NUMBERS.index(elements.segments("Step", NUMBERS, "step", label_visibility="collapsed"))
        with st.container(horizontal=True, width="content"):
            elements.button("Back", "arrow_back", "lesson_back", _go, str(at), disabled=at == 0)
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
    return at
