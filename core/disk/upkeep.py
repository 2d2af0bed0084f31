"""Whether the home can be worked in, and clearing away what processes that have ended left in it."""

import errno
import tempfile
from pathlib import Path

from core.disk import processes
from core.disk.files import refused, sweep
from core.disk.home import home
from core.disk.trash import Trash

FOLDERS = ("datasets", "runs", "studies", "sweeps", "jobs", "uploads", "downloads", "processes", "trash", "journeys")
"""What the home holds, as far as it was needed yet."""


def check_usable() -> None:
    """Say before work starts that its result could not be kept, with nothing left of the attempt: UsageError where the
    home, or a folder in it, cannot be written to, or keeps no locks: then several processes could not share it."""
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


def tidy() -> tuple[str, ...]:
    """What a start does first: finish interrupted deletions and restorations, empty what was kept long enough, sweep;
    the names of what was left half written. Raises BusyError, and LimitError as `trash.kept_days`."""
    trash = Trash()
    with trash.alone():
        pass
    trash.expire()
    return sweep_home()


def sweep_home() -> tuple[str, ...]:
    """Remove what processes that have ended left half written, in whichever folder of the home; the names removed."""
    place = home()
    below = [path for pattern in ("*", "*/*", "*/.set-aside/*", "studies/*/of/*") for path in place.glob(pattern)]
    return sweep(place, *(path for path in below if path.is_dir() and not path.is_symlink()))
