"""Pages open at once: bounded of all, of an address and of a browser; whoever is in goes on."""

import contextlib
import os
from pathlib import Path

import pytest

from core.settings import ServerLimits
from dashboard.server import connections, visits
from dashboard.server.connections import crowded
from dashboard.server.owners import new_cookie, owner_of
from dashboard.server.requests import address_of
from dashboard.server.visits import KEPT_SECONDS, VisitGuard, Visits
from tests.dashboard.server.asking import ask, exchange, page, scope_of

LIMITS = ServerLimits(sessions=4, sessions_per_address=3, sessions_per_owner=2, server_mb=10**6)
FEW_FILES = 4


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def open_pages(now: list[float]) -> Visits:
    return Visits(lambda: now[0])


def opened(open_pages: Visits, *visitors: tuple[str | None, str]):
    """These pages, open for as long as the answer is kept."""
    entered = []
    for visitor in visitors:
        entered.append(open_pages.open(*visitor))
        entered[-1].__enter__()
    return entered


def test_a_browser_an_address_and_all_have_so_many_pages(open_pages):
    _held = opened(open_pages, ("a", "x"), ("a", "x"))
    assert open_pages.full("a", "x", LIMITS) == "owner"
    assert open_pages.full("b", "x", LIMITS) == ""
    _one = opened(open_pages, ("b", "x"))
    assert open_pages.full("c", "x", LIMITS) == "address"
    assert open_pages.full("c", "y", LIMITS) == ""
    _more = opened(open_pages, ("c", "y"))
    assert open_pages.full("d", "z", LIMITS) == "all"
    assert len(open_pages) == 4


def test_without_an_owner_the_address_counts(open_pages):
    _held = opened(open_pages, *[(None, "x")] * 3)
    assert open_pages.full(None, "x", LIMITS) == "address"
    assert open_pages.full(None, "y", LIMITS) == ""


def test_a_place_is_kept_for_a_browser_that_reloads(open_pages, now):
    entered = opened(open_pages, ("a", "x"), ("b", "x"), ("c", "y"), ("d", "y"))
    entered[0].__exit__(None, None, None)
    assert len(open_pages) == 3
    assert open_pages.full("e", "z", LIMITS) == "all"
    assert open_pages.full("a", "x", LIMITS) == ""
    _held = opened(open_pages, ("a", "x"))
    assert open_pages.full("a", "x", LIMITS) == "all"
    entered[1].__exit__(None, None, None)
    now[0] = KEPT_SECONDS
    assert open_pages.full("e", "z", LIMITS) == ""


@pytest.fixture
def guard(tmp_path, monkeypatch):
    """A guard with room for one page, and the websocket that its application holds open."""
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EMBEDDING_EXPLORER_SESSIONS", "1")
    monkeypatch.setattr(visits, "VISITS", Visits())
    monkeypatch.setattr(visits.WATCH, "full", lambda sessions, limits: False)
    return VisitGuard(page)


def test_who_finds_no_room_sees_a_page_that_says_so_and_tries_again(guard):
    assert ask(guard, accept="text/html").status == 200
    with visits.VISITS.open("somebody", "10.0.0.9"):
        refused = ask(guard, accept="text/html")
        assert (refused.status, refused.headers["retry-after"]) == (503, "15")
        assert "full at the moment" in refused.body
        assert 'http-equiv="refresh" content="15"' in refused.body
        assert refused.headers["cache-control"] == "no-store"
        assert ask(guard, "/components", accept="*/*").body.startswith("There is no room")
        assert ask(guard, "/static/js/index.js").status == 200  # whoever is in goes on
        assert ask(guard, "/_stcore/health").status == 200


def test_a_websocket_without_room_is_closed_before_it_opens(guard):
    connect, scope = {"type": "websocket.connect"}, scope_of("/_stcore/stream", kind="websocket")
    with visits.VISITS.open("somebody", "10.0.0.9"):
        assert [m["type"] for m in exchange(guard, scope, [connect])] == ["websocket.close"]


def test_a_websocket_counts_for_its_browser_while_it_is_open(guard):
    seen = []

    async def count(scope, receive, send):
        seen.extend([len(visits.VISITS), visits.VISITS._open])
        seen[1] = list(seen[1])
        raise ConnectionResetError

    name, value = new_cookie()
    scope = scope_of("/_stcore/stream", kind="websocket", cookie=f"{name}={value}")
    with pytest.raises(ConnectionResetError):
        exchange(VisitGuard(count), scope, [])
    assert seen == [1, [(owner_of({name: value}), "10.0.0.1")]]
    assert len(visits.VISITS) == 0


def test_the_page_says_what_the_server_does():
    assert f'content="{visits.RETRY_SECONDS}"' in visits.FULL_PAGE
    assert f"every {visits.RETRY_SECONDS} seconds" in visits.FULL_PAGE
    assert "://" not in visits.FULL_PAGE  # nothing from elsewhere


@pytest.mark.parametrize(
    ("came_from", "counts_as"), [("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::/64"), ("here", "here")]
)
def test_addresses_of_one_home_are_one(came_from: str, counts_as: str):
    scope = {"type": "http", "client": (came_from, 1), "headers": []}
    assert address_of(scope) == counts_as


def test_no_page_is_let_in_where_most_files_are_open(guard, monkeypatch: pytest.MonkeyPatch):
    """A session takes four, and those of browsers that have left stay for a while."""
    with contextlib.ExitStack() as held:
        while held.enter_context(Path(os.devnull).open()).fileno() < FEW_FILES:
            pass  # none of the lowest numbers is free, whichever of its own files the process of the tests has closed
        monkeypatch.setattr(connections, "limit", lambda: 10**6)
        assert not crowded()
        assert ask(guard, "/").status == 200
        monkeypatch.setattr(connections, "limit", lambda: FEW_FILES)
        assert crowded()
        assert ask(guard, "/").status == 503
