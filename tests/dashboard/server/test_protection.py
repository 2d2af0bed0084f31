"""The server answers while what the pages need is imported, but not before what browsers say is checked."""

import asyncio
import threading

import pytest

from dashboard.server import protection


def test_the_server_answers_while_pages_are_imported(monkeypatch: pytest.MonkeyPatch):
    done, order = threading.Event(), []
    monkeypatch.setattr(protection.untrusted, "install", lambda: order.append("checks"))
    monkeypatch.setattr(protection.importlib, "import_module", lambda name: order.append(name) if done.wait(30) else 0)

    async def serve() -> None:
        async with protection.lifespan(None):
            order.append("answers")
            done.set()

    asyncio.run(serve())
    assert order == ["checks", "answers", "dashboard.shell.frame"]
