"""What a running job reports about itself: measurements at once, its status twice a second, which renews its lease."""

import contextlib
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from core.disk.files import is_disk_full
from core.errors import BusyError, UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job

BEAT_SECONDS = 0.5
"""Between two writings of the status: twice a second, as the pages need it."""

_STOP_LOOK_SECONDS = 0.05


class FolderReporter:
    """Writes into the job's folder while it is entered; leaving waits until nothing is written any more."""

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
