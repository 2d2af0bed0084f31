"""Writing that a crash cannot leave half done, leftovers that a crash does leave, and locks."""

import contextlib
import errno
import logging
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from core.disk import processes
from core.errors import BusyError, CanceledError, DiskFullError, UsageError

_logger = logging.getLogger(__name__)

_REFUSALS = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}
_LEFTOVER = re.compile(r"\.tmp-(?P<token>\d+-[0-9a-f.]+)-[0-9a-f]+")


def temporary(folder: Path) -> Path:
    """A fresh path in `folder`, not created; its name carries the token of this process."""
    return folder / f".tmp-{processes.token()}-{secrets.token_hex(4)}"


def sweep(*folders: Path) -> tuple[str, ...]:
    """Remove what processes that have ended left in these folders; the names removed."""
    processes.forget_dead()
    removed = []
    for path in (path for folder in folders for path in sorted(folder.glob(".tmp-*"))):
        name = _LEFTOVER.fullmatch(path.name)
        if name and not processes.is_alive(name["token"]):
            try:
                remove(path)
            except OSError:
                _logger.warning("what a process that ended had left could not be removed", exc_info=True)
            else:
                removed.append(path.name)
    return tuple(removed)


def remove(path: Path) -> None:
    """Remove a file, a folder, or a link but not what it leads to; somebody else may be removing it too."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)
        else:
            path.unlink()


def discard(folder: Path) -> None:
    """Remove a folder that others may be reading: first it goes out of sight, so that nobody finds half of it."""
    hidden = temporary(folder.parent)
    folder.rename(hidden)
    remove(hidden)


def took_place(fresh: Path, place: Path) -> bool:
    """Rename a finished folder to its place; False where something is there already."""
    try:
        fresh.rename(place)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            return False
        raise
    return True


def replace_text(path: Path, text: str, *, durable: bool = False) -> None:
    """Put `text` in the place of a file at once: readers see the old or the new. `durable` waits for the disk."""
    fresh = temporary(path.parent)
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` would survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_disk_full(error: OSError) -> bool:
    """Whether the disk, or this person's share of it, is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_refused(error: OSError, folder: Path) -> bool:
    """Whether the system lets nothing be written to a folder: it is read-only, somebody else's, or no folder."""
    if error.errno not in _REFUSALS or error.errno == errno.EROFS or error.filename is None:
        return error.errno in _REFUSALS
    place, refused = folder.absolute(), Path(os.fsdecode(error.filename)).absolute()
    return refused.is_relative_to(place) or place.is_relative_to(refused)


def refused(folder: Path, error: OSError) -> UsageError:
    """The error that says that nothing can be written to a folder."""
    return UsageError(
        f"{folder} cannot be written to ({error.strerror}); give this user the right to write there, or name another "
        "folder in EMBEDDING_EXPLORER_HOME"
    )


@contextlib.contextmanager
def disk_full_told(what: str, folder: Path) -> Iterator[None]:
    """Turn the system's refusals to write into errors that say what to do: DiskFullError where there is no space left
    for `what`, UsageError where nothing can be written to the folder."""
    try:
        yield
    except OSError as error:
        if is_refused(error, folder):
            raise refused(folder, error) from error
        if not is_disk_full(error):
            raise
        raise DiskFullError(
            f"the disk that holds {folder} has no room for {what}; nothing stored before was touched. "
            "Delete runs you no longer need (Runs page, or `python -m core delete RUN`), empty the trash "
            "(`python -m core trash --empty`) and start again"
        ) from error


@contextlib.contextmanager
def new_folder(parent: Path, description: str, *, mode: int = 0o777) -> Iterator[Path]:
    """A fresh temporary folder to fill and then rename; gone afterwards, whatever happens.

    What dead processes left in `parent`, which is created where it is missing, is removed first. `mode` says who may
    read it, less the umask. Raises as `disk_full_told` does; nothing is left of the attempt.
    """
    with disk_full_told(description, parent):
        parent.mkdir(parents=True, exist_ok=True)
        sweep(parent)
        folder = temporary(parent)
        try:
            folder.mkdir(mode=mode)
            yield folder
        finally:
            remove(folder)


@contextlib.contextmanager
def locked(path: Path, seconds: float = 10, *, should_stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold a lock file; the system releases it when the process ends, however that happens.

    The file and its folder are created where they are missing, and it stays. Raises BusyError where somebody else held
    it for all those seconds, UsageError where it cannot be written to, or its file system keeps no locks, and
    CanceledError where `should_stop`, which is asked several times a second, returned True before it was free.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(path, timeout=seconds, fallback_to_soft=False).acquire(cancel_check=should_stop)
    except OSError as error:
        if isinstance(error, Timeout):
            if should_stop():
                raise CanceledError(f"stopped while it waited for {path}") from None
            raise BusyError(
                f"another process has held {path} for {seconds:g} s; wait until it is done and try again, or look for "
                "a stopped process and end it"
            ) from None
        if is_refused(error, path.parent) or error.errno == errno.ENOSYS:
            raise refused(path, error) from error
        raise
    with held:
        yield
