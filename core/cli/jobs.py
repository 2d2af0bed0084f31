"""The calls about the dashboard's queue."""

import argparse
from typing import Any

from core.cli.answer import Answer, attributes, listing
from core.jobs import queue
from core.jobs.job_folder import Job


def list_jobs(_: argparse.Namespace) -> Answer:
    """All jobs, in the order in which they were submitted."""
    document = [_document(job) for job in queue.jobs()]
    headings = {name: name for name in ("job_id", "kind", "state", "progress", "code", "run_id")}
    return Answer(document, listing(document, headings, empty="no jobs"))


def cancel(arguments: argparse.Namespace) -> Answer:
    """Ask a job to stop; the job as it stands then."""
    job = queue.cancel(arguments.job_id)
    state = "running, and was asked to stop" if job.canceling else job.state
    return Answer(_document(job), f"job {job.job_id} is {state}")


def _document(job: Job) -> dict[str, Any]:
    shown = ("job_id", "kind", "state", "progress", "code", "message", "run_id", "title")
    return attributes(job, (*shown, "canceling", "created_at", "seconds"))
