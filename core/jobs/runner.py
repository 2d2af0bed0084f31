"""What carries out the jobs of the queue: a pool of processes here, or the workers of a Dask cluster."""

from abc import ABC, abstractmethod
from typing import Self

from core.access import Visitor
from core.jobs import queue
from core.jobs.job_folder import Job


class Runner(ABC):
    """Takes jobs from the queue and sees each of them to its end.

    Any number of runners, of any kind, work on one home at the same time. They meet in the job folders alone: a runner
    starts a job with `queue.claim`, renews its lease with `queue.renew`, and ends it with `queue.finish`.
    """

    @property
    def trouble(self) -> str:
        """What keeps trainings from being done, as a sentence; empty where only others before them do."""
        return ""

    @abstractmethod
    def start(self) -> Self:
        """Take jobs from now on; returns at once."""

    def watch(self, job_id: str) -> Job:
        """How a job stands, whichever runner has it; raises UnknownJobError where there is none with this id."""
        return queue.get(job_id)

    @abstractmethod
    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask a job to stop; raises as `queue.cancel` does."""

    @abstractmethod
    def stop(self) -> None:
        """Take no more jobs, and end those that this runner has started; those that wait stay in the queue."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()
