"""Every environment variable of the program, read here alone, each time it is needed.

The names begin with `EMBEDDING_EXPLORER_`:

    HOME                    folder of datasets, runs and jobs; the user's data folder without it
    HOME_MB                 MiB that the home may hold, the trash included; half of its disk without it
    TRASH_DAYS              days for which what was deleted can be restored
    DOWNLOAD_BASE           web address from which releases are fetched
    READ_ONLY               1 for a kiosk: nothing is trained, imported, named or deleted
    CLASS                   1 keeps pupils from the pages that manage data, models and jobs
    ADMIN_TOKEN             what an administrator enters to log in
    ADMINS                  e-mail addresses of administrators who log in by OpenID Connect, with commas
    WORKERS                 trainings at a time; half the processors without it
    SCHEDULER               address of a Dask scheduler whose workers train; this machine trains without it
    SWEEP_DATABASE          where Optuna keeps sweeps, an address as SQLAlchemy reads it; a file of the sweep without it
    QUEUE_LENGTH            jobs that may wait
    JOBS_PER_OWNER          jobs of one owner that may wait or run
    JOBS_PER_ADDRESS        jobs of all who share a network address; a class has one
    KIOSK_JOBS              jobs of everybody together in a kiosk
    JOB_SECONDS             longest time a job may run
    CANCEL_SECONDS          time a worker has to answer a stop
    LEASE_SECONDS           time without a sign of life after which a job's worker counts as dead
    WORKER_MB               MiB of memory above which a worker is replaced after a job
    KEPT_JOBS               finished jobs that are kept
    SPARK_MASTER            Spark that trains what is asked of the engine spark, as spark://host:7077; all processors of
                            this machine without it
    MAX_MODEL_MB            MiB that a training may take, by estimate
    MAX_EPOCH_SECONDS       longest epoch that is started, by estimate
    UPLOAD_MB, UPLOAD_MB_PER_ADDRESS, UPLOAD_MB_PER_OWNER    MiB of uploaded files at once: of all, of an address, of a
                            browser; a single file may always have what `server.maxUploadSize` allows
    SERVER_MB               MiB of memory above which the server lets its caches go, and then takes no new visitor;
                            half of the machine's without it
    SESSIONS, SESSIONS_PER_ADDRESS, SESSIONS_PER_OWNER    pages open at once: of all, by memory without it; of an
                            address; of a browser
    IMPORT_MAX_FILE_MB, IMPORT_MAX_UNPACKED_MB, IMPORT_MAX_RATIO, IMPORT_MAX_MEMBERS, IMPORT_MAX_ROWS,
    IMPORT_MAX_COLUMNS, IMPORT_MAX_USERS, IMPORT_MAX_ITEMS, IMPORT_MAX_ID_LENGTH, IMPORT_MAX_REJECTED,
    IMPORT_MAX_MEMORY_MB, IMPORT_MAX_SECONDS    as `ImportLimits` says
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import psutil

from core.errors import LimitError, TooLargeError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Numbers = TypeVar("Numbers", bound=DataclassInstance)

MIB = 2**20
PREFIX = "EMBEDDING_EXPLORER_"
_LARGEST = 10**12
_DIGITS = re.compile(r"[0-9]{1,13}")
_SCHEDULER = re.compile(r"(tcp|tls|ws|wss)://[^\s/@]+:[0-9]{1,5}", re.ASCII)
_SPARK_MASTER = re.compile(
    r"local(\[(\*|[1-9][0-9]{0,3})(,[0-9]{1,3})?\])?|local-cluster\[[1-9][0-9]*,[1-9][0-9]*,[1-9][0-9]*\]"
    r"|spark://[^\s/@,]+:[0-9]{1,5}(,[^\s/@,]+:[0-9]{1,5})*|yarn|k8s://\S+",
    re.ASCII,
)


@dataclass(frozen=True)
class JobLimits:
    """What the queue and its workers may take; the variables have the names of the fields, and are explained above."""

    queue_length: int = 50
    jobs_per_owner: int = 5
    jobs_per_address: int = 30
    kiosk_jobs: int = 4
    job_seconds: int = 3600
    cancel_seconds: int = 5
    lease_seconds: int = 15
    worker_mb: int = 3072
    kept_jobs: int = 500


@dataclass(frozen=True)
class ImportLimits:
    """Limits of one import; `EMBEDDING_EXPLORER_IMPORT_MAX_ROWS` and so on change them."""

    max_file_mb: int = 4096  # Files as they come, together, in MiB
    max_unpacked_mb: int = 8192  # The same after unpacking, in MiB
    max_ratio: int = 100  # Unpacked bytes for each packed one, counted above 1 MiB
    max_members: int = 1000  # Files in an archive or a folder
    max_rows: int = 50_000_000  # Rows of rating tables, good and bad
    max_columns: int = 500  # Columns of a table
    # Distinct ids.
    max_users: int = 2_000_000
    max_items: int = 1_000_000
    max_id_length: int = 200  # Characters of an id
    max_rejected: int = 1000  # Rejected rows listed one by one; all are counted
    max_memory_mb: int = 4096  # Memory of the process that reads, in MiB
    max_seconds: int = 900  # Time of the process that reads

    @classmethod
    def from_environment(cls) -> Self:
        """The defaults with what the environment changes; raises LimitError where it is no positive whole number."""
        return numbers(cls, "IMPORT_")

    def check(self, limit: str, value: float, what: str) -> None:
        """Pass if `value` is within the limit of that name; TooLargeError, which says how to raise it, otherwise."""
        allowed = getattr(self, limit)
        if value > allowed:
            raise TooLargeError(
                f"{what}: {value:,.0f} found, {allowed:,} allowed; bring less, or raise {PREFIX}IMPORT_{limit.upper()}"
            )


@dataclass(frozen=True)
class ServerLimits:
    """What visitors may take of a server; the variables have the names of the fields, and are explained above."""

    upload_mb: int = 500
    upload_mb_per_address: int = 400
    upload_mb_per_owner: int = 250
    server_mb: int = field(default_factory=lambda: max(1024, memory_mb() // 2))
    sessions: int = field(default_factory=lambda: min(200, max(20, memory_mb() // 100)))
    sessions_per_address: int = field(default_factory=lambda: min(150, max(15, memory_mb() * 3 // 400)))
    sessions_per_owner: int = 12


def memory_mb() -> int:
    """Memory of this machine, or what its container may use of it, in MiB."""
    of_machine = psutil.virtual_memory().total
    try:
        of_container = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        of_container = "max"
    return min(of_machine, int(of_container) if of_container.isdecimal() else of_machine) // MIB


def text(name: str, default: str = "") -> str:
    """The variable `EMBEDDING_EXPLORER_` + name as it is set, or the default."""
    return os.environ.get(PREFIX + name, default)


def use(name: str, value: str) -> None:
    """Set the variable `EMBEDDING_EXPLORER_` + name for this process and its children."""
    os.environ[PREFIX + name] = value


def switch(name: str) -> bool:
    """Whether the variable `EMBEDDING_EXPLORER_` + name is 1; raises LimitError for anything but 1, 0 or nothing."""
    value = text(name)
    if value not in ("", "0", "1"):
        raise LimitError(f"{PREFIX}{name} is {value!r:.30}; it must be 1 for yes, or 0 or nothing for no")
    return value == "1"


def whole_number(name: str, default: int, *, highest: int = _LARGEST) -> int:
    """The variable `EMBEDDING_EXPLORER_` + name, or the default; LimitError for no whole number from 1 to `highest`."""
    value = text(name, str(default))
    if not _DIGITS.fullmatch(value) or not 1 <= int(value) <= highest:
        raise LimitError(f"{PREFIX}{name} is {value!r:.30}; it must be a whole number from 1 to {highest:,}")
    return int(value)


def scheduler() -> str:
    """Address of the Dask scheduler whose workers train, "" where this machine trains; LimitError for no address."""
    address = text("SCHEDULER")
    if address and not _SCHEDULER.fullmatch(address):
        raise LimitError(
            f"{PREFIX}SCHEDULER is {address!r:.60}; it must be the address of a Dask scheduler, such as "
            "tcp://10.0.0.5:8786 or tls://10.0.0.5:8786, or nothing for trainings on this machine"
        )
    return address


def spark_master() -> str:
    """The master of Spark; all processors of this machine where none is named.

    Raises:
        LimitError: What is named is none.
    """
    master = text("SPARK_MASTER") or "local[*]"
    if not _SPARK_MASTER.fullmatch(master):
        raise LimitError(
            f"{PREFIX}SPARK_MASTER, or --master, is {master!r:.60}; it must be the master of a Spark cluster, such as "
            "spark://10.0.0.5:7077, yarn or k8s://https://10.0.0.5:6443, or local[*] for this machine"
        )
    return master


def workers(*, alone: bool = False) -> int:
    """How many trainings this machine carries out at a time; `alone`, with no pages beside them, both of two processors
    train. Raises LimitError as `whole_number`."""
    processors = os.cpu_count() or 1
    return whole_number("WORKERS", max(min(2, processors) if alone else 1, processors // 2))


def numbers(kind: "type[Numbers]", prefix: str = "") -> "Numbers":
    """A dataclass of numbers, each from the variable of `prefix` and its name, or its default; as `whole_number`."""
    return kind(**{name: whole_number(prefix + name.upper(), default) for name, default in vars(kind()).items()})


def live_in(home: Path) -> None:
    """Make a folder the home of this process, and of those that it starts."""
    os.environ[PREFIX + "HOME"] = str(home.resolve())


def environment(home: Path, **others: str) -> dict[str, str]:
    """The variables a child process gets: those of this one, with the home and the others given."""
    return os.environ | others | {PREFIX + "HOME": str(home.resolve())}
