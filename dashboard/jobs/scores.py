"""The trainings of a scoreboard on a page: asking for them, and asking again."""

from core.jobs import score_jobs
from core.jobs.job_folder import Job
from dashboard.cache import loaders
from dashboard.session import state, visitor


@state.reporting
def start(run_ids: tuple[str, ...], splits: int) -> None:
    """Ask for the same settings on so many splits; a callback."""
    score_jobs.submit_score(run_ids, splits, by=visitor.current())
    loaders.jobs_now.clear()


def start_again(job: Job) -> None:
    """Ask once more for what a job was to do, and show the new job."""
    run_ids, splits = score_jobs.asked_for(job.job_id)
    again = score_jobs.submit_score(run_ids, splits, by=visitor.current(), title=job.title)
    loaders.jobs_now.clear()
    if again.job_id:
        state.watch(again.job_id)
