"""What carries out the jobs of the queue: a pool of processes here, or the workers of a Dask cluster."""

from importlib.util import find_spec
from typing import Protocol, Self

from core import settings
from core.access import Visitor
from core.errors import EngineMissingError
from core.jobs.job_folder import Job


class Runner(Protocol):
    """Takes jobs from the queue and sees each of them to its end.

    Any number of runners, of any kind, work on one home at the same time. They
    meet in the job folders alone: a runner starts a job with `queue.claim`,
    renews its lease with `queue.renew`, and ends it with `queue.finish`.
    """

    @property
    def trouble(self) -> str:
        """What keeps trainings from being done, as a sentence; empty where nothing does."""

    def start(self) -> Self:
        """Take jobs from now on; returns at once."""

    def watch(self, job_id: str) -> Job:
        """How a job stands, whichever runner has it; raises UnknownJobError where there is none with this id."""

    def cancel(self, job_id: str, *, by: Visitor) -> Job:
        """Ask a job to stop; raises as `queue.cancel` does."""

    def stop(self) -> None:
        """Take no more jobs, and end those that this runner has started."""

    def __enter__(self) -> Self:
        """As `start`."""

    def __exit__(self, *error: object) -> None:
        """As `stop`."""


def check_engine() -> None:
    """Pass if what `EMBEDDING_EXPLORER_SCHEDULER` asks for is installed.

    Raises:
        LimitError: It is no address.
        EngineMissingError: Dask is not installed.
    """
    if settings.scheduler() and find_spec("distributed") is None:
        raise EngineMissingError(
            f"{settings.PREFIX}SCHEDULER is set, and Dask is not installed here; install it with "
            "`pip install -r requirements-dask.txt -c constraints.txt`, or unset the variable to train on this machine"
        )


def runner_here(workers: int | None = None, *, grace_seconds: float = 0.0) -> Runner:
    """What runs the jobs of this process's home, not started: a Dask cluster trains where a scheduler is named.

    Args:
        workers, grace_seconds: As for `core.jobs.pool.Pool`; a cluster has as many workers as it has.

    Raises:
        LimitError, EngineMissingError: As `check_engine` and `Pool` say.
    """
    check_engine()
    if address := settings.scheduler():
        from core.jobs.on_dask.runner import DaskRunner  # brings Dask, which is not everywhere

        return DaskRunner(address, grace_seconds=grace_seconds)
    from core.jobs.pool import Pool

    return Pool(workers, grace_seconds=grace_seconds)
