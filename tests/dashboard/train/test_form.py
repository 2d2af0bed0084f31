"""What the training form holds, whatever a late message of the browser says."""

import pytest
import streamlit as st

from core.model.families import PRESETS
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
