"""Tiny jobs, asked for and waited for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.access import Visitor
from core.disk.processes import ProcessId
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job, Lease
from core.jobs.kinds import KINDS
from tests.core.jobs.tiny import ASIDE, STEERING, TINY, key_of

PATIENCE = 30  # seconds
ROOT = Path(__file__).parents[3]


FAILURES = pytest.mark.parametrize(
    ("deed", "code", "log"),
    [
        ("diverge", "DIVERGED", "DivergedError"),
        ("hungry", "OUT_OF_MEMORY", "MemoryError"),
        ("bad_alloc", "OUT_OF_MEMORY", "std::bad_alloc"),
        ("bug", "INTERNAL", "a planted fault"),
    ],
)
"""Every way in which a tiny job fails, with its code and what its log tells."""


def know_tiny_kinds(patch: pytest.MonkeyPatch) -> None:
    """Let this process know the kinds of job that `tiny.py` runs."""
    for name, kind in (("tiny", TINY), ("aside", ASIDE), ("steering", STEERING)):
        patch.setitem(KINDS, name, kind)


@contextmanager
def home_of_tiny_jobs(folder: Path) -> Iterator[Path]:
    """A home in which one owner may ask for many jobs, for all tests of a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
        patch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "50")
        know_tiny_kinds(patch)
        yield folder


def ask(seed: int = 0, owner: str = "ann", kind: str = "tiny", **spec: object) -> Job:
    """A job in the queue that publishes the run of its seed; `tiny.py` tells what else `spec` may say."""
    spec = {"seed": seed, **spec}
    return queue.submit(kind, spec, key=key_of(spec), by=Visitor(owner), title=f"seed {seed}")


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Seconds until the condition holds; fails where it does not."""
    began, tick = time.monotonic(), threading.Event()
    while not condition():
        assert time.monotonic() - began < seconds, "waited in vain"
        tick.wait(0.005)
    return time.monotonic() - began


def ended(job: Job) -> Job:
    """The job when it waits and runs no more."""
    wait_for(lambda: not queue.get(job.job_id).active)
    return queue.get(job.job_id)


def failed(deed: str, code: str, log: str) -> Job:
    """A job that has failed as `FAILURES` says."""
    job = ended(ask(0, do=deed))
    assert (job.state, job.code) == ("failed", code)
    assert job.message
    assert log in queue.log(job.job_id)
    return job


def measuring(job: Job, lines: int = 2) -> bool:
    """Whether the job has left that many lines."""
    return len(queue.measurements(job.job_id)) >= lines


def run_by(job: Job, holder: str = "1-abcd", pid: int = 1, seconds: int = 15) -> Job:
    """The job as the claim of a worker leaves it, wherever that is."""
    lease = Lease(holder, seconds)
    running = replace(job, state="running", turn=1, worker=ProcessId(pid, "0"), lease=lease)
    job_folder.write(queue.folder() / job.job_id, running)
    return running


def runs(pid: int) -> bool:
    """Whether a process with this id runs here; one whose exit status is unread does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
