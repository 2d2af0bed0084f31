"""The start page by its name: Streamlit serves it at the bare address alone, and calls `/start` a page not found."""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.server.requests import is_page

NAME = "start"


class StartPage:
    """Leads from `/start` to the bare address, with the query; relative, so that a path before it stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if not (is_page(scope) and path.rstrip("/").rsplit("/", 1)[-1] == NAME):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        above = "../" if path.endswith("/") else "./"
        await RedirectResponse(above + (f"?{query}" if query else ""))(scope, receive, send)
