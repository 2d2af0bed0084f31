"""What carries out the jobs of the queue: a pool of processes here, or something else that can stand beside it."""

from typing import Protocol, Self

from core.access import Visitor
from core.jobs.job_folder import Job


class Runner(Protocol):
    """Takes jobs from the queue and sees each of them to its end.

    Any number of runners, of any kind, work on one home at the same time. They
    meet in the job folders alone: a runner starts a job with `queue.claim`,
    renews its lease with `queue.renew`, and ends it with `queue.finish`.
    """

    def start(self) -> Self:
        """Take jobs from now on; returns at once."""

    def watch(self, job_id: str) -> Job:
        """How a job stands, whichever runner has it; raises UnknownJobError where there is none with this id."""

    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask a job to stop; raises as `queue.cancel` does."""

    def stop(self) -> None:
        """Take no more jobs, and end those that this runner has started."""
