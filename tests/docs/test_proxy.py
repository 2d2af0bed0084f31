"""The proxy's configuration in the documentation, in a real nginx before a small server."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn
from websockets.sync.client import connect

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
FOLDER = Path(__file__).parents[2] / "docs" / "proxy"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


async def says_what_it_sees(scope, receive, send):
    """A server behind the proxy: answers with what reached it, and repeats what a websocket says."""
    seen = {"client": scope["client"][0], "scheme": scope["scheme"], "path": scope["path"]}
    seen["host"] = dict(scope["headers"])[b"host"].decode()
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": json.dumps(seen).encode()})
        await receive()
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})


@dataclass(frozen=True)
class Proxied:
    """Where nginx answers, and how the server behind it ends."""

    port: int
    server: uvicorn.Server
    thread: threading.Thread

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    tmp_path = tmp_path_factory.mktemp("nginx")
    behind = socket.create_server(("127.0.0.1", 0))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "ssl_certificate     /etc/ssl/explorer.pem;": "",
        "ssl_certificate_key /etc/ssl/explorer.key;": "",
        "http://127.0.0.1:8501": f"http://127.0.0.1:{behind.getsockname()[1]}",
        "root /usr/share/embedding-explorer;": f"root {FOLDER};",
    }
    for old, new in changes.items():
        assert config.count(old) == 1, old
        config = config.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {tmp_path / kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} pid {tmp_path / 'pid'}; events {{}} http {{ access_log off; {kept}\n{config}\n}}"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    server = uvicorn.Server(uvicorn.Config(says_what_it_sees, log_config=None, ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [behind]})
    thread.start()
    command = [NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
    process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(port, process)
        yield Proxied(port, server, thread)
    finally:
        process.terminate()
        process.communicate(timeout=10)
        server.should_exit = True
        thread.join(timeout=10)
        behind.close()


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, process.communicate()[1]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_server_sees_the_address_that_the_proxy_sees_and_not_what_a_visitor_claims(proxied):
    status, text = proxied.get("/components?run=1", Host="explorer.example.org", **{"X-Forwarded-For": "8.8.8.8"})
    assert status == 200
    assert json.loads(text) == {
        "client": "127.0.0.1",
        "scheme": "http",
        "path": "/components",
        "host": "explorer.example.org",
    }


def test_websockets_pass(proxied):
    with connect(f"ws://127.0.0.1:{proxied.port}/_stcore/stream") as pages:
        seen = json.loads(pages.recv(timeout=10))
    assert (seen["path"], seen["host"]) == ("/_stcore/stream", f"127.0.0.1:{proxied.port}")


def test_metrics_are_closed_and_health_is_open(proxied):
    assert [proxied.get(path)[0] for path in ("/_stcore/metrics", "/_stcore//metrics", "/_stcore%2Fmetrics")] == [
        404
    ] * 3
    assert proxied.get("/_stcore/health")[0] == 200


@pytest.mark.parametrize(("megabytes", "status"), [(100, None), (102, 413)])
def test_files_pass_that_the_server_takes(proxied, megabytes, status):
    """The proxy answers as soon as it knows the size, or begins to pass it on."""
    sending = HTTPConnection("127.0.0.1", proxied.port, timeout=10)
    sending.putrequest("PUT", "/_stcore/upload_file/s/f")
    sending.putheader("Content-Length", str(megabytes * 2**20))
    sending.endheaders()
    sending.send(b"x")
    assert sending.getresponse().status == (status or 200)
    sending.close()


def test_while_the_server_is_down_there_is_a_page_that_says_so(proxied):
    proxied.server.should_exit = True
    proxied.thread.join(timeout=10)
    status, text = proxied.get("/maps")
    assert (status, "not running at the moment" in text) == (502, True)
