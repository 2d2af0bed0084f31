"""All guards together, in front of a page, and what is ready before the first answer."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import LimitError
from dashboard.cache import loaders
from dashboard.server import protection, visits
from dashboard.server.headers import HEADERS
from dashboard.server.visits import Visits
from dashboard.shell import memory
from dashboard.start import stage
from tests.dashboard.server.asking import ask, page


@pytest.fixture
def guarded(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(visits.WATCH, "full", lambda sessions, limits: False)
    monkeypatch.setattr(visits, "VISITS", Visits())
    app = page
    for guard in reversed(protection.middleware()):
        app = guard.cls(app)
    return app


def test_a_page_passes_with_a_cookie_and_headers(guarded):
    answer = ask(guarded, accept="text/html")
    assert (answer.status, "set-cookie" in answer.headers) == (200, True)
    assert {name.lower() for name in HEADERS} <= set(answer.headers)


def test_refusals_have_the_headers_too_and_give_no_owner_to_whom_is_not_let_in(guarded, monkeypatch):
    refused = ask(guarded, "/_stcore/upload_file/s/f", method="PUT")
    assert (refused.status, refused.headers["x-frame-options"]) == (403, "SAMEORIGIN")
    monkeypatch.setenv("EMBEDDING_EXPLORER_SESSIONS", "1")
    with visits.VISITS.open("somebody", "10.0.0.9"):
        full = ask(guarded, accept="text/html")
    assert (full.status, full.headers["x-frame-options"], "set-cookie" in full.headers) == (503, "SAMEORIGIN", False)


def test_a_bound_that_is_none_is_said_before_the_server_starts(monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_SESSIONS", "many")
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_SESSIONS is 'many'"):
        protection.middleware()


def test_the_server_answers_while_pages_are_imported(monkeypatch: pytest.MonkeyPatch):
    done, order = threading.Event(), []
    monkeypatch.setattr(protection.untrusted, "install", lambda: order.append("checks"))
    monkeypatch.setattr(memory.importlib, "import_module", lambda name: order.append(name) if done.wait(30) else 0)
    monkeypatch.setattr(memory.gc, "freeze", lambda: order.append("freezes"))
    monkeypatch.setattr(stage, "prepare", lambda: order.append("prepares"))

    async def serve() -> None:
        async with protection.lifespan(None):
            order.append("answers")
            done.set()

    with ThreadPoolExecutor() as alone:  # a browser test of the same process may have left a loop in this thread
        alone.submit(asyncio.run, serve()).result()
    assert order == ["checks", "answers", *memory.FIRST, "freezes", "prepares"]
    assert gc.isenabled()


def test_where_a_cluster_trains_it_is_met_before_the_first_visitor(monkeypatch: pytest.MonkeyPatch):
    met: list[str] = []
    monkeypatch.setattr(memory, "load_pages", lambda: None)
    monkeypatch.setattr(stage, "prepare", lambda: None)
    monkeypatch.setattr(loaders, "runner", lambda: met.append("runner"))
    protection._prepare()
    assert not met, "processes of this machine would take its processors from the first page"
    monkeypatch.setenv("EMBEDDING_EXPLORER_SCHEDULER", "tcp://127.0.0.1:8786")
    protection._prepare()
    assert met == ["runner"]


def test_garbage_is_looked_for_again_where_pages_cannot_be_imported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory.importlib, "import_module", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        memory.load_pages()
    assert gc.isenabled()
