"""Open questions: what embeddings bring over one-hot vectors, what the task changes, what an autoencoder finds."""

import streamlit as st

from dashboard.questions import one_hot
from dashboard.shared import elements, phrases
from dashboard.shell.needs_run import require_run

TABS = {"One-hot or embedding?": one_hot.show}

run = require_run("has_vectors")
st.title("Three open questions")
st.markdown(
    "Whoever has understood what an embedding is asks three things next. Each has a number of its own here, computed "
    "from {nouns} and ratings of the data that you chose.".format(**phrases.nouns(run.dataset.noun))
)
TABS[elements.segments("Question", list(TABS), "question")](run)
