"""The queue: one job a result, fair turns, limits, and ends that stay as they are."""

import errno
import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from core import files, jobfolder, jobs
from core.config import PRESETS, run_id
from core.errors import BusyError, DiskFullError, DivergedError, LimitError, UnknownDatasetError, UnknownJobError
from core.jobfolder import Job
from core.kinds import KINDS, as_event
from core.processes import ProcessId
from core.run import Epoch, Started, Step
from core.store import RunStore
from core.verdict import (
    BUG,
    CANCELED,
    DISK_FULL,
    DONE,
    EXIT_DISK_FULL,
    OUT_OF_MEMORY,
    Verdict,
    of_error,
    of_exit,
    worker_died,
)
from tests.core.tiny import TINY, tiny_run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setitem(KINDS, "tiny", TINY)
    return tmp_path


def ask(seed: int = 0, owner: str = "ann", **spec: object) -> Job:
    return jobs.submit("tiny", {"seed": seed, **spec}, key=tiny_run(seed).run_id, owner=owner, title=f"seed {seed}")


def dead_process() -> ProcessId:
    """One that ran and is gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessId.of(process.pid)
    assert identity is not None
    return identity


def run_by(job: Job, worker: ProcessId | None) -> Job:
    """The job as a worker's claim leaves it."""
    running = replace(job, state="running", turn=1, worker=worker)
    jobfolder.write(jobs.folder() / job.job_id, running)
    return running


def test_a_submitted_job_waits_with_what_was_asked():
    job = ask(7, seconds=1)
    assert jobs.get(job.job_id) == job
    assert (job.job_id, job.state, job.owner, job.title) == ("00000001", "queued", "ann", "seed 7")
    assert jobs.spec(job.job_id) == {"seed": 7, "seconds": 1}
    assert jobs.jobs() == [job]
    assert jobs.get("1") == job


def test_ids_go_on_after_jobs_were_forgotten():
    for seed in range(3):
        jobs.cancel(ask(seed).job_id)
    jobs.prune(0)
    assert jobs.jobs() == []
    assert ask(0).job_id == "00000004"


def test_equal_keys_are_one_job():
    first = ask(1)
    assert ask(1, owner="bob") == first
    assert ask(2).job_id != first.job_id
    assert len(jobs.jobs()) == 2


def test_twenty_threads_that_ask_for_one_thing_share_one_job():
    with ThreadPoolExecutor(20) as crowd:
        got = list(crowd.map(lambda number: ask(1, owner=f"person {number}").job_id, range(20)))
    assert set(got) == {"00000001"}
    assert len(jobs.jobs()) == 1


def _ask_when_told(barrier: "multiprocessing.synchronize.Barrier") -> None:
    KINDS["tiny"] = TINY
    barrier.wait()
    for seed in range(5):
        ask(seed, owner=str(os.getpid()))


def test_processes_that_ask_for_the_same_things_share_the_jobs():
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    crowd = [context.Process(target=_ask_when_told, args=(barrier,)) for _ in range(4)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join(60)
        assert process.exitcode == 0
    assert sorted(job.key for job in jobs.jobs()) == sorted(tiny_run(seed).run_id for seed in range(5))
    assert [job.job_id for job in jobs.jobs()] == [f"{number:08d}" for number in range(1, 6)]


def test_a_stored_result_is_no_job_at_all():
    RunStore().publish(tiny_run(3))
    job = ask(3)
    assert (job.job_id, job.state, job.progress, job.key) == ("", "done", 1.0, tiny_run(3).run_id)
    assert jobs.jobs() == []


def test_a_training_is_keyed_by_its_run():
    config = PRESETS["default"]
    job = jobs.submit_training(config, "ml-latest-small", owner="ann")
    spec = jobs.spec(job.job_id)
    assert job.run_id == run_id(config, spec["digest"])
    assert spec["config"] == config.model_dump()
    assert jobs.submit_training(config, "ml-latest-small", owner="bob") == job


def test_a_training_that_cannot_be_is_refused_before_it_is_queued(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UnknownDatasetError):
        jobs.submit_training(PRESETS["default"], "../secrets", owner="ann")
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    with pytest.raises(LimitError, match="allowed"):
        jobs.submit_training(PRESETS["default"], "ml-latest-small", owner="ann")
    assert jobs.jobs() == []


def test_owners_have_a_limit_of_their_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "2")
    first, _ = ask(0), ask(1)
    with pytest.raises(BusyError, match="you have 2 jobs waiting or running, 2 are allowed"):
        ask(2)
    assert ask(0) == first, "what is already asked for costs nothing"
    assert ask(2, owner="bob").state == "queued"
    jobs.cancel(first.job_id)
    assert ask(3).state == "queued"


