"""Under the hood: what an embedding layer does, in eight small steps on the numbers of the selected model."""

import streamlit as st

from core.data.nouns import with_article
from dashboard.lesson.example import choose
from dashboard.lesson.steps import STEPS, draw, stepper
from dashboard.shared import phrases
from dashboard.shell.needs_run import require_ratings, require_run

require_ratings(
    "Under the hood",
    "The eight steps follow a model from {a_noun} to a guess, and these vectors were trained elsewhere: of what they "
    "were trained on nothing came along.",
)
run = require_run("guesses_ratings", "trained_here")
noun = run.dataset.noun
st.title("What does an embedding layer do?")
st.markdown(
    f"Eight small steps from {with_article(noun)} to a row of numbers, to a guess, to learning, on the numbers of "
    "your own model. "
    "Nothing needs to be known beforehand; each step ends with a question to think about."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    at = stepper()
    example = choose(run)
st.progress((at + 1) / len(STEPS), text=f"Step {at + 1} of {len(STEPS)}")
st.header(f"{at + 1}. {STEPS[at].title.format(**phrases.nouns(noun))}")
draw(STEPS[at], example)
