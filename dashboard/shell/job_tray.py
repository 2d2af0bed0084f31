"""The job tray at the foot of the sidebar: one line a job, and a way in when one has finished."""

import streamlit as st

from core.jobs.job_folder import Job
from dashboard.cache import loaders
from dashboard.jobs import every_kind, trainings
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

LINES = 4
"""More jobs than this are counted, not listed."""

_WHOLE = "_whole_page"
"""Session key, there while the whole page is drawn: what is to be said is then said in the same run."""


def show() -> None:
    """Draw the tray; it looks again every second, and is empty while nothing happens."""
    st.session_state[_WHOLE] = True
    _tray()


@st.fragment(run_every=1.0)
def _tray() -> None:
    if not st.session_state.pop(_WHOLE, False) and state.problems_wait():
        st.rerun()  # a part of the page alone was drawn, and what could not be done is said above it
    state.confirm_link()
    jobs = loaders.jobs_now()
    active = [job for job in jobs if job.active]
    seen: set[str] = st.session_state.setdefault("_tray_seen", set())
    seen.update(job.job_id for job in active)
    ended = [job for job in jobs if job.job_id in seen and not job.active]
    if not active and not ended:
        return
    for job in active[:LINES]:
        _running(job)
    if len(active) > LINES:
        st.caption(f"and {phrases.count(len(active) - LINES, 'more job')}")
    for job in ended[-LINES:]:
        _ended(job)
    if ended:
        st.button("Clear the list", key="tray_clear", type="tertiary", on_click=seen.clear)


def _running(job: Job) -> None:
    words = "stopping" if job.canceling else "waiting" if job.state == "queued" else f"{job.progress:.0%}"
    st.progress(job.progress, text=f":small[{escape(job.title)}: {words}]")
    if job.kind == "train":
        trainings.link_to(job)


def _ended(job: Job) -> None:
    """A job that made something leads to that; other ends lead to the job."""
    st.markdown(f":small[{escape(job.title)}: {phrases.JOB_STATES[job.state].lower()}]")
    if job.state == "done":
        every_kind.link_to_result(job)
    else:
        elements.page_link("jobs", "See why", "error" if job.state == "failed" else "stop_circle", job=job.job_id)
