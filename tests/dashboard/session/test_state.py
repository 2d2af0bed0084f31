"""What is on the screen: models that go away, and errors of callbacks."""

from dataclasses import replace

import pytest
import streamlit as st

from core.access import COMMAND_LINE
from core.errors import UnknownRunError
from core.model.families import PRESETS, run_config
from core.store.runs import RunStore
from dashboard.cache import loaders
from dashboard.session import state
from tests.conftest import run_on


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


def test_a_model_that_somebody_else_deletes_is_said_once(publish):
    newest, chosen = (publish(PRESETS["default"].model_copy(update={"seed": seed})).run_id for seed in range(2))
    state.select_run(chosen)
    RunStore().delete(chosen, by=COMMAND_LINE)
    assert state.run_id() == newest
    (problem,) = state.take_problems()
    assert problem.code == "UNKNOWN_RUN"
    assert "it was deleted" in problem.message
    assert problem.message.endswith("You see the newest one instead.")
    assert (state.run_id(), state.take_problems()) == (newest, [])
    RunStore().delete(newest, by=COMMAND_LINE)
    assert state.run_id() is None
    assert "no other" in state.take_problems()[0].message


def test_a_model_that_one_deletes_oneself_needs_no_words(publish):
    run = publish().run_id
    state.select_run(run)
    state.delete_run(run)
    state.delete_run(run)  # in a second tab, which still lists it
    assert (state.run_id(), state.take_problems()) == (None, [])


def test_who_comes_anew_does_not_begin_with_a_training_of_a_scoreboard(bundled):
    config = PRESETS["default"]
    changes = [{}, {"seed": 1}, {"split_seed": 1}, {"split_seed": 2}]
    runs = [run_on(bundled, config.model_copy(update=change)) for change in changes]
    for day, run in enumerate(runs, 1):
        RunStore().publish(replace(run, created_at=f"2026-01-0{day}T00:00:00+00:00"))
    assert [summary.run_id for summary in state.one_of_each(loaders.runs())] == [runs[1].run_id, runs[0].run_id]
    assert state.run_id() == runs[1].run_id


def test_who_comes_anew_begins_with_a_model_that_guesses_ratings(publish):
    guessing = publish().run_id
    asking = publish(run_config(model="ranking")).run_id
    assert [summary.run_id for summary in state.one_of_each(loaders.runs())] == [guessing, asking]
    assert state.run_id() == guessing
    state.delete_run(guessing)
    assert state.run_id() == asking