def test_the_queue_has_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", "3")
    for seed in range(3):
        ask(seed, owner=str(seed))
    with pytest.raises(BusyError, match="3 jobs are waiting, 3 are allowed"):
        ask(9, owner="late")


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", ""])
def test_limits_are_whole_numbers(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", text)
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_QUEUE_LENGTH"):
        jobs.Limits.from_environment()


def test_owners_take_turns():
    waiting = [Job(f"{n:08d}", "tiny", str(n), "", owner) for n, owner in enumerate("aaaabbc", start=1)]
    assert [job.owner for job in jobs.fair_order(waiting)] == ["a", "b", "c", "a", "b", "a", "a"]
    assert [job.job_id for job in jobs.fair_order(waiting) if job.owner == "a"] == [f"{n:08d}" for n in range(1, 5)]


def test_nobody_starves_while_others_keep_asking():
    """Started one by one as a single worker would: every owner gets every third turn, whoever asked first."""
    all_jobs = [Job(f"{n:08d}", "tiny", str(n), "", owner) for n, owner in enumerate("aaaabbbbcccc", start=1)]
    started = []
    for turn in range(1, 13):
        job = jobs.fair_order(all_jobs)[0]
        started.append(job.owner)
        all_jobs[all_jobs.index(job)] = replace(job, state="done", turn=turn)
    assert "".join(started) == "abcabcabcabc"


def test_a_job_is_claimed_once():
    job = ask()
    mine = jobs.claim(job.job_id)
    assert mine is not None
    assert (mine.state, mine.worker, mine.turn) == ("running", ProcessId.mine(), 1)
    assert jobs.claim(job.job_id) is None


def test_a_waiting_job_is_canceled_at_once_and_can_be_asked_for_again():
    job = ask()
    canceled = jobs.cancel(job.job_id)
    assert (canceled.state, canceled.code) == ("canceled", "CANCELED")
    assert jobs.claim(job.job_id) is None
    assert ask().job_id != job.job_id


def test_a_running_job_is_asked_to_stop():
    job = run_by(ask(), ProcessId.mine())
    assert jobs.cancel(job.job_id).canceling
    assert jobs.get(job.job_id).canceling
    assert jobs.get(job.job_id).state == "running"
    assert ask().job_id != job.job_id, "who asks now does not want the one that is being stopped"


@pytest.mark.parametrize("first", [DONE, CANCELED, worker_died("is gone")])
def test_an_end_is_final(first: Verdict):
    job = run_by(ask(), ProcessId.mine())
    ended = jobs.conclude(job.job_id, first)
    assert (ended.state, ended.code) == (first.state, first.code)
    for later in (DONE, CANCELED, BUG):
        assert jobs.conclude(job.job_id, later) == ended
    assert jobs.cancel(job.job_id) == ended
    assert jobs.get(job.job_id) == ended


def test_a_job_whose_worker_is_gone_has_failed():
    job = run_by(ask(), dead_process())
    reaped = jobs.reap(job)
    assert (reaped.state, reaped.code) == ("failed", "WORKER_DIED")
    assert "start it again" in reaped.message


def test_a_pid_that_somebody_else_has_now_is_no_worker():
    mine = ProcessId.mine()
    assert mine.alive
    earlier = replace(mine, start="1" + mine.start)
    assert not earlier.alive
    assert jobs.reap(run_by(ask(), earlier)).code == "WORKER_DIED"


def test_a_job_whose_worker_lives_is_left_alone():
    job = run_by(ask(), ProcessId.mine())
    assert jobs.reap(job) == job


def test_a_worker_that_died_after_publishing_has_finished():
    job = run_by(ask(4), dead_process())
    RunStore().publish(tiny_run(4))
    assert jobs.reap(job).state == "done"


def test_a_worker_that_died_while_it_was_asked_to_stop_was_stopped():
    job = run_by(ask(), dead_process())
    jobs.cancel(job.job_id)
    assert jobs.reap(jobs.get(job.job_id)).state == "canceled"


@pytest.mark.parametrize("status", ["", "{", "null", '{"state": "running"}', '{"worker": null, "newer": 1}'])
def test_a_status_lost_in_a_power_cut_does_not_hang_the_job(status: str):
    job = run_by(ask(), ProcessId.mine())
    (jobs.folder() / job.job_id / "status.json").write_text(status)
    assert jobs.reap(jobs.get(job.job_id)).code == "WORKER_DIED"


def test_half_a_line_is_not_a_measurement_yet():
    job = ask()
    path = jobs.folder() / job.job_id / "metrics.jsonl"
    lines = [json.dumps({"type": "step", "at": at, "loss": 0.5}) for at in (1, 2, 3)]
    path.write_text("\n".join(lines) + '\n{"type": "st')
    assert [line["at"] for line in jobs.measurements(job.job_id)] == [1, 2, 3]
    assert [line["at"] for line in jobs.measurements(job.job_id, after=2)] == [3]
    assert jobs.measurements(job.job_id, after=3) == []
    path.write_text("\n".join([lines[0], '{"type": "st', lines[2]]) + "\n")
    assert [line["type"] for line in jobs.measurements(job.job_id)] == ["step", "unreadable", "step"]


def test_measurements_of_a_training_are_its_events():
    job = ask()
    written = [Started(2, 8, 2, 0, 0, 1.0, 0.9), Step(0.25, 1.5), Epoch(1, 0.1, 1.0, 1.0, 0.8, 1.1, 1.05, 0.8)]
    lines = [json.dumps({"type": type(event).__name__.lower(), **event.__dict__}) for event in written]
    (jobs.folder() / job.job_id / "metrics.jsonl").write_text("\n".join([*lines, '{"type": "other"}', ""]))
    assert jobs.events(job.job_id) == written
    assert jobs.events(job.job_id, after=2) == written[2:]
    assert as_event({"type": "unreadable"}) is None


def test_a_job_without_output_has_an_empty_log_and_a_long_log_is_cut_at_the_front():
    job = ask()
    assert jobs.log(job.job_id) == ""
    (jobs.folder() / job.job_id / "log.txt").write_text("x" * 200_000 + "the end")
    assert jobs.log(job.job_id).endswith("the end")
    assert len(jobs.log(job.job_id)) == 100_000


@pytest.mark.parametrize("bad", ["", "..", "../runs", "/etc", "1/..", "x", "123456789", "1\n", "-1", "\u0661", "1\0"])
def test_what_is_no_job_id_never_becomes_a_path(bad: str):
    for call in (jobs.get, jobs.cancel, jobs.measurements, jobs.log, jobs.spec, jobs.claim):
        with pytest.raises(UnknownJobError, match="no job id"):
            call(bad)


def test_unknown_jobs_are_said_to_be_unknown():
    for call in (jobs.get, jobs.cancel, jobs.measurements, jobs.log, jobs.spec, jobs.claim):
        with pytest.raises(UnknownJobError, match="there is no job 00000042"):
            call("42")


def test_the_oldest_finished_jobs_are_forgotten_and_no_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "10")
    for seed in range(6):
        ask(seed)
    for number in (1, 2, 4, 5):
        jobs.cancel(str(number))
    jobs.prune(2)
    assert [int(job.job_id) for job in jobs.jobs()] == [3, 4, 5, 6]
    with pytest.raises(UnknownJobError):
        jobs.get("1")


