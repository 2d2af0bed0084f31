"""Which runner this process has: the pool of this machine, or a Dask cluster where a scheduler is named."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from core import settings
from core.errors import EngineMissingError

if TYPE_CHECKING:  # it brings the queue, and with it the data's libraries: a server answers before they are loaded
    from core.jobs.runner import Runner


def check_engine() -> None:
    """Pass if what `EMBEDDING_EXPLORER_SCHEDULER` asks for is installed.
    Raises LimitError: it is no address; EngineMissingError: Dask is not installed."""
    if settings.scheduler() and find_spec("distributed") is None:
        raise EngineMissingError(
            f"{settings.PREFIX}SCHEDULER is set, and Dask is not installed here; install it with "
            "`pip install -r requirements-dask.txt -c constraints.txt`, or unset the variable to train on this machine"
        )


def runner_here(workers: int | None = None, *, grace_seconds: float = 0.0) -> "Runner":
    """What runs the jobs of this process's home, not started: a Dask cluster trains where a scheduler is named.

    `workers`, `grace_seconds`: as for `core.jobs.pool.Pool`; a cluster has as many workers as it has. Raises
    LimitError, EngineMissingError as `check_engine` and `Pool` say.
    """
    check_engine()
    if address := settings.scheduler():
        from core.jobs.on_dask.runner import DaskRunner  # brings Dask, which is not everywhere

        return DaskRunner(address, grace_seconds=grace_seconds)
    from core.jobs.pool import Pool  # as above

    return Pool(workers, grace_seconds=grace_seconds)
