"""Sweeps and scoreboards on a page: asking for one, going on with it, and asking again."""

from typing import Any

import streamlit as st

from core.jobs import score_jobs, sweep_jobs
from core.jobs.job_folder import Job
from core.sweeps.plan import SweepPlan
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.session import state, visitor

KEY, VIEW = "sweep", "many"
"""Query parameters of Train: the sweep on the screen, and whether many settings are swept or one model is trained."""


def link_to(sweep_id: str) -> dict[str, str]:
    """Query parameters with which Train shows a sweep."""
    return {VIEW: "true", KEY: sweep_id}


@state.reporting
def start(plan: dict[str, Any], trials: int, minutes: float | None) -> None:
    """Ask for a sweep on the selected data, given as JSON, and show it; a callback."""
    dataset = loaders.ratings(state.dataset_id())
    sweep, _ = sweep_jobs.submit_sweep(
        SweepPlan.model_validate(plan), dataset, by=visitor.current(), trials=trials, minutes=minutes
    )
    st.session_state[KEY] = sweep.sweep_id
    loaders.jobs_now.clear()


@state.reporting
def carry_on(sweep_id: str, trials: int) -> None:
    """Go on with a sweep to so many trials; a callback."""
    sweep_jobs.resume(sweep_id, by=visitor.current(), trials=trials)
    loaders.jobs_now.clear()


def start_again(job: Job) -> None:
    """Go on with the sweep that a job was about."""
    sweep_jobs.resume(job.key, by=visitor.current())
    loaders.jobs_now.clear()


@state.reporting
def train_on_splits(run_ids: tuple[str, ...], splits: int) -> None:
    """Ask for the same settings on so many splits; a callback."""
    score_jobs.submit_score(run_ids, splits, by=visitor.current())
    loaders.jobs_now.clear()


def train_on_splits_again(job: Job) -> None:
    """Ask once more for what a job was to do, and show the new job."""
    run_ids, splits = score_jobs.asked_for(job.job_id)
    trainings.watch(score_jobs.submit_score(run_ids, splits, by=visitor.current(), title=job.title))
