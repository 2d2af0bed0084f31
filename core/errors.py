"""What can go wrong and a person can mend, each with a stable code.

    ExplorerError
    ├── LimitError, UsageError, NotApplicableError, AnalysisError,
    │   ReadOnlyError, NotAllowedError, QuotaError, UnknownEntryError, PlaceTakenError
    ├── DatasetError
    │   ├── UnknownDatasetError, UnknownItemError, BadSchemaError, DownloadFailedError
    │   └── what keeps files from becoming a dataset:
    │       EmptyFileError, NoRowsError, WrongDelimiterError, BadEncodingError, MissingColumnError, BadFormatError,
    │       TooSmallError, TooLargeError, ArchiveUnsafeError, ArchiveRatioError, NoGoodRowsError, BadVectorsError
    ├── RunError
    │   └── UnknownRunError, CorruptRunError
    └── JobError
        └── CanceledError, DivergedError, OutOfMemoryError, DiskFullError, WorkerDiedError, BusyError, UnknownJobError,
            EngineMissingError

A message says what was found, what is allowed and what to do, in that order.
Anything else that is raised is a bug and keeps its traceback.
"""

from typing import Any, ClassVar


class ExplorerError(Exception):
    """Base of every error that a person can mend. `code` is stable; the message is for people."""

    code: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type["ExplorerError"]]] = {}

    def __init_subclass__(cls, *, code: str = "") -> None:
        """Give a subclass its code; without one it has that of its base."""
        super().__init_subclass__()
        cls.code = code or cls.code
        cls.kinds.setdefault(cls.code, cls)


class LimitError(ExplorerError, code="LIMIT"):
    """A setting or a size is outside its allowed range."""


class UsageError(ExplorerError, code="USAGE"):
    """A command line is put together wrongly, or names a place that cannot be written to."""


class NotApplicableError(ExplorerError, code="NOT_APPLICABLE"):
    """A question that this kind of model has no answer to."""


class AnalysisError(ExplorerError, ValueError, code="LIMIT"):
    """An analysis was asked for with numbers or settings that it cannot work with."""


class ReadOnlyError(ExplorerError, code="READ_ONLY"):
    """Nothing may be changed here, by whomever: this is a kiosk."""


class NotAllowedError(ExplorerError, code="NOT_ALLOWED"):
    """Somebody else may do this, such as an administrator, or whose it is."""


class QuotaError(ExplorerError, code="QUOTA"):
    """What is asked for would take more than one visitor, or all together, may take."""


class UnknownEntryError(ExplorerError, code="UNKNOWN_ENTRY"):
    """The trash has no entry with this id."""


class PlaceTakenError(ExplorerError, code="PLACE_TAKEN"):
    """What was deleted cannot be put back: something else is in its place now."""


class DatasetError(ExplorerError):
    """Something is wrong with a dataset or with what was asked of it."""


class UnknownDatasetError(DatasetError, code="UNKNOWN_DATASET"):
    """No dataset has this id."""


class UnknownItemError(DatasetError, code="UNKNOWN_ITEM"):
    """An id does not occur in the dataset."""


class BadSchemaError(DatasetError, code="BAD_SCHEMA"):
    """A dataset folder cannot be read by this version."""


class EmptyFileError(DatasetError, code="EMPTY_FILE"):
    """A file to import has no content."""


class NoRowsError(DatasetError, code="NO_ROWS"):
    """A table to import has a header and no rows."""


class WrongDelimiterError(DatasetError, code="WRONG_DELIMITER"):
    """A text file does not fall into columns."""


class BadEncodingError(DatasetError, code="BAD_ENCODING"):
    """A text file is in no encoding that was recognized."""


class MissingColumnError(DatasetError, code="MISSING_COLUMN"):
    """It is not clear which column holds the user, the item or the rating."""


class BadFormatError(DatasetError, code="BAD_FORMAT"):
    """A file is no table of a known kind, or a damaged one."""


class TooSmallError(DatasetError, code="TOO_SMALL"):
    """The ratings that remain are too few to learn from."""


class TooLargeError(DatasetError, code="TOO_LARGE"):
    """An import exceeds a limit of bytes, rows, columns, memory or time."""


class ArchiveUnsafeError(DatasetError, code="ARCHIVE_UNSAFE"):
    """An archive holds members that may not be opened."""


class ArchiveRatioError(DatasetError, code="ARCHIVE_RATIO"):
    """An archive unfolds far beyond its size."""


class NoGoodRowsError(DatasetError, code="NO_GOOD_ROWS"):
    """A table has rows, and none of them is a usable rating."""


class BadVectorsError(DatasetError, code="BAD_VECTORS"):
    """Files hold no vectors that can be opened, or more sets of them than one."""


class DownloadFailedError(DatasetError, code="DOWNLOAD_FAILED"):
    """A release could not be fetched, or arrived damaged."""


class RunError(ExplorerError):
    """Something is wrong with a run or with what was asked of it."""


class UnknownRunError(RunError, code="UNKNOWN_RUN"):
    """The store has no run with this id."""


class CorruptRunError(RunError, code="CORRUPT_RUN"):
    """A run's files do not match its manifest; it was set aside, not loaded."""


class JobError(ExplorerError):
    """A job could not start or did not finish; `history` are the `core.model.events.Epoch`s trained before that."""

    def __init__(self, message: str, *, history: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.history = history


class CanceledError(JobError, code="CANCELED"):
    """Somebody asked the job to stop."""


class DivergedError(JobError, code="DIVERGED"):
    """The training loss stopped being a finite number."""


class OutOfMemoryError(JobError, code="OUT_OF_MEMORY"):
    """The job needed more memory than there is."""


class DiskFullError(JobError, code="DISK_FULL"):
    """The disk has no room for the result."""


class WorkerDiedError(JobError, code="WORKER_DIED"):
    """The process that ran the job ended without finishing it."""


class EngineMissingError(JobError, code="ENGINE_MISSING"):
    """What is asked for needs another program, which is not installed or does not answer."""


class BusyError(JobError, code="BUSY"):
    """The queue is full, this session has too many jobs in it, or another process holds a lock for too long."""


class UnknownJobError(JobError, code="UNKNOWN_JOB"):
    """No job has this id."""


def error_of(code: str, message: str) -> Exception:
    """The error with this code, as another process told it; a RuntimeError where none has it, for that is a bug."""
    kind = ExplorerError.kinds.get(code)
    return RuntimeError(f"{code}: {message}") if kind is None else kind(message)
