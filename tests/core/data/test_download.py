"""Fetching a release, from a server on this machine and from nowhere else."""

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.data import import_ratings
from core.data.download import BASE_VARIABLE, RELEASES, download
from core.data.importing.isolation import in_this_process
from core.errors import CanceledError, DownloadFailedError, LimitError
from tests.core.data.importing import made

ZIP = made.zipped(made.hundred_thousand(), 0)


class Server(ThreadingHTTPServer):
    """Serves files, and misbehaves when told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/ml-100k.zip": ZIP}
        self.version = '"1"'
        self.asked: list[tuple[str, str | None]] = []
        self.cut_at: int | None = None
        self.announced: int | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range")
        server.asked.append((self.path, wanted))
        data = server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        start = 0
        if wanted and self.headers.get("If-Range") == server.version:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", server.version)
        self.send_header("Content-Length", str(server.announced or len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : server.cut_at])
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv(BASE_VARIABLE, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "home"))
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_release_arrives_and_imports(server: Server) -> None:
    told: list[float] = []
    got = download("ml-100k", accepted=True, reporter=lambda progress, text: told.append(progress))
    assert got.path.read_bytes() == ZIP
    assert (got.size, got.checked, got.resumed) == (len(ZIP), False, 0)
    assert told == sorted(told) and told[-1] == 1
    assert import_ratings([got.path], runner=in_this_process).layout == "MovieLens 100K"


def test_what_is_there_is_not_fetched_again(server: Server) -> None:
    download("ml-100k", accepted=True)
    before = len(server.asked)
    assert download("ml-100k", accepted=True).size == len(ZIP)
    assert len(server.asked) == before


def test_a_published_checksum_is_compared(server: Server) -> None:
    server.files["/ml-100k.zip.md5"] = f"MD5 (ml-100k.zip) = {hashlib.md5(ZIP).hexdigest()}\n".encode()
    assert download("ml-100k", accepted=True).checked


def test_another_checksum_is_refused_and_nothing_is_kept(server: Server, tmp_path: Path) -> None:
    server.files["/ml-100k.zip.md5"] = b"0" * 32
    with pytest.raises(DownloadFailedError, match="MD5"):
        download("ml-100k", accepted=True)
    assert [path.suffix for path in (tmp_path / "home" / "downloads").iterdir()] == [".lock"]


def test_a_broken_transfer_goes_on_where_it_stopped(server: Server) -> None:
    server.cut_at = 1000
    with pytest.raises(DownloadFailedError, match="1,000"):
        download("ml-100k", accepted=True)
    server.cut_at = None
    got = download("ml-100k", accepted=True)
    assert (got.path.read_bytes(), got.resumed) == (ZIP, 1000)
    assert ("/ml-100k.zip", "bytes=1000-") in server.asked


def test_a_file_that_changed_meanwhile_starts_over(server: Server) -> None:
    server.cut_at = 1000
    with pytest.raises(DownloadFailedError):
        download("ml-100k", accepted=True)
    server.cut_at, server.version = None, '"2"'
    server.files["/ml-100k.zip"] = ZIP[::-1]
    got = download("ml-100k", accepted=True)
    assert (got.path.read_bytes(), got.resumed) == (ZIP[::-1], 0)


def test_a_stop_keeps_what_arrived_for_the_next_time(server: Server, tmp_path: Path) -> None:
    server.files["/ml-100k.zip"] = ZIP * 200
    answers = iter([False, True])
    with pytest.raises(CanceledError):
        download("ml-100k", accepted=True, should_stop=lambda: next(answers))
    assert (tmp_path / "home" / "downloads" / "ml-100k.zip.part").stat().st_size > 0
    got = download("ml-100k", accepted=True)
    assert got.path.read_bytes() == ZIP * 200
    assert got.resumed > 0


@pytest.mark.parametrize("name", ["ml-100k.zip", "ml-100k.zip.part", "ml-100k.zip.version", "ml-100k.checked"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_among_the_downloads_is_cleared_away(server: Server, tmp_path: Path, name: str, make) -> None:
    folder = tmp_path / "home" / "downloads"
    folder.mkdir(parents=True)
    make(folder / name)
    got = download("ml-100k", accepted=True)
    assert (got.path.read_bytes(), got.checked) == (ZIP, False)


@pytest.mark.parametrize("stamp", [b"a\r\nX-Evil: 1", b"\xff\xfe", b"x" * 100_000])
def test_a_damaged_version_of_a_part_starts_over(server: Server, tmp_path: Path, stamp: bytes) -> None:
    folder = tmp_path / "home" / "downloads"
    folder.mkdir(parents=True)
    (folder / "ml-100k.zip.part").write_bytes(ZIP[:100])
    (folder / "ml-100k.zip.version").write_bytes(stamp)
    assert download("ml-100k", accepted=True).path.read_bytes() == ZIP
    assert server.asked[0][1] is None


def test_a_missing_file_is_told(server: Server) -> None:
    with pytest.raises(DownloadFailedError, match="404") as refusal:
        download("ml-1m", accepted=True)
    assert refusal.value.code == "DOWNLOAD_FAILED"


def test_no_network_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_VARIABLE, "http://127.0.0.1:1/")
    with pytest.raises(DownloadFailedError, match="check the network"):
        download("ml-100k", accepted=True)


def test_a_server_that_sends_without_end_is_left(server: Server) -> None:
    server.announced = 10**12
    with pytest.raises(DownloadFailedError, match="announces"):
        download("ml-100k", accepted=True)


def test_nothing_is_fetched_before_the_licence_is_accepted(server: Server) -> None:
    with pytest.raises(LimitError, match="not accepted"):
        download("ml-100k", accepted=False)
    assert server.asked == []


@pytest.mark.parametrize("base", ["file:///etc/", "ftp://x/", "x"])
def test_the_base_must_be_a_web_address(base: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_VARIABLE, base)
    with pytest.raises(LimitError, match="http"):
        download("ml-100k", accepted=True)


def test_an_unknown_release_is_told_with_those_there_are() -> None:
    with pytest.raises(LimitError, match="ml-100k, ml-1m"):
        download("../x", accepted=True)
    assert all(release.licence and release.file == f"{name}.zip" for name, release in RELEASES.items())
