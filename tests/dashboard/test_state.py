"""What is on the screen: errors of callbacks."""

import pytest
import streamlit as st

from core.errors import UnknownRunError
from dashboard import state


@pytest.fixture(autouse=True)
def _session(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session without Streamlit."""
    monkeypatch.setattr(st, "session_state", {})


def test_what_a_callback_could_not_do_is_said_once_and_not_raised():
    @state.reporting
    def open_(run_id: str) -> None:
        raise UnknownRunError(f"there is no run {run_id!r}")

    open_("0123")
    assert state.take_problems() == [state.Problem("UNKNOWN_RUN", "there is no run '0123'")]
    assert state.take_problems() == []


def test_mistakes_of_the_program_are_not_hidden():
    @state.reporting
    def divide(by: int) -> None:
        _ = 1 / by

    divide(by=1)
    assert state.take_problems() == []
    with pytest.raises(ZeroDivisionError):
        divide(by=0)
