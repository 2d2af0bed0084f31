"""Headers: on every answer, and an application cannot take them off."""

import re
from pathlib import Path

import dashboard
from dashboard.server.headers import CONTENT_SECURITY_POLICY, HEADERS, Headers
from tests.dashboard.server.asking import ask, exchange, page, scope_of


def test_every_answer_has_them_once():
    async def lax(scope, receive, send):
        start = {"type": "http.response.start", "status": 404, "headers": [(b"x-frame-options", b"ALLOWALL")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    for app in (page, lax):
        answer = ask(Headers(app), "/_stcore/anything")
        assert {name: answer.headers.getlist(name) for name in HEADERS} == {n: [v] for n, v in HEADERS.items()}


def test_nothing_is_loaded_from_elsewhere_and_nobody_else_frames_it():
    policy = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert policy["frame-ancestors"] == "'self'"
    words = {word for sources in policy.values() for word in sources.split()}
    assert words == {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert "data:" not in policy["script-src"]


def test_websockets_and_the_life_of_the_server_pass_as_they_are():
    async def accept(scope, receive, send):
        await send({"type": f"{scope['type']}.accept"})

    for kind in ("websocket", "lifespan"):
        assert exchange(Headers(accept), scope_of("/", kind=kind), []) == [{"type": f"{kind}.accept"}]


def test_the_pages_use_one_place_for_uploads():
    """A place for files that does not open the way would have every file refused."""
    folder = Path(dashboard.__file__).parent
    using = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if re.search(r"st\.(file_uploader|camera_input|audio_input|chat_input)\(", path.read_text(encoding="utf-8"))
    ]
    assert using == ["shared/uploader.py"]
