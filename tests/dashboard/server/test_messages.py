"""Messages: what pages send passes, what reaches everybody does not."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLsRequest

from dashboard.server.messages import ALLOWED, MOST_FILES, MessageGuard, allowed
from tests.dashboard.server.asking import exchange, scope_of

RERUN = BackMsg(rerun_script=ClientState(query_string="run=1"))


@pytest.mark.parametrize("kind", [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields])
def test_each_kind_of_message_is_decided(kind):
    message = BackMsg()
    field = getattr(message, kind)
    if isinstance(field, bool):
        setattr(message, kind, True)
    else:
        field.SetInParent()
    refused = {
        "clear_cache",
        "set_run_on_save",
        "debug_disconnect_websocket",
        "debug_shutdown_runtime",
        "backend_operation_request",  # without an operation
    }
    assert {kind} <= ALLOWED | refused
    assert allowed(message.SerializeToString()) == (kind not in refused)


@pytest.mark.parametrize(
    "operation", [f.name for f in BackendOperationRequest.DESCRIPTOR.oneofs_by_name["payload"].fields]
)
def test_downloads_and_tables_pass_and_what_writes_on_the_server_does_not(operation):
    message = BackMsg()
    getattr(message.backend_operation_request, operation).SetInParent()
    assert allowed(message.SerializeToString()) == (operation in {"deferred_file", "dataframe_chunk"})


def test_a_request_for_places_for_endless_files_is_dropped():
    for number, passes in ((MOST_FILES, True), (MOST_FILES + 1, False)):
        message = BackMsg(file_urls_request=FileURLsRequest(file_names=["f"] * number))
        assert allowed(message.SerializeToString()) == passes


def test_what_is_dropped_does_not_reach_the_application_and_the_rest_does():
    heard = []

    async def hear(scope, receive, send):
        heard.extend([await receive() for _ in range(4)])

    sent = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": BackMsg(clear_cache=True).SerializeToString()},
        {"type": "websocket.receive", "bytes": RERUN.SerializeToString()},
        {"type": "websocket.receive", "bytes": b"\xff no message"},
        {"type": "websocket.disconnect", "code": 1000},
    ]
    exchange(MessageGuard(hear), scope_of("/_stcore/stream", kind="websocket"), list(sent))
    assert heard == [sent[0], *sent[2:]]
