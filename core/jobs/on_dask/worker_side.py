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
from distributed import Worker, WorkerPlugin

from core import data, settings
from core.access import COMMAND_LINE
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job
from core.jobs.on_dask import transfer
from core.jobs.on_dask.task import NAME, JobRequest
from core.jobs.on_dask.transfer import IncomingData, Part
from core.jobs.pool import Pool
from core.store.runs import RunStore

COMMAND = (sys.executable, "-m", "core.jobs.worker", "--whole")
"""Starts processes that import TensorFlow at once: nobody looks at a page of this machine meanwhile."""

LOOK_SECONDS = 0.1
BEAT_SECONDS = 1.0
"""Longest time without a word to the server."""


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


async def install(wanted: dict[str, str], dask_worker: Worker) -> dict[str, str]:
    """Install the plugin on a worker that is as wanted and has none; what the worker is, and its plugin's id."""
    mine = identity()
    if mine == wanted:
        if NAME not in dask_worker.plugins:
            await dask_worker.plugin_add(JobPlugin(), name=NAME, catch_errors=False)
        mine["plugin_id"] = dask_worker.plugins[NAME].plugin_id
    return mine


def receive(token: str, part: Part, dask_worker: Worker) -> None:
    """Take a part of the data that a server sends."""
    dask_worker.plugins[NAME].receive(token, part)


class JobPlugin(WorkerPlugin):
    """A home within a Dask worker, and the pool that works in it."""

    def __init__(self) -> None:
        self.plugin_id = secrets.token_hex(8)
        self._alone: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._arriving: dict[str, IncomingData] = {}

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
        arriving = self._arriving.get(token) or self._arriving.setdefault(token, IncomingData())
        try:
            arriving.take(part)
        except BaseException:
            self._arriving.pop(token).drop()
            raise
        if part.last:
            del self._arriving[token]

    def carry_out(self, request: JobRequest, worker: Worker) -> dict[str, Any]:
        """Have a job done; see `_result`. Its state is "lost", or "lacks data", where it was not begun."""
        digest = request.spec.get("digest")
        if digest is not None and data.holding(digest, request.spec["dataset_id"]) is None:
            return {"state": "lacks data"}
        reporting = Reporting(worker, request)
        while not self._alone[request.key].acquire(timeout=BEAT_SECONDS):  # two servers may want the same run
            if reporting.unwanted:
                return {"state": "lost"}
            reporting.tell([], 0.0)
        try:
            return self._done(request, reporting)
        finally:
            transfer.forget_run(request.key)
            self._alone[request.key].release()

    def _done(self, request: JobRequest, reporting: "Reporting") -> dict[str, Any]:
        part_of = request.token  # so that it is asked for here by nobody, and counts for nobody
        job = queue.submit(
            request.kind, request.spec, key=request.key, by=COMMAND_LINE, title=request.title, part_of=part_of
        )
        try:
            return _result(reporting.follow(job))
        finally:
            queue.forget(job.job_id)


@dataclass
class Reporting:
    """Tells a server what a job leaves, and ends the job where nobody wants it any more."""

    worker: Worker
    request: JobRequest
    _tick: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._task = str(self.worker.get_current_task())

    def tell(self, lines: list[str], progress: float) -> None:
        """Send lines of measurements, and how far the job is; also without news a sign of life."""
        message = {"token": self.request.token, "lines": lines, "progress": progress}
        self.worker.log_event(self.request.topic, message)

    def follow(self, job: Job) -> Job:
        """Tell until the job has ended."""
        path, read, quiet = queue.folder() / job.job_id / job_folder.METRICS, 0, 0.0
        self.tell([], 0.0)
        while True:
            job = queue.get(job.job_id)
            lines, read = _lines(path, read)
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
        result["run"] = transfer.packed_run(job.key)
    return result
