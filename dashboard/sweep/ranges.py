"""The fields in which somebody chooses what varies, and from where to where."""

import math

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.sweeps.plan import WIDE, Among, Between, Vary, is_whole, options, variable
from dashboard.shared import phrases
from dashboard.sweep import words
from dashboard.train import form

STEPS = 25
"""Places of a slider."""

FIRST = ("l2", "learning_rate", "steps")


def choose(config: RunConfig, noun: str) -> tuple[Vary, ...]:
    """Fields for what varies; each begins with the range of the ready plans, or with what the setting allows."""
    names = variable(config)
    first = [name for name in names if name in FIRST]
    label = "What varies"
    chosen = st.multiselect(
        label, names, first, format_func=lambda name: words.name_of(name, noun), max_selections=8, key="sweep_vary"
    )
    return tuple(filter(None, (_range(config, name, noun) for name in chosen)))


def _range(config: RunConfig, name: str, noun: str) -> Vary | None:
    usual = next((vary for vary in WIDE if vary.field == name), None)
    title, values = words.title_of(name, noun), options(config, name)
    if values:
        st.caption(f"{title}: {' or '.join(phrases.setting(value) for value in values)}")
        return Among(field=name, values=values)
    low, high = form.limits(type(config).model_fields[name])
    given = usual if isinstance(usual, Between) else Between(field=name, low=max(low, -1), high=min(high, 100))
    log = given.log
    whole = is_whole(config, given)
    around = max(low, given.low / 10), min(high, given.high * 10)
    places = sorted({*_places(*around, log=log, whole=whole), given.low, given.high})
    picked = st.select_slider(
        title, places, (given.low, given.high), format_func=lambda value: f"{value:g}", key=f"sweep_{name}"
    )
    left, right = picked if isinstance(picked, tuple) else (picked, picked)
    return Between(field=name, low=left, high=right, log=log) if left < right else None


def _places(low: float, high: float, *, log: bool, whole: bool) -> list[float]:
    """Values between two ends to choose from: 1, 2, 5, 10 … where the logarithm counts, else even steps."""
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        values = [digit * 10.0**power for power in range(first, last + 1) for digit in (1, 2, 5)]
    else:
        values = np.linspace(low, high, STEPS).tolist()
    rounded = [float(round(value)) if whole else float(f"{value:.2g}") for value in values]
    return [value for value in rounded if low <= value <= high]
