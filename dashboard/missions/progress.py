"""Which mission is on, which of its steps is seen, and which are done.

What is seen belongs to the session and stands in the address, so that a link and a refresh keep it. What is done
belongs to the owner, that is to the browser (`core.store.journeys`): a second tab, another mission in it or a restarted
server change nothing about it, and nobody else's steps count. The session remembers its own too, for where nothing may
be kept.
"""

import re
from collections.abc import Callable

import streamlit as st

from core import access
from core.access import Action
from core.errors import ExplorerError
from core.store import journeys
from core.store.journeys import Journey
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.missions import subject
from dashboard.missions.begun import CURRENT, MISSION, TASK
from dashboard.missions.snapshot import Snapshot
from dashboard.missions.task import Mission, Task
from dashboard.missions.tours import FIRST_MODEL, MISSIONS
from dashboard.session import address_bar, state, visitor

_AT, _DONE = "_mission_task", "_mission_done"


def adopt_link() -> None:
    """Open the mission and the step that a link names; who goes back is as far in a mission as before."""
    key, number = address_bar.news(MISSION) or None, address_bar.news(TASK) or None
    if address_bar.went_back() and current() is not None:
        return
    if key is None and (number is None or current() is None):
        return
    if key is not None and key not in MISSIONS:
        state.report(
            "UNKNOWN_MISSION", f"The link names a mission that is not here: {key[:40]!r}. The Missions page lists all."
        )
        return
    mission = current() if key is None else MISSIONS[key]
    if mission is None:
        return
    step = _step(mission)
    if key is None:
        _go(mission, step)
    else:
        begin(mission.key, at=step)


def _step(mission: Mission) -> int | None:
    """The step that the address names, from 0; None where it names none. One past the last is the end."""
    number, last = st.query_params.get(TASK), len(mission.tasks) + 1
    if number is None:
        return None
    if not re.fullmatch("[1-9][0-9]*", number):
        address_bar.ignore(TASK, number, f"a number from 1 to {last}")
        return None
    return min(int(number[:4]), last) - 1  # four digits are past the end of any


def write_link() -> None:
    """Show mission and step in the address bar; nothing where no mission is on."""
    mission = current()
    address_bar.put(**{MISSION: mission.key if mission else None, TASK: str(at() + 1) if mission else None})


def current() -> Mission | None:
    """The mission that is on."""
    return MISSIONS.get(st.session_state.get(CURRENT, ""))


def at() -> int:
    """The step of it that is seen, from 0; the number of its steps where that is its end."""
    return int(st.session_state.get(_AT, 0))


def task() -> Task | None:
    """The step of it that is seen; None without a mission, and at its end."""
    mission = current()
    return None if mission is None or at() >= len(mission.tasks) else mission.tasks[at()]


def done(key: str) -> frozenset[int]:
    """Steps of a mission that this visitor has done, from 0."""
    mine: frozenset[int] = st.session_state.get(_DONE, {}).get(key, frozenset())
    kept = journeys.of(visitor.current().owner)
    return mine if kept is None else mine | kept.steps(key)


def finished(key: str) -> bool:
    """Whether this visitor has done all of a mission."""
    return done(key) >= _all(MISSIONS[key])


def _all(mission: Mission) -> frozenset[int]:
    return frozenset(range(len(mission.tasks)))


def first_open(mission: Mission) -> int:
    """The first step that is not done, from 0; the number of steps where all are."""
    return min(_all(mission) - done(mission.key), default=len(mission.tasks))


def begin(key: str, at: int | None = None) -> None:
    """Open a mission at a step, from 0, or where this visitor was; its end opens to whoever has done it.

    It takes the data that it is about (`subject.take`). Unless a link names a model, it is about the one that the first
    button trains, not about what a neighbor has made since.
    """
    mission = MISSIONS[key]
    st.session_state[CURRENT] = key
    subject.take(mission)
    if not mission.sample and state.RUN not in st.query_params:
        first = trainings.key(trainings.first_config())
        if any(run.run_id == first for run in loaders.runs_of(state.dataset_id())):
            state.select_run(first)
    _go(mission, first_open(mission) if at is None else at)


def again(key: str) -> None:
    """Begin a mission anew, with no step done."""
    st.session_state.setdefault(_DONE, {}).pop(key, None)
    _keep(lambda journey: journey.with_steps(key, frozenset()))
    begin(key)


def go(step: int) -> None:
    """See this step of the mission that is on, from 0; a callback."""
    mission = current()
    if mission is not None:
        _go(mission, step)


def _go(mission: Mission, step: int | None) -> None:
    ahead = first_open(mission)
    if step is None or (step >= len(mission.tasks) and ahead < len(mission.tasks)):
        step = ahead
    st.session_state[_AT] = step
    _keep(lambda journey: journey.at(mission.key, step))


def leave() -> None:
    """End the mission that is on; what was done stays done."""
    st.session_state.pop(CURRENT, None)
    _keep(lambda journey: journey.at("", 0))


def advance(look: Callable[[], Snapshot]) -> bool:
    """Tick off the step that is seen if it is done now; whether that is so, or was before."""
    mission, seen = current(), task()
    if mission is None or seen is None:
        return False
    step, before = at(), done(mission.key)
    if step in before:
        return True
    if not seen.done(look()):
        return False
    steps = before | {step}
    st.session_state.setdefault(_DONE, {})[mission.key] = steps
    _keep(lambda journey: journey.with_steps(mission.key, journey.steps(mission.key) | steps))
    return True


def _keep(change: Callable[[Journey], Journey]) -> None:
    """Keep where this visitor is, unless this is a kiosk; where that cannot be written, it is said."""
    if access.refusal(Action.NAME, visitor.current()) is not None:
        return
    try:
        journeys.change(visitor.current(), change)
    except ExplorerError as error:
        state.report_error(error)


def waits_for_first() -> bool:
    """Whether the mission is at the first button, and this session has not pressed it: Start then begins anew."""
    mission = current()
    return (
        mission is FIRST_MODEL
        and at() == 0
        and 0 not in done(mission.key)
        and subject.fits(mission)
        and trainings.key(trainings.first_config()) not in trainings.asked()
        and visitor.may(Action.TRAIN)
    )
