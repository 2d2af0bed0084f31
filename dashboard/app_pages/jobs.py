"""Jobs: what waits, runs or has ended, with the log of each."""

import pandas as pd
import streamlit as st

from core.jobs import queue
from core.jobs.job_folder import Job
from dashboard.cache import loaders
from dashboard.jobs import every_kind, trainings
from dashboard.missions import teaching
from dashboard.session import dialogs, state
from dashboard.shared import elements, phrases, trash
from dashboard.shared.markup import escape

MOST_LISTED = 200
"""Older jobs than this are counted, not listed."""

_PICKS = "_jobs_picks"
"""Session key of a number in the table's name: with another one, no row is picked."""

COLUMNS = {
    "state": st.column_config.TextColumn("State", width="small"),
    "title": st.column_config.TextColumn("Job"),
    "progress": st.column_config.ProgressColumn("Progress", format="%d%%", min_value=0, max_value=100),
    "seconds": st.column_config.NumberColumn("Duration", format="%.1f s"),
    "asked": st.column_config.DatetimeColumn("Asked for", format="YYYY-MM-DD HH:mm:ss"),
    "message": st.column_config.TextColumn("What happened", width="large"),
    "job_id": st.column_config.TextColumn("Id", width="small"),
}


def table(jobs: list[Job]) -> pd.DataFrame:
    """One row a job, in the order given."""
    return pd.DataFrame(
        {
            "state": "Stopping" if job.canceling else phrases.JOB_STATES[job.state],
            "title": job.title,
            "progress": 100 * job.progress,
            "seconds": job.seconds,
            "asked": pd.Timestamp(job.created_at),
            "message": phrases.sentence(job.message),
            "job_id": job.job_id,
        }
        for job in jobs
    )


def overview() -> None:
    """The table, and the job that was picked in it or that the link names."""
    jobs = loaders.asked_for()[::-1]
    key = f"jobs_{jobs[0].job_id}_{st.session_state.get(_PICKS, 0)}"  # a new job moves all rows
    alt = "Jobs with their state, progress, duration and what happened"
    rows = elements.picked_rows(table(jobs[:MOST_LISTED]), COLUMNS, key, alt)
    if len(jobs) > MOST_LISTED:
        st.caption(f"The newest {MOST_LISTED} of {len(jobs):,} jobs.")
    if rows:
        state.watch(jobs[rows[0]].job_id)
        state.write_link()
    job = trainings.followed_job()
    if job is None:
        st.caption("Select a row to see its log.")
    else:
        detail(job)


def detail(job: Job) -> None:
    """One job: how it stands, what can be done about it, and its log."""
    st.header(escape(job.title))
    if job.active:
        every_kind.show_progress(job)
    elif job.state == "done":
        st.markdown(f"Done in {phrases.duration(job.seconds)}.")
        every_kind.link_to_result(job)
    else:
        trainings.say_end(job)
        if every_kind.can_start_again(job):
            elements.button("Start it again", "replay", "start_again", start_again, job.job_id)
    log = queue.log(job.job_id)
    with st.expander("Log", icon=":material/article:", expanded=job.state == "failed"):
        long = log.count("\n") > 12
        text = log or "Nothing was printed."
        st.code(text, language=None, height=320 if long else "content", wrap_lines=True)


def start_again(job_id: str) -> None:
    """Start a job again, and show what comes of it in place of the row that was picked; a callback."""
    every_kind.start_again(job_id)
    st.session_state[_PICKS] = st.session_state.get(_PICKS, 0) + 1


@st.fragment(run_every=1.0)
def live() -> None:
    """The overview while something runs; when nothing does any more, the page runs again without a timer."""
    if not any(job.active for job in loaders.asked_for()):
        dialogs.rerun()
    overview()


st.title("Jobs")
st.markdown(
    "Trainings, imports and studies run in processes of their own and wait here for their turn. They go on when you "
    "close the page."
)
if any(job.active for job in loaders.asked_for()):
    live()
elif loaders.asked_for():
    overview()
else:
    st.markdown("There is no job yet.")
    trainings.lead_to_first()
teaching.class_board()
trash.set_aside(
    queue.set_aside(),
    "job",
    "What is known of them cannot be read, or was written by another version. Nothing was deleted; they do not run.",
)
