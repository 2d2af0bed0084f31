"""For pages that look into a model: the model, or an offer to train one right there."""

import streamlit as st

from core.run import Run
from dashboard import loaders, state, training


def require_run() -> Run:
    """The selected run. Where there is none yet, the page offers the default training and ends here."""
    run_id = state.run_id()
    if run_id is None:
        _offer(loaders.ratings(state.dataset_id()).noun)
        st.stop()
    return loaders.run(run_id)


def _offer(noun: str) -> None:
    st.title("This page needs a trained model")
    config = training.first_config()
    st.write(
        f"There is none on this data yet. The usual settings learn {config.embedding_dim} numbers for every {noun} and "
        "every person from their ratings; then this page shows what was learned."
    )
    training.offer(config, label="Train the default model")
