"""Open questions: what embeddings bring over one-hot vectors, what the task changes, what an autoencoder finds."""

import streamlit as st

from dashboard.jobs import trainings
from dashboard.questions import autoencoder, one_hot, tasks
from dashboard.questions.models import rating_run
from dashboard.shared import elements, model_names, phrases
from dashboard.shell.needs_run import require_ratings, require_run

TABS = {"One-hot or embedding?": one_hot.show, "Which task?": tasks.show, "An autoencoder?": autoencoder.show}

require_ratings(
    "Open questions",
    "Each is answered by training models on the same data, and these vectors were trained elsewhere: of what they were "
    "trained on nothing came along.",
)
run = require_run("has_vectors")
st.title("Three open questions")
st.markdown(
    "Whoever has understood what an embedding is asks three things next. Each is answered here with numbers, measured "
    "on the {nouns} and ratings of the data that you chose.".format(**phrases.nouns(run.dataset.noun))
)
question = elements.segments("Question", list(TABS), "question")
model = rating_run(run)
if model is None:
    st.info(
        "These questions begin with a model that guesses ratings as a sum of terms and was trained here.",
        icon=":material/info:",
    )
    trainings.offer(trainings.first_config(), label="Train one that does")
else:
    if model.run_id != run.run_id:
        st.caption(
            "These questions begin with a model that guesses ratings as a sum of terms, and the selected one does not. "
            f"In its place stands the best on the same data that does: {model_names.model_words(model.config)}."
        )
    TABS[question](model)
