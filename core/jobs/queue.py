"""Submit work, watch it, stop it. Files alone: any process with the same home sees the same jobs.

Whoever asks and watches needs `submit`, `get`, `jobs`, `measurements`, `log` and `cancel`; whoever runs jobs, on
whatever machine, `claim`, `renew`, `finish` and `end_expired`.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import access, data, settings
from core.access import COMMAND_LINE, Action, Visitor
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.disk import files, processes
from core.disk.files import locked
from core.disk.home import home
from core.disk.reading import IntegrityError, SetAside
from core.errors import NotAllowedError, UnknownJobError
from core.jobs import fairness, job_folder
from core.jobs.job_folder import Job, Lease
from core.jobs.kinds import KINDS, as_event
from core.jobs.outcome import CANCELED, DONE, JobOutcome, worker_died
from core.model.events import Event
from core.model.families import family_of
from core.settings import JobLimits
from core.store.runs import RunStore
from core.training.budget import check_room, check_size

_SHORT_SECONDS = 0.5
_finished: dict[Path, tuple[tuple[int, ...], Job]] = {}
"""Finished jobs never change: what was read once, by folder, need not be read again while the same file is there."""

_listeners: list[Callable[[], None]] = []


def folder() -> Path:
    """Where the job folders are."""
    return home() / "jobs"


def submit(kind: str, spec: dict[str, Any], *, key: str, by: Visitor, title: str = "", part_of: str = "") -> Job:
    """Ask for work.

    Args:
        kind: A name in `core.jobs.kinds.KINDS`; KeyError where it is none.
        key: Names the result. A job that is waiting or running for it is returned instead of a second one; a result
            already stored is returned as a finished job with an empty job_id.
        by: Who asks: limits and fairness count by whose the job is, and by where they are.
        part_of: Id of the sweep that asks, which was allowed when it began, and counts as one job.

    Raises:
        ReadOnlyError, NotAllowedError: This visitor may not ask for such work.
        BusyError: Too many jobs wait, or this owner or this address has too many.
        DiskFullError: There is no room for the job's folder.
    """
    if not part_of:
        access.check(KINDS[kind].action, by)
    wanted = Job("", kind, key, title, by.owner, created_at=_now(), network=by.network, part_of=part_of)
    finished = KINDS[kind].finished
    with files.disk_full_told("a new job", folder()), _list_locked():
        if finished(key):
            return replace(wanted, state="done", progress=1.0)
        known = jobs()
        active = [job for job in known if job.active]
        for job in active:
            if (job.kind, job.key) == (kind, key) and not job.canceling:
                return job
        if not part_of:
            fairness.check_room(active, by, settings.numbers(JobLimits))
        job = replace(wanted, job_id=job_folder.next_id(folder()), after=max((job.turn for job in known), default=0))
        job_folder.create(folder(), job, spec)
    for listener in _listeners:
        listener()
    return job


def submit_training(
    config: RunConfig, dataset: str | Ratings, *, by: Visitor, title: str = "", part_of: str = ""
) -> Job:
    """Ask for a training.

    Raises as `submit` does; LimitError: the model would need more memory than allowed; QuotaError: the home has no room
    for it; NotAllowedError: another engine is asked for by somebody else than the command line; UnknownDatasetError:
    there is no such dataset.
    """
    if not part_of:
        access.check(Action.TRAIN, by)
    if family_of(config).trained_elsewhere(config) and by != COMMAND_LINE:
        raise NotAllowedError("another engine is asked for on the command line alone: python -m core train --queue")
    ratings = data.load(dataset) if isinstance(dataset, str) else dataset
    check_size(config, len(ratings.users), len(ratings.items), len(ratings))
    key = run_id(config, ratings.digest)
    if RunStore().get(key) is None:  # a damaged run is set aside here, so that it can be trained again
        check_room(config, len(ratings.users), len(ratings.items))
    spec: dict[str, Any] = {"config": config.model_dump(), "dataset_id": ratings.dataset_id, "digest": ratings.digest}
    spec |= {"filmed": False} if part_of else {}  # nobody watches it, and a film can be made later
    title = title or f"{config.model}, {config.dimensions} dimensions, {ratings.name}"
    return submit("train", spec, key=key, by=by, title=title, part_of=part_of)


def get(job_id: str) -> Job:
    """One job. Raises UnknownJobError: there is none with this id."""
    return _read(_place(job_id))


def jobs() -> list[Job]:
    """All jobs that can be read, in the order in which they were submitted; `set_aside` tells of the others."""
    readable = []
    for path in sorted(folder().glob("[0-9]*")):
        with contextlib.suppress(IntegrityError):  # removed meanwhile, damaged, or another version's
            readable.append(_load(path))
    return readable


def set_aside() -> tuple[SetAside, ...]:
    """What lies among the jobs and is not used, where it lies, with the reason."""
    left = []
    for path in sorted(folder().glob("[!.]*")):
        try:
            _load(path)
        except IntegrityError as error:
            if os.path.lexists(path):  # not removed meanwhile
                left.append(SetAside(path.name, path, str(error)))
    return tuple(left)


def spec(job_id: str) -> dict[str, Any]:
    """What was submitted for the job's kind; raises UnknownJobError as `get` does."""
    return job_folder.read_spec(_existing(job_id))


