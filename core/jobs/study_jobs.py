"""Studies as jobs: asking for one, reading what a job was about, and how far estimates of their time are off."""

import contextlib
from collections.abc import Iterable
from statistics import median
from typing import Any

from core import access
from core.access import Action, Visitor
from core.disk import quota
from core.errors import UnknownJobError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.store.runs import RunStore
from core.studies.study import Settings, Study

KIND = "study"  # kind of the jobs
REMEMBERED = 5  # finished studies, the newest, by which this machine is judged
PACES = 0.25, 20.0  # a machine is judged to be no quicker and no slower than so many times what was estimated


def submit_study(
    run_id: str,
    study: Study[Settings],
    settings: Settings,
    *,
    by: Visitor,
    title: str = "",
    estimate: float | None = None,
) -> Job:
    """Ask for a study; a stored one is returned as a finished job with an empty job_id.

    Args:
        title: What people see; the study's own without it.
        estimate: Seconds it should take by what it has to do, before what `pace` says; remembered with the job.

    Raises as `queue.submit` does; UnknownRunError, CorruptRunError: there is no such run; LimitError: the settings do
    not fit the run; QuotaError: the home is full.
    """
    access.check(Action.STUDY, by)
    study.check_run(RunStore().load(run_id), settings)
    if not study.exists(run_id, settings):
        quota.check("this study")
    spec: dict[str, Any] = {"study": study.name, "run_id": run_id, "settings": settings.model_dump(mode="json")}
    if estimate is not None:
        spec["estimate"] = estimate
    return queue.submit(KIND, spec, key=study.key(run_id, settings), by=by, title=title or study.title(settings))


def asked_for(job_id: str) -> tuple[str, str, dict[str, Any]]:
    """Run, study and settings that a study's job was submitted with; raises UnknownJobError as `queue.get` does."""
    spec = queue.spec(job_id)
    return str(spec["run_id"]), str(spec["study"]), dict(spec["settings"])


def pace(jobs: Iterable[Job]) -> float:
    """How many times as long as estimated studies take here: the median of the newest that are done; 1 without any.
    `jobs`: all jobs, oldest first."""
    done = [job for job in jobs if job.kind == KIND and job.state == "done" and job.seconds > 0]
    found = []
    for job in done[-REMEMBERED:]:
        with contextlib.suppress(UnknownJobError):  # forgotten meanwhile
            estimate = queue.spec(job.job_id).get("estimate")
            if isinstance(estimate, int | float) and estimate > 0:
                found.append(job.seconds / estimate)
    return min(max(median(found), PACES[0]), PACES[1]) if found else 1.0
