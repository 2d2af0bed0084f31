"""A live server, started by the very command that people type, and a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """Where the app answers, and its process."""

    url: str
    pid: int
    home: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run dashboard/app.py` on an empty home."""
    home = tmp_path_factory.mktemp("server") / "home"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    streamlit = Path(sys.executable).parent / "streamlit"
    with (home.parent / "server.log").open("w") as log:
        process = subprocess.Popen(
            [str(streamlit), "run", "dashboard/app.py", f"--server.port={port}", "--server.headless=true"],
            cwd=ROOT,
            env={**os.environ, "EMBEDDING_EXPLORER_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield Server(f"http://127.0.0.1:{port}", process.pid, home)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(STARTS_WITHIN_SECONDS * 10):
        assert process.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    pytest.fail(f"the server did not answer within {STARTS_WITHIN_SECONDS} s")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium of the system where there is one, else the one Playwright has downloaded."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that has loaded the app's scripts already after its first page; 1440 by 900."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh window, and with it a session of its own."""
    page = context.new_page()
    yield page
    page.close()
