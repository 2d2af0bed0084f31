"""A place for files: its session may bring files while it is drawn, and a refusal is said on the page."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.errors import QuotaError
from core.settings import MIB
from dashboard.server.uploads import NoPlaceError, Uploads
from dashboard.shared import uploader

SESSION = "test session id"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    manager = MemoryUploadedFileManager("/")
    table = Uploads(lambda: manager)
    monkeypatch.setattr(uploader, "UPLOADS", table)
    return table


def bring(table: Uploads, size: int) -> None:
    with table.coming(SESSION, "file", "10.0.0.1") as incoming:
        incoming.reserve(size)


def test_a_file_may_come_while_there_is_a_place_for_it(open_page, table):
    app = open_page("datasets")
    with pytest.raises(NoPlaceError):
        bring(table, 1)
    app = open_page("datasets", section="Bring your own")
    bring(table, 1)
    app.segmented_control(key="section").set_value("At hand").run()
    with pytest.raises(NoPlaceError):
        bring(table, 1)


def test_why_a_file_was_refused_is_said_once(open_page, table):
    app = open_page("datasets", section="Bring your own")
    with pytest.raises(QuotaError):
        bring(table, 101 * MIB)
    app.run()
    (shown,) = app.error
    assert "There is no room for this now" in shown.proto.title
    assert "more than 100 MB" in shown.value
    app.run()
    assert not app.error
