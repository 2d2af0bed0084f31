"""Which processes live, whichever machine or container they run on.

    processes/<token>       a file that its process holds locked for as long as it lives

A process id says nothing to another container and is given again after its process has ended. A lock is seen by all who
share the home, and the system lets go of it however the process ends. On a file system without locks nothing is known
of others, and `token` refuses.
"""

import atexit
import contextlib
import os
import re
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
from filelock import FileLock, Timeout

from core.disk.home import home

_TOKEN = re.compile(r"\d+-[0-9a-f]{16}", re.ASCII)

_own: dict[tuple[int, Path], tuple[Path, FileLock]] = {}
"""This process's file in the home used last, with its lock, which is let go with the object."""

_taking_own = threading.Lock()


@dataclass(frozen=True)
class ProcessId:
    """Where people find a process: its number, and its start in seconds since 1970. It decides nothing."""

    pid: int
    start: str

    @classmethod
    def mine(cls) -> Self:
        """This very process."""
        return cls(os.getpid(), f"{psutil.Process().create_time():.2f}")


def token() -> str:
    """The name of this process in the present home, which is no other's; OSError where the disk refuses its file."""
    place = os.getpid(), _folder()  # after a fork there are two processes
    with _taking_own:
        if place not in _own or not _own[place][0].exists():
            path = _folder() / f"{os.getpid()}-{secrets.token_hex(8)}"
            lock = FileLock(path, thread_local=False, fallback_to_soft=False)
            lock.acquire(timeout=10)  # nobody knows the name yet; `forget_dead` may look at it for a moment
            atexit.register(path.unlink, missing_ok=True)
            _own.clear()
            _own[place] = path, lock
        return _own[place][0].name


def is_alive(name: str) -> bool:
    """Whether the process with this token lives, as far as `forget_dead` has looked."""
    return (_folder() / name).exists()


def forget_dead() -> None:
    """Remove the files of processes that have ended; whatever else lies there stays."""
    for path in _folder().glob("*-*"):
        if _TOKEN.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            with contextlib.suppress(Timeout, PermissionError):  # it lives, or is somebody else's, who can remove it
                lock = FileLock(path, blocking=False, fallback_to_soft=False)
                with lock.acquire():
                    path.unlink(missing_ok=True)  # while it is held: who creates it anew takes another file's lock


def _folder() -> Path:
    return home() / "processes"
