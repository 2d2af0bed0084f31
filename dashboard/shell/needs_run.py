"""For pages that look into a model: the model, or an offer to train one right there."""

import streamlit as st

from core.model.run import Run
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.session import state


def require_run() -> Run:
    """The selected run. Where there is none yet, the page offers the default training and ends here."""
    run_id = state.run_id()
    if run_id is None:
        _offer(loaders.ratings(state.dataset_id()).noun)
        st.stop()
    return loaders.run(run_id)


def _offer(noun: str) -> None:
    st.title("This page needs a trained model")
    config = trainings.first_config()
    st.write(
        f"There is none on this data yet. The usual settings learn {config.embedding_dim} numbers for every {noun} and "
        "every person from their ratings; then this page shows what was learned."
    )
    trainings.offer(config, label="Train the default model")
