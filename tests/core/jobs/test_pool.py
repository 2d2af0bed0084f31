"""The pool on live worker processes, without TensorFlow: warm, in turn, side by side, after failures, level over many
jobs, and with others in place of workers that ended early."""

import errno
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from core.access import COMMAND_LINE
from core.disk import files
from core.errors import UnknownJobError
from core.jobs import queue
from core.jobs.pool import MOST_STEERING, Pool
from core.jobs.runner import Runner
from core.store.runs import RunStore
from tests.core.jobs import tiny
from tests.core.jobs.tiny import COMMAND
from tests.core.jobs.tinyjobs import (
    FAILURES,
    PATIENCE,
    ROOT,
    ask,
    ended,
    failed,
    home_of_tiny_jobs,
    measuring,
    wait_for,
)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of all tests in this file."""
    with home_of_tiny_jobs(tmp_path_factory.mktemp("home")) as folder:
        yield folder


@pytest.fixture(scope="module")
def _started(home: Path) -> Iterator[Pool]:
    """One pool for this file, where few tests end a worker: each takes half a second of a processor to start."""
    with Pool(1, command=COMMAND) as started:
        assert started.wait_ready(PATIENCE)
        yield started


@pytest.fixture
def pool(_started: Pool) -> Iterator[Pool]:
    """One worker for trainings, ready, and none of the jobs and runs of the test before."""
    assert _started.wait_ready(PATIENCE)
    yield _started
    for job in queue.jobs():
        if job.active:
            queue.cancel(job.job_id, by=COMMAND_LINE)
    wait_for(lambda: not any(job.active for job in queue.jobs()))
    queue.prune(0)
    for run in RunStore().folder.glob("[!.]*"):
        files.remove(run)


def trainer(pool: Pool) -> int:
    """Process id of the worker for trainings; other tests may have had the pool start others."""
    (worker,) = pool._of("training")
    return worker.pid


def test_a_job_runs_to_its_end_and_leaves_its_run(pool: Pool):
    job = ended(ask(5, steps=4))
    assert (job.state, job.progress, job.code, job.message) == ("done", 1.0, "", "")
    assert job.worker is not None
    assert job.worker.pid == trainer(pool)
    assert job.started_at
    assert job.finished_at >= job.started_at
    assert RunStore().load(job.key).config.seed == 5
    assert [line["type"] for line in queue.measurements(job.job_id)] == ["started", *["step"] * 4]


def test_an_idle_worker_starts_at_once(pool: Pool):
    job = ask(steps=2, seconds=0.2)
    assert wait_for(lambda: measuring(job)) < 1
    assert ended(job).state == "done"


def test_a_training_waits_for_no_other_work(pool: Pool):
    aside = ask(0, kind="aside", steps=600, seconds=60)
    wait_for(lambda: measuring(aside))
    trained = ended(ask(1))
    assert trained.state == "done"
    assert queue.get(aside.job_id).state == "running"
    assert trained.worker is not None
    assert queue.get(aside.job_id).worker != trained.worker
    queue.cancel(aside.job_id, by=COMMAND_LINE)
    assert ended(aside).state == "canceled"
    assert len(pool._of("other")) == 1, "the second worker stays for the next"


def test_other_work_waits_for_no_training(pool: Pool):
    training = ask(0, steps=600, seconds=60)
    wait_for(lambda: measuring(training))
    assert ended(ask(1, kind="aside")).state == "done"
    assert queue.get(training.job_id).state == "running"


def test_a_second_sweep_goes_on_beside_the_first_and_a_third_waits(pool: Pool):
    first, second = (ask(seed, kind="steering", steps=600, seconds=60) for seed in (0, 1))
    wait_for(lambda: measuring(first) and measuring(second))
    third = ask(2, kind="steering")
    assert ended(ask(3)).state == "done"  # the pool has looked at the queue since
    assert queue.get(third.job_id).state == "queued" and len(pool._of("steering")) == MOST_STEERING
    for job in (first, second):
        queue.cancel(job.job_id, by=COMMAND_LINE)
    assert ended(third).state == "done"


def test_a_job_of_another_process_is_found(pool: Pool):
    program = (
        "from core.access import Visitor; from core.jobs import queue; from core.jobs.kinds import KINDS; "
        "from tests.core.jobs.tiny import TINY, key_of\n"
        "KINDS['tiny'] = TINY\n"
        "print(queue.submit('tiny', {'seed': 1}, key=key_of({'seed': 1}), by=Visitor('other')).job_id)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    wait_for(lambda: not queue.get(said.stdout.strip()).active)
    assert queue.get(said.stdout.strip()).state == "done"


def test_jobs_are_started_in_fair_turns(pool: Pool):
    first = ask(0, steps=600, seconds=60)
    wait_for(lambda: measuring(first))
    later = [ask(seed, owner) for seed, owner in ((1, "ann"), (2, "ann"), (3, "bob"), (4, "cem"), (5, "bob"))]
    queue.cancel(first.job_id, by=COMMAND_LINE)
    for job in later:
        assert ended(job).state == "done"
    in_order = sorted((job for job in queue.jobs() if job.job_id != first.job_id), key=lambda job: job.turn)
    assert [job.owner for job in in_order] == ["bob", "cem", "ann", "bob", "ann"]


def test_progress_and_heartbeat_are_seen_while_it_runs(pool: Pool):
    job = ask(steps=600, seconds=60)
    wait_for(lambda: queue.get(job.job_id).heartbeat >= 3)
    running = queue.get(job.job_id)
    assert running.state == "running"
    assert running.seconds >= 3 * tiny.BEAT_SECONDS
    assert 0 < running.progress < 1
    queue.cancel(job.job_id, by=COMMAND_LINE)
    ended(job)


def test_memory_and_files_stay_level_over_many_jobs(pool: Pool):
    me = psutil.Process()
    for seed in range(5):
        ended(ask(seed))
    files_before, memory_before = me.num_fds(), me.memory_info().rss
    for seed in range(5, 30):
        assert ended(ask(seed)).state == "done"
    assert me.num_fds() <= files_before + 1
    assert me.memory_info().rss - memory_before < 10 * 2**20


def test_a_pool_is_a_runner(pool: Pool):
    runner: Runner = pool
    job = ask(steps=200, seconds=60)
    wait_for(lambda: measuring(job))
    assert runner.watch(job.job_id).state == "running"
    assert runner.cancel(job.job_id, by=COMMAND_LINE).canceling
    assert ended(job).state == "canceled"
    assert runner.watch(job.job_id) == queue.get(job.job_id)
    for call in (runner.watch, partial(runner.cancel, by=COMMAND_LINE)):
        with pytest.raises(UnknownJobError):
            call("42")


def test_a_pool_goes_on_after_no_more_files_could_be_opened(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    """It watches its workers with a file; one flood of connections takes the last."""
    refused = threading.Event()

    def none_left() -> None:
        refused.set()
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as full:
        full.setattr(selectors, "DefaultSelector", none_left)
        assert refused.wait(5)
    job = ask(7)
    assert ended(job).state == "done"


def test_a_stop_is_heard_within_a_second_and_keeps_the_history(pool: Pool):
    job = ask(steps=200, seconds=20)
    wait_for(lambda: measuring(job, 4))
    worker = trainer(pool)
    queue.cancel(job.job_id, by=COMMAND_LINE)
    assert wait_for(lambda: not queue.get(job.job_id).active) < 1
    assert (queue.get(job.job_id).state, queue.get(job.job_id).code) == ("canceled", "CANCELED")
    assert len(queue.measurements(job.job_id)) >= 4
    assert ended(ask(1)).state == "done"
    assert trainer(pool) == worker, "a worker that obeys stays"


@FAILURES
def test_failures_are_told_and_the_next_job_runs(pool: Pool, deed: str, code: str, log: str):
    job = failed(deed, code, log)
    assert queue.measurements(job.job_id)[0]["type"] == "started"
    assert ended(ask(1)).state == "done"


def test_what_a_worker_leaves_in_the_temporary_folder_goes_with_it(pool: Pool):
    environment = Path(f"/proc/{trainer(pool)}/environ").read_bytes()
    (scratch,) = (path for path in queue.folder().glob(".tmp-*") if os.fsencode(path) in environment)
    (scratch / "left.py").touch()
    os.kill(trainer(pool), signal.SIGKILL)
    wait_for(lambda: not scratch.exists())


def test_a_worker_that_does_not_answer_a_stop_is_replaced(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "_limits", replace(pool._limits, cancel_seconds=0))
    job = ask(do="deaf")
    wait_for(lambda: measuring(job, 1))
    deaf = trainer(pool)
    queue.cancel(job.job_id, by=COMMAND_LINE)
    canceled = ended(job)
    assert canceled.state == "canceled"
    assert "did not answer" in canceled.message
    assert pool.wait_ready(PATIENCE)
    assert trainer(pool) != deaf
    assert not psutil.pid_exists(deaf)


def test_a_job_past_its_time_is_ended(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "_limits", replace(pool._limits, job_seconds=1))
    job = ended(ask(do="deaf"))
    assert (job.state, job.code) == ("failed", "LIMIT")
    assert "more than 1 s" in job.message


def test_a_worker_that_died_fails_its_job_alone(pool: Pool):
    job, waiting = ask(steps=600, seconds=60), ask(1)
    wait_for(lambda: measuring(job))
    victim = trainer(pool)
    os.kill(victim, signal.SIGKILL)
    lost = ended(job)
    assert (lost.state, lost.code) == ("failed", "WORKER_DIED")
    assert "was killed from outside; start it again" in lost.message
    assert len(queue.measurements(job.job_id)) >= 2
    assert ended(waiting).state == "done"
    assert pool.wait_ready(PATIENCE)
    assert trainer(pool) != victim


def test_an_idle_worker_that_died_costs_nobody_anything(pool: Pool):
    os.kill(trainer(pool), signal.SIGKILL)
    assert ended(ask()).state == "done"


def test_a_worker_that_grew_is_replaced_after_its_job(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "_limits", replace(pool._limits, worker_mb=200))
    lean = trainer(pool)
    assert ended(ask(0)).state == "done"
    assert trainer(pool) == lean
    assert ended(ask(1, do="fat")).state == "done"
    wait_for(lambda: lean not in pool.pids and pool.ready)
    assert not psutil.pid_exists(lean)
