"""Every environment variable of the program, read here alone, each time it is needed.

The names begin with `EMBEDDING_EXPLORER_`:

    HOME                    folder of datasets, runs and jobs; the user's data folder without it
    DOWNLOAD_BASE           web address from which releases are fetched
    WORKERS                 trainings at a time; half the processors without it
    QUEUE_LENGTH            jobs that may wait
    JOBS_PER_OWNER          jobs of one owner that may wait or run
    JOB_SECONDS             longest time a job may run
    CANCEL_SECONDS          time a worker has to answer a stop
    LEASE_SECONDS           time without a sign of life after which a job's worker counts as dead
    WORKER_MB               MiB of memory above which a worker is replaced after a job
    KEPT_JOBS               finished jobs that are kept
    MAX_MODEL_MB            MiB that a training may take, by estimate
    MAX_EPOCH_SECONDS       longest epoch that is started, by estimate
    IMPORT_MAX_FILE_MB, IMPORT_MAX_UNPACKED_MB, IMPORT_MAX_RATIO, IMPORT_MAX_MEMBERS, IMPORT_MAX_ROWS,
    IMPORT_MAX_COLUMNS, IMPORT_MAX_USERS, IMPORT_MAX_ITEMS, IMPORT_MAX_ID_LENGTH, IMPORT_MAX_REJECTED,
    IMPORT_MAX_MEMORY_MB, IMPORT_MAX_SECONDS    as `core.data.importing.limits` says
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.errors import LimitError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Numbers = TypeVar("Numbers", bound=DataclassInstance)

PREFIX = "EMBEDDING_EXPLORER_"
_LARGEST = 10**12
_DIGITS = re.compile(r"[0-9]{1,13}")


@dataclass(frozen=True)
class JobLimits:
    """What the queue and its workers may take; the variables have the names of the fields, and are explained above."""

    queue_length: int = 50
    jobs_per_owner: int = 5
    job_seconds: int = 3600
    cancel_seconds: int = 5
    lease_seconds: int = 15
    worker_mb: int = 3072
    kept_jobs: int = 500


def text(name: str, default: str = "") -> str:
    """The variable `EMBEDDING_EXPLORER_` + name as it is set, or the default."""
    return os.environ.get(PREFIX + name, default)


def whole_number(name: str, default: int) -> int:
    """The variable `EMBEDDING_EXPLORER_` + name as a number, or the default.

    Raises:
        LimitError: It is set to something else than a whole number from 1 to 10^12.
    """
    value = text(name, str(default))
    if not _DIGITS.fullmatch(value) or not 1 <= int(value) <= _LARGEST:
        raise LimitError(f"{PREFIX}{name} is {value!r:.30}; it must be a whole number from 1 to {_LARGEST:,}")
    return int(value)


def numbers(kind: "type[Numbers]", prefix: str = "") -> "Numbers":
    """A dataclass of numbers, each from the variable of its name in capitals, or its default.

    Args:
        kind: The dataclass; all its fields have defaults.
        prefix: Stands before the field's name, in capitals.

    Raises:
        LimitError: As `whole_number`.
    """
    return kind(**{name: whole_number(prefix + name.upper(), default) for name, default in vars(kind()).items()})


def environment(home: Path, **others: str) -> dict[str, str]:
    """The variables a child process gets: those of this one, with the home and the others given."""
    return os.environ | others | {PREFIX + "HOME": str(home.resolve())}
