"""Leases: jobs of workers that may be anywhere, ended when no sign of life comes, and never ended twice."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import settings
from core.errors import BusyError, UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Job, Lease
from core.jobs.outcome import CANCELED, DISK_FULL, DONE, worker_died
from core.jobs.pool import LeaseWatch, Pool
from core.jobs.worker import FolderReporter
from core.settings import JobLimits
from core.store.runs import RunStore
from tests.core.jobs.tiny import COMMAND
from tests.core.jobs.tinyjobs import PATIENCE, ROOT, ask, ended, measuring, run_by, wait_for

pytestmark = pytest.mark.usefixtures("tiny_kinds")
NO_SUCH_PID = 4_194_399  # above the highest that Linux gives


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def looks(watch: LeaseWatch, clock: Clock, times: int, step: float = 1.0) -> list[str]:
    """Ids of the jobs whose leases have run out after so many looks at the queue."""
    expired: list[Job] = []
    for _ in range(times):
        clock.now += step
        expired = watch.expired(queue.jobs())
    return [job.job_id for job in expired]


def status(job: Job) -> bytes:
    return (queue.folder() / job.job_id / "status.json").read_bytes()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_lease_runs_out_when_the_heartbeat_stands_still_for_as_long_as_it_says(clock: Clock):
    watch, job = LeaseWatch(clock), run_by(ask(), seconds=5)
    run_by(ask(1), seconds=60)
    ask(2)
    assert looks(watch, clock, 6) == [], "five seconds since the first look"
    assert looks(watch, clock, 1) == [job.job_id]
    assert queue.renew(replace(job, heartbeat=1))
    assert looks(watch, clock, 6) == []
    assert looks(watch, clock, 1) == [job.job_id]
    queue.finish(job.job_id, DONE)
    assert looks(watch, clock, 1) == []


def test_a_worker_with_a_process_id_unknown_here_keeps_its_job(clock: Clock):
    """Of another machine or container."""
    watch, job = LeaseWatch(clock), run_by(ask(), pid=NO_SUCH_PID, seconds=3)
    for beat in range(1, 20):
        assert queue.renew(replace(job, heartbeat=beat))
        assert looks(watch, clock, 1) == []


def test_a_process_id_that_somebody_else_has_now_keeps_no_job(clock: Clock):
    watch, job = LeaseWatch(clock), run_by(ask(), pid=os.getpid(), seconds=3)
    assert looks(watch, clock, 5) == [job.job_id]
    assert queue.end_expired(job).code == "WORKER_DIED"


def test_whoever_was_suspended_itself_gives_the_others_time(clock: Clock):
    """A paused container stops the workers with the watcher, and the watcher may go on first."""
    watch, _ = LeaseWatch(clock), run_by(ask(), seconds=15)
    assert looks(watch, clock, 2) == []
    assert looks(watch, clock, 1, step=3600.0) == []


def test_a_job_without_a_lease_gets_the_usual_one(clock: Clock):
    """Its status was lost in a power cut, or an earlier version runs it, which renews nothing but the heartbeat."""
    watch, job = LeaseWatch(clock), replace(run_by(ask()), lease=Lease())
    job_folder.write(queue.folder() / job.job_id, job)
    assert looks(watch, clock, JobLimits.lease_seconds + 1) == []
    job_folder.write(queue.folder() / job.job_id, replace(job, heartbeat=1))
    assert looks(watch, clock, JobLimits.lease_seconds + 1) == []
    assert looks(watch, clock, 1) == [job.job_id]


def test_a_lease_that_was_renewed_at_the_last_moment_is_not_ended():
    job = run_by(ask())
    assert queue.renew(replace(job, heartbeat=1, progress=0.5))
    assert queue.end_expired(job).state == "running"
    assert queue.get(job.job_id).progress == 0.5


@pytest.mark.parametrize("outcome", [DONE, CANCELED, DISK_FULL, worker_died("is gone")])
def test_a_late_heartbeat_changes_no_final_status(outcome):
    job = run_by(ask())
    queue.finish(job.job_id, outcome)
    before = status(job)
    assert not queue.renew(replace(job, heartbeat=7, progress=0.9))
    assert queue.end_expired(job).state == outcome.state
    assert status(job) == before


def test_a_heartbeat_that_is_being_written_waits_for_nobody_and_is_followed_by_the_end(monkeypatch: pytest.MonkeyPatch):
    """The one who ends the job comes between a heartbeat's look at the status and its writing."""
    job, write = run_by(ask()), job_folder.write
    end = threading.Thread(target=queue.finish, args=(job.job_id, CANCELED))

    def overtaken(folder: Path, written: Job) -> None:
        if written.active:
            end.start()
            end.join(0.3)
        write(folder, written)

    monkeypatch.setattr(job_folder, "write", overtaken)
    assert queue.renew(replace(job, heartbeat=1))
    end.join()
    assert json.loads(status(job))["state"] == "canceled"


