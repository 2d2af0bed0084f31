"""Memory: counted before it is taken, caches first, the process itself as the last guard."""

import sys

import pytest
import streamlit as st

from core.settings import ServerLimits
from dashboard.cache import loaders
from dashboard.server import memory
from dashboard.server.memory import SESSION_MB, SHED_SECONDS, Watch, needed_mb
from dashboard.shell.memory import shed

LIMITS = ServerLimits(server_mb=100)


@pytest.fixture
def sheds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sheds: list[str] = []
    monkeypatch.setattr(memory, "shed", lambda: sheds.append("shed"))
    monkeypatch.setattr(memory.UPLOADS, "bytes_held", lambda: 0)
    return sheds


def test_sessions_and_files_are_counted():
    assert needed_mb(50, 10, 8) == 50 + 10 * SESSION_MB + 8


def test_more_sessions_than_memory_are_refused_before_they_have_grown(sheds):
    watch = Watch(resident=lambda: 50)
    most = (100 - 50) // SESSION_MB
    assert not watch.full(most - 1, LIMITS)
    assert watch.full(most, LIMITS)


def test_files_that_are_held_leave_less_room(sheds, monkeypatch):
    watch = Watch(resident=lambda: 50)
    assert not watch.full(1, LIMITS)
    monkeypatch.setattr(memory.UPLOADS, "bytes_held", lambda: 49 * 2**20)
    assert watch.full(1, LIMITS)


def test_caches_go_before_a_visitor_is_refused_and_not_again_at_once(sheds, monkeypatch):
    now, resident = [0.0], [50.0]
    monkeypatch.setattr(memory, "shed", lambda: (sheds.append("shed"), resident.__setitem__(0, 60.0)))
    watch = Watch(lambda: now[0], lambda: resident[0])
    resident[0] = 99.0
    assert not watch.full(0, LIMITS)  # what the caches held was enough
    resident[0] = 99.0
    assert watch.full(0, LIMITS)
    now[0] = SHED_SECONDS
    assert not watch.full(0, LIMITS)
    assert sheds == ["shed"] * 2


def test_shedding_lets_go_of_data_and_keeps_what_runs_the_jobs(monkeypatch):
    @st.cache_resource
    def pool() -> object:
        return object()

    @st.cache_resource
    def table() -> object:
        return object()

    monkeypatch.setattr(loaders, "runner", pool)
    monkeypatch.setattr(loaders, "ratings", table)
    held = pool(), table()
    shed()
    assert (pool() is held[0], table() is held[1]) == (True, False)


def test_shedding_needs_no_page_to_have_been_opened(monkeypatch):
    monkeypatch.delitem(sys.modules, "dashboard.cache.loaders", raising=False)
    monkeypatch.delitem(sys.modules, "dashboard.cache.analyses", raising=False)
    shed()
    assert "dashboard.cache.loaders" not in sys.modules, "nothing was loaded only to be let go"
