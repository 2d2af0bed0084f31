"""The calls about the dashboard's queue."""

import argparse
from typing import Any

from core.cli.answer import Answer, table
from core.jobs import queue
from core.jobs.job_folder import Job


def list_jobs(_: argparse.Namespace) -> Answer:
    """All jobs, in the order in which they were submitted."""
    document = [_document(job) for job in queue.jobs()]
    columns = ("job_id", "kind", "state", "progress", "code", "run_id")
    rows = [[job[column] for column in columns] for job in document]
    return Answer(document, table(columns, rows, empty="no jobs"))


def cancel(called: argparse.Namespace) -> Answer:
    """Ask a job to stop; the job as it stands then."""
    job = queue.cancel(called.job_id)
    state = "running, and was asked to stop" if job.canceling else job.state
    return Answer(_document(job), f"job {job.job_id} is {state}")


def _document(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "progress": job.progress,
        "code": job.code,
        "message": job.message,
        "run_id": job.run_id,
        "title": job.title,
        "canceling": job.canceling,
        "created_at": job.created_at,
        "seconds": job.seconds,
    }
