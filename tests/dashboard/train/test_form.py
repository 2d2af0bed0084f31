"""What the training form holds, whatever a late message of the browser says."""

import pytest
import streamlit as st

from core.model.families import PRESETS, run_config
from core.sweeps.plan import variable
from dashboard.train import form


@pytest.mark.parametrize("is_drawn", [False, True])
def test_what_was_filled_in_stays_until_it_was_drawn(monkeypatch, is_drawn):
    monkeypatch.setattr(st, "session_state", {})
    form.fill(PRESETS["default"])
    form.drawn()
    form.fill(PRESETS["best"])
    if is_drawn:
        form.drawn()
    st.session_state.update(dict(PRESETS["default"]))  # the browser's message of before
    form.begin()
    assert form.current() == PRESETS["default" if is_drawn else "best"]


def test_a_form_asks_for_no_other_engine_whatever_it_was_filled_with(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    form.fill(run_config(model="als", engine="spark", table="s3a://bucket/ratings", epochs=7))
    assert form.current() == run_config(model="als", epochs=7)
    assert not {"engine", "table"} & {*form.fields(), *form.folded()}
    assert not {"engine", "table"} & set(variable(form.current()))  # nor does a sweep