def test_listeners_hear_of_a_new_job_and_of_no_other():
    heard: list[int] = []
    end = jobs.listen(lambda: heard.append(1))
    ask(0)
    ask(0)
    assert len(heard) == 1
    end()
    ask(1)
    assert len(heard) == 1


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_refuses_the_job_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch):
    ask(0)
    before = sorted(path.name for path in jobs.folder().iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(DiskFullError):
            ask(1)
    assert sorted(path.name for path in jobs.folder().iterdir()) == before
    assert ask(1).state == "queued"


def test_the_last_status_has_room_reserved_for_it(monkeypatch: pytest.MonkeyPatch):
    job = run_by(ask(), ProcessId.mine())
    reserve = jobs.folder() / job.job_id / "reserve"
    assert reserve.stat().st_size == 16_384
    replace_text = files.replace_text

    def full_while_reserved(path: Path, text: str, *, durable: bool = False) -> None:
        if reserve.exists():
            full()
        replace_text(path, text, durable=durable)

    monkeypatch.setattr(jobfolder, "replace_text", full_while_reserved)
    assert jobs.conclude(job.job_id, DISK_FULL).code == "DISK_FULL"
    assert jobs.get(job.job_id).code == "DISK_FULL"


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
    verdict = of_error(error)
    assert (verdict.state, verdict.code) == (state, code)
    assert says in verdict.message


def test_the_end_of_a_worker_is_read_from_its_traces():
    assert of_exit(EXIT_DISK_FULL, oom_kills=0, log="") == DISK_FULL
    assert of_exit(-9, oom_kills=1, log="") == OUT_OF_MEMORY
    assert of_exit(-6, oom_kills=0, log="terminate called ... std::bad_alloc") == OUT_OF_MEMORY
    assert of_exit(-9, oom_kills=0, log="").code == "WORKER_DIED"
    assert "signal 11" in of_exit(-11, oom_kills=3, log="").message
    assert "status 3" in of_exit(3, oom_kills=0, log="").message
