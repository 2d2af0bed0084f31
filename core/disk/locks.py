"""One way to take a lock: alone across threads and processes, and never waiting without an end."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.disk.files import is_refused, refused
from core.errors import BusyError, CanceledError


@contextmanager
def locked(path: Path, seconds: float = 10, *, should_stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold a lock file; the system releases it when the process ends, however that happens.

    The file and its folder are created where they are missing, and it stays.

    Raises:
        BusyError: Somebody else held it for all those seconds.
        UsageError: It cannot be written to, or its file system keeps no locks.
        CanceledError: `should_stop`, which is asked several times a second, returned True before the lock was free.
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
