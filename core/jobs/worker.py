"""The process that runs jobs: `python -m core.jobs.worker [--whole] GROUP`, started by the pool.

It warms up for the first job, with `--whole` for all that may follow, says "ready" and the token under which it leases
jobs, then takes job ids on stdin, one a line, and says "idle" after each. When stdin closes, whoever started it is gone
or wants it gone, and it ends at once, whatever it is doing: nothing that it writes can be left half done. A bug in a
job ends it too, for its memory is not to be trusted any more; the pool starts another.
"""

import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TextIO

from core.disk import processes
from core.disk.files import is_disk_full
from core.errors import BusyError, UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job
from core.jobs.kinds import KINDS
from core.jobs.outcome import BUG, DONE, EXIT_DISK_FULL, of_error
from core.jobs.sweep_training import Queue

_NICE = 10
"""How far work that nobody watches epoch by epoch steps back from trainings and pages, on the system's scale to 19."""

BEAT_SECONDS = 0.5  # between two writings of the status: twice a second, as the pages need it

_STOP_LOOK_SECONDS = 0.05

QUIET_SECONDS = 1.0  # how long no job follows another before a worker takes the time to warm up further


def main() -> None:
    """Serve until stdin closes."""
    answers, orders = os.fdopen(os.dup(1), "w", buffering=1), os.fdopen(os.dup(0))
    os.dup2(2, 1)  # libraries print as they like; the pool reads only `answers`
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # what a job starts must not read the pool's orders
    waiting: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders, waiting), name="orders", daemon=True).start()
    *early, group = sys.argv[1:]
    if group != "training":
        os.nice(_NICE)
    kinds = [kind for kind in KINDS.values() if kind.group == group]
    for kind in kinds:
        kind.warm()
        if early:
            kind.warm_further()
    print("ready", processes.token(), file=answers)
    _serve(waiting, answers, until_quiet=True)
    for kind in kinds:
        kind.warm_further()
    _serve(waiting, answers)


def _serve(waiting: SimpleQueue[str], answers: TextIO, *, until_quiet: bool = False) -> None:
    """Run jobs as they are ordered; with `until_quiet` only until none follows one that was done.

    Somebody who has stopped a job, or met an error, may press again at once.
    """
    patience = None
    while True:
        try:
            job_id = waiting.get(timeout=patience)
        except Empty:
            return
        done = run_job(job_id)
        print("idle", file=answers)
        patience = QUIET_SECONDS if until_quiet and done else None


def _listen(orders: TextIO, waiting: SimpleQueue[str]) -> None:
    for line in orders:
        waiting.put(line.strip())
    os._exit(0)


def run_job(job_id: str) -> bool:
    """Run one job, unless another worker has it, or it was canceled or removed while it waited; whether it was done."""
    try:
        job = queue.claim(job_id)
        if job is not None:
            folder = queue.folder() / job.job_id
            with _printing_to(folder / job_folder.LOG):
                return _run(folder, job)
    except UnknownJobError:
        pass  # its folder is gone, and with it whoever could be told
    except OSError as error:
        if is_disk_full(error):
            os._exit(EXIT_DISK_FULL)  # not even room to say so: the pool will, as soon as there is some
        raise
    return False


def _run(folder: Path, job: Job) -> bool:
    reporter = FolderReporter(folder, job)
    try:
        with reporter:
            KINDS[job.kind].run(job_folder.read_spec(folder), reporter, reporter.should_stop)
    except BaseException as error:
        with contextlib.suppress(OSError):  # into the log, if the disk takes it
            traceback.print_exc()
        outcome = of_error(error)
        queue.finish(job.job_id, outcome, seconds=reporter.seconds, holder=job.lease.holder)
        if outcome is BUG:
            raise
        return False
    queue.finish(job.job_id, DONE, seconds=reporter.seconds, holder=job.lease.holder)
    return True


class FolderReporter:
    """What a running job reports: measurements at once, its status twice a second, which renews its lease.

    It writes into the job's folder while it is entered; leaving waits until nothing is written any more.
    """

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder, self._job = folder, job
        self._began = time.monotonic()
        self._ended, self._lease_lost = threading.Event(), threading.Event()
        self._beating = threading.Thread(target=self._beat, name=f"heartbeat {job.job_id}", daemon=True)
        self._looked = 0.0

    def __enter__(self) -> Self:
        self._file = (self._folder / job_folder.METRICS).open("a", encoding="utf-8")
        self._beating.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._beating.join()
        with contextlib.suppress(OSError):  # every line was flushed when it was written
            self._file.close()

    @property
    def queue(self) -> Queue:
        """Where the job asks for others."""
        return queue

    @property
    def seconds(self) -> float:
        """How long the job has run, by a clock that nobody can set."""
        return round(time.monotonic() - self._began, 3)

    def progress(self, fraction: float) -> None:
        """How much is done, 0 to 1."""
        self._job = replace(self._job, progress=min(max(fraction, 0.0), 1.0))

    def measure(self, kind: str, values: dict[str, Any]) -> None:
        """Add one measurement; OSError where the disk refuses."""
        self._file.write(json.dumps({"type": kind, **values}) + "\n")
        self._file.flush()

    def copy(self, lines: list[str]) -> None:
        """Add measurements as they stand in the folder of a job elsewhere; OSError where the disk refuses."""
        self._file.write("".join(f"{line}\n" for line in lines))
        self._file.flush()

    def should_stop(self) -> bool:
        """Whether somebody asked for a stop, or the lease is lost; may be called as often as one likes."""
        now = time.monotonic()
        if now - self._looked < _STOP_LOOK_SECONDS:
            return False
        self._looked = now
        return self._lease_lost.is_set() or (self._folder / job_folder.CANCEL).exists()

    def _beat(self) -> None:
        beats = 0
        while not self._ended.wait(BEAT_SECONDS):
            beats += 1
            job = replace(self._job, seconds=self.seconds, heartbeat=beats)
            try:
                renewed = queue.renew(job)
            except UnknownJobError:
                renewed = False
            except BusyError:
                continue  # the next heartbeat may be in time
            except OSError as error:
                if not is_disk_full(error):
                    raise
                continue  # the job itself will meet the full disk and say so
            if not renewed:
                self._lease_lost.set()
                return


@contextlib.contextmanager
def _printing_to(path: Path) -> Iterator[None]:
    """Send everything printed, by C++ libraries too, to the end of a file."""
    usual = os.dup(1), os.dup(2)
    with path.open("ab", buffering=0) as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        yield
    finally:
        for printed in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                printed.flush()
        for stream, old in zip((1, 2), usual, strict=True):
            os.dup2(old, stream)
            os.close(old)


if __name__ == "__main__":
    main()
