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
from dashboard.shared import model_names, phrases
from dashboard.sweep import words

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
