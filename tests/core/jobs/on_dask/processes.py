"""A Dask cluster of separate processes, which share no home with whoever uses it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.core.jobs.tinyjobs import ROOT, wait_for


class Processes:
    """A scheduler and its workers.

    Args:
        folder: Where they may write.
        preload: Whether the workers know the tiny kinds of job, and warm up for none.
        settings: Variables that Dask reads.
        place: Where the scheduler is started; the folder of the program without it, as the documentation says.

    Attributes:
        scheme: Of the addresses.
    """

    def __init__(
        self,
        folder: Path,
        *,
        preload: bool = True,
        settings: Mapping[str, str] = MappingProxyType({}),
        place: Path = ROOT,
    ) -> None:
        self.scheme = "tls" if settings else "tcp"
        self._settings, self._place = settings, place
        self._folder, self._said = folder, folder / "scheduler.json"
        self._preload = ["--preload", "tests.core.jobs.on_dask.preloaded"] if preload else []
        self.workers: list[subprocess.Popen[bytes]] = []
        self._port = 0
        self.start_scheduler()

    @property
    def address(self) -> str:
        """The scheduler's."""
        return f"{self.scheme}://127.0.0.1:{self._port}"

    def start_scheduler(self) -> None:
        """Start it, on the port that it had before."""
        self._said.unlink(missing_ok=True)
        where = ["--host", f"{self.scheme}://127.0.0.1", "--port", str(self._port), "--scheduler-file", str(self._said)]
        self.scheduler = self._start("scheduler", *where, place=self._place)
        wait_for(lambda: self._said.exists() and '"address"' in self._said.read_text(), 120)
        if not self._port:
            self._port = int(self._said.read_text().partition("127.0.0.1:")[2].partition('"')[0])

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more, with one thread."""
        folder = ["--local-directory", str(self._folder / f"worker {len(self.workers)}")]
        how = ["--nthreads", "1", "--no-nanny", "--host", f"{self.scheme}://127.0.0.1", *self._preload]
        self.workers.append(self._start("worker", self.address, *how, *folder))
        return self.workers[-1]

    def end(self) -> None:
        """End all of them."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, what: str, *arguments: str, place: Path = ROOT) -> subprocess.Popen[bytes]:
        lean = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"}  # else a worker takes its stacks at 100 Hz
        environment = os.environ | {"EMBEDDING_EXPLORER_HOME": "/nowhere"} | lean | self._settings
        environment.pop("PYTHONPATH", None)  # the program is found by the folder alone
        command = [sys.executable, "-m", "dask", what, "--no-dashboard", *arguments]
        log = (self._folder / f"{what}.log").open("ab")
        with log:
            return subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)


@contextmanager
def cluster(folder: Path, workers: int, **how: Any) -> Iterator[Processes]:
    """A scheduler with workers, which end with the context."""
    processes = Processes(folder, **how)
    try:
        for _ in range(workers):
            processes.start_worker()
        yield processes
    finally:
        processes.end()
