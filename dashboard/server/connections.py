"""Connections: fewer than the process may have files open, and none that says nothing for long.

A connection is a file to the system. Once the last one is taken, no page can read a model and no worker be started,
and the event loop writes hundreds of lines a second about it. The limit is therefore raised as far as the system
lets us, and connections beyond half of it are ended as they come. A page takes more than its connection: Streamlit
gives each session an event loop, three files, and keeps it for two minutes after the browser has left. The number of a
file that was just opened is the lowest that was free, and so tells how many there are.
"""

import asyncio
import gc
import logging
import os
import sys
from collections import Counter
from typing import Any

import uvicorn

from core.access import network_of
from core.settings import MIB

if sys.platform != "win32":  # which has no such limit
    import resource

WANTED_FILES = 65_536
SILENT_SECONDS = 20.0
"""A connection on which no request came for so long is ended; a browser asks at once."""

LARGEST_MESSAGE = 16 * MIB
"""Bytes of one message of a browser, which is held whole before anybody looks at it; a selection of a million points
has about half of it. Streamlit's own bound is that of what it sends, 200 MB."""

AT_ONCE = 32
"""Of the files, one in so many may be a connection that was accepted in one go: the event loop accepts as many as have
come before it lets anybody look at the first, and does so again in the three rounds until the first is closed."""

PAGES_SHARE, CONNECTIONS_SHARE = 5 / 8, 13 / 16
"""Shares of the files beyond which no page is let in, and no connection; the rest is for the program's own work."""

_log = logging.getLogger(__name__)


def raise_limit() -> int:
    """Let this process open as many files as the system lets it; how many those are."""
    if sys.platform == "win32":
        return WANTED_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def limit() -> int:
    """How many files this process may have open."""
    if sys.platform == "win32":
        return WANTED_FILES
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return WANTED_FILES if soft == resource.RLIM_INFINITY else soft


def crowded() -> bool:
    """Whether so many files are open that there is no room for another page."""
    try:
        lowest = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return True
    os.close(lowest)
    return lowest >= limit() * PAGES_SHARE


def bounded(protocol: Any, most: int) -> Any:
    """The class of uvicorn's connections, with a bound on how many there are at once.

    Args:
        protocol: uvicorn's class for HTTP connections; each becomes a websocket's where the browser asks for that.
        most: Connections at once; of one address at most three quarters of it.
    """

    class Bounded(protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            networks = Counter(_network(connection) for connection in self.connections)
            crowd = networks.total() > most or networks[_network(self)] > max(1, most * 3 // 4)
            if crowd or transport.get_extra_info("socket").fileno() >= limit() * CONNECTIONS_SHARE:
                _log.warning("a connection was ended: %d are open, of %d", networks.total() - 1, most)
                transport.abort()
                return
            asyncio.get_running_loop().call_later(SILENT_SECONDS, self._end_if_silent, None)

        def _end_if_silent(self, seen: Any) -> None:
            """End it where no request has come since the last look; `seen` was the last one then."""
            if self not in self.connections:  # it has ended, or is a websocket now
                return
            if self.cycle is seen and (seen is None or seen.response_complete):
                self.transport.close()
            else:
                asyncio.get_running_loop().call_later(SILENT_SECONDS, self._end_if_silent, self.cycle)

    return Bounded


def _network(connection: Any) -> str:
    return network_of(connection.client[0]) if connection.client else ""


def guard() -> None:
    """Bound the connections of the uvicorn server that is about to start in this process.

    Streamlit makes the server and lets nobody configure this; it asks for the
    class of its connections after the application has started.
    """
    servers = [thing for thing in gc.get_objects() if isinstance(thing, uvicorn.Server)]
    if len(servers) != 1:
        _log.warning("connections are not bounded: %d uvicorn servers were found, 1 was expected", len(servers))
        return
    settings = servers[0].config
    settings.ws_max_size = LARGEST_MESSAGE
    files = raise_limit()
    settings.backlog = min(settings.backlog, max(1, files // AT_ONCE))
    settings.http_protocol_class = bounded(settings.http_protocol_class, files // 2)
