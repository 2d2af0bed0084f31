"""Which data a mission is about, and how that comes onto the screen: ratings, whichever, or a set that comes along."""

import streamlit as st

from core import data
from core.access import Action
from core.data import BUNDLED
from core.data.ratings import Ratings
from core.data.vectors.samples import SAMPLES
from core.jobs import import_jobs
from core.store.run_files import RunSummary
from dashboard.cache import loaders
from dashboard.jobs import imports
from dashboard.missions.task import Mission
from dashboard.session import state, visitor

_OPENING = "_mission_opens"
"""Session key of the sample that this session has asked to be opened for a mission, until it is there."""


def ratings() -> Ratings:
    """What missions on ratings are about: the selected data, or where it has none the bundled one."""
    selected = loaders.ratings(state.dataset_id())
    return selected if len(selected) else loaders.ratings(BUNDLED)


def fits(mission: Mission) -> bool:
    """Whether what is selected is what the mission is about."""
    if mission.sample:
        return state.run_id() == SAMPLES[mission.sample].run_id
    return len(loaders.ratings(state.dataset_id())) > 0


def there(mission: Mission) -> RunSummary | None:
    """The run of the sample that a mission is about, where it has been opened and can be shown; else None."""
    if not mission.sample:
        return None
    run_id = SAMPLES[mission.sample].run_id
    found = next((summary for summary in loaders.runs() if summary.run_id == run_id), None)
    return found if found is not None and data.holding(found.dataset.digest, found.dataset.dataset_id) else None


def available(mission: Mission) -> bool:
    """Whether this visitor can get to what a mission is about."""
    return not mission.sample or there(mission) is not None or visitor.may(Action.IMPORT)


def take(mission: Mission) -> None:
    """Select what a mission is about; a sample is opened first, where that is to be done and allowed."""
    if fits(mission):
        return
    if not mission.sample:
        state.select_dataset(BUNDLED)
    elif (found := there(mission)) is not None:
        state.look_into(found)
    elif visitor.may(Action.IMPORT):
        st.session_state[_OPENING] = mission.sample
        if not _being_opened(mission):
            imports.open_sample(mission.sample)


def opening(mission: Mission) -> bool:
    """Whether this session waits for the sample of a mission."""
    waits = bool(mission.sample) and st.session_state.get(_OPENING) == mission.sample
    return waits and (there(mission) is not None or _being_opened(mission))


def arrived(mission: Mission) -> bool:
    """Select the sample that this session waits for as soon as it is there; whether that was now."""
    if st.session_state.get(_OPENING) != mission.sample or there(mission) is None:
        return False
    del st.session_state[_OPENING]
    if imports.watched() is not None:
        state.watch(None)
    take(mission)
    return True


def _being_opened(mission: Mission) -> bool:
    """Whether somebody opens the sample at this moment: of a whole class that follows a link, one is enough."""
    name = SAMPLES[mission.sample].name
    return any(job.active and job.kind == import_jobs.VECTORS and job.title == name for job in loaders.jobs_now())
