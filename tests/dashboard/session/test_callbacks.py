"""What a person does while a callback is under way: nothing of it is lost, and the later comes later."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from dashboard.session import callbacks

SCRIPT = """
import streamlit as st
from tests.dashboard.session.test_callbacks import keep
for end in ("low", "high"):
    st.text_input(end, key=end, on_change=keep)
"""
WITHIN_SECONDS = 20


@dataclass
class Kept:
    """What callbacks have kept; the first one waits until it is let go."""

    texts: list[tuple[object, object]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)


kept = Kept()


def keep() -> None:
    """Keep what both fields hold, as slowly as a disk that is busy; a callback."""
    texts = st.session_state["low"], st.session_state["high"]
    if not kept.begun.is_set():
        kept.begun.set()
        assert kept.free.wait(WITHIN_SECONDS)
    _ = st.session_state["low"]  # where Streamlit would end the script
    kept.texts.append(texts)


@dataclass
class Browser:
    """A session whose browser asks for one script after the other, as `AppSession` hears it."""

    script: str
    state: SessionState = field(default_factory=SessionState)
    runners: list[LocalScriptRunner] = field(default_factory=list)

    def say_and_wait(self, **texts: str) -> LocalScriptRunner:
        """Ask for a script that waits for the one that has begun."""
        before, runner = list(callbacks._last.values()), self.say(**texts)
        end = time.monotonic() + WITHIN_SECONDS
        while list(callbacks._last.values()) == before:
            assert time.monotonic() < end
            time.sleep(0.01)
        return runner

    def say(self, **texts: str) -> LocalScriptRunner:
        """Ask for a script with what is in the fields; one that is under way is to end."""
        if self.runners:
            self.runners[-1].request_stop()
        runner = LocalScriptRunner(self.script, SafeSessionState(self.state, lambda: None), PagesManager(self.script))
        ids = {key: self.state._get_widget_id(key) for key in texts}
        widgets = [WidgetState(id=ids[key], string_value=text) for key, text in texts.items()]
        runner.request_rerun(RerunData(widget_states=WidgetStates(widgets=widgets)))
        runner.start()
        self.runners.append(runner)
        return runner


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser that shows two empty fields."""
    callbacks.install()
    monkeypatch.setattr(Runtime, "_instance", MagicMock(spec=Runtime))
    monkeypatch.setattr("tests.dashboard.session.test_callbacks.kept", Kept())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    opened = Browser(str(script))
    opened.say().join()
    yield opened
    kept.free.set()
    for runner in opened.runners:
        runner.join()
    assert callbacks._last == {}


def test_of_two_changes_the_later_one_is_kept_last(browser: Browser):
    browser.say(low="quiet", high="")
    assert kept.begun.wait(WITHIN_SECONDS)
    second = browser.say_and_wait(low="quiet", high="loud")
    assert kept.texts == []
    kept.free.set()
    second.join()
    assert kept.texts == [("quiet", ""), ("quiet", "loud")]


def test_a_change_is_kept_whatever_is_asked_for_meanwhile(browser: Browser):
    browser.say(low="quiet", high="")
    assert kept.begun.wait(WITHIN_SECONDS)
    second = browser.say_and_wait(low="quiet", high="")
    kept.free.set()
    second.join()
    assert kept.texts == [("quiet", "")]
    assert browser.state["low"] == "quiet"


def test_many_take_their_turns(browser: Browser):
    browser.say(low="0", high="")
    assert kept.begun.wait(WITHIN_SECONDS)
    last = [browser.say_and_wait(low=str(number), high="") for number in range(1, 6)][-1]
    kept.free.set()
    last.join()
    assert kept.texts == [(str(number), "") for number in range(6)]


def test_a_script_ends_where_no_callback_is_under_way(browser: Browser):
    """What it was asked with is heard by the next one."""
    kept.begun.set()
    first = browser.say(low="quiet", high="")
    first.request_stop()
    first.join()
    browser.say(low="quiet", high="loud").join()
    assert kept.texts[-1] == ("quiet", "loud")
