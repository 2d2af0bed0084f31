"""All models on the data: a leaderboard, and what a setting did over them, the setting across, the error up."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.compare.leaderboard import Measured, Standing, leaderboard
from core.config import RunConfig, SplitConfig
from core.model.families import differences
from core.store.run_files import RunSummary
from core.sweeps.plan import FIXED
from dashboard.cache import loaders
from dashboard.charts import sweep as charts
from dashboard.charts.base import plain
from dashboard.jobs import trainings
from dashboard.session import state
from dashboard.shared import elements, model_names, phrases
from dashboard.sweep import words
from dashboard.train import form

TITLE = "Which setting did what?"
KEY = "effect"
"""Key of the field, and what the address calls the setting."""

FEWEST = 3
"""Models with different values of a number from which there is something to see."""


def varied(runs: Sequence[RunSummary]) -> list[str]:
    """Settings with several values over these runs, those with the most first; of a number at least `FEWEST`."""
    values = {
        difference.name: {value for value in difference.values if value is not None}
        for difference in differences([run.config for run in runs])
        if difference.name not in FIXED
    }
    many = {name: len(there) for name, there in values.items()}
    enough = [name for name in many if many[name] >= (FEWEST if _is_number(next(iter(values[name]))) else 2)]
    return sorted(enough, key=lambda name: -many[name])


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def section(runs: Sequence[RunSummary], config: RunConfig, noun: str) -> None:
    """Draw the section; nothing where no setting has enough values."""
    if names := varied(runs):
        st.header(TITLE)
        _draw(runs, config, noun, names)


def fold(runs: Sequence[RunSummary], config: RunConfig, noun: str) -> None:
    """The same folded away; nothing is drawn while it is closed."""
    if names := varied(runs):
        part = st.expander(TITLE, icon=":material/scatter_plot:", key="effects", bind="query-params")
        if part.open:
            with part:
                _draw(runs, config, noun, names)


def _draw(runs: Sequence[RunSummary], config: RunConfig, noun: str, names: list[str]) -> None:
    """The field and the picture; runs with the split of `config`, that on the screen, stand out."""
    if st.session_state.get(KEY) not in names:
        st.session_state.pop(KEY, None)
    name = st.selectbox(
        "Setting", names, format_func=lambda one: words.name_of(one, noun), key=KEY, bind="query-params", width=260
    )
    having = [run for run in runs if getattr(run.config, name, None) is not None and run.outcome.val_rmse is not None]
    alike = [run.config.split == config.split for run in having]
    values = [getattr(run.config, name) for run in having]
    title, unit = words.title_of(name, noun), trainings.unit()
    figure = charts.effect(
        values if _is_number(values[0]) else [model_names.setting(value) for value in values],
        [run.outcome.guess_error for run in having],
        [plain(model_names.run_words(run)) for run in having],
        alike,
        title,
        unit=unit,
    )
    text = (
        f"{phrases.count(len(having), 'model')} on this data, whoever trained them; a dot is one. Dots that stand "
        "above each other differ in other settings."
    )
    if not all(alike):
        text += " Pale: tested on other ratings than the model on the screen, so that luck may tell them apart, too."
    st.plotly_chart(figure, key="effect_chart", config=phrases.CHART_CONFIG, alt=f"{title} and the error. {text}")
    st.caption(text)


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


def leaders(unit: str) -> None:
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
