"""Studies on a page: the result where there is one, else an offer to make it, or how far it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from core.access import Action
from core.jobs import study_jobs
from core.jobs.job_folder import Job
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.study import Settings, Study
from core.studies.study_kinds import study_named
from core.studies.twins import real_id
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.session import state, visitor
from dashboard.shared import elements, phrases


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

    Of a twin, `run` is the one whose twin it is. Title and words are Markdown. The page says `about_seconds` times
    what studies have taken here.
    """
    run_id = real_id(run.run_id)
    key = kind.key(run_id, settings)
    result = loaders.study(key)
    if result is None:
        asked = (run_id, kind.name, settings.model_dump())
        offer(
            (study_jobs.KIND, key),
            Action.STUDY,
            partial(start, *asked, about_seconds),
            title=title,
            button=button,
            about_seconds=about_seconds,
            words=words,
        )
    return result


def offer(
    of: tuple[str, str],
    action: Action,
    ask: Callable[[], None],
    *,
    title: str,
    button: str,
    about_seconds: float,
    words: str = "",
) -> None:
    """A box that offers work of a kind and key, follows it while it goes on, or says how it failed; as in `study`.

    `ask` holds ids and settings alone, as in `elements.button`.
    """
    with st.container(border=True):
        st.markdown(f"**{title}**")
        job = newest_job(*of)
        if job is not None and job.active:
            follow(job.job_id)
            return
        again = False
        if job is not None and job.state != "done":
            trainings.explain_end(job)
            again = True
        if words:
            st.markdown(words)
        label, icon = ("Try again", "replay") if again else (button, "play_arrow")
        allowed = elements.allowed(action)
        elements.button(label, icon, f"start_{of[1]}", ask, disabled=not allowed)
        st.caption(
            f"Takes {phrases.roughly(about_seconds * _pace())}, once. It goes on when you leave the page, and is kept."
        )


@st.cache_data(ttl=10, max_entries=1, show_spinner=False)
def _pace() -> float:
    """How many times as long as estimated studies take on this machine."""
    return study_jobs.pace(loaders.jobs_now())


def newest_job(kind: str, key: str) -> Job | None:
    """The last job of this kind that was asked for this result, whoever asked."""
    return next((job for job in reversed(loaders.jobs_now()) if (job.kind, job.key) == (kind, key)), None)


@state.reporting
def start(run_id: str, name: str, values: dict[str, Any], estimate: float) -> None:
    """Ask for the study with this name and these settings, which should take so many seconds; a callback."""
    kind = study_named(name)
    study_jobs.submit_study(run_id, kind, kind.parse(values), by=visitor.current(), estimate=estimate)
    loaders.jobs_now.clear()


def start_again(job: Job) -> None:
    """Ask once more for what a job was to do, and show the new job."""
    run_id, name, values = study_jobs.asked_for(job.job_id)
    kind = study_named(name)
    trainings.watch(study_jobs.submit_study(run_id, kind, kind.parse(values), by=visitor.current(), title=job.title))


@st.fragment(run_every=trainings.POLL)
def follow(job_id: str) -> None:
    """How far a study is; when the job has ended, the whole page runs again."""
    show_progress(trainings.going_on(job_id))


def show_progress(job: Job) -> None:
    """How far a study is that waits or runs, and a way to stop it."""
    st.progress(job.progress, text=progress_words(job))
    trainings.stop_button(job, f"stop_{job.job_id}")


def progress_words(job: Job) -> str:
    """Where a study stands: its place in the queue, or the share done and the time left."""
    if waiting := trainings.waiting_words(job):
        return waiting
    if job.progress < 0.05:  # too little for the time left to be worth telling
        return "At work."
    left = job.seconds * (1 - job.progress) / job.progress
    return f"{job.progress:.0%} done, {phrases.roughly(left)} left."
