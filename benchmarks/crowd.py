"""Ten people on one server, each in a browser of their own, training and looking around.

Everybody trains small models one after the other, each under another seed, and
meanwhile opens other pages and comes back, with pauses to think. Times of the
script are read from the frames on the page's WebSocket, with the browser's own
time stamps: from the request for a rerun, and from the script's first message,
to the message that says it has finished.
"""

import base64
import heapq
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import psutil
from playwright.sync_api import Browser, Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.browser import CHARTS_DRAWN, new_page, seconds_from_click, time_from_click, wait_until_complete
from core import jobs
from core.config import PRESETS
from core.datasets import BUNDLED

PAGES = ("Start", "Embeddings", "Components", "Runs", "Jobs")
EPOCHS = 4
THINKING_SECONDS = 3.0
MODELS_KEPT = 16
"""As many as the largest cache in `dashboard.loaders` holds."""

_TRAINS = "() => document.querySelector('[data-testid=stMain] h1')?.textContent.includes('Train a model')"
_OPEN = (
    "document.querySelector('[data-testid=stMain] h1')?.textContent.trim() !== {before!r}"
    " && !document.querySelector('[data-testid=stMain] [data-stale=true]') && " + CHARTS_DRAWN
)


@dataclass
class Frames:
    """What one session's WebSocket told, in seconds.

    Attributes:
        answered: From the request for a whole page to the end of its script.
        scripts: The script alone, reruns that the script itself asked for included.
        fragments: Scripts of fragments alone: the live curve and the tray.
    """

    answered: list[float] = field(default_factory=list)
    scripts: list[float] = field(default_factory=list)
    fragments: list[float] = field(default_factory=list)
    _asked: float | None = None
    _began: float = 0.0

    def watch(self, page: Page) -> None:
        """Listen from now on."""
        network = page.context.new_cdp_session(page)
        network.on("Network.webSocketFrameSent", self._sent)
        network.on("Network.webSocketFrameReceived", self._received)
        network.send("Network.enable")

    def _sent(self, event: dict) -> None:  # type: ignore[type-arg]
        message = BackMsg.FromString(base64.b64decode(event["response"]["payloadData"]))
        if message.WhichOneof("type") == "rerun_script" and not message.rerun_script.fragment_id:
            self._asked = self._asked or event["timestamp"]

    def _received(self, event: dict) -> None:  # type: ignore[type-arg]
        if event["response"]["opcode"] != 2:  # not binary
            return
        message, now = ForwardMsg.FromString(base64.b64decode(event["response"]["payloadData"])), event["timestamp"]
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._began = now
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self.fragments.append(now - self._began)
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.scripts.append(now - self._began)
            if self._asked is not None:
                self.answered.append(now - self._asked)
            self._asked = None


@dataclass
class Crowd:
    """What the whole crowd saw.

    Attributes:
        answered, scripts, fragments: As in `Frames`, of all sessions.
        opened: Seconds from the click on a link to the other page, drawn.
        server_mb: Memory of the server, by the number of jobs that had ended.
        worker_mb: Largest memory of a worker, by the same.
        seconds: How long it took.
    """

    answered: list[float] = field(default_factory=list)
    scripts: list[float] = field(default_factory=list)
    fragments: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    server_mb: dict[int, float] = field(default_factory=dict)
    worker_mb: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0


class Person:
    """Somebody with a browser, who trains `trainings` models."""

    def __init__(self, browser: Browser, address: str, number: int, trainings: int) -> None:
        self.page = new_page(browser)
        self.frames, self.opened = Frames(), list[float]()
        self._seeds = [1000 * (number + 1) + training for training in range(trainings)]
        self._chance = np.random.default_rng(number)
        self.page.goto(f"{address}/train?epochs={EPOCHS}&seed={self._seeds[0]}")
        wait_until_complete(self.page)
        self.frames.watch(self.page)

    def walk(self) -> Iterator[None]:
        """Everything this person does, one click or entry a turn."""
        for seed in self._seeds:
            if seed != self._seeds[0]:
                self._choose(seed)
                yield
            self.page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True).click()
            yield
            while True:
                self._open(str(self._chance.choice(PAGES)))
                yield
                self._open("Train")
                yield
                if self._has_finished():
                    break

    def _choose(self, seed: int) -> None:
        entry = self.page.get_by_label("Seed", exact=True)
        if not entry.is_visible():
            self.page.get_by_text("All settings").click()
        entry.fill(str(seed))
        entry.press("Enter")

    def _open(self, name: str) -> None:
        self._note_opened()
        before = self.page.locator("[data-testid=stMain] h1").inner_text().strip()
        time_from_click(self.page, opened=_OPEN.format(before=before))
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"{name}$")).click()

    def _note_opened(self) -> None:
        if self.page.evaluate("() => 'fromClick' in window"):
            self.opened.append(seconds_from_click(self.page, "opened"))
            self.page.evaluate("() => { delete window.fromClick }")

    def _has_finished(self) -> bool:
        self._note_opened()
        self.page.wait_for_function(_TRAINS)
        return "Kept epoch" in self.page.get_by_test_id("stMain").inner_text()


def look_around(browser: Browser, address: str) -> None:
    """Train and look into as many models as the server keeps in its caches, so that they no longer grow."""
    asked = [
        jobs.submit_training(
            PRESETS["default"].model_copy(update={"epochs": 1, "seed": seed}), BUNDLED, owner=f"reader {seed}"
        )
        for seed in range(MODELS_KEPT)
    ]
    page = new_page(browser)
    for job in asked:
        while jobs.get(job.job_id).active:
            page.wait_for_timeout(100)
        for name in ("components", "embeddings"):
            page.goto(f"{address}/{name}?run={job.key}")
            wait_until_complete(page)
    page.context.close()


def visit(browser: Browser, server: psutil.Process, address: str, *, people: int, trainings: int) -> Crowd:
    """Let `people` walk until each has trained `trainings` models."""
    crowd, chance = Crowd(), np.random.default_rng(0)
    before = _ended()
    visitors = [Person(browser, address, number, trainings) for number in range(people)]
    walks = [person.walk() for person in visitors]
    began = time.monotonic()
    _weigh(crowd, server, 0)
    due = [(began + chance.exponential(THINKING_SECONDS), number) for number in range(people)]
    heapq.heapify(due)
    while due:
        at, number = heapq.heappop(due)
        visitors[number].page.wait_for_timeout(1000 * max(0.0, at - time.monotonic()))  # hears all sessions meanwhile
        if next(walks[number], walks) is not walks:
            heapq.heappush(due, (time.monotonic() + chance.exponential(THINKING_SECONDS), number))
        _weigh(crowd, server, (_ended() - before) // people * people)
    crowd.seconds = time.monotonic() - began
    for person in visitors:
        crowd.opened += person.opened
        for name in ("answered", "scripts", "fragments"):
            getattr(crowd, name).extend(getattr(person.frames, name))
        person.page.context.close()
    return crowd


def workers(server: psutil.Process) -> list[psutil.Process]:
    """The server's workers."""
    return [child for child in server.children() if "core.worker" in child.cmdline()]


def _ended() -> int:
    return sum(not job.active for job in jobs.jobs())


def _weigh(crowd: Crowd, server: psutil.Process, done: int) -> None:
    if done not in crowd.server_mb:
        crowd.server_mb[done] = server.memory_info().rss / 1e6
        crowd.worker_mb[done] = max(worker.memory_info().rss for worker in workers(server)) / 1e6
