"""Puts a script before all others into every page: what a person does is one entry of the browser's history.

What every page draws with is put in beside it.
"""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.server import ahead
from dashboard.server.requests import is_page

KEPT = "^(rated|(low|high)_[0-9]+|mission|task)$"
"""Names of parameters that say what somebody has done, and not what is on the screen: Back leaves that as it is."""

SCRIPT = "<script>\n{}</script>".format(
    Path(__file__).with_suffix(".js").read_text(encoding="utf-8").replace("QUIET", f'"{KEPT}"')
)
_BEFORE, _BEHIND = b"<head>", b"</body>"
HEAD, FOOT = SCRIPT + "\n" + ahead.links(), ahead.style()
_LESS = {b"if-none-match", b"if-modified-since", b"if-range", b"range", b"accept-encoding"}
"""Headers of a request for less than the whole page as it reads."""


class History:
    """Puts the script into pages, behind the beginning of their head, and the style before the end of their body.
    Everything else passes as it is.

    The page is Streamlit's own, of a few kilobytes. It is always sent whole, since what a browser has kept of it may be
    without the script, and uncompressed, since Streamlit would compress it (at every address but the bare one).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_page(scope):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [header for header in scope["headers"] if header[0] not in _LESS]}
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message if _is_html(message) else None
                if start is not None:
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                body = body.replace(_BEFORE, _BEFORE + HEAD.encode(), 1).replace(_BEHIND, FOOT.encode() + _BEHIND, 1)
                headers = MutableHeaders(scope=start)
                headers["content-length"] = str(len(body))
                for name in ("etag", "last-modified", "accept-ranges"):
                    del headers[name]
                await send(start)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app(scope, receive, send_with_script)


def _is_html(start: Message) -> bool:
    return start["status"] == 200 and Headers(scope=start).get("content-type", "").startswith("text/html")
