"""The pool on live worker processes, without TensorFlow: warm, in turn, side by side, and level over many jobs."""

import errno
import os
import selectors
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import psutil
import pytest

from core import settings
from core.access import COMMAND_LINE
from core.errors import LimitError, UnknownJobError
from core.jobs import queue
from core.jobs.pool import MOST_STEERING, POLL_SECONDS, Pool
from core.jobs.runner import Runner
from core.store.runs import RunStore
from tests.core.jobs.tiny import COMMAND
from tests.core.jobs.tinyjobs import PATIENCE, ROOT, ask, ended, measuring, wait_for


@pytest.fixture(autouse=True)
def _room(tiny_kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One owner may ask for many jobs."""
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "50")


def test_a_job_runs_to_its_end_and_leaves_its_run(pool: Pool):
    job = ended(ask(5, steps=4))
    assert (job.state, job.progress, job.code, job.message) == ("done", 1.0, "", "")
    assert job.worker is not None
    assert job.worker.pid == pool.pids[0]
    assert job.started_at
    assert job.finished_at >= job.started_at
    assert RunStore().load(job.key).config.seed == 5
    assert [line["type"] for line in queue.measurements(job.job_id)] == ["started", *["step"] * 4]


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
    assert queue.get(aside.job_id).state == "running"
    assert trained.worker is not None
    assert queue.get(aside.job_id).worker != trained.worker
    queue.cancel(aside.job_id, by=COMMAND_LINE)
    assert ended(aside).state == "canceled"
    assert len(pool.pids) == 2, "the second worker stays for the next"


def test_other_work_waits_for_no_training(pool: Pool):
    training = ask(0, steps=20, seconds=60)
    wait_for(lambda: measuring(training))
    assert ended(ask(1, kind="aside")).state == "done"
    assert queue.get(training.job_id).state == "running"


def test_a_second_sweep_goes_on_beside_the_first_and_a_third_waits(pool: Pool):
    first, second = (ask(seed, kind="steering", steps=20, seconds=60) for seed in (0, 1))
    wait_for(lambda: measuring(first) and measuring(second))
    third = ask(2, kind="steering")
    assert ended(ask(3)).state == "done"  # the pool has looked at the queue since
    assert queue.get(third.job_id).state == "queued" and len(pool.pids) == 1 + MOST_STEERING
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
    first = ask(0, steps=20, seconds=60)
    wait_for(lambda: measuring(first))
    later = [ask(seed, owner) for seed, owner in ((1, "ann"), (2, "ann"), (3, "bob"), (4, "cem"), (5, "bob"))]
    queue.cancel(first.job_id, by=COMMAND_LINE)
    for job in later:
        assert ended(job).state == "done"
    in_order = sorted((job for job in queue.jobs() if job.job_id != first.job_id), key=lambda job: job.turn)
    assert [job.owner for job in in_order] == ["bob", "cem", "ann", "bob", "ann"]


def test_progress_and_heartbeat_are_seen_while_it_runs(pool: Pool):
    job = ask(steps=20, seconds=60)
    wait_for(lambda: queue.get(job.job_id).heartbeat >= 3)
    running = queue.get(job.job_id)
    assert running.state == "running"
    assert running.seconds >= 1
    queue.cancel(job.job_id, by=COMMAND_LINE)
    ended(job)


def test_two_pools_on_one_home_run_every_job_once(tmp_path: Path):
    with Pool(2, command=COMMAND) as one, Pool(2, command=COMMAND) as two:
        assert one.wait_ready(PATIENCE)
        assert two.wait_ready(PATIENCE)
        asked = [ask(seed, owner=str(seed % 3)) for seed in range(24)]
        for job in asked:
            assert ended(job).state == "done"
    for job in asked:
        assert [line["type"] for line in queue.measurements(job.job_id)].count("started") == 1
    assert sorted(job.turn for job in queue.jobs()) == list(range(1, 25))


def test_memory_and_files_stay_level_over_many_jobs(pool: Pool):
    me = psutil.Process()
    for seed in range(10):
        ended(ask(seed))
    files_before, memory_before = me.num_fds(), me.memory_info().rss
    for seed in range(10, 60):
        assert ended(ask(seed)).state == "done"
    assert me.num_fds() <= files_before + 2
    assert me.memory_info().rss - memory_before < 20 * 2**20


def test_the_number_of_workers_is_configurable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "3")
    assert settings.workers() == 3
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "none")
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_WORKERS"):
        settings.workers()
    monkeypatch.delenv("EMBEDDING_EXPLORER_WORKERS")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert (settings.workers(), settings.workers(alone=True)) == (1, 2)


def test_a_pool_that_was_never_started_can_be_stopped():
    never = Pool(1, command=COMMAND)
    never.stop()
    assert never.pids == ()


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
