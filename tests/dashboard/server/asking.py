"""Requests to an ASGI application without a server."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What an application answered."""

    status: int
    headers: Headers
    body: str


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """An application: reads what it is sent and answers with a page of its length."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": str(size).encode()})


def scope_of(path: str, method: str = "GET", kind: str = "http", **headers: str) -> dict[str, Any]:
    """A request; underscores in the names of headers stand for hyphens."""
    lines = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": kind, "path": path, "method": method, "headers": lines, "scheme": "http", "client": ("10.0.0.1", 9)}


def ask(app: ASGIApp, path: str = "/", chunks: Sequence[bytes] = (b"",), **request: Any) -> Answer:
    """The answer to one request; `request` as in `scope_of`, and parts of the scope by name in `scope`."""
    scope = scope_of(path, **{name: value for name, value in request.items() if name != "scope"})
    scope |= request.get("scope", {})
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ]
    sent = exchange(app, scope, waiting)
    return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), b"".join(m["body"] for m in sent[1:]).decode())


def exchange(app: ASGIApp, scope: Scope, waiting: list[dict[str, Any]]) -> list[Message]:
    """Everything an application sends while it is given these messages."""
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    run(app(scope, receive, send))
    return sent


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine returns, run in a thread of its own: in this one a browser's event loop may be running."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()
