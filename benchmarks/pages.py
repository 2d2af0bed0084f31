"""How fast the pages are with a finished default model, and what the server needs.

    python -m benchmarks.pages                trains in a home of its own first
    python -m benchmarks.pages --home FOLDER  uses the models that are there

Page times are of the script on the server, through Streamlit's AppTest, its
bookkeeping included. The live part starts the very command that people type.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "dashboard" / "app.py"
PAGE_SECONDS, FIRST_PAGE_SECONDS, SERVER_MB = 0.5, 4.0, 450
"""Budgets: 95th percentile of a page, `streamlit run` to the first complete page, memory of the server."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Times of the pages, and memory of the server.")
    parser.add_argument("--home", type=Path, help="where models are; without it one is trained in a temporary folder")
    parser.add_argument("--times", type=int, default=20, help="runs of each page (default 20)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMBEDDING_EXPLORER_HOME"] = str((options.home or Path(folder)).resolve())
        subprocess.run([sys.executable, "-m", "core", "train", "--preset", "default"], check=True, cwd=ROOT)
        within = [print_pages(options.times), print_live()]
    sys.exit(0 if all(within) else 1)


def print_pages(times: int) -> bool:
    """The table of pages; whether all are within the budget."""
    from streamlit.testing.v1 import AppTest

    from dashboard import frame, loaders

    loaders.pool = lambda: None  # a page must not wait for TensorFlow's import
    app = AppTest.from_file(str(APP), default_timeout=120)
    print(f"{'seconds on the server':24}{'first':>9}{'median':>9}{'95%':>9}")
    print(f"{'first page of all':24}{_seconds(app.run):>9.3f}")
    slowest = 0.0
    for name in [name for pages in frame.PAGES.values() for name, *_ in pages]:
        page = app.switch_page(f"app_pages/{name}.py")
        first = _seconds(page.run)
        if app.exception:
            sys.exit(f"page {name} failed: {app.exception[0].message}")
        again = [_seconds(page.run) for _ in range(times)]
        high = float(np.percentile(again, 95))
        slowest = max(slowest, high)
        print(f"{name:24}{first:>9.3f}{np.median(again):>9.3f}{high:>9.3f}")
    return _verdict("slowest page, 95%", slowest, PAGE_SECONDS, "s")


def print_live() -> bool:
    """The live server's figures; whether they are within the budgets."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        with live_server() as (server, address):
            page.goto(address)
            page.wait_for_selector("h1", timeout=60_000)
            heading = time.perf_counter() - began
            _wait_until_complete(page)
            first = time.perf_counter() - began
            for name in ("train", "embeddings", "components", "runs", "jobs"):
                page.goto(f"{address}/{name}")
                _wait_until_complete(page)
            megabytes = server.memory_info().rss / 1e6
            mapped = any("tensorflow" in mapping.path for mapping in server.memory_maps())
        browser.close()
    print(f"{'first heading':24}{heading:>9.3f} s")
    within = [
        _verdict("first complete page", first, FIRST_PAGE_SECONDS, "s"),
        _verdict("memory of the server", megabytes, SERVER_MB, "MB"),
    ]
    print(f"{'TensorFlow in it':24}{'yes' if mapped else 'no':>9}")
    return all(within) and not mapped


@contextmanager
def live_server() -> Iterator[tuple[psutil.Process, str]]:
    """A server started as people start it, and its address; ended with everything it started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("streamlit")),
        *("run", "dashboard/app.py", "--server.headless", "true", "--server.address", "127.0.0.1"),
        *("--server.port", str(port)),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_answer(process, f"{address}/_stcore/health")
        yield psutil.Process(process.pid), address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for_answer(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"the server ended at once with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server did not answer within 60 s")


def _wait_until_complete(page: Page) -> None:
    """Until the page has its heading, its charts are drawn, and the script has ended."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1", timeout=60_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')]"
        ".every((chart) => chart.querySelector('.main-svg'))",
        timeout=60_000,
    )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _verdict(what: str, value: float, budget: float, unit: str) -> bool:
    digits = 0 if unit == "MB" else 3
    said = "within" if value <= budget else "OVER"
    print(f"{what:24}{value:>9.{digits}f} {unit}  {said} the budget of {budget:g} {unit}")
    return value <= budget


if __name__ == "__main__":
    main()
