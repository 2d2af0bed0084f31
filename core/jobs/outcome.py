"""How a job ended, in a state, a code and words that say what to do."""

import signal
from dataclasses import dataclass

from core import errors
from core.disk.files import is_disk_full
from core.jobs.job_folder import State

INTERNAL = "INTERNAL"  # code of a job that failed by a bug; the log holds the traceback
EXIT_DISK_FULL = 28  # exit status of a worker that found no room even for the status of its job

_OUT_OF_MEMORY_SIGNS = ("std::bad_alloc", "Cannot allocate memory", "OOM when allocating")
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended: its last state, a code for programs and a sentence for people."""

    state: State
    code: str = ""
    message: str = ""


def _failed(error: type[errors.ExplorerError], message: str) -> JobOutcome:
    return JobOutcome("failed", error.code, message)


DONE = JobOutcome("done")
CANCELED = JobOutcome("canceled", errors.CanceledError.code, "stopped on request; it can be started again")
KILLED_AFTER_CANCEL = JobOutcome(
    "canceled", errors.CanceledError.code, "stopped on request; its worker did not answer in time and was replaced"
)
DISK_FULL = _failed(
    errors.DiskFullError,
    "the disk is full; nothing stored before was touched. "
    "Delete runs you no longer need (Runs page, or `python -m core delete RUN`) and start it again",
)
OUT_OF_MEMORY = _failed(
    errors.OutOfMemoryError, "memory ran out; choose fewer dimensions or smaller batches and start it again"
)
BUG = JobOutcome(
    "failed", INTERNAL, "a fault in the program ended it, not your settings; the log holds the details to report"
)
SERVER_STOPPED = _failed(
    errors.WorkerDiedError, "the server was stopped while it ran; start it again, nothing finished was lost"
)


def worker_died(how: str) -> JobOutcome:
    """The worker is gone and left no other reason."""
    return _failed(
        errors.WorkerDiedError, f"the process that ran it {how}; start it again. If that repeats, the log may tell why"
    )


def too_long(seconds: float) -> JobOutcome:
    """The job ran past its time."""
    return _failed(
        errors.LimitError,
        f"it ran for more than {seconds:,.0f} s, the longest allowed, and was stopped; ask for less (of a "
        "training: fewer epochs or larger batches), or raise EMBEDDING_EXPLORER_JOB_SECONDS",
    )


def of_error(error: BaseException) -> JobOutcome:
    """What a kind's own error means; anything unforeseen is a bug."""
    if isinstance(error, errors.CanceledError):
        return CANCELED
    if isinstance(error, errors.DivergedError):
        advice = "" if "learning rate" in str(error) else "; lower the learning rate"
        return JobOutcome("failed", error.code, f"{error}{advice}")
    if isinstance(error, errors.ExplorerError):
        return JobOutcome("failed", error.code, str(error))
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    if isinstance(error, OSError) and is_disk_full(error):
        return DISK_FULL
    return BUG


def of_exit(status: int, *, oom_kills: int, log: str) -> JobOutcome:
    """What the end of a worker process means for its job.

    Args:
        status: As `subprocess` gives it: negative is the signal that ended it.
        oom_kills: Processes the kernel killed for memory since the job began.
        log: End of the job's log.
    """
    if status == EXIT_DISK_FULL:
        return DISK_FULL
    killed = status == -signal.SIGKILL and oom_kills > 0
    gave_up = status != 0 and any(sign in log for sign in _OUT_OF_MEMORY_SIGNS)
    if killed or gave_up:
        return OUT_OF_MEMORY
    if status >= 0:
        return worker_died(f"ended by itself (status {status})")
    return worker_died("was killed from outside" if -status in _FROM_OUTSIDE else f"crashed (signal {-status})")
