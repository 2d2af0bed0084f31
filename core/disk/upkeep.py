"""Whether the home can be worked in, and clearing away what processes that have ended left in it."""

import errno
import tempfile
from pathlib import Path

from core.disk import processes
from core.disk.files import refused, sweep
from core.disk.home import home

FOLDERS = ("datasets", "runs", "studies", "jobs", "uploads", "downloads", "processes")
"""What the home holds, as far as it was needed yet."""


def check_usable() -> None:
    """Say before work starts that its result could not be kept; nothing is left of the attempt.

    Raises:
        UsageError: The home, or a folder in it, cannot be written to, or its file system keeps no locks: then
            several processes could not share it.
    """
    place = home()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for folder in (place, *(path for name in FOLDERS if (path := place / name).exists())):
            _check_writable(folder)
        place = place / "processes"
        processes.token()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return  # a full disk is told by what needs the room, with what to delete
        raise refused(place, error) from error


def _check_writable(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):  # without a name, where the system can
            pass
    except OSError as error:
        raise refused(folder, error) from error


def sweep_home() -> tuple[str, ...]:
    """Remove what processes that have ended left anywhere in the home; the names removed."""
    place = home()
    swept = [sweep(place)]
    swept += [sweep(place / name, entries=True) for name in FOLDERS]
    swept += [sweep(place / "runs" / ".set-aside", entries=True)]
    return tuple(name for names in swept for name in names)