def measurements(job_id: str, after: int = 0) -> list[dict[str, Any]]:
    """What the job has measured, from line `after` on; each has a "type". Raises UnknownJobError as `get` does."""
    return job_folder.measurements(_existing(job_id), after)


def events(job_id: str, after: int = 0) -> list[Event]:
    """A training's measurements as events, from line `after` on; raises UnknownJobError as `get` does."""
    return [event for line in measurements(job_id, after) if (event := as_event(line))]


def log(job_id: str) -> str:
    """The end of what the worker printed during the job; raises UnknownJobError as `get` does."""
    return job_folder.log(_existing(job_id))


def cancel(job_id: str, *, by: Visitor) -> Job:
    """Ask a job to stop. One that waits is canceled at once; one that has ended stays as it is.

    Raises:
        UnknownJobError: There is none with this id.
        NotAllowedError: It is somebody else's.
        BusyError: Its status is being changed by a process that does not go on.
    """
    access.check(access.on_job(get(job_id).owner, by), by)
    with _held(job_id) as (place, job):
        if job.state == "running":
            (place / job_folder.CANCEL).touch()
            return replace(job, canceling=True)
        return _finish(place, job, CANCELED)


def claim(job_id: str) -> Job | None:
    """Lease a waiting job to this process; None where somebody else was first, or it was canceled.

    Raises UnknownJobError and BusyError as `finish`; LimitError: `EMBEDDING_EXPLORER_LEASE_SECONDS` is out of range.
    """
    lease = Lease(processes.token(), settings.numbers(JobLimits).lease_seconds)
    with _list_locked(), _held(job_id) as (place, job):
        if job.state != "queued":
            return None
        turn = 1 + max(other.turn for other in jobs())
        worker = processes.ProcessId.mine()
        claimed = replace(job, state="running", started_at=_now(), turn=turn, worker=worker, lease=lease)
        job_folder.write(place, claimed)
        return claimed


def renew(job: Job) -> bool:
    """Write a running job's progress, time and heartbeat, which renews its lease; False where the lease is lost.

    Raises UnknownJobError, BusyError, OSError as `finish`.
    """
    with _held(job.job_id) as (place, current):
        if current.state != "running" or current.lease != job.lease:
            return False
        job_folder.write(place, job)
        return True


