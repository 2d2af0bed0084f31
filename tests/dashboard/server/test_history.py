"""The script that makes one entry of the browser's history of each thing that a person does."""

import gzip

import pytest

from dashboard.server.history import FOOT, HEAD, SCRIPT, History
from tests.dashboard.server.asking import ask, exchange, page, scope_of

PAGE = b"<html><head><title>A page</title></head><body></body></html>"


def serving(kind: bytes = b"text/html; charset=utf-8", status: int = 200):
    async def app(scope, receive, send):
        asked = dict(scope["headers"])
        if b"if-none-match" in asked or b"range" in asked:
            status_now, parts = 304, [b""]
        elif b"accept-encoding" in asked:
            status_now, parts = status, [gzip.compress(PAGE)]
        else:
            status_now, parts = status, [PAGE[:9], PAGE[9:20], PAGE[20:]]
        headers = [(b"content-type", kind), (b"content-length", str(len(PAGE)).encode()), (b"etag", b'"old"')]
        await send({"type": "http.response.start", "status": status_now, "headers": headers})
        for number, part in enumerate(parts, start=1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    return app


def test_a_page_begins_with_the_script_and_says_its_length():
    answer = ask(History(serving()), "/maps")
    assert answer.body == PAGE.decode().replace("<head>", f"<head>{HEAD}").replace("</body>", f"{FOOT}</body>")
    assert answer.headers.getlist("content-length") == [str(len(answer.body.encode()))]


def test_what_a_browser_has_kept_without_the_script_is_sent_anew_and_nothing_compressed():
    for asked in ({"if_none_match": '"old"'}, {"range": "bytes=0-9"}, {"accept_encoding": "gzip"}):
        answer = ask(History(serving()), "/", **asked)
        assert answer.status == 200
        assert SCRIPT in answer.body
        assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("path", "app"),
    [
        ("/static/js/index.js", serving()),
        ("/maps", serving(b"application/json")),
        ("/maps", serving(status=503)),
        ("/maps", page),
    ],
)
def test_everything_else_passes_as_it_is(path, app):
    passed, own = ask(History(app), path), ask(app, path)
    assert (passed.status, passed.body) == (own.status, own.body)


def test_websockets_pass():
    async def accept(scope, receive, send):
        await send({"type": "websocket.accept"})

    assert exchange(History(accept), scope_of("/", kind="websocket"), []) == [{"type": "websocket.accept"}]
