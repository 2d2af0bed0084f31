"""How far a mission is: of each owner apart, and no more owners than there is room for."""

import pytest
import streamlit as st

from core.access import Visitor
from dashboard.missions import progress
from dashboard.missions.snapshot import Snapshot
from dashboard.missions.tours import MISSIONS
from dashboard.session import visitor


def finish(monkeypatch: pytest.MonkeyPatch, owner: str, mission: str) -> None:
    """Finish a mission as this owner, in a session that ends with it."""
    monkeypatch.setattr(visitor, "current", lambda: Visitor(owner))
    monkeypatch.setattr(st, "session_state", {})
    progress.begin(mission, at=len(MISSIONS[mission].tasks) - 1)
    for task in MISSIONS[mission].tasks:
        monkeypatch.setitem(vars(task), "done", lambda _: True)
    progress.advance(lambda: Snapshot(page="start"))


def finished_by(monkeypatch: pytest.MonkeyPatch, owner: str) -> frozenset[str]:
    monkeypatch.setattr(visitor, "current", lambda: Visitor(owner))
    return progress.finished()


def test_what_one_owner_has_finished_stays_theirs_in_the_next_session(monkeypatch: pytest.MonkeyPatch):
    finish(monkeypatch, "ada", "you")
    finish(monkeypatch, "bob", "noise")
    finish(monkeypatch, "ada", "neighbors")
    monkeypatch.setattr(st, "session_state", {})
    assert finished_by(monkeypatch, "ada") == {"you", "neighbors"}
    assert finished_by(monkeypatch, "bob") == {"noise"}
    assert finished_by(monkeypatch, "eve") == frozenset()


def test_who_finished_one_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "MOST_OWNERS", 2)
    for owner, mission in (("ada", "you"), ("bob", "you"), ("ada", "noise"), ("eve", "you")):
        finish(monkeypatch, owner, mission)
    assert [finished_by(monkeypatch, owner) for owner in ("ada", "bob", "eve")] == [{"you", "noise"}, set(), {"you"}]
