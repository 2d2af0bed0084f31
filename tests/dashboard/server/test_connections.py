"""Connections: bounded as they come, silent ones ended, and the limit of files raised."""

import asyncio
import contextlib
import resource

import pytest
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from dashboard.server import connections
from dashboard.server.connections import bounded, raise_limit
from tests.dashboard.server.asking import page, run


async def serve(most: int, state: ServerState) -> tuple[asyncio.Server, int]:
    config = Config(page, access_log=False, log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    made = bounded(H11Protocol, most)
    server = await loop.create_server(lambda: made(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def closed_at_once(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 0.3) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_one_address_has_three_quarters_of_the_connections_and_the_rest_are_ended_as_they_come():
    async def flood() -> list[bool]:
        server, port = await serve(4, ServerState())
        async with server:
            opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
            ended = await asyncio.gather(*(closed_at_once(reader) for reader, _ in opened))
            reader, writer = opened[0]
            writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")  # who is in goes on
            for _, writer in opened:
                writer.close()
                with contextlib.suppress(ConnectionResetError):
                    await writer.wait_closed()
        return ended

    assert run(flood()) == [False] * 3 + [True] * 3


def test_a_connection_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.05)

    async def wait() -> tuple[bytes, bytes]:
        server, port = await serve(9, ServerState())
        async with server:
            silent, nothing = await asyncio.open_connection("127.0.0.1", port)
            slow, little = await asyncio.open_connection("127.0.0.1", port)
            little.write(b"GET / HTTP/1.1\r\nhost: ")  # never says where
            ends = await asyncio.wait_for(silent.read(), 5), await asyncio.wait_for(slow.read(), 5)
            for writer in (nothing, little):
                writer.close()
                await writer.wait_closed()
        return ends

    assert run(wait()) == (b"", b"")


def test_the_limit_of_files_is_raised_as_far_as_it_goes():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        most = raise_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most
        assert most in {before[1], connections.WANTED_FILES}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_as_few_connections_are_accepted_in_one_go_as_leave_files_for_the_program(monkeypatch: pytest.MonkeyPatch):
    """The event loop accepts as many as have come before it looks at the first: 260 took all of 256 files."""
    monkeypatch.setattr(connections, "raise_limit", lambda: 256)
    server = Server(Config(page, access_log=False, log_config=None))
    server.config.load()
    monkeypatch.setattr(connections.gc, "get_objects", lambda: [server])
    connections.guard()
    assert 1 <= 4 * server.config.backlog <= 256 // 8
