"""Pages open at once: as many as there is room for; whoever is in goes on, and others see a page that says so."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core import settings
from core.settings import ServerLimits
from dashboard.server.connections import crowded
from dashboard.server.memory import WATCH
from dashboard.server.owners import owner_of
from dashboard.server.requests import address_of, is_page

KEPT_SECONDS = 20.0
"""A browser that reloads, or loses its connection, finds its place free for so long."""

FULL_PAGE = Path(__file__).with_name("full.html").read_text(encoding="utf-8")
RETRY_SECONDS = 15

_log = logging.getLogger(__name__)


class Visits:
    """The pages that are open, and the places kept for those that were open a moment ago.

    Args:
        clock: Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: list[tuple[str, str]] = []
        self._kept: list[tuple[float, tuple[str, str]]] = []

    def __len__(self) -> int:
        return len(self._open)

    def full(self, owner: str | None, address: str, limits: ServerLimits) -> str:
        """What is used up for a new page of this visitor: "all", "address" or "owner"; empty where there is room.

        A visitor without an owner counts by the address alone.
        """
        visitor, now = (owner or "", address), self._clock()
        self._kept = [(until, whose) for until, whose in self._kept if until > now]
        others = [whose for _, whose in self._kept if whose != visitor or not owner]
        taken = self._open + others
        if len(taken) >= limits.sessions:
            return "all"
        if sum(whose[1] == address for whose in taken) >= limits.sessions_per_address:
            return "address"
        if owner and sum(whose[0] == owner for whose in self._open) >= limits.sessions_per_owner:
            return "owner"
        return ""

    @contextlib.contextmanager
    def open(self, owner: str | None, address: str) -> Iterator[None]:
        """Count one page while it is open."""
        visitor = owner or "", address
        kept = next((entry for entry in self._kept if entry[1] == visitor), None)
        if kept:
            self._kept.remove(kept)
        self._open.append(visitor)
        try:
            yield
        finally:
            self._open.remove(visitor)
            if owner:
                self._kept.append((self._clock() + KEPT_SECONDS, visitor))


VISITS = Visits()
"""Those of this process."""


class VisitGuard:
    """Counts websockets, one for each open page, and refuses pages and websockets for which there is no room."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" and not is_page(scope):
            await self._app(scope, receive, send)
            return
        owner, address = owner_of(HTTPConnection(scope).cookies), address_of(scope)
        limits = settings.numbers(ServerLimits)
        reason = VISITS.full(owner, address, limits)
        reason = reason or ("files" if crowded() else "memory" if WATCH.full(len(VISITS), limits) else "")
        if reason:
            _log.warning("a new page was refused: %s; %d are open", _REASONS[reason], len(VISITS))
            await _refuse(scope, receive, send)
        elif scope["type"] == "websocket":
            with VISITS.open(owner, address):
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)


_REASONS = {
    "all": "EMBEDDING_EXPLORER_SESSIONS are open",
    "address": "EMBEDDING_EXPLORER_SESSIONS_PER_ADDRESS are open from its address",
    "owner": "EMBEDDING_EXPLORER_SESSIONS_PER_OWNER are open in its browser",
    "files": "most of the files that the process may open (ulimit -n) are open",
    "memory": "EMBEDDING_EXPLORER_SERVER_MB of memory are in use",
}


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # the request to connect
        await send({"type": "websocket.close", "code": 1013, "reason": "no room"})
        return
    status = {"retry-after": str(RETRY_SECONDS), "cache-control": "no-store"}
    words = "There is no room for another visitor at the moment. Try again in a few seconds.\n"
    wants_html = "html" in Headers(scope=scope).get("accept", "")
    response = HTMLResponse(FULL_PAGE, 503, status) if wants_html else PlainTextResponse(words, 503, status)
    await response(scope, receive, send)
