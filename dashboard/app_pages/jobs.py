"""Jobs: what waits, runs or has ended, with the log of each."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from core.jobs import import_jobs, queue, study_jobs
from core.jobs.job_folder import Job
from dashboard.cache import loaders
from dashboard.jobs import imports, studies, trainings
from dashboard.session import state
from dashboard.shared import phrases
from dashboard.shared.markup import escape
from dashboard.train import curve

SHOWN = 200
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


def table(known: list[Job]) -> pd.DataFrame:
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
        for job in known
    )


def overview() -> None:
    """The table, and the job that was picked in it or that the link names."""
    known = loaders.jobs_now()[::-1]
    picked = st.dataframe(
        table(known[:SHOWN]),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        # rows are selected by number: a new job moves them all
        key=f"jobs_{known[0].job_id}_{st.session_state.get(_PICKS, 0)}",
        alt="Jobs with their state, progress, duration and what happened",
    )
    if len(known) > SHOWN:
        st.caption(f"The newest {SHOWN} of {len(known):,} jobs.")
    rows = [row for row in picked.selection.rows if row < len(known)]
    if rows:
        state.watch(known[rows[0]].job_id)
        state.write_link()
    job_id = state.watched_job()
    job = loaders.job(job_id) if job_id else None
    if job is None:
        st.caption("Select a row to see its log.")
    else:
        detail(job)


def detail(job: Job) -> None:
    """One job: how it stands, what can be done about it, and its log."""
    st.subheader(escape(job.title))
    if job.kind in import_jobs.KINDS and job.state in ("queued", "running", "done"):
        arrival(job)
    elif job.kind == study_jobs.KIND and job.active:
        studies.show(job)
    elif job.active:
        st.progress(job.progress, text=trainings.progress_words(job, curve.of_events(queue.events(job.job_id))))
        with st.container(horizontal=True, vertical_alignment="center"):
            trainings.stop_button(job)
            trainings.link_to(job)
    elif job.state == "done":
        st.markdown(f"Done in {phrases.duration(job.seconds)}.")
        if job.kind == study_jobs.KIND:
            studies.link(job)
        elif job.run_id is not None and any(summary.run_id == job.run_id for summary in loaders.runs()):
            st.page_link(
                "app_pages/components.py",
                label="Open the model",
                icon=":material/insights:",
                query_params={state.RUN: job.run_id},
            )
        else:
            st.caption("Its model has been deleted since.")
    else:
        trainings.say_end(job)
        start_again(job)
    log = queue.log(job.job_id)
    with st.expander("Log", icon=":material/article:", expanded=job.state == "failed"):
        st.code(
            log or "Nothing was printed.",
            language=None,
            height=320 if log.count("\n") > 12 else "content",
            wrap_lines=True,
        )


def start_again(job: Job) -> None:
    """A button for jobs that need nothing but what they were submitted with."""
    if job.kind == study_jobs.KIND:
        again = partial(studies.start_again, job)
    elif (wanted := loaders.job_config(job)) is not None:
        again = partial(trainings.start_again, job, wanted)
    else:
        return
    st.button("Start it again", icon=":material/replay:", on_click=partial(_anew, again), key="start_again")


def _anew(again: Callable[[], None]) -> None:
    """Start a job again, and show what comes of it in place of the row that was picked; a callback."""
    again()
    st.session_state[_PICKS] = st.session_state.get(_PICKS, 0) + 1


def arrival(job: Job) -> None:
    """An import or a download that has not failed."""
    if job.active:
        st.progress(job.progress, text=imports.progress_words(job))
        trainings.stop_button(job)
    else:
        st.markdown(f"Done in {phrases.duration(job.seconds)}.")
        imports.link(job)


@st.fragment(run_every=1.0)
def live() -> None:
    """The overview while something runs; when nothing does any more, the page runs again without a timer."""
    if not any(job.active for job in loaders.jobs_now()):
        st.rerun()
    overview()


st.title("Jobs")
st.markdown(
    "Trainings, imports and studies run in processes of their own and wait here for their turn. They go on when you "
    "close the page."
)
if any(job.active for job in loaders.jobs_now()):
    live()
elif loaders.jobs_now():
    overview()
else:
    st.markdown("There is no job yet.")
    st.page_link("app_pages/train.py", label="Train a first model", icon=":material/model_training:")
