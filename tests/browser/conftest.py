"""One live server, started by the very command that people type, and one real Chromium, for all that a worker tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect, sync_playwright

from core.access import COMMAND_LINE
from core.analysis.film import packed
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.disk import files
from core.jobs import queue
from core.model.families import PRESETS
from core.model.run import Run
from core.settings import PREFIX
from core.store import study_store
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings
from tests.conftest import run_on, well_known

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_SECONDS = 60
JOBS_END_WITHIN_SECONDS = 60
CHEAP = (
    "--js-flags=--min-semi-space-size=64 --max-semi-space-size=64",
    "--process-per-site",
    "--disable-gpu-rasterization",
)
"""What saves work: megabytes a page may fill before its young objects are collected, since loading the app fills the
usual ones often; one process for all windows of the app, which has its scripts ready for the next; and no painting of
pages by a GPU, where the processor has to play one."""
PARKED = "/_stcore/health"
"""A place of the server where a window is in no session, and its process stays."""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Server:
    """Where the app answers, and its process."""

    url: str
    pid: int
    home: Path


@contextlib.contextmanager
def serving(home: Path, **settings: str) -> Iterator[Server]:
    """`streamlit run dashboard/app.py`; downloads go to a port of this machine on which nobody listens.

    Args:
        home: Where the server keeps everything.
        settings: Variables of the program, without `EMBEDDING_EXPLORER_`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    streamlit = Path(sys.executable).parent / "streamlit"
    with (home.parent / "server.log").open("w") as log, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings |= {"HOME": str(home), "DOWNLOAD_BASE": f"http://127.0.0.1:{closed.getsockname()[1]}/"}
        process = subprocess.Popen(
            [str(streamlit), "run", "dashboard/app.py", f"--server.port={port}", "--server.headless=true"],
            cwd=ROOT,
            env={**os.environ, **{PREFIX + name: value for name, value in settings.items()}},
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


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a worker's tests."""
    with serving(tmp_path_factory.mktemp("server") / "home") as server:
        yield server


@pytest.fixture(scope="module")
def server(_running: Server) -> Server:
    """The server with an empty home: what the module before has left there is gone, and no work of it goes on.

    The process stays, and with it what is slow to start: its imports, its
    warm worker, and what it knows of the bundled ratings.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(_running.home))
        _end_jobs()
    for place in _running.home.glob("*/[!.]*"):  # what begins with a dot is the living worker's, or a lock
        files.remove(place)
    return _running


FEW = "well-known-movies"
"""The dataset of `few`, as a link names it."""


@pytest.fixture(scope="session")
def _well_known(bundled: Ratings) -> Ratings:
    """The well-known movies as a dataset beside the bundled one."""
    return replace(well_known(bundled), dataset_id=FEW, name="Well-known movies", timestamp=None)


@pytest.fixture(scope="module")
def few(server: Server, _well_known: Ratings) -> Ratings:
    """Few movies that everybody knows, on the server beside the bundled ones: for all that does not depend on size."""
    return bring(_well_known, server.home)


@pytest.fixture(scope="module")
def modeled(server: Server, few: Ratings) -> Run:
    """A made-up model of few movies on the server."""
    run = run_on(few, dim=8)
    RunStore(server.home / "runs").publish(run)
    return run


@pytest.fixture(scope="module")
def filmed(server: Server, few: Ratings) -> Run:
    """A made-up model of few movies with a made-up film."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(server.home))
        run = run_on(few, PRESETS["default"])
        RunStore().publish(run)
        rows = np.argsort(-few.item_count, kind="stable")
        places = np.random.default_rng(0).normal(size=(4, len(rows), 2)).astype(np.float32)
        steps, bounds = packed(places)
        arrays = {"rows": rows, "at": np.arange(4.0), "places": steps, "bounds": bounds}
        study_store.save(run.run_id, FILM.name, FilmSettings(), arrays, {})
    return run


def bring(ratings: Ratings, home: Path) -> Ratings:
    """Put a dataset into a home."""
    folder = home / "datasets" / ratings.dataset_id
    folder.mkdir(parents=True)
    write_folder(folder, ratings)
    return ratings


def _end_jobs() -> None:
    """Cancel what waits or runs, and wait until it has ended: a worker must not lose the folder it writes into."""
    for job in queue.jobs():
        if job.active:
            queue.cancel(job.job_id, by=COMMAND_LINE)
    end, tick = time.monotonic() + JOBS_END_WITHIN_SECONDS, threading.Event()
    while any(job.active for job in queue.jobs()):
        assert time.monotonic() < end, [job for job in queue.jobs() if job.active]
        tick.wait(0.05)


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
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that keeps the app's scripts, compiled, from page to page; 1440 by 900.

    Only a profile on disk does: the others that `chromium` opens compile
    everything anew. It is a Chromium of the system where there is one, else
    the one Playwright has downloaded. Whatever is opened in it keeps to the
    content security policy.
    """
    violations: list[str] = []
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=found,
            args=["--no-sandbox", *CHEAP],
            viewport=DESK,
            reduced_motion="reduce",  # skeletons and spinners are else painted anew for as long as they are there
        )
        context.set_default_timeout(30_000)
        context.on(
            "console",
            lambda said: violations.append(said.text) if "Content Security Policy" in said.text else None,
        )
        yield context
        context.close()
    assert violations == []


@pytest.fixture(scope="session")
def _window(context: BrowserContext) -> Page:
    """A window that stays: a new one would make the app's scripts ready anew, which takes longer than most tests."""
    return context.new_page()


def park(page: Page) -> None:
    """End the session in a window; its process stays, where its server does, with the app's scripts ready."""
    site = urlsplit(page.url)
    try:
        page.goto(f"http://{site.netloc}{PARKED}" if site.netloc else "about:blank")
    except Error:  # a server of one test
        page.goto("about:blank")


@pytest.fixture
def page(_window: Page) -> Iterator[Page]:
    """A window without a session; what is opened in it with `goto` is a session of its own, and ends with the test."""
    _window.bring_to_front()  # one behind another draws hardly ever, and takes a second for each move of a mouse
    yield _window
    park(_window)
    _window.set_viewport_size(DESK)
    _window.context.pages[-1].bring_to_front()  # of the module, where it has one


@pytest.fixture
def other(context: BrowserContext) -> Iterator[Page]:
    """A second window beside `page`, with a session of its own."""
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def _second_window(context: BrowserContext) -> Page:
    """One more that stays, beside that of `page`."""
    return context.new_page()


@pytest.fixture(scope="module")
def browsed(_second_window: Page) -> Iterator[Page]:
    """One window and one session for a whole module, which visits link after link."""
    _second_window.bring_to_front()
    yield _second_window
    park(_second_window)
    _second_window.set_viewport_size(DESK)
    _second_window.emulate_media(color_scheme="light")
