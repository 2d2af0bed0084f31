"""The fields in which somebody chooses what varies, and from where to where."""

import math

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.sweeps.plan import Among, Between, Vary, is_whole, options, variable, wide
from dashboard.shared import model_names
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
    usual = wide(config).get(name)
    title, values = words.title_of(name, noun), options(config, name)
    if values:
        st.caption(f"{title}: {' or '.join(model_names.setting(value) for value in values)}")
        return Among(field=name, values=values)
    if isinstance(usual, Among):
        places = [float(value) for value in usual.values]
        first, last = (places.index(end) for end in _ends(name, title, places, places[0], places[-1]))
        return Among(field=name, values=usual.values[first : last + 1]) if first < last else None
    low, high = form.limits(type(config).model_fields[name])
    given = usual or Between(field=name, low=max(low, -1), high=min(high, 100))
    around = max(low, given.low / 10), min(high, given.high * 10)
    places = sorted({*_places(*around, log=given.log, whole=is_whole(config, given)), given.low, given.high})
    left, right = _ends(name, title, places, given.low, given.high)
    return Between(field=name, low=left, high=right, log=given.log) if left < right else None


def _ends(name: str, title: str, places: list[float], low: float, high: float) -> tuple[float, float]:
    """The field in which both ends are chosen, and what they are."""
    picked = st.select_slider(title, places, (low, high), format_func="{:g}".format, key=f"sweep_{name}")
    return picked if isinstance(picked, tuple) else (picked, picked)


def _places(low: float, high: float, *, log: bool, whole: bool) -> list[float]:
    """Values between two ends to choose from: 1, 2, 5, 10 … where the logarithm counts, else even steps."""
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        values = [digit * 10.0**power for power in range(first, last + 1) for digit in (1, 2, 5)]
    else:
        values = np.linspace(low, high, STEPS).tolist()
    rounded = [float(round(value)) if whole else float(f"{value:.2g}") for value in values]
    return [value for value in rounded if low <= value <= high]
