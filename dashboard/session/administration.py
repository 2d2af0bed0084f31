"""Logging in as an administrator with the token, for some hours, in the memory of this server.

Who logged in is an owner, that is a browser: a reload and a second tab of it
are administrators too, and another browser is not.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

import streamlit as st

from core import access
from core.access import Visitor
from core.errors import NotAllowedError

HOURS = 8
"""How long a log-in lasts."""

WINDOW_SECONDS = 600
"""Wrong tries count for so long."""

TRIES_OF_OWNER, TRIES_OF_NETWORK = 5, 50
"""Wrong tries in that time, from one browser, and from all that share a network address."""

_MOST_REMEMBERED = 10_000
"""Owners and networks with wrong tries; beyond it nobody can log in until the oldest are forgotten."""


class LogIns:
    """Who is logged in, and who tried in vain; for all threads of a server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._wrong: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def holds(self, owner: str) -> bool:
        """Whether this owner is logged in."""
        return self._until.get(owner, 0.0) > self._clock()

    def log_in(self, attempt: str, visitor: Visitor) -> None:
        """Make the visitor's owner an administrator; NotAllowedError: not the token, or too many wrong ones."""
        with self._lock:
            now = self._clock()
            self._forget_before(now - WINDOW_SECONDS)
            counted = {("owner", visitor.owner): TRIES_OF_OWNER, ("network", visitor.network): TRIES_OF_NETWORK}
            tried = any(len(self._wrong[who]) >= most for who, most in counted.items() if who in self._wrong)
            if tried or len(self._wrong) >= _MOST_REMEMBERED:
                raise NotAllowedError(
                    f"there were too many wrong tokens; try again in {WINDOW_SECONDS // 60} minutes. Whoever runs this "
                    f"explorer knows the token"
                )
            if not access.is_token(attempt):
                for who in counted:
                    self._wrong[who].append(now)
                raise NotAllowedError("this is not the administrators' token; whoever runs this explorer knows it")
            self._until = {owner: until for owner, until in self._until.items() if until > now}
            self._until[visitor.owner] = now + HOURS * 3600

    def log_out(self, owner: str) -> None:
        """Make this owner a visitor again."""
        with self._lock:
            self._until.pop(owner, None)

    def _forget_before(self, then: float) -> None:
        for who, times in list(self._wrong.items()):
            while times and times[0] <= then:
                times.popleft()
            if not times:
                del self._wrong[who]


@st.cache_resource(show_spinner=False)
def log_ins() -> LogIns:
    """Those of this server."""
    return LogIns()
