"""Ten people on one server, each training and looking around.

Everybody trains small models one after the other, each under another seed, and
meanwhile opens other pages and comes back, with pauses to think. They have
sessions but no browsers (see `benchmarks.session`), so that what is measured is
the server, with its worker training all the while.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import psutil
from playwright.sync_api import Browser

from benchmarks.browser import new_page, wait_until_complete
from benchmarks.session import Session, Times
from core.access import Visitor
from core.data import BUNDLED
from core.jobs import queue
from core.model.families import PRESETS

PAGES = ("", "embeddings", "components", "neighbors", "biases", "runs", "jobs")
EPOCHS = 4
THINKING_SECONDS = 3.0
MODELS_KEPT = 8
"""As many as the largest cache of whole models in `dashboard.cache.loaders` holds."""


@dataclass
class Crowd:
    """What the whole crowd saw.

    Attributes:
        times: Of all sessions.
        server_mb: Memory of the server, by the number of jobs that had ended.
        worker_mb: Largest memory of a worker, by the same.
        seconds: How long it took.
    """

    times: Times = field(default_factory=Times)
    server_mb: dict[int, float] = field(default_factory=dict)
    worker_mb: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0


def walk(session: Session, number: int, trainings: int) -> Iterator[None]:
    """Everything one person does, a page or a click a turn: trains `trainings` models, and looks around meanwhile."""
    chance = np.random.default_rng(number)
    for training in range(trainings):
        session.open("train", f"epochs={EPOCHS}&seed={1000 * (number + 1) + training}")
        yield
        session.click("Train")
        yield
        while not session.says("Kept epoch"):
            session.open(str(chance.choice(PAGES)))
            yield
            session.open("train")
            yield


def look_around(browser: Browser, address: str) -> None:
    """Train and look into as many models as the server keeps in its caches, so that they no longer grow."""
    asked = [
        queue.submit_training(
            PRESETS["default"].model_copy(update={"epochs": 1, "seed": seed}), BUNDLED, by=Visitor(f"reader {seed}")
        )
        for seed in range(MODELS_KEPT)
    ]
    page = new_page(browser)
    for job in asked:
        while queue.get(job.job_id).active:
            page.wait_for_timeout(100)
        for name in ("components", "embeddings", "neighbors", "biases"):
            page.goto(f"{address}/{name}?run={job.key}")
            wait_until_complete(page)
    page.context.close()


def visit(server: psutil.Process, address: str, *, people: int, trainings: int) -> Crowd:
    """Let `people` walk until each has trained `trainings` models.

    Raises:
        RuntimeError: Somebody's session failed; what is measured is then not the whole crowd.
    """
    crowd, before = Crowd(), _ended()
    with ExitStack() as open_sessions:
        sessions = [open_sessions.enter_context(Session(address)) for _ in range(people)]
        failed: list[str] = []
        threads = [
            threading.Thread(target=_live, args=(session, number, trainings, failed))
            for number, session in enumerate(sessions)
        ]
        for session in sessions:
            _see_all(session)
        _weigh(crowd, server, 0)
        for session in sessions:
            session.times = Times()
        began = time.monotonic()
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            threads[0].join(0.2)
            time.sleep(0.2)
            _weigh(crowd, server, (_ended() - before) // people * people)
    if failed:
        raise RuntimeError(f"{len(failed)} of {people} sessions failed: {failed[0]}")
    crowd.seconds = time.monotonic() - began
    for session in sessions:
        crowd.times += session.times
    return crowd


def _see_all(session: Session) -> None:
    """Visit every page once: what a session itself needs is then in the first weight, and what comes is of the jobs."""
    for page in (*PAGES, "train"):
        session.open(page)


def _live(session: Session, number: int, trainings: int, failed: list[str]) -> None:
    """A walk with pauses to think, in which the page goes on living."""
    chance = np.random.default_rng((number, 1))
    try:
        for _ in walk(session, number, trainings):
            session.wait(chance.exponential(THINKING_SECONDS))
    except (LookupError, OSError) as error:  # TimeoutError is one
        failed.append(f"{type(error).__name__}: {error}")


def workers(server: psutil.Process) -> list[psutil.Process]:
    """The server's workers."""
    return [child for child in server.children() if "core.jobs.worker" in child.cmdline()]


def _ended() -> int:
    return sum(not job.active for job in queue.jobs())


def _weigh(crowd: Crowd, server: psutil.Process, done: int) -> None:
    if done not in crowd.server_mb:
        crowd.server_mb[done] = server.memory_info().rss / 1e6
        crowd.worker_mb[done] = max(worker.memory_info().rss for worker in workers(server)) / 1e6
