"""One job as a folder: everything that is known about it, readable by any process.

    jobs/<job_id>/spec.json       what was asked; never changes
                  status.json     how it stands; replaced at once
                  metrics.jsonl   one line a measurement, appended
                  log.txt         what the worker printed
                  cancel          its presence asks for a stop
                  reserve         room to write the last status on a full disk
                  .lock           held while the status is changed

A running job is leased to its worker: the status names the holder, and counts up as often as the worker gives a sign of
life. Where that count stands still for longer than the lease says, anybody may end the job (`core.jobs.pool`). Only
the holder of the lease, or who ends the job, changes a running job's status, and nobody one that is final.

Job ids are sequence numbers of eight digits, none given twice, so that they sort by submission whatever the clocks say.
Times are for people to read; nothing is decided by them.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from core.disk import files
from core.disk.files import is_disk_full, remove, replace_text, sweep, sync_folder, temporary
from core.disk.home import home
from core.disk.processes import ProcessId
from core.disk.reading import (
    IntegrityError,
    MissingError,
    Moment,
    NotJsonError,
    parse_object,
    read_bytes,
    read_object,
    regular,
    typed,
)
from core.errors import BusyError, UnknownJobError
from core.settings import MIB

State = Literal["queued", "running", "done", "failed", "canceled"]

SPEC, STATUS, METRICS, LOG = "spec.json", "status.json", "metrics.jsonl", "log.txt"
CANCEL, RESERVE, LOCK = "cancel", "reserve", ".lock"
_RESERVED_BYTES = 16_384
_MOST_BYTES = MIB
_MOST_METRICS_BYTES = 256 * MIB


@dataclass(frozen=True)
class Lease:
    """Who runs a job, and how long it stays theirs."""

    holder: str = ""  # token of the worker's process (see `core.disk.processes`); empty while the job waits
    seconds: int = 0  # how long the lease lasts after a heartbeat


@dataclass(frozen=True)
class Job:
    """Work asked for, and how it stands; times are ISO 8601 in UTC, empty before it happened."""

    job_id: str  # eight digits; empty where the result was there already and no job was needed
    kind: str  # which work ("train"); see `core.jobs.kinds`
    key: str  # names the result: equal keys are one job. The run id of a training.
    title: str
    owner: str  # who asked first, and may stop it; queueing is fair between owners of a network
    created_at: Moment = ""
    state: State = "queued"  # ends in done, failed or canceled, and then never changes
    progress: Annotated[float, Field(ge=0, le=1)] = 0.0  # 0 to 1
    # code, message: why it failed, for programs and for people; empty otherwise
    code: str = ""
    message: str = ""
    started_at: Moment = ""
    finished_at: Moment = ""
    seconds: float = 0.0  # time it has run, by the worker's own steady clock
    heartbeat: int = 0  # counts up while the worker lives; each count renews the lease
    turn: int = 0  # place in the order in which jobs were started; 0 before
    worker: ProcessId | None = None  # the process that runs or ran it, for people who look for it
    lease: Lease = Lease()  # whose it is while it runs
    canceling: bool = False  # a stop was asked for and has not happened yet
    # where they were, as far as limits count by it; empty where that is unknown (`core.access.Visitor`). Queueing is
    # fair between networks first.
    network: str = ""
    after: int = 0  # how many jobs had been started when it was asked for
    part_of: str = ""  # id of the sweep whose training this is; empty for what somebody asked for

    @property
    def active(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in ("queued", "running")

    @property
    def run_id(self) -> str | None:
        """The run a training makes; None for other kinds."""
        return self.key if self.kind == "train" else None


_ASKED = ("job_id", "kind", "key", "title", "owner", "created_at")
_ADDED = {"network": "", "after": 0, "part_of": ""}  # what was asked too, and is not known of jobs of earlier versions

_STATUS = {field.name for field in fields(Job)} - {*_ASKED, *_ADDED, "canceling"}


def create(parent: Path, job: Job, spec: dict[str, Any]) -> None:
    """Make a job's folder, whole or not at all; OSError where the disk refuses."""
    fresh = temporary(parent)
    try:
        fresh.mkdir()
        asked = {name: getattr(job, name) for name in (*_ASKED, *_ADDED)}
        replace_text(fresh / SPEC, json.dumps(asked | {"spec": spec}), durable=True)
        replace_text(fresh / STATUS, _status_text(job), durable=True)
        (fresh / RESERVE).write_bytes(bytes(_RESERVED_BYTES))
        (fresh / LOCK).touch()  # now: there may be no room for it when the last status is written
        fresh.rename(parent / job.job_id)
    finally:
        remove(fresh)
    sync_folder(parent)


