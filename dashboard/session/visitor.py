"""Who is in front of the screen: the owner that the browser's cookie proves, where they are, and what they may do.

A log-in as an administrator, with the token, lasts some hours in the memory of this server. It is of an owner, that is
a browser: a reload and a second tab of it are administrators too, and another browser is not.
"""

import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime import Runtime

from core import access
from core.access import Action, Visitor
from core.errors import ExplorerError, NotAllowedError
from dashboard.server.owners import owner_of

_REQUEST, _SESSION_OWNER = "_request", "_owner"


@dataclass(frozen=True)
class _Request:
    """What the request that opened the session says; `local`: it can only come from this machine."""

    owner: str
    address: str = ""
    local: bool = False


def current() -> Visitor:
    """The visitor of the script that runs; LimitError: a setting about administrators cannot have its value."""
    request = _request()
    if access.administrators_are_named():
        administrator = log_ins().holds(request.owner) or is_listed()
    else:
        administrator = request.local
    return Visitor(request.owner, administrator, request.address)


def may(action: Action) -> bool:
    """Whether they may do this."""
    return refusal(action) is None


def refusal(action: Action) -> ExplorerError | None:
    """Why they may not do this, and who may; None where they may."""
    return access.refusal(action, current())


def is_listed() -> bool:
    """Whether they logged in by OpenID Connect and are on the list of administrators."""
    if not getattr(st.user, "is_logged_in", False):
        return False
    return access.is_listed(str(st.user.get("email") or ""), verified=st.user.get("email_verified") is True)


def _request() -> _Request:
    """The request that opened the session, remembered: a script may go on, or begin, when the browser has left."""
    headers = st.context.headers
    if headers:
        local = access.at_this_machine(st.get_option("server.address"), headers)
        owner = owner_of(st.context.cookies) or _owner_of_session()
        st.session_state[_REQUEST] = _Request(owner, st.context.ip_address or "", local)
    request: _Request | None = st.session_state.get(_REQUEST)
    return request or _Request(_owner_of_session(), local=not _is_served())


def _is_served() -> bool:
    """Whether a server runs the script; a test that runs it has put something else in the server's place."""
    return runtime.exists() and type(runtime.get_instance()) is Runtime


def _owner_of_session() -> str:
    """A name for a session whose browser keeps no cookie; none that a cookie can have."""
    return str(st.session_state.setdefault(_SESSION_OWNER, f"session {uuid.uuid4().hex}"))


def on_phone() -> bool:
    """Whether the browser says that it is one of a phone: "Mobi" in the name it gives itself, as all of them have."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


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
