"""Studies as jobs: asking for one, and reading what a job was about."""

from typing import Any

from core import access
from core.access import Action, Visitor
from core.disk import quota
from core.jobs import queue
from core.jobs.job_folder import Job
from core.store.runs import RunStore
from core.studies.study import Settings, Study

KIND = "study"
"""Kind of the jobs."""


def submit_study(run_id: str, study: Study[Settings], settings: Settings, *, by: Visitor, title: str = "") -> Job:
    """Ask for a study; a stored one is returned as a finished job with an empty job_id.

    Args:
        run_id: Which run it is about.
        study: Which study.
        settings: What was chosen for it.
        by: Who asks.
        title: What people see; the study's own without it.

    Raises:
        ReadOnlyError, NotAllowedError: This visitor may not.
        UnknownRunError, CorruptRunError: There is no such run.
        LimitError: The settings do not fit the run.
        QuotaError: The home is full.
        BusyError, DiskFullError: As `queue.submit` says.
    """
    access.check(Action.STUDY, by)
    study.check_run(RunStore().load(run_id), settings)
    if not study.exists(run_id, settings):
        quota.check("this study")
    spec = {"study": study.name, "run_id": run_id, "settings": settings.model_dump(mode="json")}
    return queue.submit(KIND, spec, key=study.key(run_id, settings), by=by, title=title or study.title(settings))


def asked_for(job_id: str) -> tuple[str, str, dict[str, Any]]:
    """Run, study and settings that a study's job was submitted with; raises UnknownJobError as `queue.get` does."""
    spec = queue.spec(job_id)
    return str(spec["run_id"]), str(spec["study"]), dict(spec["settings"])
