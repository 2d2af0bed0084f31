"""The leaderboard of all models on the data: each by its error on the average split, whatever it was trained on."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.compare.leaderboard import Measured, Standing, leaderboard
from core.config import RunConfig, SplitConfig
from core.store.runs import RunSummary
from dashboard.cache import loaders
from dashboard.session import state
from dashboard.shared import elements, model_names
from dashboard.train import form

MOST = 100
"""Models listed."""


def model_of(config: RunConfig) -> RunConfig:
    """The settings that make a model what it is: all but those of the split and the seed."""
    usual = {name: field.default for name, field in SplitConfig.model_fields.items()}
    return config.model_copy(update={**usual, "seed": 0})


def standings(runs: Sequence[RunSummary]) -> list[Standing]:
    """The models of some runs on one dataset, the best first; those that splits connect with the most others."""
    return leaderboard(
        [
            Measured(model_of(run.config), run.config.split, run.outcome.val_rmse)
            for run in runs
            if run.outcome.val_rmse is not None
        ]
    )


def section(unit: str) -> None:
    """Draw the section; nothing with fewer than two models."""
    runs = loaders.runs_of(state.dataset_id())
    found = standings(runs)
    if len(found) < 2:
        return
    st.header("All models on this data")
    st.caption(
        "Each by its error on the average split: what a lucky or unlucky split did is taken off, as the models that "
        "were trained on several show it. ± is a standard error. Models that no split connects with these are left out."
    )
    rows = [
        {
            "RMSE": one.error,
            "±": one.se,
            "Splits": one.splits,
            "Model": model_names.config_words(one.model, form.START),  # type: ignore[arg-type]
        }
        for one in found[:MOST]
    ]
    columns = {
        "RMSE": st.column_config.NumberColumn(format="%.4f", width=80, help=f"In {unit}, on the average split"),
        "±": st.column_config.NumberColumn(format="%.4f", width=70),
        "Splits": st.column_config.NumberColumn(width=60),
    }
    alt = f"{len(rows)} models with their errors on the average split"
    picked = elements.picked_rows(pd.DataFrame(rows), columns, f"leaders_{len(runs)}", alt)
    if picked:
        chosen = found[picked[0]].model
        run = next(run for run in runs if model_of(run.config) == chosen)
        elements.page_link("components", "Open its components", "arrow_forward", run=run.run_id)
