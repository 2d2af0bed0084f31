"""Studies on a page: the result where there is one, else an offer to make it, or how far it is."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.jobs import study_jobs
from core.jobs.job_folder import Job
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.clusters import CLUSTERS
from core.studies.maps import MAP
from core.studies.overlap import OVERLAP
from core.studies.study import Settings, Study
from core.studies.study_kinds import study_named
from dashboard.cache import loaders
from dashboard.compare import choice as compare_choice
from dashboard.jobs import trainings
from dashboard.maps import settings as map_settings
from dashboard.session import state
from dashboard.shared import phrases

_PARAMETERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    MAP.name: map_settings.map_parameters,
    CLUSTERS.name: map_settings.group_parameters,
    OVERLAP.name: compare_choice.link_to,
}
"""Query parameters with which the page of a study shows it, by its settings; none where the page needs none."""

_SURE_OF_TIME = 0.05
"""Share done from which the time left is worth telling."""


def study(
    kind: Study[Settings],
    run: Run,
    settings: Settings,
    *,
    title: str,
    button: str,
    about_seconds: float,
    words: str = "",
) -> Stored | None:
    """The result of a study. Where it has not been made, a box that offers it or follows it, and None.

    Args:
        kind: Which study.
        run: What it is about.
        settings: What was chosen for it.
        title: Heading of the box (Markdown).
        button: What the button says.
        about_seconds: How long it will take, roughly.
        words: A sentence on what it will do (Markdown).
    """
    key = kind.key(run.run_id, settings)
    result = loaders.study(key)
    if result is not None:
        return result
    with st.container(border=True):
        st.markdown(f"**{title}**")
        job = newest_job(key)
        if job is not None and job.active:
            follow(job.job_id)
            return None
        if job is not None and job.state != "done":
            trainings.explain_end(job)
        if words:
            st.markdown(words)
        again = job is not None and job.state != "done"
        st.button(
            "Try again" if again else button,
            icon=":material/replay:" if again else ":material/play_arrow:",
            on_click=start,
            args=(run.run_id, kind, settings),
            key=f"start_{key}",
        )
        st.caption(f"Takes {phrases.roughly(about_seconds)}, once. It goes on when you leave the page, and is kept.")
    return None


def newest_job(key: str) -> Job | None:
    """The last job that was asked for this study, whoever asked."""
    return next((job for job in reversed(loaders.jobs_now()) if (job.kind, job.key) == (study_jobs.KIND, key)), None)


@state.reporting
def start(run_id: str, kind: Study[Settings], settings: Settings) -> None:
    """Ask for a study; a callback."""
    study_jobs.submit_study(run_id, kind, settings, owner=state.owner())
    loaders.jobs_now.clear()


@state.reporting
def start_again(job: Job) -> None:
    """Ask once more for what a job was to do; a callback."""
    run_id, name, values = study_jobs.asked_for(job.job_id)
    kind = study_named(name)
    again = study_jobs.submit_study(run_id, kind, kind.parse(values), owner=state.owner(), title=job.title)
    loaders.jobs_now.clear()
    if again.job_id:
        state.watch(again.job_id)


@st.fragment(run_every=trainings.POLL)
def follow(job_id: str) -> None:
    """How far a study is; when the job has ended, the whole page runs again."""
    job = loaders.job(job_id)
    if job is None or not job.active:
        st.rerun()
    show(job)


def show(job: Job) -> None:
    """Progress of a job that waits or runs, and a way to stop it."""
    st.progress(job.progress, text=progress_words(job))
    st.button(
        "Stopping" if job.canceling else "Stop",
        icon=":material/stop:",
        on_click=trainings.stop,
        args=(job.job_id,),
        disabled=job.canceling,
        key=f"stop_{job.job_id}",
    )


def progress_words(job: Job) -> str:
    """Where a study stands: its place in the queue, or the share done and the time left."""
    if job.canceling:
        return "Stopping."
    if job.state == "queued":
        return trainings.place_in_queue(job)
    if job.progress < _SURE_OF_TIME:
        return "At work."
    left = job.seconds * (1 - job.progress) / job.progress
    return f"{job.progress:.0%} done, {phrases.roughly(left)} left."


def link(job: Job) -> None:
    """The way to what a finished study found, with the settings it was made with."""
    run_id, name, values = study_jobs.asked_for(job.job_id)
    if all(summary.run_id != run_id for summary in loaders.runs()):
        st.caption("Its model has been deleted since.")
        return
    st.page_link(
        f"app_pages/{study_named(name).page}.py",
        label="See what it found",
        icon=":material/check_circle:",
        query_params={state.RUN: run_id} | parameters(name, values),
    )


def parameters(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which its page shows a study with this name and these settings."""
    return _PARAMETERS[name](values) if name in _PARAMETERS else {}
