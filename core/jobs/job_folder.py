"""One job as a folder: everything that is known about it, readable by any process.

    jobs/<job_id>/spec.json       what was asked; never changes
                  status.json     how it stands; replaced at once
                  metrics.jsonl   one line a measurement, appended
                  log.txt         what the worker printed
                  cancel          its presence asks for a stop
                  reserve         room to write the last status on a full disk
                  .lock           held while the status is changed

A running job is leased to its worker: the status names the holder, and counts
up as often as the worker gives a sign of life. Where that count stands still
for longer than the lease says, anybody may end the job (`core.jobs.leases`).
Only the holder of the lease, or who ends the job, changes a running job's
status, and nobody one that is final.

Job ids are sequence numbers of eight digits, so that they sort by submission
whatever the clocks say. Times are for people to read; nothing is decided by them.
"""

import contextlib
import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from core.disk.files import is_disk_full, remove, replace_text, sweep, sync_folder, temporary
from core.disk.processes import ProcessId
from core.errors import UnknownJobError

State = Literal["queued", "running", "done", "failed", "canceled"]

SPEC, STATUS, METRICS, LOG = "spec.json", "status.json", "metrics.jsonl", "log.txt"
CANCEL, RESERVE, LOCK = "cancel", "reserve", ".lock"
_RESERVED_BYTES = 16_384


@dataclass(frozen=True)
class Lease:
    """Who runs a job, and how long it stays theirs.

    Attributes:
        holder: Token of the worker's process (see `core.disk.processes`); empty while the job waits.
        seconds: How long the lease lasts after a heartbeat.
    """

    holder: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class Job:
    """Work asked for, and how it stands.

    Attributes:
        job_id: Eight digits; empty where the result was there already and no job was needed.
        kind: Which work ("train"); see `core.jobs.kinds`.
        key: Names the result: equal keys are one job. The run id of a training.
        owner: Who asked first, and may stop it; queueing is fair between owners.
        network: Where they were, as far as limits count by it; empty where that is unknown (`core.access.Visitor`).
        created_at, started_at, finished_at: ISO 8601 in UTC, empty before it happened.
        state: Ends in done, failed or canceled, and then never changes.
        progress: 0 to 1.
        code, message: Why it failed, for programs and for people; empty otherwise.
        seconds: Time it has run, by the worker's own steady clock.
        heartbeat: Counts up while the worker lives; each count renews the lease.
        turn: Place in the order in which jobs were started; 0 before.
        worker: The process that runs or ran it, for people who look for it.
        lease: Whose it is while it runs.
        canceling: A stop was asked for and has not happened yet.
    """

    job_id: str
    kind: str
    key: str
    title: str
    owner: str
    created_at: str = ""
    state: State = "queued"
    progress: float = 0.0
    code: str = ""
    message: str = ""
    started_at: str = ""
    finished_at: str = ""
    seconds: float = 0.0
    heartbeat: int = 0
    turn: int = 0
    worker: ProcessId | None = None
    lease: Lease = Lease()
    canceling: bool = False
    network: str = ""

    @property
    def active(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in ("queued", "running")

    @property
    def run_id(self) -> str | None:
        """The run a training makes; None for other kinds."""
        return self.key if self.kind == "train" else None


_ASKED = ("job_id", "kind", "key", "title", "owner", "created_at")
_STATUS = {field.name for field in fields(Job)} - {*_ASKED, "canceling", "network"}


def create(parent: Path, job: Job, spec: dict[str, Any]) -> None:
    """Make a job's folder, whole or not at all; OSError where the disk refuses."""
    fresh = temporary(parent)
    try:
        fresh.mkdir()
        asked = {name: getattr(job, name) for name in (*_ASKED, "network")}
        replace_text(fresh / SPEC, json.dumps(asked | {"spec": spec}), durable=True)
        replace_text(fresh / STATUS, _status_text(job), durable=True)
        (fresh / RESERVE).write_bytes(bytes(_RESERVED_BYTES))
        (fresh / LOCK).touch()  # now: there may be no room for it when the last status is written
        fresh.rename(parent / job.job_id)
    finally:
        remove(fresh)
    sync_folder(parent)


def read(folder: Path) -> Job:
    """The job in a folder.

    Raises:
        UnknownJobError: There is none, or its spec cannot be read.
    """
    asked = _asked(folder)
    job_id, kind, key, title, owner, created_at = (str(asked[name]) for name in _ASKED)
    network = str(asked.get("network", ""))  # an earlier version wrote none
    job = Job(job_id, kind, key, title, owner, created_at, network=network)
    try:
        status = json.loads((folder / STATUS).read_text(encoding="utf-8"))
        worker = ProcessId(**status["worker"]) if status["worker"] else None
        others = {name: status[name] for name in _STATUS & status.keys()}  # without what a newer version added
        lease = Lease(**status.get("lease", {}))  # an earlier version wrote none
        job = replace(job, **others | {"state": status["state"], "worker": worker, "lease": lease})
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # A running job's status is not forced to the disk each time: after a power cut it may be empty,
        # and the worker that wrote it is gone. Nobody renews its lease, and so it is ended.
        job = replace(job, state="running", message="")
    return replace(job, canceling=job.active and (folder / CANCEL).exists())


def read_spec(folder: Path) -> dict[str, Any]:
    """What the job's kind needs to know; raises UnknownJobError as `read` does."""
    spec: dict[str, Any] = _asked(folder)["spec"]
    return spec


def write(folder: Path, job: Job) -> None:
    """Replace the status. A final one is forced to the disk, on the room reserved for it where it is full."""
    text = _status_text(job)
    try:
        replace_text(folder / STATUS, text, durable=not job.active)
    except OSError as error:
        if job.active or not is_disk_full(error):
            raise
        (folder / RESERVE).unlink(missing_ok=True)
        replace_text(folder / STATUS, text, durable=True)
    if not job.active:
        (folder / RESERVE).unlink(missing_ok=True)
        sweep(folder)


def measurements(folder: Path, after: int = 0) -> list[dict[str, Any]]:
    """Measurements from line number `after` on, without one that is only half written."""
    try:
        text = (folder / METRICS).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    lines = []
    for line in text.split("\n")[after:-1]:  # the last piece has no line end yet
        try:
            lines.append(json.loads(line))
        except ValueError:
            lines.append({"type": "unreadable"})  # keeps the count of lines true
    return lines


def log(folder: Path, last_bytes: int = 100_000) -> str:
    """The end of what the worker printed during the job."""
    with contextlib.suppress(FileNotFoundError), (folder / LOG).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - last_bytes))
        return file.read().decode(errors="replace")
    return ""


def _status_text(job: Job) -> str:
    return json.dumps({name: value for name, value in asdict(job).items() if name in _STATUS})


def _asked(folder: Path) -> dict[str, Any]:
    try:
        asked = json.loads((folder / SPEC).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UnknownJobError(f"there is no job {folder.name}; the Jobs page lists what there is") from error
    if not isinstance(asked, dict) or not {*_ASKED, "spec"} <= asked.keys():
        raise UnknownJobError(f"job {folder.name} was written by another version of the program")
    return asked