def finish(job_id: str, outcome: JobOutcome, *, seconds: float | None = None, holder: str | None = None) -> Job:
    """End a job. One that has ended keeps its first outcome; one whose result is stored is done, whatever came after.

    Args:
        seconds: How long it has run; as last reported without it.
        holder: End it only where this process's lease is the last that was given; whoever has it without this.

    Raises:
        UnknownJobError: There is none with this id.
        BusyError: Somebody else holds the job.
        OSError: The disk refused, and the job is as it was.
    """
    with _held(job_id) as (place, job):
        return job if holder not in (None, job.lease.holder) else _finish(place, job, outcome, seconds)


def end_expired(job: Job) -> Job:
    """End a running job whose lease has run out, unless it was renewed since `job` was read; the job as it is now.
    Raises UnknownJobError, BusyError, OSError as `finish`."""
    with _held(job.job_id, _SHORT_SECONDS) as (place, now):
        if now.state != "running" or (now.lease, now.heartbeat) != (job.lease, job.heartbeat):
            return now
        return _finish(place, now, CANCELED if now.canceling else worker_died("gave no sign of life"))


def prune(keep: int) -> None:
    """Forget the oldest finished jobs, their logs and measurements, but for the newest `keep`."""
    with _list_locked():
        ended = [job for job in jobs() if not job.active]
        for job in ended[: max(0, len(ended) - keep)]:
            forget(job.job_id)


def forget(job_id: str) -> None:
    """Remove a job that nobody runs or watches, with its log and its measurements; FileNotFoundError without one."""
    place = folder() / job_id
    files.discard(place)
    _finished.pop(place, None)


def listen(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each submission by this process; returns what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def _finish(place: Path, job: Job, outcome: JobOutcome, seconds: float | None = None) -> Job:
    """End a job whose lock is held."""
    if not job.active:
        return job
    kind = KINDS.get(job.kind)  # None where a newer version submitted it
    if job.state == "running" and kind and kind.finished(job.key):
        outcome = DONE
    job = replace(
        job,
        state=outcome.state,
        code=outcome.code,
        message=outcome.message,
        progress=1.0 if outcome.state == "done" else job.progress,
        seconds=job.seconds if seconds is None else seconds,
        finished_at=_now(),
        canceling=False,
    )
    job_folder.write(place, job)
    return job


def _read(place: Path) -> Job:
    try:
        return _load(place)
    except IntegrityError:
        return job_folder.read(place)  # raises what is wrong as people should read it


def _load(place: Path) -> Job:
    """A job; raises IntegrityError."""
    mark: tuple[int, ...] = ()
    with contextlib.suppress(OSError):
        status = (place / job_folder.STATUS).stat()
        mark = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
    known = _finished.get(place)
    if known and mark and known[0] == mark:
        return known[1]
    job = job_folder.load(place, _check_asked)
    if not job.active:
        _finished[place] = mark, job
    return job


def _check_asked(kind: str, key: str, spec: dict[str, Any]) -> None:
    if kind in KINDS:  # a newer version may have submitted others
        KINDS[kind].check(key, spec)


def _place(job_id: str) -> Path:
    if not job_folder.FORM.fullmatch(job_id):
        raise UnknownJobError(f"{job_id!r:.60} is no job id; one is a number of up to eight digits")
    return folder() / job_id.zfill(8)


def _existing(job_id: str) -> Path:
    place = _place(job_id)
    if not place.is_dir():
        raise UnknownJobError(f"there is no job {place.name}; the Jobs page lists what there is")
    return place


def _list_locked() -> AbstractContextManager[None]:
    """Alone with the job list. Who needs a job's lock too takes it after this one."""
    return locked(folder() / ".lock")


@contextlib.contextmanager
def _held(job_id: str, seconds: float = 10) -> Iterator[tuple[Path, Job]]:
    """A job's folder and how it stands, while nobody else can change it; raises UnknownJobError and BusyError."""
    place = _existing(job_id)
    with locked(place / job_folder.LOCK, seconds):
        yield place, job_folder.read(place)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
