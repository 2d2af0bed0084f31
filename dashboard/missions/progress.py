"""Which mission is on, and how far: in the session, and in the address bar so that a link and a refresh keep it.

What was finished belongs to the owner, that is to the browser, and is kept in the server's memory.
"""

import re
from collections import OrderedDict
from collections.abc import Callable

import streamlit as st

from dashboard.missions.snapshot import Snapshot
from dashboard.missions.tours import MISSIONS, Mission
from dashboard.session import address_bar, state, visitor

MISSION, TASK = "mission", "task"
"""Query parameters: which mission, and the number of its current step, from 1."""

_CURRENT, _AT = "_mission", "_mission_task"
_NEWS = "_mission_just_finished"

MOST_OWNERS = 2_000
"""Owners whose finished missions are remembered; beyond it, those who finished one longest ago are forgotten."""


def adopt_link() -> None:
    """Begin or continue the mission that a link names; one that does not exist is reported."""
    key = address_bar.news(MISSION)
    if not key or (address_bar.went_back() and current() is not None):
        return  # who goes back is as far in a mission as before
    if key not in MISSIONS:
        state.report(
            "UNKNOWN_MISSION", f"The link names a mission that is not here: {key[:40]!r}. The Missions page lists all."
        )
        return
    number = st.query_params.get(TASK, "1")
    last = len(MISSIONS[key].tasks) + 1
    if not re.fullmatch("[1-9][0-9]*", number):
        address_bar.ignore(TASK, number, f"a number from 1 to {last}")
        number = "1"
    begin(key, at=min(int(number[:4]), last) - 1)  # four digits are past the end of any


def write_link() -> None:
    """Show mission and step in the address bar; nothing where no mission is on."""
    mission = current()
    address_bar.put(**{MISSION: mission.key if mission else None, TASK: str(done_steps() + 1) if mission else None})


def current() -> Mission | None:
    """The mission that is on."""
    return MISSIONS.get(st.session_state.get(_CURRENT, ""))


def done_steps() -> int:
    """Steps of it that are done."""
    return int(st.session_state.get(_AT, 0))


def begin(key: str, at: int = 0) -> None:
    """Start a mission, or start it over; a callback. `at` is the number of steps already done."""
    st.session_state[_CURRENT], st.session_state[_AT] = key, at


def leave() -> None:
    """End the mission that is on; what was finished stays finished."""
    st.session_state.pop(_CURRENT, None)


def finished() -> frozenset[str]:
    """Keys of the missions that this visitor has finished."""
    return _finished_by_owner().get(visitor.current().owner, frozenset())


@st.cache_resource(show_spinner=False)
def _finished_by_owner() -> OrderedDict[str, frozenset[str]]:
    return OrderedDict()


def _finish(key: str) -> None:
    owners, owner = _finished_by_owner(), visitor.current().owner
    owners[owner] = owners.pop(owner, frozenset()) | {key}
    while len(owners) > MOST_OWNERS:
        owners.popitem(last=False)


def advance(look: Callable[[], Snapshot]) -> int:
    """Tick off the current step if it is done, and each one after it; the number of steps done now."""
    mission = current()
    if mission is None or done_steps() >= len(mission.tasks):
        return done_steps()
    at, now = done_steps(), look()
    while at < len(mission.tasks) and mission.tasks[at].done(now):
        at += 1
    st.session_state[_AT] = at
    if at == len(mission.tasks):
        _finish(mission.key)
        st.session_state[_NEWS] = True
    return at


def just_finished() -> bool:
    """Whether the mission that is on was finished since somebody asked."""
    return bool(st.session_state.pop(_NEWS, False))
