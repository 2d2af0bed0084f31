"""What becomes of a job: an end that stays as it is, measurements and a log to read, and at last it is forgotten."""

import errno
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from core.access import COMMAND_LINE
from core.disk import files
from core.disk.processes import ProcessId
from core.errors import DiskFullError, DivergedError, LimitError, UnknownJobError
from core.jobs import job_folder, queue
from core.jobs.job_folder import Lease
from core.jobs.kinds import as_event
from core.jobs.outcome import (
    BUG,
    CANCELED,
    DISK_FULL,
    DONE,
    EXIT_DISK_FULL,
    OUT_OF_MEMORY,
    JobOutcome,
    of_error,
    of_exit,
    worker_died,
)
from core.model.events import Epoch, Started, Step
from core.store.runs import RunStore
from tests.core.jobs.tiny import tiny_run
from tests.core.jobs.tinyjobs import ask, run_by

pytestmark = pytest.mark.usefixtures("tiny_kinds")


def test_a_waiting_job_is_canceled_at_once_and_can_be_asked_for_again():
    job = ask()
    canceled = queue.cancel(job.job_id, by=COMMAND_LINE)
    assert (canceled.state, canceled.code) == ("canceled", "CANCELED")
    assert queue.claim(job.job_id) is None
    assert ask().job_id != job.job_id


def test_a_running_job_is_asked_to_stop():
    job = run_by(ask())
    assert queue.cancel(job.job_id, by=COMMAND_LINE).canceling
    assert queue.get(job.job_id).canceling
    assert queue.get(job.job_id).state == "running"
    assert ask().job_id != job.job_id, "who asks now does not want the one that is being stopped"


@pytest.mark.parametrize("first", [DONE, CANCELED, worker_died("is gone")])
def test_an_end_is_final(first: JobOutcome):
    job = run_by(ask())
    ended = queue.finish(job.job_id, first)
    assert (ended.state, ended.code) == (first.state, first.code)
    for later in (DONE, CANCELED, BUG):
        assert queue.finish(job.job_id, later) == ended
    assert queue.cancel(job.job_id, by=COMMAND_LINE) == ended
    assert queue.get(job.job_id) == ended


def test_a_job_whose_lease_ran_out_has_failed():
    ended = queue.end_expired(run_by(ask()))
    assert (ended.state, ended.code) == ("failed", "WORKER_DIED")
    assert "start it again" in ended.message


def test_a_lease_that_ran_out_after_publishing_is_of_a_finished_job():
    job = run_by(ask(4))
    RunStore().publish(tiny_run(4))
    assert queue.end_expired(job).state == "done"


def test_a_lease_that_ran_out_while_the_worker_was_asked_to_stop_is_of_a_stopped_job():
    job = run_by(ask())
    queue.cancel(job.job_id, by=COMMAND_LINE)
    assert queue.end_expired(queue.get(job.job_id)).state == "canceled"


@pytest.mark.parametrize("status", ["", "{", "null", '{"state": "running"}', '{"worker": null, "newer": 1}'])
def test_a_status_lost_in_a_power_cut_does_not_hang_the_job(status: str):
    job = run_by(ask())
    (queue.folder() / job.job_id / "status.json").write_text(status)
    assert queue.get(job.job_id).state == "running"
    assert queue.end_expired(queue.get(job.job_id)).code == "WORKER_DIED"


def test_a_status_of_another_version_is_read():
    """An earlier one has no lease, a later one may have more than is known here."""
    job = run_by(ask())
    path = queue.folder() / job.job_id / "status.json"
    status = json.loads(path.read_text())
    del status["lease"]
    path.write_text(json.dumps(status | {"worker": {"pid": 7, "start": "123.abc"}, "progress": 0.5}))
    earlier = queue.get(job.job_id)
    assert (earlier.state, earlier.progress, earlier.worker) == ("running", 0.5, ProcessId(7, "123.abc"))
    assert earlier.lease == Lease()
    path.write_text(json.dumps(status | {"state": "done", "progress": 1.0, "newer": {"x": 1}}))
    assert (queue.get(job.job_id).state, queue.get(job.job_id).progress) == ("done", 1.0)


def test_half_a_line_is_not_a_measurement_yet():
    job = ask()
    path = queue.folder() / job.job_id / "metrics.jsonl"
    lines = [json.dumps({"type": "step", "at": at, "loss": 0.5}) for at in (1, 2, 3)]
    path.write_text("\n".join(lines) + '\n{"type": "st')
    assert [line["at"] for line in queue.measurements(job.job_id)] == [1, 2, 3]
    assert [line["at"] for line in queue.measurements(job.job_id, after=2)] == [3]
    assert queue.measurements(job.job_id, after=3) == []
    path.write_text("\n".join([lines[0], '{"type": "st', lines[2]]) + "\n")
    assert [line["type"] for line in queue.measurements(job.job_id)] == ["step", "unreadable", "step"]


