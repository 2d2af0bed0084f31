"""What benchmarks of the live app share: its server, a real Chromium, and verdicts on budgets."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent

_PATIENCE_SECONDS = 120
"""A benchmark on a busy machine is slow; what is too slow is said by its figures."""

CHARTS_DRAWN = (
    "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every((chart) => chart.querySelector('.main-svg'))"
    " && [...document.querySelectorAll('[data-testid=stMain] [data-testid=stBidiComponentIsolated]')]"
    ".every(({ shadowRoot: own }) => own.querySelector('.stage')?.map.drawn || own.querySelector('[role=combobox]'))"
    " && !document.querySelector('[data-testid=stMain] [data-testid=stSkeleton]')"
)
"""JavaScript: whether every Plotly chart, every map and every search field on the page is there to be seen, and nothing
stands in the place of one whose program is on its way."""

STAGE = (
    "[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
    ".map(({ shadowRoot: own }) => own?.querySelector('.stage')).find(Boolean)"
)
"""JavaScript: the map of a page that has one, or nothing."""


@contextmanager
def live_server(
    log: Path | None = None, open_files: int | None = None, page: str = "dashboard/app.py"
) -> Iterator[tuple[psutil.Process, str]]:
    """A server started as people start it, and its address; ended with everything it started.

    Args:
        log: Where what it writes goes; nowhere without it.
        open_files: Files that the process may have open, as `ulimit -n` sets it.
        page: The script that it serves.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("streamlit")),
        *("run", page, "--server.headless", "true", "--server.address", "127.0.0.1"),
        *("--server.port", str(port)),
    ]
    if open_files:
        command = ["sh", "-c", f'ulimit -n {open_files}; exec "$@"', "sh", *command]
    with (log or Path(os.devnull)).open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_as_people_have_it(), stdout=output, stderr=output, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_answer(process, f"{address}/_stcore/health")
        yield psutil.Process(process.pid), address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _as_people_have_it() -> dict[str, str]:
    """The environment in which what was compiled is kept: a package is compiled when it is installed, and so is what
    Python imports from a folder, the first time.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


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


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium of the system where there is one, else the one Playwright has downloaded."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """A window of somebody else: 1440 by 900, nothing shared with the others."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(1000 * _PATIENCE_SECONDS)
    return page


def wait_until_complete(page: Page, drawn: str = CHARTS_DRAWN) -> None:
    """Until the page has its heading, the script has ended, and what is there is `drawn`, as JavaScript says."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1")
    page.wait_for_function(f"() => {drawn}")


def time_from_click(page: Page, event: str = "click", **conditions: str) -> None:
    """From the next click on, or another event, note in the page when each condition first holds.

    Args:
        event: Name of the event.
        conditions: JavaScript expressions by name. They are looked at before every frame, so a time is that of the
            frame that shows it, and neither Playwright nor this process is in it.
    """
    told = ", ".join(f"{name}: () => {condition}" for name, condition in conditions.items())
    page.evaluate(_TIME_FROM_CLICK.replace("CONDITIONS", told).replace("EVENT", event))


def seconds_from_click(page: Page, name: str) -> float:
    """Seconds from the click to the condition of that name; waits for it.

    Raises:
        ValueError: It held before the click already, so there was nothing to wait for.
    """
    taken = page.wait_for_function(f"() => window.fromClick.{name}", timeout=1000 * _PATIENCE_SECONDS).json_value()
    if taken == "before":
        raise ValueError(f"{name} held before the click")
    return float(taken)


_TIME_FROM_CLICK = """() => {
    const conditions = {CONDITIONS};
    const times = window.fromClick = {};
    window.addEventListener("EVENT", (click) => {
        for (const name in conditions) if (conditions[name]()) times[name] = "before";
        const look = () => {
            if (window.fromClick !== times) return;
            for (const name in conditions) {
                if (!(name in times) && conditions[name]()) times[name] = (performance.now() - click.timeStamp) / 1000;
            }
            if (Object.keys(times).length < Object.keys(conditions).length) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, {capture: true, once: true});
}"""


def verdict(what: str, value: float, budget: float, unit: str) -> bool:
    """Print a figure beside its budget; whether it is within."""
    digits = 0 if unit == "MB" and value >= 10 else 3
    said = "within" if value <= budget else "OVER"
    print(f"{what:44}{value:>9.{digits}f} {unit}  {said} the budget of {budget:g} {unit}", flush=True)
    return value <= budget