def test_only_the_holder_of_the_lease_writes_and_ends():
    job = run_by(ask(), holder="1-aaaa")
    before = status(job)
    other = replace(job, lease=Lease("2-bbbb", 15))
    assert not queue.renew(replace(other, progress=0.9))
    assert queue.finish(job.job_id, CANCELED, holder="2-bbbb") == job
    assert status(job) == before
    assert queue.finish(job.job_id, CANCELED, holder="1-aaaa").state == "canceled"


def test_a_worker_that_died_before_its_claim_ends_nobodys_job():
    job = ask()
    assert queue.finish(job.job_id, worker_died("is gone"), holder="1-aaaa") == job
    assert queue.get(job.job_id).state == "queued"


def test_a_job_that_lost_its_lease_or_its_folder_is_told_to_stop():
    for lose in (lambda place: queue.finish(place.name, CANCELED), lambda place: place.rename(place.with_name("gone"))):
        job = run_by(ask())
        place = queue.folder() / job.job_id
        with FolderReporter(place, job) as reporter:
            assert not reporter.should_stop()
            lose(place)
            wait_for(reporter.should_stop)


def test_a_held_job_is_busy_and_others_are_not(monkeypatch: pytest.MonkeyPatch):
    job, other = run_by(ask()), run_by(ask(1))
    monkeypatch.setattr(queue, "_SHORT_SECONDS", 0.05)
    with queue._held(job.job_id):
        with pytest.raises(BusyError, match="try again"):
            queue.end_expired(job)
        assert queue.end_expired(other).state == "failed"
    assert queue.end_expired(job).state == "failed"


@pytest.fixture
def worker(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker of nobody's pool, ready."""
    command, pipe = [*COMMAND, "training"], subprocess.PIPE
    environment = settings.environment(home, PYTHONPATH=str(ROOT))
    with subprocess.Popen(command, env=environment, text=True, bufsize=1, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        yield process
        process.kill()


def suspended(worker: subprocess.Popen[str], job: Job) -> Job:
    """The job ended by somebody else while its worker, which holds no lock, stands still."""
    while True:
        os.kill(worker.pid, signal.SIGSTOP)
        try:
            return queue.end_expired(queue.get(job.job_id))
        except BusyError:
            os.kill(worker.pid, signal.SIGCONT)


def test_a_worker_whose_job_was_ended_or_removed_leaves_that_and_lives_for_the_next(
    home: Path, worker: subprocess.Popen[str]
):
    _comes_back_late(worker)
    _has_its_job_removed(worker, home)


def _comes_back_late(worker: subprocess.Popen[str]) -> None:
    job = ask(steps=1000, seconds=100)
    assert worker.stdin is not None
    assert worker.stdout is not None
    print(job.job_id, file=worker.stdin)
    wait_for(lambda: measuring(job))
    assert suspended(worker, job).code == "WORKER_DIED"
    before = status(job)
    os.kill(worker.pid, signal.SIGCONT)
    assert worker.stdout.readline() == "idle\n", "it stops early, and lives for the next"
    assert status(job) == before
    assert RunStore().list() == []
    again = ask()
    print(again.job_id, file=worker.stdin)
    assert ended(again).state == "done"
    assert worker.stdout.readline() == "idle\n"


def _has_its_job_removed(worker: subprocess.Popen[str], home: Path) -> None:
    gone = ask(1, steps=1000, seconds=100)
    print(gone.job_id, file=worker.stdin)
    wait_for(lambda: measuring(gone))
    queue.folder().rename(home / "wiped")
    with pytest.raises(UnknownJobError):
        queue.get(gone.job_id)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "idle\n"
    again = ask(2)
    print(again.job_id, file=worker.stdin)
    assert ended(again).state == "done"


def test_a_pool_ends_the_jobs_of_a_machine_that_is_gone_and_leaves_those_of_one_that_lives():
    gone, alive = run_by(ask(0), pid=os.getpid(), seconds=1), run_by(ask(1), pid=NO_SUCH_PID, seconds=60)
    with Pool(1, command=COMMAND):
        assert ended(gone).code == "WORKER_DIED"
        assert ended(ask(2)).state == "done"
    assert queue.get(alive.job_id) == alive, "what another server runs is not ended with this one either"


def test_a_worker_that_stands_still_loses_its_job_and_is_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_LEASE_SECONDS", "1")
    with Pool(1, command=COMMAND) as pool:
        job = ask(steps=100, seconds=60)
        wait_for(lambda: measuring(job))
        (stuck,) = pool.pids
        os.kill(stuck, signal.SIGSTOP)
        failed = ended(job)
        assert (failed.state, failed.code) == ("failed", "WORKER_DIED")
        assert ended(ask(1)).state == "done"
        assert pool.wait_ready(PATIENCE)
        assert pool.pids != (stuck,)
    assert queue.get(job.job_id) == failed
