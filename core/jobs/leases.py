"""Whose time is up: running jobs whose workers have given no sign of life for as long as their leases allow.

A worker may be anywhere, so nothing is asked of its process or of its clock. Whoever watches sees by its own steady
clock how long a job's heartbeat has stood still. Any number of processes may watch the same jobs.
"""

import time
from collections.abc import Callable, Iterable

from core.jobs.job_folder import Job, Lease
from core.settings import JobLimits

_LONGEST_GAP_SECONDS = 2.0
"""Most that the time between two looks counts: a watcher that was itself suspended knows nothing of the others."""


class LeaseWatch:
    """What one process has seen of the heartbeats of running jobs.

    Args:
        clock: Seconds of a clock that nobody can set.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked_at = clock()
        self._seen: dict[str, tuple[tuple[Lease, int], float]] = {}  # lease, heartbeat, seconds watched since

    def expired(self, jobs: Iterable[Job]) -> list[Job]:
        """The running ones of all jobs whose leases have run out; to be called about every second."""
        now = self._clock()
        passed = min(now - self._looked_at, _LONGEST_GAP_SECONDS)
        self._looked_at = now
        before, self._seen = self._seen, {}
        running = [job for job in jobs if job.state == "running"]
        for job in running:
            mark = job.lease, job.heartbeat
            last, silent = before.get(job.job_id, (None, 0.0))
            self._seen[job.job_id] = mark, silent + passed if mark == last else 0.0
        # A job without a lease is an earlier version's, or its status was lost in a power cut.
        return [job for job in running if self._seen[job.job_id][1] > (job.lease.seconds or JobLimits.lease_seconds)]
