"""Jobs on a real Dask cluster: processes of their own, with no disk or home in common with the server."""

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from core import data
from core.access import COMMAND_LINE
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.jobs import queue
from core.jobs.on_dask import cluster as cluster_module
from core.jobs.on_dask import worker_side
from core.jobs.on_dask.runner import DaskRunner
from core.jobs.runner import Runner
from core.model.families import run_config
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings
from core.training.trainer import fit
from tests.conftest import small_ratings
from tests.core.jobs.on_dask.processes import Processes, cluster
from tests.core.jobs.tiny import tiny_run
from tests.core.jobs.tinyjobs import FAILURES, ROOT, ask, ended, failed, home_of_tiny_jobs, measuring, wait_for

STARTS = 120
"""Seconds in which processes of Dask have started, on however busy a machine."""

OTHER_SERVER = """
import sys
from core.jobs.kinds import KINDS
from core.jobs.on_dask.runner import DaskRunner
from tests.core.jobs.tiny import TINY
from tests.core.jobs.tinyjobs import ask, ended, measuring, wait_for
KINDS["tiny"] = TINY
with DaskRunner(sys.argv[1]):
    for job in [ask(seed, steps=20, seconds=0.5) for seed in range(2)]:
        print(ended(job).state, flush=True)
    last = ask(9, steps=6000, seconds=600)
    wait_for(lambda: measuring(last))
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A scheduler and two workers with a thread each."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The server's home, the same for all tests of this file."""
    with home_of_tiny_jobs(tmp_path_factory.mktemp("home")) as folder:
        yield folder


@pytest.fixture(scope="module")
def runner(processes: Processes, home: Path) -> Iterator[Runner]:
    """A server's runner, ready."""
    with DaskRunner(processes.address) as started:
        wait_for(lambda: len(started._cluster._plugins) == 2, STARTS)
        yield started


@pytest.fixture
def two_workers(runner: Runner, processes: Processes) -> Processes:
    """The cluster with both of its workers, of which another test may have ended one."""
    for _ in range(2 - len(runner._cluster._plugins)):
        processes.start_worker()
    wait_for(lambda: len(runner._cluster._plugins) == 2, STARTS)
    return processes


def test_a_job_leaves_here_what_it_would_have_left_there(runner: Runner):
    job = ended(ask(5, steps=4))
    assert (job.state, job.progress, job.code, job.message) == ("done", 1.0, "", "")
    run, made = RunStore().load(job.key), tiny_run(5)
    assert run.history == made.history and run.dataset == made.dataset
    np.testing.assert_array_equal(run.scorer.item_embedding, made.scorer.item_embedding)
    assert [line["type"] for line in queue.measurements(job.job_id)] == ["started", *["step"] * 4]
    assert "on the Dask worker tcp://127.0.0.1:" in queue.log(job.job_id)


def test_what_is_measured_is_here_within_a_second(runner: Runner):
    job, delays = ask(6, do="clock"), []
    while queue.get(job.job_id).active:
        clocks = [line for line in queue.measurements(job.job_id) if line["type"] == "clock"]
        delays += [time.time() - line["time"] for line in clocks[len(delays) :]]
    assert len(delays) == 20
    assert statistics.median(delays) < 1


def test_a_stop_reaches_the_worker_which_is_free_again(runner: Runner):
    job = ask(7, steps=6000, seconds=600)
    wait_for(lambda: measuring(job))
    runner.cancel(job.job_id, by=COMMAND_LINE)
    assert (ended(job).state, ended(job).code) == ("canceled", "CANCELED")
    for seed in (8, 9):
        assert ended(ask(seed)).state == "done"


@FAILURES
def test_failures_have_the_codes_and_the_log_that_they_have_on_one_machine(
    runner: Runner, deed: str, code: str, log: str
):
    failed(deed, code, log)


def test_twenty_equal_requests_are_one_training(runner: Runner):
    jobs = [ask(10, owner=f"owner {number}", steps=5, seconds=0.5) for number in range(20)]
    assert len({job.job_id for job in jobs}) == 1
    assert ended(jobs[0]).state == "done"
    assert [line["type"] for line in queue.measurements(jobs[0].job_id)] == ["started", *["step"] * 5]
    assert ask(10).state == "done"


@pytest.fixture
def brought(home: Path) -> Ratings:
    """Ratings that the server alone has."""
    ratings = small_ratings()
    folder = home / "datasets" / ratings.dataset_id
    if not folder.exists():
        folder.mkdir(parents=True)
        write_folder(folder, ratings)
    return data.load(ratings.dataset_id)


def test_data_goes_to_a_worker_once_and_the_model_is_the_one_that_would_be_trained_here(
    runner: Runner, brought: Ratings, monkeypatch: pytest.MonkeyPatch
):
    sent: list[str] = []
    send = runner._cluster.send_data
    monkeypatch.setattr(runner._cluster, "send_data", lambda worker, *what: (sent.append(worker), send(worker, *what)))
    configs = [run_config(model="variational", embedding_dim=2, steps=25, seed=seed) for seed in range(4)]
    jobs = [queue.submit_training(config, brought, by=COMMAND_LINE) for config in configs]
    assert [ended(job).state for job in jobs] == ["done"] * 4, queue.log(jobs[0].job_id)
    assert len(sent) == len(set(sent))
    for config, job in list(zip(configs, jobs, strict=True))[:2]:
        run, here = RunStore().load(job.key), fit(config, brought)
        assert run.dataset == brought.reference
        for name, array in here.scorer.arrays.items():
            np.testing.assert_array_equal(run.scorer.arrays[name], array)
        assert FILM.load(job.key, FilmSettings()) is not None
        assert {"epoch", "frame"} <= {line["type"] for line in queue.measurements(job.job_id)}


