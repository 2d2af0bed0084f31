"""What a setting did over all models there are: the setting across, the error up, one dot a model."""

from collections.abc import Sequence

import streamlit as st

from core.config import RunConfig
from core.model.families import differences
from core.store.runs import RunSummary
from core.sweeps.plan import FIXED
from dashboard.charts import sweep as charts
from dashboard.charts.base import plain
from dashboard.jobs import trainings
from dashboard.shared import phrases
from dashboard.sweep import words

FEWEST = 3
"""Models with different values of a setting from which there is something to see."""


def comparable(runs: Sequence[RunSummary], config: RunConfig) -> list[RunSummary]:
    """Runs whose errors are on the same ratings as those of a run with this config."""
    return [run for run in runs if run.config.split == config.split]


def varied(runs: Sequence[RunSummary]) -> list[str]:
    """Settings that are numbers with at least `FEWEST` values over these runs, those with the most values first."""
    values: dict[str, set[float]] = {}
    for difference in differences([run.config for run in runs]):
        numbers = {value for value in difference.values if type(value) in (int, float)}
        if difference.name not in FIXED and len(numbers) >= FEWEST:
            values[difference.name] = numbers
    return sorted(values, key=lambda name: -len(values[name]))


def section(runs: Sequence[RunSummary], config: RunConfig, noun: str, key: str) -> None:
    """Draw the section; nothing where no setting has enough values.

    Args:
        runs: All runs on the data.
        config: Of the run on the screen: only those with its split are compared.
        noun: What is rated.
        key: Of the widgets.
    """
    shown = comparable(runs, config)
    names = varied(shown)
    if not names:
        return
    st.header("Which setting did what?")
    if st.session_state.get(key) not in names:
        st.session_state.pop(key, None)
    name = st.selectbox(
        "Setting", names, format_func=lambda one: words.name_of(one, noun), key=key, bind="query-params", width=260
    )
    having = [run for run in shown if getattr(run.config, name, None) is not None]
    title, unit = words.title_of(name, noun), trainings.unit()
    figure = charts.effect(
        [float(getattr(run.config, name)) for run in having],
        [run.outcome.val_rmse for run in having],
        [plain(phrases.run_words(run)) for run in having],
        title,
        unit=unit,
    )
    text = (
        f"{phrases.count(len(having), 'model')} on this data and this split, whoever trained them. Dots that stand "
        "above each other differ in other settings."
    )
    st.plotly_chart(figure, key=f"{key}_chart", config=phrases.CHART_CONFIG, alt=f"{title} and the error. {text}")
    st.caption(text)
