"""What can go wrong and a person can mend, each with a stable code.

    ExplorerError
    ├── LimitError              LIMIT            a setting or a size outside its range
    ├── DatasetError
    │   ├── UnknownDatasetError UNKNOWN_DATASET
    │   ├── UnknownItemError    UNKNOWN_ITEM
    │   └── BadSchemaError      BAD_SCHEMA       a dataset folder this version cannot read
    ├── RunError
    │   ├── UnknownRunError     UNKNOWN_RUN
    │   └── CorruptRunError     CORRUPT_RUN
    └── JobError
        ├── CanceledError       CANCELED
        ├── DivergedError       DIVERGED
        ├── OutOfMemoryError    OUT_OF_MEMORY
        ├── DiskFullError       DISK_FULL
        ├── WorkerDiedError     WORKER_DIED
        └── BusyError           BUSY

A message says what was found, what is allowed and what to do, in that order.
Anything else that is raised is a bug and keeps its traceback.
"""


class ExplorerError(Exception):
    """Base of every error that a person can mend. `code` is stable; the message is for people."""

    code = ""


class LimitError(ExplorerError):
    """A setting or a size is outside its allowed range."""

    code = "LIMIT"


class DatasetError(ExplorerError):
    """Something is wrong with a dataset or with what was asked of it."""


class UnknownDatasetError(DatasetError):
    """No dataset has this id."""

    code = "UNKNOWN_DATASET"


class UnknownItemError(DatasetError):
    """An id does not occur in the dataset."""

    code = "UNKNOWN_ITEM"


class BadSchemaError(DatasetError):
    """A dataset folder cannot be read by this version."""

    code = "BAD_SCHEMA"


class RunError(ExplorerError):
    """Something is wrong with a run or with what was asked of it."""


class UnknownRunError(RunError):
    """The store has no run with this id."""

    code = "UNKNOWN_RUN"


class CorruptRunError(RunError):
    """A run's files do not match its manifest; it was set aside, not loaded."""

    code = "CORRUPT_RUN"


class JobError(ExplorerError):
    """A job could not start or did not finish."""


class CanceledError(JobError):
    """Somebody asked the job to stop."""

    code = "CANCELED"


class DivergedError(JobError):
    """The training loss stopped being a finite number."""

    code = "DIVERGED"


class OutOfMemoryError(JobError):
    """The job needed more memory than there is."""

    code = "OUT_OF_MEMORY"


class DiskFullError(JobError):
    """The disk has no room for the result."""

    code = "DISK_FULL"


class WorkerDiedError(JobError):
    """The process that ran the job ended without finishing it."""

    code = "WORKER_DIED"


class BusyError(JobError):
    """The queue is full, or this session has too many jobs in it."""

    code = "BUSY"
