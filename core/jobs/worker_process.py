"""One worker process as the pool handles it: started, given jobs, listened to, and ended."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from core import settings
from core.disk import files
from core.disk.home import home
from core.jobs import queue
from core.jobs.kinds import WorkerGroup

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "core.jobs.worker")

_END_SECONDS = 5


class WorkerProcess:
    """A running `core.jobs.worker`.

    What libraries leave in the folder for temporary files goes with the process, however it ends: TensorFlow alone
    leaves several a start.
    """

    def __init__(self, command: Sequence[str] = COMMAND, group: WorkerGroup = "training") -> None:
        self.group = group  # of jobs that it is for
        self._scratch = files.temporary(queue.folder())
        self._scratch.mkdir(parents=True)
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        # Not multiprocessing: its children would run the dashboard's script again.
        self._process = subprocess.Popen(
            [*command, group],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=settings.environment(home(), PYTHONPATH=os.pathsep.join(paths), TMPDIR=str(self._scratch.resolve())),
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a worker was started without pipes")
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._unread = b""
        self._silent = False
        self.holder = ""  # the token under which it leases jobs, as soon as it is ready
        self.job_id: str | None = None  # that it was given and has not finished
        self.since = time.monotonic()  # when it was given
        self.cancel_since: float | None = None  # when a stop of its job was first seen
        self.oom_kills = 0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it has warmed up."""
        return bool(self.holder)

    @property
    def idle(self) -> bool:
        """Whether it waits for a job."""
        return self.ready and self.job_id is None

    @property
    def memory(self) -> int:
        """Bytes of memory it holds; 0 where it is gone."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    @property
    def wakes(self) -> int | None:
        """A file descriptor that becomes readable when it speaks or ends; None after its last word."""
        return None if self._silent else self._output.fileno()

    def give(self, job_id: str) -> None:
        """Give an idle worker a job."""
        self.job_id, self.since, self.cancel_since = job_id, time.monotonic(), None
        self.oom_kills = oom_kills()
        with contextlib.suppress(BrokenPipeError):  # it has just died; the pool will find out
            self._input.write(f"{job_id}\n".encode())
            self._input.flush()

    def listen(self) -> str | None:
        """Read what it has written since the last time; the job that it is done with, if it is."""
        finished = None
        for line in self._lines():
            match line.split():
                case [b"ready", holder]:
                    self.holder = holder.decode()
                case [b"idle"]:
                    finished, self.job_id = self.job_id, None
        return finished

    def kill(self) -> None:
        """End it, and whatever it started, now."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def collect(self) -> int:
        """Read the exit status of one that has ended, and free what it held."""
        self.kill()  # children of its own may have outlived it
        status = self._process.wait()
        self._silent = True
        for pipe in (self._input, self._output):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        files.remove(self._scratch)
        return status

    def end(self) -> int:
        """Ask it to end, and see to it; the exit status."""
        with contextlib.suppress(BrokenPipeError):
            self._input.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        return self.collect()

    def _lines(self) -> list[bytes]:
        while not self._silent:
            try:
                data = os.read(self._output.fileno(), 4096)
            except BlockingIOError:
                break
            self._silent = not data
            self._unread += data
        *lines, self._unread = self._unread.split(b"\n")
        return lines


def oom_kills() -> int:
    """Processes the kernel has killed for memory since it started; 0 where it does not tell."""
    path = Path("/proc/vmstat")
    if not path.exists():
        return 0
    counts = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return next((int(count) for name, count in counts if name == "oom_kill"), 0)
