"""What is done of a mission is the browser's own, whatever the session, the tab, or the mission beside it."""

from dataclasses import replace

import pytest
import streamlit as st

from core.access import Visitor
from dashboard.cache import loaders
from dashboard.missions import progress
from dashboard.missions.snapshot import Snapshot
from dashboard.missions.tours import MISSIONS
from dashboard.session import visitor

NOW = Snapshot(page="for_you")


class Tab(dict[str, object]):
    """A session of somebody's browser: what it does, it does with its own session state."""


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loaders, "runs_of", lambda _: [])
    monkeypatch.setattr(st, "query_params", {})


def use(monkeypatch: pytest.MonkeyPatch, owner: str, tab: Tab | None = None) -> None:
    monkeypatch.setattr(visitor, "current", lambda: Visitor(owner))
    monkeypatch.setattr(st, "session_state", Tab() if tab is None else tab)


def rate(n: int) -> bool:
    return progress.advance(lambda: replace(NOW, rated=n))


def test_a_done_step_stays_until_somebody_goes_on(monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, "ada")
    progress.begin("you")
    assert not rate(0)
    assert rate(10) and progress.at() == 0
    assert rate(0), "what was done stays done"
    assert progress.done("you") == {0}
    progress.go(1)
    assert not rate(5) and rate(10)
    assert progress.done("you") == {0, 1}


def test_what_one_browser_did_is_nobody_elses(monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, "ada")
    progress.begin("you")
    rate(3)
    use(monkeypatch, "bob")
    progress.begin("you")
    assert (progress.at(), progress.done("you")) == (0, frozenset())


def test_two_tabs_and_two_missions_at_once(monkeypatch: pytest.MonkeyPatch):
    one, two = Tab(), Tab()
    use(monkeypatch, "ada", one)
    progress.begin("you")
    use(monkeypatch, "ada", two)
    progress.begin("noise", at=2)
    assert progress.advance(lambda: Snapshot(page="components", named_on_twin=True, on_twin=True))
    use(monkeypatch, "ada", one)
    assert progress.task() is MISSIONS["you"].tasks[0]
    assert rate(3)
    use(monkeypatch, "ada", two)
    assert progress.done("you") == {0} and progress.done("noise") == {2}
    assert progress.task() is MISSIONS["noise"].tasks[2]


def test_the_end_is_for_those_who_did_all(monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, "ada")
    progress.begin("you", at=2)
    assert progress.advance(lambda: replace(NOW, explained="Heat (1995)"))
    progress.go(3)
    assert progress.at() == 0, "the first step that is open"
    assert rate(3)
    progress.go(1)
    assert rate(10) and progress.finished("you")
    progress.go(3)
    assert progress.task() is None
    use(monkeypatch, "ada")
    progress.begin("you")
    assert progress.task() is None, "in the next session, too"
    progress.again("you")
    assert (progress.at(), progress.done("you"), progress.finished("you")) == (0, frozenset(), False)


def test_a_kiosk_knows_what_this_session_did(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    use(monkeypatch, "ada")
    progress.begin("you")
    assert rate(3) and progress.done("you") == {0}
    use(monkeypatch, "ada")
    assert progress.done("you") == frozenset()
