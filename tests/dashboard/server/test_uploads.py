"""Uploads: refused without a place, bounded while they come, and dropped when nobody uses them."""

import asyncio
import contextlib

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from core.errors import QuotaError
from core.settings import MIB
from dashboard.server import uploads
from dashboard.server.uploads import ABANDONED_SECONDS, FRAMING_BYTES, OTHER_BODY_BYTES, UploadGuard, Uploads
from tests.dashboard.server.asking import ask, page

LARGEST = 2 * MIB


@pytest.fixture
def manager() -> MemoryUploadedFileManager:
    return MemoryUploadedFileManager("/_stcore/upload_file")


@pytest.fixture
def table(manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch) -> Uploads:
    """What the guard asks, with bounds of 4 MB for an owner, 6 for an address and 8 for all."""
    table = Uploads(lambda: manager)
    monkeypatch.setattr(uploads, "UPLOADS", table)
    monkeypatch.setenv("EMBEDDING_EXPLORER_UPLOAD_MB_PER_OWNER", "4")
    monkeypatch.setenv("EMBEDDING_EXPLORER_UPLOAD_MB_PER_ADDRESS", "6")
    monkeypatch.setenv("EMBEDDING_EXPLORER_UPLOAD_MB", "8")
    return table


@pytest.fixture
def put(manager: MemoryUploadedFileManager):
    """Send a file as a browser does, to a server that keeps it as Streamlit does."""

    def put_(session, file, chunks, *, announced=True, address="10.0.0.1", chunk=b""):
        async def keep(scope, receive, send):
            await page(scope, receive, send)
            data = b"x" * sum(map(len, chunks))
            manager.add_file(session, UploadedFileRec(file, "f", "text/csv", data))

        headers = {"content_length": str(sum(map(len, chunks)))} if announced else {}
        path = f"/_stcore/upload_file/{session}/{file}"
        return ask(UploadGuard(keep), path, chunks or (b"",), method="PUT", scope={"client": (address, 1)}, **headers)

    return put_


MEGABYTE = bytes(MIB)


