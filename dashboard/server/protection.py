"""What stands before the pages: middleware for every request, and what looks after the server while it runs."""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.middleware import Middleware
from streamlit import runtime

from core import settings
from core.settings import ServerLimits
from dashboard.server import connections, logs
from dashboard.server.headers import Headers
from dashboard.server.history import History
from dashboard.server.messages import MessageGuard
from dashboard.server.owners import Owners, signing_key
from dashboard.server.start_page import StartPage
from dashboard.server.uploads import UPLOADS, UploadGuard
from dashboard.server.visits import VisitGuard
from dashboard.session import callbacks, untrusted
from dashboard.shell import memory

SWEEP_SECONDS = 15.0


def middleware() -> list[Middleware]:
    """The guards, the outermost first. LimitError where the environment holds a bound that is none."""
    settings.numbers(ServerLimits)
    return [Middleware(guard) for guard in (Headers, StartPage, VisitGuard, Owners, UploadGuard, MessageGuard, History)]


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Prepare the process before it serves, and drop abandoned uploads while it does."""
    logs.bound()
    connections.guard()
    signing_key()
    untrusted.install()
    callbacks.install()
    # What the first visitor would wait for; meanwhile a browser is given Streamlit's own files.
    loading = asyncio.create_task(asyncio.to_thread(_prepare))
    sweeping = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        sweeping.cancel()
        await asyncio.wait([loading])  # the script that needs it has told what went wrong, if anything


def _prepare() -> None:
    memory.load_pages()
    from dashboard.start import stage  # there by now, with all that it brings

    stage.prepare()
    if settings.scheduler():  # workers elsewhere take no time from the first page, and become warm meanwhile
        from dashboard.cache import loaders  # as above

        loaders.runner()


async def _sweep() -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        logs.bound()  # modules that were imported since have loggers of their own
        gc.collect()  # what pages have left; while they are drawn nobody waits for it (runner.postScriptGC)
        known = runtime.get_instance()
        sessions = {session for session in UPLOADS.sessions() if known.is_active_session(session)}
        UPLOADS.sweep(frozenset(sessions), time.monotonic())
