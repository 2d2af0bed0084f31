"""The pool on live worker processes, without TensorFlow: warm, watched, replaced, ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core import files, jobs
from core.errors import DiskFullError, LimitError
from core.jobfolder import Job
from core.kinds import KINDS
from core.pool import POLL_SECONDS, Pool, default_workers
from core.processes import ProcessId
from core.store import RunStore
from tests.core.tiny import ASIDE, COMMAND, TINY, key_of, tiny_run

PATIENCE = 30
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "50")
    monkeypatch.setitem(KINDS, "tiny", TINY)
    monkeypatch.setitem(KINDS, "aside", ASIDE)
    return tmp_path


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(1, command=COMMAND) as started:
        assert started.wait_ready(PATIENCE)
        yield started


def ask(seed: int = 0, owner: str = "ann", kind: str = "tiny", **spec: object) -> Job:
    spec = {"seed": seed, **spec}
    return jobs.submit(kind, spec, key=key_of(spec), owner=owner)


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Seconds until the condition holds; fails where it does not."""
    began, tick = time.monotonic(), threading.Event()
    while not condition():
        assert time.monotonic() - began < seconds, "waited in vain"
        tick.wait(0.005)
    return time.monotonic() - began


def ended(job: Job) -> Job:
    wait_for(lambda: not jobs.get(job.job_id).active)
    return jobs.get(job.job_id)


def measuring(job: Job, lines: int = 2) -> bool:
    return len(jobs.measurements(job.job_id)) >= lines


def test_a_job_runs_to_its_end_and_leaves_its_run(pool: Pool):
    job = ended(ask(5, steps=4))
    assert (job.state, job.progress, job.code, job.message) == ("done", 1.0, "", "")
    assert job.worker is not None
    assert job.worker.pid == pool.pids[0]
    assert job.started_at
    assert job.finished_at >= job.started_at
    assert RunStore().load(job.key).config.seed == 5
    assert [line["type"] for line in jobs.measurements(job.job_id)] == ["started", *["step"] * 4]


def test_an_idle_worker_starts_at_once(pool: Pool):
    job = ask(steps=2, seconds=0.2)
    assert wait_for(lambda: measuring(job)) < 1
    assert ended(job).state == "done"


def test_workers_wait_for_the_grace_to_end_unless_a_job_waits():
    with Pool(1, grace_seconds=3600, command=COMMAND) as patient:
        assert not patient.wait_ready(3 * POLL_SECONDS), "nobody asked, so the processor is left alone"
        assert patient.pids == ()
        ended(ask())
    with Pool(1, grace_seconds=2 * POLL_SECONDS, command=COMMAND) as patient:
        assert patient.wait_ready(PATIENCE), "without a job they start when the grace is over"


def test_a_training_waits_for_no_other_work(pool: Pool):
    aside = ask(0, kind="aside", steps=20, seconds=60)
    wait_for(lambda: measuring(aside))
    trained = ended(ask(1))
    assert trained.state == "done"
    assert jobs.get(aside.job_id).state == "running"
    assert trained.worker is not None
    assert jobs.get(aside.job_id).worker != trained.worker
    jobs.cancel(aside.job_id)
    assert ended(aside).state == "canceled"
    assert len(pool.pids) == 2, "the second worker stays for the next"


def test_other_work_waits_for_no_training(pool: Pool):
    training = ask(0, steps=20, seconds=60)
    wait_for(lambda: measuring(training))
    assert ended(ask(1, kind="aside")).state == "done"
    assert jobs.get(training.job_id).state == "running"


def test_what_a_worker_leaves_in_the_temporary_folder_goes_with_it(home: Path):
    with Pool(1, command=COMMAND) as pool:
        assert pool.wait_ready(PATIENCE)
        (scratch,) = jobs.folder().glob(".tmp-*")
        assert os.fsencode(scratch) in Path(f"/proc/{pool.pids[0]}/environ").read_bytes()
        (scratch / "left.py").touch()
        os.kill(pool.pids[0], signal.SIGKILL)
        wait_for(lambda: not scratch.exists())
    assert list(jobs.folder().glob(".tmp-*")) == []


