"""The process that runs jobs: `python -m core.jobs.worker GROUP`, started by the pool.

It warms up, says "ready" and the token under which it leases jobs, then takes
job ids on stdin, one a line, and says "idle" after each. When stdin closes, whoever started it is gone or wants it
gone, and it ends at once, whatever it is doing: nothing that it writes can be
left half done. A bug in a job ends it too, for its memory is not to be trusted
any more; the pool starts another.
"""

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

from core.disk import processes
from core.disk.files import is_disk_full
from core.errors import UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job
from core.jobs.kinds import KINDS
from core.jobs.outcome import BUG, DONE, EXIT_DISK_FULL, of_error
from core.jobs.reporter import FolderReporter

_NICE = 10
"""How far work that nobody watches epoch by epoch steps back from trainings and pages, on the system's scale to 19."""


def main() -> None:
    """Serve until stdin closes."""
    answers, orders = os.fdopen(os.dup(1), "w", buffering=1), os.fdopen(os.dup(0))
    os.dup2(2, 1)  # libraries print as they like; the pool reads only `answers`
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # what a job starts must not read the pool's orders
    waiting: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders, waiting), name="orders", daemon=True).start()
    group = sys.argv[1]
    if group != "training":
        os.nice(_NICE)
    for kind in KINDS.values():
        if kind.group == group:
            kind.warm()
    print("ready", processes.token(), file=answers)
    while True:
        run_job(waiting.get())
        print("idle", file=answers)


def _listen(orders: TextIO, waiting: SimpleQueue[str]) -> None:
    for line in orders:
        waiting.put(line.strip())
    os._exit(0)


def run_job(job_id: str) -> None:
    """Run one job, unless another worker has it, or it was canceled or removed while it waited."""
    try:
        job = queue.claim(job_id)
        if job is not None:
            folder = queue.folder() / job.job_id
            with _printing_to(folder / job_folder.LOG):
                _run(folder, job)
    except UnknownJobError:
        return  # its folder is gone, and with it whoever could be told
    except OSError as error:
        if is_disk_full(error):
            os._exit(EXIT_DISK_FULL)  # not even room to say so: the pool will, as soon as there is some
        raise


def _run(folder: Path, job: Job) -> None:
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
    else:
        queue.finish(job.job_id, DONE, seconds=reporter.seconds, holder=job.lease.holder)


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
