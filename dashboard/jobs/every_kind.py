"""Jobs of every kind, for places that list them all: how one stands, the way to its result, and starting it again."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core import access
from core.access import Action
from core.jobs import import_jobs, score_jobs, study_jobs, sweep_jobs
from core.jobs.job_folder import Job
from core.studies.clusters import CLUSTERS
from core.studies.maps import MAP
from core.studies.overlap import OVERLAP
from core.studies.study_kinds import study_named
from core.studies.twins import TWINS
from dashboard.cache import loaders
from dashboard.compare import models as compared_models
from dashboard.jobs import imports, studies, sweeps, trainings
from dashboard.maps import settings as map_settings
from dashboard.session import state, visitor
from dashboard.shared import elements, twin

_PARAMETERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    MAP.name: map_settings.map_parameters,
    CLUSTERS.name: map_settings.group_parameters,
    OVERLAP.name: compared_models.link_to,
    TWINS.name: lambda values: {twin.KEY: "true"},
}
"""Query parameters with which the page of a study shows it, by its settings; none where the page needs none."""


_AGAIN: Mapping[str, Callable[[Job], None]] = {
    study_jobs.KIND: studies.start_again,
    score_jobs.KIND: sweeps.train_on_splits_again,
    sweep_jobs.KIND: sweeps.start_again,
}
"""What asks once more for a job of a kind other than a training."""

_FOLLOWED_ALIKE = frozenset(_AGAIN)


def show_progress(job: Job) -> None:
    """How far a job is that waits or runs, and a way to stop it."""
    if job.kind in _FOLLOWED_ALIKE:
        studies.show_progress(job)
    elif job.kind in import_jobs.KINDS:
        imports.show_progress(job)
    else:
        trainings.show_progress(job)


def link_to_result(job: Job) -> None:
    """The way to what a finished job made: a model, what an import did, a scoreboard, or what a study found."""
    if job.kind in import_jobs.KINDS:
        elements.page_link("datasets", "See what was done", "check_circle", job=job.job_id)
        return
    if job.kind == score_jobs.KIND:
        named, splits = score_jobs.asked_for(job.job_id)
        elements.page_link("compare", "See the scoreboard", "check_circle", **compared_models.link(named, splits))
        return
    if job.kind == sweep_jobs.KIND:
        elements.page_link("train", "See the sweep", "check_circle", **sweeps.link_to(job.key))
        return
    run_id, page, label, parameters = job.key, "components", "Open the model", {}
    if job.kind == study_jobs.KIND:
        run_id, name, values = study_jobs.asked_for(job.job_id)
        page, label, parameters = study_named(name).page, "See what it found", study_parameters(name, values)
    if all(summary.run_id != run_id for summary in loaders.runs()):
        st.caption("Its model has been deleted since.")
    else:
        elements.page_link(page, label, "check_circle", run=run_id, **parameters)


def study_parameters(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which its page shows a study with this name and these settings."""
    return _PARAMETERS[name](values) if name in _PARAMETERS else {}


def can_start_again(job: Job) -> bool:
    """Whether this visitor can start a job again: theirs, with nothing but what it was submitted with."""
    action = Action.STUDY if job.kind == study_jobs.KIND else Action.TRAIN
    if not visitor.may(action) or not visitor.may(access.on_job(job.owner, visitor.current())):
        return False
    return job.kind in _FOLLOWED_ALIKE or loaders.job_config(job) is not None


@state.reporting
def start_again(job_id: str) -> None:
    """Ask once more for what a job that ended without a result was to do, and show what comes of it; a callback."""
    job = loaders.job(job_id)
    if job is not None:
        asking = visitor.current()
        access.check(access.on_job(job.owner, asking), asking)
        _AGAIN.get(job.kind, trainings.start_again)(job)
