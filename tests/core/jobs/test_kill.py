"""Workers and servers killed without warning: nothing finished is lost, nothing half-done stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import kill
from core.access import Visitor
from core.jobs import queue
from core.jobs.job_folder import Job
from core.jobs.kinds import KINDS
from core.jobs.pool import Pool
from core.store.runs import RunStore
from tests.core.jobs.tiny import COMMAND, TINY, key_of
from tests.core.jobs.tinyjobs import runs, wait_for

ROOT = Path(__file__).parents[3]
SERVER = """
import sys, threading
from core.access import Visitor
from core.jobs import queue
from core.jobs.kinds import KINDS
from core.jobs.pool import Pool
from tests.core.jobs.tiny import COMMAND, TINY, key_of
KINDS["tiny"] = TINY
pool = Pool(2, command=COMMAND).start()
for seed in range(5):
    spec = {"seed": seed, "steps": 100, "seconds": 60 if seed < 2 else 0.1}
    queue.submit("tiny", spec, key=key_of(spec), by=Visitor("ann"))
pool.wait_ready(30)
print(*pool.pids, flush=True)
threading.Event().wait()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "1000")
    monkeypatch.setenv("EMBEDDING_EXPLORER_LEASE_SECONDS", "2")
    monkeypatch.setitem(KINDS, "tiny", TINY)
    return tmp_path


def submit(seed: int) -> Job:
    """A job of 0.2 s whose run takes some 20 ms to write."""
    spec = {"seed": seed, "steps": 10, "seconds": 0.2, "items": 200_000}
    return queue.submit("tiny", spec, key=key_of(spec), by=Visitor("ann"))


def test_killed_workers_lose_nothing_that_was_finished():
    with Pool(1, command=COMMAND) as pool:
        counts = kill.run(pool, submit, times=6, publishing=3, longest=0.25)
    assert counts.kills == 6
    assert counts.inside_publishing >= 3
    assert counts.corrupt_entries == 0
    assert counts.finished_runs_lost == 0
    assert counts.jobs_left_running == 0
    assert counts.rounds_below_strength == 0
    assert counts.jobs_failed >= 3


@pytest.fixture
def server(home: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A server with two jobs running and three waiting."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    wait_for(lambda: [job.state for job in queue.jobs()] == ["running"] * 2 + ["queued"] * 3)
    yield process, pids
    process.kill()
    process.communicate()


def test_a_killed_server_leaves_no_worker_and_its_successor_goes_on(server: tuple[subprocess.Popen[str], list[int]]):
    process, pids = server
    assert [runs(pid) for pid in pids] == [True, True]
    process.kill()
    wait_for(lambda: not any(runs(pid) for pid in pids), seconds=10)
    assert [job.state for job in queue.jobs()] == ["running"] * 2 + ["queued"] * 3, "nobody was there to tell"
    with Pool(1, command=COMMAND):
        wait_for(lambda: not any(job.active for job in queue.jobs()))
    assert [job.state for job in queue.jobs()] == ["failed"] * 2 + ["done"] * 3
    assert [job.code for job in queue.jobs()][:2] == ["WORKER_DIED"] * 2
    assert len(RunStore().list()) == 3


def test_a_second_server_goes_on_beside_one_that_freezes_and_takes_over_the_queue_when_it_is_killed(
    server: tuple[subprocess.Popen[str], list[int]],
):
    process, _ = server
    with Pool(1, command=COMMAND):
        wait_for(lambda: sum(job.state == "done" for job in queue.jobs()) == 3)
        assert [job.state for job in queue.jobs()][:2] == ["running"] * 2, "the other server's jobs are its own"
        os.kill(process.pid, signal.SIGSTOP)
        submit(5)
        wait_for(lambda: sum(job.state == "done" for job in queue.jobs()) == 4)
        assert [job.state for job in queue.jobs()][:2] == ["running"] * 2, "the frozen server's jobs are its own"
        process.kill()
        wait_for(lambda: not any(job.active for job in queue.jobs()))
    assert [job.code for job in queue.jobs()] == ["WORKER_DIED"] * 2 + [""] * 4


def test_no_worker_outlives_this_file():
    left = [child for child in psutil.Process().children(recursive=True) if "tiny.py" in " ".join(child.cmdline())]
    assert left == []
