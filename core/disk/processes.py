"""Which process is which: a pid alone is reused, a pid with its start time is not."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import psutil


@dataclass(frozen=True)
class ProcessId:
    """One process, for good.

    Attributes:
        pid: The number the system gave it.
        start: When it started, as the kernel counts: never read from a clock that people can set.
    """

    pid: int
    start: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this pid now; None where there is none, or only its unread exit status."""
        start = _start(pid)
        return None if start is None else cls(pid, start)

    @classmethod
    def mine(cls) -> Self:
        """This very process."""
        start = _start(os.getpid())
        if start is None:
            raise RuntimeError("this process has no start time")
        return cls(os.getpid(), start)

    @property
    def alive(self) -> bool:
        """Whether this process, and not a later one with its number, still runs."""
        return _start(self.pid) == self.start


def _start(pid: int) -> str | None:
    if Path("/proc/self/stat").exists():
        return _linux_start(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.NoSuchProcess:
        return None


def _linux_start(pid: int) -> str | None:
    """Clock ticks since boot, with the boot's own name: psutil's figure moves when the clock is set."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    state, ticks = fields[0], fields[19]
    return None if state in "ZX" else f"{ticks}.{_boot()}"


@cache
def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="utf-8")[:8] if path.exists() else "0"