def test_a_job_of_another_process_is_found(pool: Pool):
    program = (
        "from core import jobs; from core.kinds import KINDS; from tests.core.tiny import TINY, key_of\n"
        "KINDS['tiny'] = TINY\n"
        "print(jobs.submit('tiny', {'seed': 1}, key=key_of({'seed': 1}), owner='other').job_id)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    wait_for(lambda: not jobs.get(said.stdout.strip()).active)
    assert jobs.get(said.stdout.strip()).state == "done"


def test_jobs_are_started_in_fair_turns(pool: Pool):
    first = ask(0, steps=20, seconds=60)
    wait_for(lambda: measuring(first))
    later = [ask(seed, owner) for seed, owner in ((1, "ann"), (2, "ann"), (3, "bob"), (4, "cem"), (5, "bob"))]
    jobs.cancel(first.job_id)
    for job in later:
        assert ended(job).state == "done"
    in_order = sorted((job for job in jobs.jobs() if job.job_id != first.job_id), key=lambda job: job.turn)
    assert [job.owner for job in in_order] == ["bob", "cem", "ann", "bob", "ann"]


def test_progress_and_heartbeat_are_seen_while_it_runs(pool: Pool):
    job = ask(steps=20, seconds=60)
    wait_for(lambda: jobs.get(job.job_id).heartbeat >= 3)
    running = jobs.get(job.job_id)
    assert running.state == "running"
    assert running.seconds >= 1
    jobs.cancel(job.job_id)
    ended(job)


def test_a_stop_is_heard_within_a_second_and_keeps_the_history(pool: Pool):
    job = ask(steps=200, seconds=20)
    wait_for(lambda: measuring(job, 4))
    worker = pool.pids
    jobs.cancel(job.job_id)
    assert wait_for(lambda: not jobs.get(job.job_id).active) < 1
    assert (jobs.get(job.job_id).state, jobs.get(job.job_id).code) == ("canceled", "CANCELED")
    assert len(jobs.measurements(job.job_id)) >= 4
    assert ended(ask(1)).state == "done"
    assert pool.pids == worker, "a worker that obeys stays"


def test_a_worker_that_does_not_answer_a_stop_is_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_CANCEL_SECONDS", "1")
    with Pool(1, command=COMMAND) as pool:
        job = ask(do="deaf")
        wait_for(lambda: measuring(job, 1))
        (deaf,) = pool.pids
        jobs.cancel(job.job_id)
        canceled = ended(job)
        assert canceled.state == "canceled"
        assert "did not answer" in canceled.message
        assert pool.wait_ready(PATIENCE)
        assert pool.pids != (deaf,)
        assert not psutil.pid_exists(deaf)


def test_a_job_past_its_time_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOB_SECONDS", "1")
    with Pool(1, command=COMMAND):
        job = ended(ask(do="deaf"))
        assert (job.state, job.code) == ("failed", "LIMIT")
        assert "more than 1 s" in job.message


def test_a_worker_that_died_fails_its_job_alone(pool: Pool):
    job, waiting = ask(steps=20, seconds=60), ask(1)
    wait_for(lambda: measuring(job))
    (victim,) = pool.pids
    os.kill(victim, signal.SIGKILL)
    failed = ended(job)
    assert (failed.state, failed.code) == ("failed", "WORKER_DIED")
    assert "signal 9" in failed.message
    assert len(jobs.measurements(job.job_id)) >= 2
    assert ended(waiting).state == "done"
    assert pool.wait_ready(PATIENCE)
    assert pool.pids != (victim,)


def test_an_idle_worker_that_died_costs_nobody_anything(pool: Pool):
    os.kill(pool.pids[0], signal.SIGKILL)
    assert ended(ask()).state == "done"


@pytest.mark.parametrize(
    ("deed", "code", "log"),
    [
        ("diverge", "DIVERGED", "DivergedError"),
        ("hungry", "OUT_OF_MEMORY", "MemoryError"),
        ("bad_alloc", "OUT_OF_MEMORY", "std::bad_alloc"),
        ("bug", "INTERNAL", "a planted fault"),
    ],
)
def test_failures_are_told_and_the_next_job_runs(pool: Pool, deed: str, code: str, log: str):
    job = ended(ask(0, do=deed))
    assert (job.state, job.code) == ("failed", code)
    assert job.message
    assert log in jobs.log(job.job_id)
    assert jobs.measurements(job.job_id)[0]["type"] == "started"
    assert ended(ask(1)).state == "done"


def test_a_worker_that_grew_is_replaced_after_its_job(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKER_MB", "200")
    with Pool(1, command=COMMAND) as pool:
        assert pool.wait_ready(PATIENCE)
        (lean,) = pool.pids
        assert ended(ask(0)).state == "done"
        assert pool.pids == (lean,)
        assert ended(ask(1, do="fat")).state == "done"
        wait_for(lambda: lean not in pool.pids and pool.ready)
        assert not psutil.pid_exists(lean)


def test_a_worker_that_cannot_start_is_not_tried_all_the_time(tmp_path: Path):
    counter = tmp_path / "starts"
    program = f"open({str(counter)!r}, 'a').write('x')"
    with Pool(1, command=(sys.executable, "-c", program)) as pool:
        assert not pool.wait_ready(2)
    assert 1 <= len(counter.read_text()) <= 4


def test_stopping_ends_the_workers_and_says_so_in_their_jobs():
    with Pool(2, command=COMMAND) as pool:
        assert pool.wait_ready(PATIENCE)
        running, waiting = [ask(seed, steps=20, seconds=60) for seed in (0, 1)], ask(2)
        wait_for(lambda: all(measuring(job) for job in running))
        pids = pool.pids
        began = time.monotonic()
    assert time.monotonic() - began < 3
    assert not any(psutil.pid_exists(pid) for pid in pids)
    for job in running:
        assert jobs.get(job.job_id).code == "WORKER_DIED"
        assert "server was stopped" in jobs.get(job.job_id).message
    assert jobs.get(waiting.job_id).state == "queued"
    with Pool(1, command=COMMAND):
        assert ended(waiting).state == "done"


def test_two_pools_on_one_home_run_every_job_once(tmp_path: Path):
    with Pool(2, command=COMMAND) as one, Pool(2, command=COMMAND) as two:
        assert one.wait_ready(PATIENCE)
        assert two.wait_ready(PATIENCE)
        asked = [ask(seed, owner=str(seed % 3)) for seed in range(24)]
        for job in asked:
            assert ended(job).state == "done"
    for job in asked:
        assert [line["type"] for line in jobs.measurements(job.job_id)].count("started") == 1
    assert sorted(job.turn for job in jobs.jobs()) == list(range(1, 25))


def test_a_start_clears_up_what_a_dead_server_left(tmp_path: Path):
    runs = RunStore()
    runs.publish(tiny_run(9))
    program = (
        "import sys, pathlib; from core.files import temporary\n"
        "for folder in sys.argv[1:]: temporary(pathlib.Path(folder)).mkdir(parents=True)"
    )
    subprocess.run([sys.executable, "-c", program, runs.folder, jobs.folder()], cwd=ROOT, check=True)
    assert len([*runs.folder.glob(".tmp-*"), *jobs.folder().glob(".tmp-*")]) == 2
    with Pool(1, command=COMMAND) as pool:
        pool.wait_ready(PATIENCE)
    assert [*runs.folder.glob(".tmp-*"), *jobs.folder().glob(".tmp-*")] == []
    assert runs.load(tiny_run(9).run_id).config.seed == 9


def test_memory_and_files_stay_level_over_many_jobs(pool: Pool):
    me = psutil.Process()
    for seed in range(10):
        ended(ask(seed))
    files_before, memory_before = me.num_fds(), me.memory_info().rss
    for seed in range(10, 60):
        assert ended(ask(seed)).state == "done"
    assert me.num_fds() <= files_before + 2
    assert me.memory_info().rss - memory_before < 20 * 2**20


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a disk of 3 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=3m", "none", disk], check=False).returncode:
        pytest.skip("only a superuser can mount a small disk")
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(disk))
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_fails_the_job_and_nothing_else(small_disk: Path):
    filler = small_disk / "filler"
    with Pool(1, command=COMMAND) as pool:
        kept = ended(ask(0))
        before = {path.name: path.read_bytes() for path in (RunStore().folder / kept.key).iterdir()}
        too_big = ended(ask(1, items=400_000))
        assert (too_big.state, too_big.code) == ("failed", "DISK_FULL")
        assert "Delete runs" in too_big.message

        running = ask(2, steps=100, seconds=5)
        wait_for(lambda: measuring(running))
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        assert shutil.disk_usage(small_disk).free < 65_536
        full = ended(running)
        assert (full.state, full.code) == ("failed", "DISK_FULL")
        assert full.seconds > 0, "its own worker could still say so"
        with pytest.raises(DiskFullError):
            ask(3)

        filler.unlink()
        assert ended(ask(3)).state == "done"
        assert len(pool.pids) == 1
    assert {path.name: path.read_bytes() for path in (RunStore().folder / kept.key).iterdir()} == before
    assert [*RunStore().folder.glob(".tmp-*"), *jobs.folder().glob(".tmp-*")] == []


def test_the_number_of_workers_is_configurable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "3")
    assert default_workers() == 3
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "none")
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_WORKERS"):
        default_workers()
    monkeypatch.delenv("EMBEDDING_EXPLORER_WORKERS")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert default_workers() == 1


def test_a_pool_that_was_never_started_can_be_stopped():
    never = Pool(1, command=COMMAND)
    never.stop()
    assert never.pids == ()


def test_processes_are_told_apart():
    assert ProcessId.mine() == ProcessId.of(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = ProcessId.of(child.pid)
    assert identity is not None
    assert identity.alive
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is dead, its status unread
    assert not identity.alive
    child.communicate()
    assert not identity.alive
    assert ProcessId.of(child.pid) is None
    assert files.temporary(Path()).name.startswith(f".tmp-{os.getpid()}-")
