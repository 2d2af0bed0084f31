"""Memory of the server: by its own count first, and by what it really has; caches go before visitors are refused."""

import logging
import math
import time
from collections.abc import Callable

import psutil

from core.settings import MIB, ServerLimits
from dashboard.server.uploads import UPLOADS
from dashboard.shell.memory import shed

SESSION_MB = 2
"""What an open page takes: 0.7 MiB where sixty strangers look at two pages and train (`benchmarks.attack`), and more
where somebody looks at every chart."""

SHED_SECONDS = 20.0
"""Caches are let go at most this often: what fills them anew takes time from everybody."""

_log = logging.getLogger(__name__)


def needed_mb(base: float, sessions: int, uploads: float) -> float:
    """MiB that the server will need by its own count: its start, its sessions, and the files that it holds."""
    return base + sessions * SESSION_MB + uploads


def resident_mb() -> float:
    """MiB of memory that this process has now."""
    return float(psutil.Process().memory_info().rss) / MIB


class Watch:
    """Knows what the server began with, and when it last let its caches go.

    Args:
        clock: Gives the time in seconds.
        resident: Gives the memory that the process has, in MiB.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, resident: Callable[[], float] = resident_mb
    ) -> None:
        self._clock, self._resident = clock, resident
        self._base = resident()
        self._shed_at = -math.inf

    def full(self, sessions: int, limits: ServerLimits) -> bool:
        """Whether one more than `sessions` would be too much; the caches go first where it would."""
        if not self._beyond(sessions + 1, limits):
            return False
        if self._clock() - self._shed_at >= SHED_SECONDS:
            self._shed_at = self._clock()
            before = self._resident()
            shed()
            _log.warning("memory is short: caches were let go, %.0f MB before, %.0f after", before, self._resident())
        return self._beyond(sessions + 1, limits)

    def _beyond(self, sessions: int, limits: ServerLimits) -> bool:
        counted = needed_mb(self._base, sessions, UPLOADS.bytes_held() / MIB)
        return max(counted, self._resident() + SESSION_MB) > limits.server_mb


WATCH = Watch()
"""That of this process."""
