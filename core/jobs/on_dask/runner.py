"""Trainings on the workers of a Dask cluster, everything else on this machine.

A training is claimed, renewed and finished by this process as by any worker, and its measurements and its run are put
into this home by it alone; the work itself is a Dask task on a machine that shares no disk with it.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from core import settings
from core.access import Visitor
from core.errors import UnknownJobError
from core.jobs import fairness, queue
from core.jobs.job_folder import Job
from core.jobs.kinds import group_of
from core.jobs.on_dask.cluster import Cluster
from core.jobs.on_dask.remote_job import Inbox, RemoteJob
from core.jobs.pool import POLL_SECONDS, Pool
from core.jobs.runner import Runner

LOOK_SECONDS, IDLE_LOOK_SECONDS = 0.5, 2.0
"""Between two looks at the workers, while there is work and while there is none."""

_END_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class DaskRunner(Runner):
    """The `core.jobs.runner.Runner` of a server whose trainings are done elsewhere.

    Args:
        address: The scheduler's.
        grace_seconds: As for `Pool`.
    """

    def __init__(self, address: str, *, grace_seconds: float = 0.0) -> None:
        self._local = Pool(0, grace_seconds=grace_seconds)  # trains nothing, and does the rest
        self._limits = settings.numbers(settings.JobLimits)
        self._inbox = Inbox()
        self._cluster = Cluster(address, self._inbox.deliver)
        self._looked = -IDLE_LOOK_SECONDS
        self._remote_jobs: list[RemoteJob] = []
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="dask runner", daemon=True)
        self._stop_listening: Callable[[], None] = lambda: None

    def start(self) -> Self:
        """Take jobs from now on; returns at once, while the connection is made."""
        self._local.start()
        self._stop_listening = queue.listen(self._woken.set)
        atexit.register(self.stop)
        self._thread.start()
        return self

    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask a job to stop; raises as `queue.cancel` does."""
        return self._local.cancel(job_id, by=by)

    def stop(self) -> None:
        """End what runs for this server; its jobs fail and say why, those that wait stay in the queue."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        atexit.unregister(self.stop)
        self._stop_listening()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(_END_SECONDS)
        for one in self._remote_jobs:
            one.join(_END_SECONDS)
        self._cluster.end()
        self._local.stop()

    @property
    def trouble(self) -> str:
        """What keeps trainings from being done, as a sentence; empty where nothing does."""
        return self._cluster.trouble

    def _supervise(self) -> None:
        troubled = False
        while not self._stopping.is_set():
            try:
                self._step()
                troubled = False
            except Exception:  # the disk, a lock, or whatever the connection raises: the next round tries again
                if not troubled:  # once, not four times a second
                    _logger.exception("the runner could not do its round; it keeps trying")
                troubled = True
            self._woken.wait(POLL_SECONDS)
            self._woken.clear()

    def _step(self) -> None:
        ended = [one for one in self._remote_jobs if not one.is_alive()]
        self._remote_jobs = [one for one in self._remote_jobs if one not in ended]
        if ended:
            queue.prune(self._limits.kept_jobs)
        waiting = [job for job in fairness.fair_order(queue.jobs()) if group_of(job.kind) == "training"]
        pause = LOOK_SECONDS if waiting or self._remote_jobs else IDLE_LOOK_SECONDS
        if time.monotonic() - self._looked >= pause:
            self._cluster.look()
            self._looked = time.monotonic()
        for job in waiting:
            if not self._begin(job):
                break

    def _begin(self, waiting: Job) -> bool:
        """Have a job done, if somebody has time for it; whether others may still be begun."""
        slot = self._cluster.take()
        if slot is None:
            return False
        job = None
        try:
            job = queue.claim(waiting.job_id)
        except UnknownJobError:
            pass  # removed meanwhile
        finally:
            if job is None:
                self._cluster.give_back(slot)
        if job is not None:
            one = RemoteJob(job, slot, self._cluster, self._inbox, self._limits, self._stopping, self._woken.set)
            self._remote_jobs.append(one)
            one.start()
        return True
