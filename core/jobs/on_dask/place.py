"""What runs on a Dask worker: a home of its own, and in it the same warm processes that train on one machine.

A Dask task has a job done by a pool of this machine and tells what the job leaves in its folder, line by line. So what
ends a training here, from a full memory to a stop that is not answered, ends it in the same way and words.
"""

import hashlib
import secrets
import shutil
import sys
import tempfile
import threading
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import distributed
from distributed import Worker, WorkerPlugin, get_worker

from core import data, settings
from core.access import COMMAND_LINE
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job
from core.jobs.on_dask import parcels
from core.jobs.on_dask.parcels import Arriving, Part
from core.jobs.pool import Pool
from core.store.runs import RunStore

NAME = "embedding-explorer"
COMMAND = (sys.executable, "-m", "core.jobs.worker", "--whole")
"""Starts processes that import TensorFlow at once: nobody looks at a page of this machine meanwhile."""

LOOK_SECONDS = 0.1
BEAT_SECONDS = 1.0
"""Longest time without a word to the server."""


@dataclass(frozen=True)
class Ticket:
    """A job as it is handed to a worker.

    Attributes:
        token: Names this attempt, and no other of any server.
        place: Which place it is for: a worker that was started anew has another one.
        topic: Where what it leaves is told.
        kind, key, title, spec: As the job was submitted.
    """

    token: str
    place: str
    topic: str
    kind: str
    key: str
    title: str
    spec: dict[str, Any]


@cache
def program() -> str:
    """Names this very program: a digest of its source."""
    root, sha = Path(__file__).resolve().parents[2], hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        sha.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return sha.hexdigest()


def identity() -> dict[str, str]:
    """What has to be the same on a server and on its workers."""
    return {"the program": program()[:12], "distributed": distributed.__version__}


async def settle(wanted: dict[str, str], dask_worker: Worker) -> dict[str, str]:
    """Make a place on a worker, unless it has one or differs from what is wanted; what it is, and its place's id."""
    mine = identity()
    if mine == wanted:
        if NAME not in dask_worker.plugins:
            await dask_worker.plugin_add(Place(), name=NAME, catch_errors=False)
        mine["place"] = dask_worker.plugins[NAME].place_id
    return mine


def receive(token: str, part: Part, dask_worker: Worker) -> None:
    """Take a part of the data that a server sends."""
    dask_worker.plugins[NAME].receive(token, part)


def carry_out(ticket: Ticket) -> dict[str, Any]:
    """Have a job done; how it ended, as `_result` says."""
    worker = get_worker()
    place = worker.plugins.get(NAME)
    if place is None or place.place_id != ticket.place:  # Dask tries again on a worker in the place of one that died
        return {"state": "lost"}
    return place.carry_out(ticket, worker)


class Place(WorkerPlugin):
    """A home within a Dask worker, and the pool that works in it."""

    def __init__(self) -> None:
        self.place_id = secrets.token_hex(8)
        self._alone: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._arriving: dict[str, Arriving] = {}

    def setup(self, worker: Worker) -> None:
        """Make the home and start the processes; returns at once."""
        self._home = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=worker.local_directory))
        settings.live_in(self._home)
        self._pool = Pool(worker.state.nthreads, command=COMMAND).start()

    def teardown(self, worker: Worker) -> None:
        """End the processes, and leave nothing."""
        self._pool.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def receive(self, token: str, part: Part) -> None:
        """Take a part of the data that the job with this token needs."""
        arriving = self._arriving.get(token) or self._arriving.setdefault(token, Arriving())
        try:
            arriving.take(part)
        except BaseException:
            self._arriving.pop(token).drop()
            raise
        if part.last:
            del self._arriving[token]

    def carry_out(self, ticket: Ticket, worker: Worker) -> dict[str, Any]:
        """Have a job done; see `_result`. Its state is "lost", or "lacks data", where it was not begun."""
        digest = ticket.spec.get("digest")
        if digest is not None and data.holding(digest, ticket.spec["dataset_id"]) is None:
            return {"state": "lacks data"}
        told = Telling(worker, ticket)
        while not self._alone[ticket.key].acquire(timeout=BEAT_SECONDS):  # two servers may want the same run
            if told.unwanted:
                return {"state": "lost"}
            told.tell([], 0.0)
        try:
            return self._done(ticket, told)
        finally:
            parcels.forget_run(ticket.key)
            self._alone[ticket.key].release()

    def _done(self, ticket: Ticket, told: "Telling") -> dict[str, Any]:
        part_of = ticket.token  # so that it is asked for here by nobody, and counts for nobody
        job = queue.submit(
            ticket.kind, ticket.spec, key=ticket.key, by=COMMAND_LINE, title=ticket.title, part_of=part_of
        )
        try:
            return _result(told.follow(job))
        finally:
            queue.forget(job.job_id)


@dataclass
class Telling:
    """Tells a server what a job leaves, and ends the job where nobody wants it any more."""

    worker: Worker
    ticket: Ticket
    _tick: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._task = str(self.worker.get_current_task())

    def tell(self, lines: list[str], progress: float) -> None:
        """Send lines of measurements, and how far the job is; also without news a sign of life."""
        message = {"token": self.ticket.token, "lines": lines, "progress": progress}
        self.worker.log_event(self.ticket.topic, message)

    def follow(self, job: Job) -> Job:
        """Tell until the job has ended."""
        place, read, quiet = queue.folder() / job.job_id / job_folder.METRICS, 0, 0.0
        self.tell([], 0.0)
        while True:
            job = queue.get(job.job_id)
            lines, read = _lines(place, read)
            quiet += LOOK_SECONDS
            if lines or quiet >= BEAT_SECONDS:
                self.tell(lines, job.progress)
                quiet = 0.0
            if not job.active:
                return job
            if self.unwanted and not job.canceling:
                queue.cancel(job.job_id, by=COMMAND_LINE)
            self._tick.wait(LOOK_SECONDS)

    @property
    def unwanted(self) -> bool:
        """Whether the scheduler has let go of the task: its server stopped it, or is gone."""
        task = self.worker.state.tasks.get(self._task)
        return task is None or task.state != "executing"


def _lines(path: Path, after: int) -> tuple[list[str], int]:
    """The whole lines of a file that grows, from a byte on, and where the next begin."""
    if not path.exists():
        return [], after
    with path.open("rb") as file:
        file.seek(after)
        text = file.read()
    whole = text.rpartition(b"\n")[0]
    return whole.decode(errors="replace").split("\n") if whole else [], after + len(whole) + bool(whole)


def _result(job: Job) -> dict[str, Any]:
    """How a job ended: state, code and message, what it printed, and the run that it published."""
    result = {name: value for name, value in asdict(job).items() if name in ("state", "code", "message")}
    result["log"] = queue.log(job.job_id)
    if job.state == "done" and job.key in RunStore():
        result["run"] = parcels.packed_run(job.key)
    return result
