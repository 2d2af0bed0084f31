"""Messages of browsers: those that a page of this program sends, and none that reach what all visitors share.

Streamlit obeys whoever writes to its websocket. One message empties the caches of everybody, and with them ends what
runs the jobs; another writes files beside the program. Its own page offers both to developers only; a stranger needs
no page.
"""

import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

ALLOWED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "load_git_info"})
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
MOST_FILES = 200
"""Names in one request for places to upload to."""

_log = logging.getLogger(__name__)


def allowed(data: bytes) -> bool:
    """Whether a message may pass. What is no message at all passes: Streamlit then closes the websocket."""
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in ALLOWED_OPERATIONS
    if kind == "file_urls_request":
        return len(message.file_urls_request.file_names) <= MOST_FILES
    return kind in ALLOWED


class MessageGuard:
    """Lets through what `allowed` allows; the rest is dropped and logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_allowed() -> Message:
            while True:
                message = await receive()
                data = message.get("bytes")
                if message["type"] != "websocket.receive" or data is None or allowed(data):
                    return message
                _log.warning("a message that no page of this program sends was dropped")

        await self._app(scope, receive_allowed if scope["type"] == "websocket" else receive, send)
