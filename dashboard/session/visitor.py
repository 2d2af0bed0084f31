"""Who is in front of the screen: the owner that the browser's cookie proves, where they are, and what they may do."""

import uuid
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime import Runtime

from core import access
from core.access import Action, Visitor
from core.errors import ExplorerError
from dashboard.server.owners import owner_of
from dashboard.session.administration import log_ins

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
