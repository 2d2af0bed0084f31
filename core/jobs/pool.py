"""The pool: warm workers that take jobs from the queue, watched by one thread.

Any number of servers, on any number of machines, may run a pool on one home. A job is started by whichever worker
claims it first. Where a worker dies, its own pool sees that at once and ends its job; where the whole machine dies,
another pool does when the job's lease has run out.
"""

import atexit
import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from core import settings
from core.access import Visitor
from core.disk.trash import Trash, kept_days
from core.disk.upkeep import tidy
from core.errors import BusyError, UnknownJobError, UsageError
from core.jobs import fairness, job_folder, queue
from core.jobs.job_folder import Job, Lease
from core.jobs.kinds import WorkerGroup, group_of
from core.jobs.outcome import KILLED_AFTER_CANCEL, SERVER_STOPPED, JobOutcome, of_exit, too_long
from core.jobs.runner import Runner
from core.jobs.worker_process import COMMAND, WorkerProcess, oom_kills
from core.settings import JobLimits

POLL_SECONDS = 0.25  # longest time until a job is seen that another process submitted
MOST_STEERING = 2  # sweeps at a time: a quick look does not wait for a thorough sweep; their trainings take turns

_LEASE_LOOK_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0

_logger = logging.getLogger(__name__)


class Pool(Runner):
    """Workers, and the thread that looks after them: the `core.jobs.runner.Runner` of one machine.

    Args:
        workers: How many train; `core.settings.workers()` without it. One more starts when there is other work.
        grace_seconds: How long to leave the processor to whoever started the pool: workers start after it, or as soon
            as a job waits.

    Raises LimitError: an environment variable is out of range.
    """

    def __init__(
        self, workers: int | None = None, *, grace_seconds: float = 0.0, command: Sequence[str] = COMMAND
    ) -> None:
        self.size = settings.workers() if workers is None else workers
        self._command = command
        self._grace_ends = time.monotonic() + grace_seconds
        self._limits = settings.numbers(settings.JobLimits)
        kept_days()  # a number that it cannot be is said now, and not by the thread
        self._workers: list[WorkerProcess] = []
        self._unsettled: dict[str, tuple[JobOutcome, str]] = {}  # outcomes to be written, and whose leases they end
        self._leases = LeaseWatch()
        self._next_lease_look = 0.0
        self._failed_starts = 0
        self._no_start_before = 0.0
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._troubled = False
        self._thread = threading.Thread(target=self._supervise, name="pool", daemon=True)
        self._stop_listening: Callable[[], None] = lambda: None

    def start(self) -> Self:
        """Start the workers; returns at once, while they warm up."""
        self._stop_listening = queue.listen(self._wake)
        atexit.register(self.stop)
        self._thread.start()
        return self

    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask a job to stop, and see to it if it is this pool's; raises as `queue.cancel` does."""
        job = queue.cancel(job_id, by=by)
        self._wake()
        return job

    def stop(self) -> None:
        """End the workers; a job that is running fails and says why, those that wait stay in the queue."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        atexit.unregister(self.stop)
        self._stop_listening()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()
        self._woken.close()
        self._waker.close()

    @property
    def ready(self) -> int:
        """Workers for trainings that have warmed up."""
        return sum(worker.ready and worker.alive for worker in self._of("training"))

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers."""
        return tuple(worker.pid for worker in self._workers)

    def wait_ready(self, timeout: float) -> bool:
        """Wait until all workers for trainings have warmed up; whether they did within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready == self.size, timeout)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake anyway; closed: it has ended
            self._waker.send(b".")

    def _supervise(self) -> None:
        self._guarded(self._clear_up)
        while not self._stopping.is_set():
            self._guarded(self._step)
            with self._changed:
                self._changed.notify_all()
            self._sleep()
        for worker in self._workers:
            self._decide(worker, SERVER_STOPPED)
            worker.end()
        self._workers = []
        self._guarded(self._settle)

    def _guarded(self, action: Callable[[], None]) -> None:
        """Do it. A disk that refuses or a list that is locked is no end of the pool: the next round tries again."""
        try:
            action()
        except (OSError, BusyError, UsageError):
            if not self._troubled:  # once, not four times a second
                _logger.exception("the pool could not do its round; it keeps trying")
            self._troubled = True
        else:
            self._troubled = False

    def _clear_up(self) -> None:
        queue.folder().mkdir(parents=True, exist_ok=True)
        for swept in tidy():
            _logger.info("removed what a process that ended had left: %s", swept)

    def _step(self) -> None:
        for worker in list(self._workers):
            self._read(worker)
        for worker in list(self._workers):
            self._check_time(worker)
        self._fill()
        self._settle()
        self._end_expired()
        self._dispatch()

    def _read(self, worker: WorkerProcess) -> None:
        finished = worker.listen()
        if not worker.alive:
            self._collect(worker)
        elif finished:
            queue.prune(self._limits.kept_jobs)
            Trash().expire()
            if worker.memory > self._limits.worker_mb * 2**20:
                self._workers.remove(worker)
                worker.end()

    def _collect(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        status = worker.collect()
        if worker.job_id:
            log = job_folder.log(queue.folder() / worker.job_id, last_bytes=4096)
            self._decide(worker, of_exit(status, oom_kills=oom_kills() - worker.oom_kills, log=log))
        if worker.ready:
            self._failed_starts = 0
        else:  # it may be unable to start at all: do not spend the machine on trying
            self._failed_starts += 1
            pause = min(2.0**self._failed_starts / 4, _LONGEST_PAUSE_SECONDS)
            self._no_start_before = time.monotonic() + pause
            _logger.error("a worker ended with status %d while it started; the next starts in %.1f s", status, pause)

    def _check_time(self, worker: WorkerProcess) -> None:
        """Kill a worker that does not answer a stop, or whose job runs too long."""
        if worker.job_id is None:
            return
        now = time.monotonic()
        if worker.cancel_since is None and (queue.folder() / worker.job_id / job_folder.CANCEL).exists():
            worker.cancel_since = now
        if worker.cancel_since is not None and now - worker.cancel_since > self._limits.cancel_seconds:
            self._kill(worker, KILLED_AFTER_CANCEL)
        elif worker.group != "steering" and now - worker.since > self._limits.job_seconds:
            self._kill(worker, too_long(self._limits.job_seconds))

    def _decide(self, worker: WorkerProcess, outcome: JobOutcome) -> None:
        """Keep how the job of a worker that ends has ended, if it has one; the first reason counts."""
        if worker.job_id:
            self._unsettled.setdefault(worker.job_id, (outcome, worker.holder))

    def _kill(self, worker: WorkerProcess, outcome: JobOutcome) -> None:
        self._decide(worker, outcome)
        worker.kill()
        self._collect(worker)

    def _settle(self) -> None:
        """End the jobs of workers that have ended; one that its worker had not claimed yet is left to others."""
        for job_id, (outcome, holder) in list(self._unsettled.items()):
            with contextlib.suppress(UnknownJobError):
                queue.finish(job_id, outcome, holder=holder)
            del self._unsettled[job_id]

    def _end_expired(self) -> None:
        """End jobs whose leases have run out, whoever had them; a worker of this pool that still has one is stuck."""
        if time.monotonic() < self._next_lease_look:
            return
        self._next_lease_look = time.monotonic() + _LEASE_LOOK_SECONDS
        for job in self._leases.expired(queue.jobs()):
            with contextlib.suppress(BusyError, UnknownJobError):  # who holds it may be about to renew it
                if not queue.end_expired(job).active:
                    self._kill_holder(job)

    def _kill_holder(self, job: Job) -> None:
        for worker in self._workers:
            if worker.job_id == job.job_id and worker.holder == job.lease.holder:
                worker.kill()

    def _fill(self) -> None:
        groups = [group_of(job.kind) for job in queue.jobs() if job.state == "queued"]
        if time.monotonic() < self._grace_ends and not groups:
            return
        steered = groups.count("steering") + sum(worker.job_id is not None for worker in self._of("steering"))
        sizes: dict[WorkerGroup, int] = {"training": self.size, "other": int("other" in groups)}
        sizes["steering"] = min(MOST_STEERING, steered)
        for group, size in sizes.items():
            while len(self._of(group)) < size and time.monotonic() >= self._no_start_before:
                self._workers.append(WorkerProcess(self._command, group))

    def _dispatch(self) -> None:
        idle = [worker for worker in self._workers if worker.idle]
        if not idle:
            return
        given = {worker.job_id for worker in self._workers}
        waiting = [job for job in fairness.fair_order(queue.jobs()) if job.job_id not in given]
        for worker in idle:
            job = next((job for job in waiting if group_of(job.kind) == worker.group), None)
            if job is not None:
                waiting.remove(job)
                worker.give(job.job_id)

    def _of(self, group: WorkerGroup) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker.group == group]

    def _sleep(self) -> None:
        try:
            self._await_news()
        except OSError:  # no file is left to watch with: others may close some
            self._stopping.wait(POLL_SECONDS)

    def _await_news(self) -> None:
        with selectors.DefaultSelector() as selector:  # select() itself cannot watch a server with 1,024 open files
            selector.register(self._woken, selectors.EVENT_READ)
            for worker in self._workers:
                if worker.wakes is not None:
                    selector.register(worker.wakes, selectors.EVENT_READ)
            selector.select(POLL_SECONDS)
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)


_LONGEST_GAP_SECONDS = 2.0
"""Most that the time between two looks counts: a watcher that was itself suspended knows nothing of the others."""


class LeaseWatch:
    """What one process has seen of the heartbeats of running jobs, by its own steady clock that nobody can set.

    A worker may be anywhere, so nothing is asked of its process or of its clock: how long a heartbeat has stood still
    decides. Any number of processes may watch the same jobs.
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
