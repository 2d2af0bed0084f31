"""For pages that look into a model: the model, or an offer to train one right there."""

import streamlit as st

from core.config import PRESETS
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
    with st.container(border=True):
        st.subheader("This page needs a trained model", icon=":material/model_training:")
        st.write(
            f"There is none on this data yet. The default settings learn 64 numbers for every {noun} and every person "
            "from their ratings; it takes a few seconds, and then this page shows what was learned."
        )
        training.offer(PRESETS["default"], label="Train the default model")
