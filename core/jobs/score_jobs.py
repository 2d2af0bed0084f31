"""Scoreboards as jobs: asking for the trainings that one takes, and reading what a job was about."""

from collections.abc import Sequence

from core import access
from core.access import Action, Visitor
from core.jobs import queue
from core.jobs.job_folder import Job
from core.jobs.kinds import score_key
from core.store.runs import RunStore
from core.studies import scoreboard

KIND = "score"  # kind of the jobs


def submit_score(run_ids: Sequence[str], splits: int, *, by: Visitor, title: str = "") -> Job:
    """Ask for the runs that a scoreboard takes; where all are there, a finished job with an empty job_id.

    Raises as `queue.submit` and `scoreboard.check` do; UnknownRunError, CorruptRunError: there is no such run.
    """
    access.check(Action.TRAIN, by)
    runs = [RunStore().load(run_id) for run_id in dict.fromkeys(run_ids)]
    scoreboard.check(runs, splits)
    names = [run.run_id for run in runs]
    spec = {"run_ids": names, "splits": splits, "owner": by.owner, "network": by.network}
    title = title or f"The same settings on {splits} splits"
    return queue.submit(KIND, spec, key=score_key(names, splits), by=by, title=title)


def asked_for(job_id: str) -> tuple[list[str], int]:
    """Runs and splits that a job was submitted with; raises UnknownJobError as `queue.get` does."""
    spec = queue.spec(job_id)
    return [str(name) for name in spec["run_ids"]], int(spec["splits"])