def test_without_a_place_on_the_page_nothing_comes(table, put, manager):
    answer = put("s", "f", [MEGABYTE])
    assert (answer.status, answer.body[:36]) == (403, "This page has no place for a file no")
    table.open("s", "o", LARGEST)
    assert put("s", "f", [MEGABYTE]).status == 200
    table.close("s")
    assert put("s", "g", [MEGABYTE]).status == 403
    assert list(manager.file_storage["s"]) == ["f"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_beyond_the_largest_is_refused_and_the_page_is_told(table, put, manager, announced):
    table.open("s", "o", LARGEST)
    answer = put("s", "f", [MEGABYTE] * 3, announced=announced)
    assert answer.status == 413
    assert "more than 2 MB, which is the most" in answer.body
    assert table.take_refusal("s") == answer.body
    assert table.take_refusal("s") == ""
    assert (table.bytes_held(), dict(manager.file_storage)) == (0, {})


def test_an_owner_has_so_much_at_once_however_many_pages_are_open(table, put, manager):
    for session in ("a", "b", "c"):
        table.open(session, "o", LARGEST)
    table.open("x", "another", LARGEST)
    assert [put(session, "f", [MEGABYTE] * 2).status for session in ("a", "b")] == [200, 200]
    refused = put("c", "f", [MEGABYTE])
    assert "with it you have more than 4 MB" in refused.body
    assert put("x", "f", [MEGABYTE]).status == 200
    manager.remove_file("a", "f")  # the person took it out again
    assert put("c", "f", [MEGABYTE]).status == 200


def test_an_address_and_all_visitors_have_bounds_too(table, put):
    for number in range(5):
        table.open(f"s{number}", f"o{number}", LARGEST)
    assert [put(f"s{number}", "f", [MEGABYTE] * 2).status for number in range(3)] == [200] * 3
    assert "your network has more than 6 MB" in put("s3", "f", [MEGABYTE]).body
    assert put("s3", "f", [MEGABYTE] * 2, address="10.0.0.2").status == 200
    assert "all visitors have more than 8 MB" in put("s4", "f", [MEGABYTE], address="10.0.0.3").body


def test_what_is_still_coming_counts(table):
    table.open("s", "o", 4 * MIB)
    with table.coming("s", "f", "10.0.0.1") as first:
        first.reserve(3 * MIB)
        with pytest.raises(QuotaError), table.coming("s", "g", "10.0.0.1") as second:
            second.reserve(2 * MIB)
        with pytest.raises(QuotaError, match="already"), table.coming("s", "f", "10.0.0.1"):
            pass
        assert table.bytes_held() == 3 * MIB


def test_many_empty_files_are_bounded_too(table, put):
    table.open("s", "o", LARGEST)
    most = 4 * MIB // FRAMING_BYTES + 1
    statuses = [put("s", f"f{number}", []).status for number in range(most + 1)]
    assert statuses == [200] * most + [413]


def test_a_file_that_no_page_uses_goes_and_one_that_is_used_stays(table, put, manager):
    table.open("s", "o", LARGEST)
    for file in ("used", "unused"):
        put("s", file, [MEGABYTE])
    table.use("s", "widget", frozenset({"used"}))
    active = frozenset({"s"})
    table.sweep(active, 0)
    table.sweep(active, ABANDONED_SECONDS - 1)
    assert set(manager.file_storage["s"]) == {"used", "unused"}
    table.sweep(active, ABANDONED_SECONDS)
    assert set(manager.file_storage["s"]) == {"used"}
    table.close("s")  # another page, without a place for files
    table.sweep(active, ABANDONED_SECONDS + 1)
    table.sweep(active, 2 * ABANDONED_SECONDS + 1)
    assert (set(manager.file_storage["s"]), table.bytes_held()) == (set(), 0)


def test_a_browser_that_comes_back_in_time_finds_its_file(table, put, manager):
    table.open("s", "o", LARGEST)
    put("s", "f", [MEGABYTE])
    table.use("s", "widget", frozenset({"f"}))
    table.sweep(frozenset(), 0)
    table.sweep(frozenset({"s"}), ABANDONED_SECONDS - 1)
    table.sweep(frozenset(), ABANDONED_SECONDS)
    assert set(manager.file_storage["s"]) == {"f"}
    table.sweep(frozenset(), 2 * ABANDONED_SECONDS)
    assert not manager.file_storage["s"]
    assert table.sessions() <= {"s"}


def test_an_upload_that_never_ends_is_ended(table, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE_SECONDS", 0.01)
    table.open("s", "o", 1)

    async def silent(scope, receive, send):
        await asyncio.Event().wait()

    answer = ask(UploadGuard(silent), "/_stcore/upload_file/s/f", method="PUT")
    assert (answer.status, table.bytes_held()) == (408, 0)


def test_no_other_request_may_be_large():
    chunks = [bytes(OTHER_BODY_BYTES), b"x"]
    assert ask(UploadGuard(page), "/_stcore/other", chunks[:1], method="POST").body == str(OTHER_BODY_BYTES)
    assert ask(UploadGuard(page), "/_stcore/other", chunks, method="POST").status == 413
    assert ask(UploadGuard(page), "/_stcore/upload_file/s/f", chunks, method="DELETE").status == 413


def test_who_announces_much_and_sends_little_keeps_nobody_out(table):
    """Slow uploads would otherwise fill what all may have, for as long as their sizes are given time."""
    for session, owner in (("slow", "stranger"), ("s", "owner")):
        table.open(session, owner, LARGEST)
    with contextlib.ExitStack() as stack:
        for number in range(8):
            slow = stack.enter_context(table.coming("slow", str(number), "10.0.0.2"))
            slow.check(LARGEST)
            slow.reserve(1)
        honest = stack.enter_context(table.coming("s", "f", "10.0.0.1"))
        honest.check(LARGEST)
        honest.reserve(LARGEST)
        assert table.bytes_held() == LARGEST + 8 * FRAMING_BYTES
