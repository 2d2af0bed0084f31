"""Tiny jobs, asked for and waited for."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from core.jobs import queue
from core.jobs.job_folder import Job
from tests.core.jobs.tiny import key_of

PATIENCE = 30  # seconds
ROOT = Path(__file__).parents[3]


def ask(seed: int = 0, owner: str = "ann", kind: str = "tiny", **spec: object) -> Job:
    """A job in the queue that publishes the run of its seed; `tiny.py` tells what else `spec` may say."""
    spec = {"seed": seed, **spec}
    return queue.submit(kind, spec, key=key_of(spec), owner=owner, title=f"seed {seed}")


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


def measuring(job: Job, lines: int = 2) -> bool:
    """Whether the job has left that many lines."""
    return len(queue.measurements(job.job_id)) >= lines
