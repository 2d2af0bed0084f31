"""What can go wrong and a person can mend, each with a stable code.

    ExplorerError
    ├── LimitError              LIMIT            a setting or a size outside its range
    ├── UsageError              USAGE            a call that is put together wrongly
    ├── NotApplicableError      NOT_APPLICABLE   a question that this kind of model has no answer to
    ├── AnalysisError           LIMIT            an analysis that these numbers do not allow
    ├── DatasetError
    │   ├── UnknownDatasetError UNKNOWN_DATASET
    │   ├── UnknownItemError    UNKNOWN_ITEM
    │   ├── BadSchemaError      BAD_SCHEMA       a dataset folder this version cannot read
    │   ├── EmptyFileError      EMPTY_FILE       an import: a file without a byte
    │   ├── NoRowsError         NO_ROWS          … a header and nothing below it
    │   ├── WrongDelimiterError WRONG_DELIMITER  … one column where several were expected
    │   ├── BadEncodingError    BAD_ENCODING     … text in no encoding that was recognized
    │   ├── MissingColumnError  MISSING_COLUMN   … no column for the user, the item or the rating
    │   ├── BadFormatError      BAD_FORMAT       … no table at all, or a damaged one
    │   ├── TooSmallError       TOO_SMALL        … too little to learn from
    │   ├── TooLargeError       TOO_LARGE        … over a limit of bytes, rows, columns, memory or time
    │   ├── ArchiveUnsafeError  ARCHIVE_UNSAFE   … an archive with members that may not be opened
    │   ├── ArchiveRatioError   ARCHIVE_RATIO    … an archive that unfolds far beyond its size
    │   ├── NoGoodRowsError     NO_GOOD_ROWS     … rows, and not one usable
    │   └── DownloadFailedError DOWNLOAD_FAILED
    ├── RunError
    │   ├── UnknownRunError     UNKNOWN_RUN
    │   └── CorruptRunError     CORRUPT_RUN
    └── JobError
        ├── CanceledError       CANCELED
        ├── DivergedError       DIVERGED
        ├── OutOfMemoryError    OUT_OF_MEMORY
        ├── DiskFullError       DISK_FULL
        ├── WorkerDiedError     WORKER_DIED
        ├── BusyError           BUSY
        └── UnknownJobError     UNKNOWN_JOB

A message says what was found, what is allowed and what to do, in that order.
Anything else that is raised is a bug and keeps its traceback.
"""

from typing import Any


class ExplorerError(Exception):
    """Base of every error that a person can mend. `code` is stable; the message is for people."""

    code = ""


class LimitError(ExplorerError):
    """A setting or a size is outside its allowed range."""

    code = "LIMIT"


class UsageError(ExplorerError):
    """A command line is put together wrongly, or names a place that cannot be written to."""

    code = "USAGE"


class NotApplicableError(ExplorerError):
    """A question that this kind of model has no answer to."""

    code = "NOT_APPLICABLE"


class AnalysisError(ExplorerError, ValueError):
    """An analysis was asked for with numbers or settings that it cannot work with."""

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


class EmptyFileError(DatasetError):
    """A file to import has no content."""

    code = "EMPTY_FILE"


class NoRowsError(DatasetError):
    """A table to import has a header and no rows."""

    code = "NO_ROWS"


class WrongDelimiterError(DatasetError):
    """A text file does not fall into columns."""

    code = "WRONG_DELIMITER"


class BadEncodingError(DatasetError):
    """A text file is in no encoding that was recognized."""

    code = "BAD_ENCODING"


class MissingColumnError(DatasetError):
    """It is not clear which column holds the user, the item or the rating."""

    code = "MISSING_COLUMN"


class BadFormatError(DatasetError):
    """A file is no table of a known kind, or a damaged one."""

    code = "BAD_FORMAT"


class TooSmallError(DatasetError):
    """The ratings that remain are too few to learn from."""

    code = "TOO_SMALL"


class TooLargeError(DatasetError):
    """An import exceeds a limit of bytes, rows, columns, memory or time."""

    code = "TOO_LARGE"


class ArchiveUnsafeError(DatasetError):
    """An archive holds members that may not be opened."""

    code = "ARCHIVE_UNSAFE"


class ArchiveRatioError(DatasetError):
    """An archive unfolds far beyond its size."""

    code = "ARCHIVE_RATIO"


class NoGoodRowsError(DatasetError):
    """A table has rows, and none of them is a usable rating."""

    code = "NO_GOOD_ROWS"


class DownloadFailedError(DatasetError):
    """A release could not be fetched, or arrived damaged."""

    code = "DOWNLOAD_FAILED"


class RunError(ExplorerError):
    """Something is wrong with a run or with what was asked of it."""


class UnknownRunError(RunError):
    """The store has no run with this id."""

    code = "UNKNOWN_RUN"


class CorruptRunError(RunError):
    """A run's files do not match its manifest; it was set aside, not loaded."""

    code = "CORRUPT_RUN"


class JobError(ExplorerError):
    """A job could not start or did not finish.

    Attributes:
        history: The `core.model.events.Epoch`s trained before that.
    """

    def __init__(self, message: str, *, history: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.history = history


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
    """The queue is full, this session has too many jobs in it, or another process holds a lock for too long."""

    code = "BUSY"


class UnknownJobError(JobError):
    """No job has this id."""

    code = "UNKNOWN_JOB"