def read(folder: Path) -> Job:
    """The job in a folder. Raises UnknownJobError: there is none, or what is known of it cannot be read."""
    try:
        return load(folder)
    except MissingError as error:
        raise UnknownJobError(f"there is no job {folder.name}; the Jobs page lists what there is") from error
    except IntegrityError as error:
        raise UnknownJobError(f"job {folder.name} cannot be read: {error}") from error


def load(folder: Path, check: Callable[[str, str, dict[str, Any]], None] = lambda kind, key, spec: None) -> Job:
    """The same. `check`: raises IntegrityError where kind, key and spec do not go together.
    Raises MissingError: it has no spec; IntegrityError: it is damaged."""
    asked = read_object(folder / SPEC, _MOST_BYTES)
    if asked.get("job_id") != folder.name or not isinstance(asked.get("spec"), dict):
        raise IntegrityError(f"{SPEC} is of another job, or was written by another version of the program")
    check(str(asked.get("kind")), str(asked.get("key")), asked["spec"])
    job = {name: asked.get(name) for name in _ASKED} | {name: asked.get(name, none) for name, none in _ADDED.items()}
    try:
        status = {"state": "running"} | read_object(folder / STATUS, _MOST_BYTES)
        job |= {name: status[name] for name in _STATUS & status.keys()}  # without what a newer version added
    except (MissingError, NotJsonError) as error:
        if isinstance(error, MissingError) and os.path.lexists(folder / STATUS):
            raise IntegrityError(f"{STATUS} is a link that leads nowhere") from error
        # A running job's status is not forced to the disk each time: after a power cut it may be empty,
        # and the worker that wrote it is gone. Nobody renews its lease, and so it is ended.
        job["state"] = "running"
    canceling = job.get("state") in ("queued", "running") and (folder / CANCEL).exists()
    return typed(Job, job | {"canceling": canceling}, STATUS)


def read_spec(folder: Path) -> dict[str, Any]:
    """What the job's kind needs to know; raises UnknownJobError as `read` does."""
    try:
        spec = read_object(folder / SPEC, _MOST_BYTES)["spec"]
        return typed(dict[str, Any], spec, SPEC)
    except (IntegrityError, KeyError) as error:
        raise UnknownJobError(f"there is no job {folder.name} that can be read; the Jobs page lists them") from error


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
        text = read_bytes(folder / METRICS, _MOST_METRICS_BYTES).decode(errors="replace")
    except MissingError:
        return []
    except IntegrityError as error:
        raise UnknownJobError(f"what job {folder.name} measured cannot be read: {error}") from error
    return [_measurement(line) for line in text.split("\n")[after:-1]]  # the last piece has no line end yet


def _measurement(line: str) -> dict[str, Any]:
    """One line; what is damaged keeps the count of lines true."""
    with contextlib.suppress(IntegrityError):
        return {"type": "unreadable"} | parse_object(METRICS, line.encode())
    return {"type": "unreadable"}


def log(folder: Path, last_bytes: int = 100_000) -> str:
    """The end of what the worker printed during the job; raises UnknownJobError where it cannot be read."""
    with contextlib.suppress(MissingError), regular(folder / LOG) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - last_bytes))
        return file.read().decode(errors="replace")
    return ""


def _status_text(job: Job) -> str:
    return json.dumps({name: value for name, value in asdict(job).items() if name in _STATUS})


FORM = re.compile(r"\d{1,8}", re.ASCII)
_LAST = 99_999_999
_BEFORE_ANY_JOB = datetime(2020, 1, 1, tzinfo=UTC)
_given: dict[Path, int] = {}  # the last number that this process gave, by folder


def next_id(folder: Path) -> str:
    """The next number; never one that was given before, though its job, or all of them, may be gone.
    `folder`: where the job folders are. Raises BusyError: all numbers have been given."""
    counter, earlier = home() / "last_job_id", folder / ".sequence"  # earlier versions kept it among the jobs
    known = [_counted(path) for path in (counter, earlier) if os.path.lexists(path)]
    known += [int(path.name) for path in folder.glob("[0-9]*") if FORM.fullmatch(path.name)]
    number = 1 + max([*known, _given.get(folder, 0)])
    if number > _LAST:
        raise BusyError(f"job ids end at {_LAST:,}, and that one was given; move {counter} away to begin anew")
    if counter.is_dir() and not counter.is_symlink():
        counter.rename(counter.with_name(f"{counter.name}.damaged-{number}"))
    files.replace_text(counter, str(number))
    _given[folder] = number
    return f"{number:08d}"


def _counted(path: Path) -> int:
    """The last number given, as a file counts it. One that is damaged may have counted any: the clock is ahead of it.

    Fewer jobs than one a minute are asked for, over the years, and what the clock once gave is counted from again.
    """
    try:
        text = read_bytes(path, 100).decode(errors="replace").strip()
    except IntegrityError:
        text = ""
    if FORM.fullmatch(text):
        return int(text)
    return int((datetime.now(UTC) - _BEFORE_ANY_JOB).total_seconds() // 60)