def test_measurements_of_a_training_are_its_events():
    job = ask()
    written = [Started(2, 8, 2, 0, 0, 1.0, 0.9), Step(0.25, 1.5), Epoch(1, 0.1, 1.0, 1.0, 0.8, 1.1, 1.05, 0.8)]
    lines = [json.dumps({"type": type(event).__name__.lower(), **asdict(event)}) for event in written]
    (queue.folder() / job.job_id / "metrics.jsonl").write_text("\n".join([*lines, '{"type": "other"}', ""]))
    assert queue.events(job.job_id) == written
    assert queue.events(job.job_id, after=2) == written[2:]
    assert as_event({"type": "unreadable"}) is None


def test_a_job_without_output_has_an_empty_log_and_a_long_log_is_cut_at_the_front():
    job = ask()
    assert queue.log(job.job_id) == ""
    (queue.folder() / job.job_id / "log.txt").write_text("x" * 200_000 + "the end")
    assert queue.log(job.job_id).endswith("the end")
    assert len(queue.log(job.job_id)) == 100_000


@pytest.mark.parametrize("bad", ["", "..", "../runs", "/etc", "1/..", "x", "123456789", "1\n", "-1", "\u0661", "1\0"])
def test_what_is_no_job_id_never_becomes_a_path(bad: str):
    cancel = partial(queue.cancel, by=COMMAND_LINE)
    for call in (queue.get, cancel, queue.measurements, queue.log, queue.spec, queue.claim):
        with pytest.raises(UnknownJobError, match="no job id"):
            call(bad)


def test_unknown_jobs_are_said_to_be_unknown():
    cancel = partial(queue.cancel, by=COMMAND_LINE)
    for call in (queue.get, cancel, queue.measurements, queue.log, queue.spec, queue.claim):
        with pytest.raises(UnknownJobError, match="there is no job 00000042"):
            call("42")


def test_the_oldest_finished_jobs_are_forgotten_and_no_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "10")
    for seed in range(6):
        ask(seed)
    for number in (1, 2, 4, 5):
        queue.cancel(str(number), by=COMMAND_LINE)
    queue.prune(2)
    assert [int(job.job_id) for job in queue.jobs()] == [3, 4, 5, 6]
    with pytest.raises(UnknownJobError):
        queue.get("1")


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_refuses_the_job_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch):
    ask(0)
    before = sorted(path.name for path in queue.folder().iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(DiskFullError):
            ask(1)
    assert sorted(path.name for path in queue.folder().iterdir()) == before
    assert ask(1).state == "queued"


def test_the_last_status_has_room_reserved_for_it(monkeypatch: pytest.MonkeyPatch):
    job = run_by(ask())
    reserve = queue.folder() / job.job_id / "reserve"
    assert reserve.stat().st_size == 16_384
    replace_text = files.replace_text

    def full_while_reserved(path: Path, text: str, *, durable: bool = False) -> None:
        if reserve.exists():
            full()
        replace_text(path, text, durable=durable)

    monkeypatch.setattr(job_folder, "replace_text", full_while_reserved)
    assert queue.finish(job.job_id, DISK_FULL).code == "DISK_FULL"
    assert queue.get(job.job_id).code == "DISK_FULL"


@pytest.mark.parametrize(
    ("error", "state", "code", "says"),
    [
        (DivergedError("the loss is not finite after epoch 3"), "failed", "DIVERGED", "lower the learning rate"),
        (MemoryError(), "failed", "OUT_OF_MEMORY", "fewer dimensions"),
        (OSError(errno.ENOSPC, "full"), "failed", "DISK_FULL", "Delete runs"),
        (LimitError("too large; choose less"), "failed", "LIMIT", "choose less"),
        (PermissionError(errno.EACCES, "no"), "failed", "INTERNAL", "log"),
        (KeyError("x"), "failed", "INTERNAL", "log"),
    ],
)
def test_errors_are_told_with_what_to_do(error: BaseException, state: str, code: str, says: str):
    outcome = of_error(error)
    assert (outcome.state, outcome.code) == (state, code)
    assert says in outcome.message


def test_the_end_of_a_worker_is_read_from_its_traces():
    assert of_exit(EXIT_DISK_FULL, oom_kills=0, log="") == DISK_FULL
    assert of_exit(-9, oom_kills=1, log="") == OUT_OF_MEMORY
    assert of_exit(-6, oom_kills=0, log="terminate called ... std::bad_alloc") == OUT_OF_MEMORY
    assert of_exit(-9, oom_kills=0, log="").code == "WORKER_DIED"
    assert "signal 11" in of_exit(-11, oom_kills=3, log="").message
    assert "status 3" in of_exit(3, oom_kills=0, log="").message