def test_two_servers_share_a_cluster(runner: Runner, two_workers: Processes, tmp_path: Path, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
        other = subprocess.Popen(
            [sys.executable, "-c", OTHER_SERVER, two_workers.address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    jobs = [ask(seed, steps=20, seconds=0.5) for seed in (0, 1, 20, 21)]  # the first two are asked for there too
    assert [ended(job).state for job in jobs] == ["done"] * 4
    assert other.stdout is not None
    assert [other.stdout.readline().strip() for _ in range(3)] == ["done", "done", "running"]
    runs = sorted(path.name for path in (tmp_path / "runs").glob("[!.]*"))
    assert runs == sorted(tiny_run(seed).run_id for seed in (0, 1))
    other.kill()
    other.communicate()
    jobs = [ask(seed, steps=4, seconds=1) for seed in (22, 23)]
    assert [ended(job).state for job in jobs] == ["done"] * 2, "what a killed server had begun was ended"
    assert len({queue.log(job.job_id).split()[-1] for job in jobs}) == 2


def test_a_worker_of_another_program_is_not_used_and_that_is_said(processes: Processes, monkeypatch):
    monkeypatch.setattr(worker_side, "program", lambda: "0" * 64)
    with DaskRunner(processes.address) as other:
        wait_for(lambda: "another version of the program" in other.trouble)
        assert "Install there what is installed here" in other.trouble


def test_a_scheduler_of_another_version_is_not_used_and_that_is_said(processes: Processes, monkeypatch):
    monkeypatch.setattr("core.jobs.on_dask.cluster.distributed.__version__", "1.0")
    with DaskRunner(processes.address) as other:
        wait_for(lambda: "and this server has 1.0" in other.trouble)
        assert other._cluster.take() is None


def test_a_scheduler_without_the_program_is_not_used_and_that_is_said(tmp_path: Path):
    with cluster(tmp_path, 0, place=tmp_path) as bare:
        elsewhere = cluster_module.Cluster(bare.address, lambda message: None)
        elsewhere.look()
        assert "lacks the program (No module named 'core'" in elsewhere.trouble and elsewhere.take() is None
        elsewhere.end()


def test_a_scheduler_takes_the_program_and_none_of_its_libraries():
    names = "('pandas', 'pyarrow', 'pydantic', 'scipy')"
    there = f"import sys, core.jobs.on_dask.task; print([name for name in {names} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", there], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"


def test_a_scheduler_that_is_not_there_costs_nothing_however_often_it_is_asked(monkeypatch):
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.1)
    absent = cluster_module.Cluster("tcp://127.0.0.1:1", lambda message: None)
    absent.look()
    assert "does not answer" in absent.trouble and absent.take() is None
    threads, files = threading.active_count(), psutil.Process().num_fds()
    for _ in range(3):
        absent.look()
    assert threading.active_count() <= threads and psutil.Process().num_fds() <= files
    absent.end()


def test_a_worker_that_died_fails_its_job_alone(two_workers: Processes):
    jobs = [ask(seed, steps=6000, seconds=600) for seed in (30, 31)]
    wait_for(lambda: all(measuring(job) for job in jobs))
    next(worker for worker in two_workers.workers if worker.poll() is None).kill()
    wait_for(lambda: not all(queue.get(job.job_id).active for job in jobs))
    states = sorted((queue.get(job.job_id) for job in jobs), key=lambda job: job.active)
    assert (states[0].state, states[0].code) == ("failed", "WORKER_DIED")
    assert "start it again" in states[0].message
    assert states[1].state == "running"
    queue.cancel(states[1].job_id, by=COMMAND_LINE)
    assert ended(states[1]).state == "canceled"
    assert ended(ask(32)).state == "done"


def test_a_server_that_stops_says_so_and_its_trainings_stop(runner: Runner, processes: Processes, monkeypatch):
    with DaskRunner(processes.address) as other:
        wait_for(lambda: not other.trouble)
        monkeypatch.setattr(runner, "_begin", lambda job: False)  # these are for the other
        jobs = [ask(seed, steps=6000, seconds=600) for seed in (40, 41)]
        wait_for(lambda: [measuring(job) for job in jobs].count(True) >= 1)
        running = [job for job in jobs if queue.get(job.job_id).state == "running"]
    for job in running:
        assert queue.get(job.job_id).code == "WORKER_DIED"
        assert "server was stopped" in queue.get(job.job_id).message
    monkeypatch.undo()
    for job in jobs:
        queue.cancel(job.job_id, by=COMMAND_LINE)
    assert ended(ask(42)).state == "done", "its worker was let go"


def test_the_scheduler_dies_and_returns(runner: Runner, processes: Processes, monkeypatch):
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 1)
    job = ask(50, steps=6000, seconds=600)
    wait_for(lambda: measuring(job))
    processes.scheduler.kill()
    assert (ended(job).state, ended(job).code) == ("failed", "WORKER_DIED")
    processes.scheduler.wait()
    wait_for(lambda: "does not answer" in runner.trouble, STARTS)
    waiting = ask(51)
    wait_for(lambda: all(worker.poll() is not None for worker in processes.workers))  # Dask's workers do not outlive it
    assert queue.get(waiting.job_id).state == "queued"
    processes.start_scheduler()
    wait_for(lambda: "has no workers" in runner.trouble, STARTS)
    processes.start_worker()
    wait_for(lambda: runner._cluster._plugins, STARTS)
    assert ended(waiting).state == "done"
    assert runner.trouble == ""
