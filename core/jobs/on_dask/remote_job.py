"""One job that another machine does: what it tells is written into its folder, and its end is seen to, however it ends.

States, codes and words are those of a job that this machine's own workers do.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Future, KilledWorker
from distributed.client import ClosedClientError, FutureCancelledError

from core.disk.reading import typed
from core.errors import BusyError, UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job
from core.jobs.kinds import holder_of
from core.jobs.on_dask import transfer
from core.jobs.on_dask.cluster import NO_SLOT, Cluster, Slot
from core.jobs.on_dask.task import JobRequest
from core.jobs.outcome import CANCELED, DISK_FULL, SERVER_STOPPED, JobOutcome, of_error, too_long, worker_died
from core.jobs.worker import FolderReporter
from core.settings import JobLimits

LOOK_SECONDS = 0.1
_TRIES = 5
"""How often a job is brought to a worker that has been started anew before it began."""

RESULT_SECONDS = 600.0
"""How long a model may take to come over the network."""

_FINISH_SECONDS = 60.0

_LOST = (ConnectionError, TimeoutError, FutureCancelledError, ClosedClientError, KilledWorker)
GONE = worker_died("is gone with its Dask worker, or with the scheduler")

_logger = logging.getLogger(__name__)


class Inbox:
    """What the workers tell, sorted by the jobs of this server."""

    def __init__(self) -> None:
        self._boxes: dict[str, SimpleQueue[dict[str, Any]]] = {}

    def open(self, token: str) -> SimpleQueue[dict[str, Any]]:
        """A box for a job."""
        return self._boxes.setdefault(token, SimpleQueue())

    def close(self, token: str) -> None:
        """Nothing more is wanted of a job."""
        self._boxes.pop(token, None)

    def deliver(self, message: dict[str, Any]) -> None:
        """Put a message into its box; those of other servers have none."""
        box = self._boxes.get(str(message.get("token")))
        if box is not None:
            box.put(message)


class RemoteJob(threading.Thread):
    """The thread that sees to one claimed job.

    Args:
        job: As `queue.claim` returned it.
        slot: The worker that does it, as `Cluster.take` gave it.
        cluster, inbox: The connection, and what comes over it.
        limits: How long it may take, and to stop.
        stopping: Set when the server stops.
        ended: Called when a worker is free again.
    """

    def __init__(
        self,
        job: Job,
        slot: Slot,
        cluster: Cluster,
        inbox: Inbox,
        limits: JobLimits,
        stopping: threading.Event,
        ended: Callable[[], None],
    ) -> None:
        super().__init__(name=f"remote_job {job.job_id}", daemon=True)
        self._job, self._taken, self._cluster, self._inbox = job, slot, cluster, inbox
        self._limits, self._stopping, self._ended = limits, stopping, ended
        self._folder = queue.folder() / job.job_id
        self._reporter = FolderReporter(self._folder, job)

    def run(self) -> None:
        """Have the job done, and end it."""
        try:
            with self._reporter:
                try:
                    outcome = self._outcome()
                except Exception as error:  # noqa: BLE001 - whatever it is, the job says so
                    self._note(traceback.format_exc())
                    outcome = GONE if _is_lost(error) else of_error(error)
            self._finish(outcome)
        except OSError:  # the disk takes nothing more; the lease runs out, and the job ends by that
            _logger.exception("job %s could not be ended", self._job.job_id)
        finally:
            self._cluster.give_back(self._taken)
            self._ended()

    def _outcome(self) -> JobOutcome:
        spec = job_folder.read_spec(self._folder)
        dataset_id = holder_of(spec["dataset_id"], spec["digest"]) if "digest" in spec else None
        job = {"kind": self._job.kind, "key": self._job.key, "title": self._job.title, "spec": spec}
        for _ in range(_TRIES):
            request = self._cluster.request(self._taken.plugin_id, **job)
            self._note(f"on the Dask worker {self._taken.worker}\n")
            outcome = self._try(request, dataset_id)
            if outcome is None and not self._cluster.has(self._taken):
                outcome = self._moved()
            if outcome is not None:
                return outcome
        return worker_died("was started anew again and again")

    def _moved(self) -> JobOutcome | None:
        """Take another worker, as the first was gone before it began; how the job ended meanwhile, if it did."""
        self._cluster.give_back(self._taken)
        while (slot := self._cluster.take()) is None:
            if self._stopping.wait(LOOK_SECONDS) or self._reporter.should_stop():
                self._taken = NO_SLOT
                return SERVER_STOPPED if self._stopping.is_set() else CANCELED
        self._taken = slot
        return None

    def _try(self, request: JobRequest, dataset_id: str | None) -> JobOutcome | None:
        """How the job ended; None where it did not begin, for the worker is gone, or had no data and has them now."""
        box = self._inbox.open(request.token)
        try:
            future = self._cluster.submit(self._taken.worker, request)
            future.add_done_callback(lambda _: box.put({}))
            try:
                began, outcome = self._follow(future, box)
                if outcome is None:
                    outcome = self._ending(future, request, dataset_id)
                if outcome is GONE and not began:
                    self._cluster.forget(self._taken.worker)
                    return None
                return outcome
            finally:
                future.release()  # where the task goes on, its worker stops it
        finally:
            self._inbox.close(request.token)

    def _follow(self, future: Future, box: SimpleQueue[dict[str, Any]]) -> tuple[bool, JobOutcome | None]:
        """Write down what is told until the task ends; whether it began, and how it ended, where this side ends it."""
        began = heard = None
        while True:
            try:
                message = box.get(timeout=LOOK_SECONDS)
            except Empty:
                message = None
            now = time.monotonic()
            if message:
                began, heard = began or now, now
                self._write(message)
            elif future.done():
                return began is not None, None
            if why := self._over(began, heard, now):
                return began is not None, why

    def _over(self, began: float | None, heard: float | None, now: float) -> JobOutcome | None:
        """What ends the job from this side."""
        if self._stopping.is_set():
            return SERVER_STOPPED
        if self._reporter.should_stop():
            return CANCELED
        if began is not None and now - began > self._limits.job_seconds:
            return too_long(self._limits.job_seconds)
        if heard is not None and now - heard > self._limits.lease_seconds:
            return worker_died("gave no sign of life")
        return None if self._cluster.has(self._taken) else GONE

    def _write(self, message: dict[str, Any]) -> None:
        self._reporter.copy(typed(list[str], message["lines"], "lines"))
        self._reporter.progress(typed(float, message["progress"], "progress"))

    def _ending(self, future: Future, request: JobRequest, dataset_id: str | None) -> JobOutcome | None:
        """What the task that has ended says; None where it lacked data, which it has now."""
        if future.status == "cancelled":
            return GONE
        result: dict[str, Any] = future.result(timeout=RESULT_SECONDS)
        if result["state"] == "lost":
            return GONE
        if result["state"] == "lacks data" and dataset_id is not None:
            self._cluster.send_data(self._taken.worker, request, dataset_id)
            return None
        self._note(str(result["log"]))
        if "run" in result:
            transfer.publish(result["run"], request.key, transfer.reference_to(dataset_id) if dataset_id else None)
        if result["code"] == DISK_FULL.code:
            return _disk_full(self._taken.worker)
        return typed(JobOutcome, {name: result[name] for name in ("state", "code", "message")}, "outcome")

    def _note(self, text: str) -> None:
        with (self._folder / job_folder.LOG).open("a", encoding="utf-8") as log:
            log.write(text)

    def _finish(self, outcome: JobOutcome) -> None:
        """End the job; a lock that another holds is waited for."""
        patience = time.monotonic() + _FINISH_SECONDS
        while True:
            try:
                queue.finish(self._job.job_id, outcome, seconds=self._reporter.seconds, holder=self._job.lease.holder)
            except BusyError:
                if time.monotonic() < patience:
                    continue
                _logger.exception("job %s could not be ended", self._job.job_id)
            except UnknownJobError:
                pass  # its folder is gone, and with it whoever could be told
            return


def _disk_full(worker: str) -> JobOutcome:
    """The disk over there is full, where nobody's models are."""
    return JobOutcome(
        "failed",
        DISK_FULL.code,
        f"the disk of the Dask worker {worker} is full; make room there, or start it with another --local-directory, "
        "and start this again",
    )


def _is_lost(error: Exception) -> bool:
    """Whether the connection or the worker is gone, and nothing is wrong with this disk."""
    return isinstance(error, _LOST) or (isinstance(error, OSError) and error.errno is None)
