"""How many trainings get done: by the pool of one machine, and by a Dask cluster with one and with two workers.

    python -m benchmarks.dask_throughput [--trials 64] [--dim 4] [--steps 25]

Every worker has one thread for numbers. All ways train the same models, in homes of their own, one way after the other,
on workers that have trained before. Beside the time it prints processor seconds of every process that takes part: on a
machine with other work, and on few processors, those are what can be compared.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.common import own_home
from core import data
from core.access import Visitor
from core.data.ratings import Ratings
from core.jobs import queue
from core.jobs.on_dask.runner import DaskRunner
from core.jobs.pool import Pool
from core.jobs.runner import Runner
from core.model.families import run_config
from tests.core.jobs.on_dask.processes import cluster

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--dim", type=int, default=4)
    parser.add_argument("--steps", type=int, default=25)
    asked = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))  # of the processes that train, which this one starts
    ratings = data.load()
    print(
        f"{asked.trials} trainings, {asked.dim} dimensions, {asked.steps} steps; {os.cpu_count()} processors, ", end=""
    )
    print(f"load {os.getloadavg()[0]:.1f}")
    print("way                  seconds  processor seconds  of them in training processes  seconds of a job")
    ways: dict[str, Callable[[Path], contextlib.AbstractContextManager[Runner]]] = {
        "pool, 1 process": lambda folder: Pool(1),
        "Dask, 1 worker": lambda folder: on_dask(folder, 1),
        "pool, 2 processes": lambda folder: Pool(2),
        "Dask, 2 workers": lambda folder: on_dask(folder, 2),
    }
    for name, way in ways.items():
        with own_home() as folder, way(folder):
            measure(name, ratings, asked)


@contextlib.contextmanager
def on_dask(folder: Path, workers: int) -> Iterator[Runner]:
    """A cluster of processes of this machine, and what gives it work."""
    with cluster(folder, workers, preload=False) as processes, DaskRunner(processes.address) as runner:
        yield runner


def measure(name: str, ratings: Ratings, asked: argparse.Namespace) -> None:
    """Train once for every worker to be warm, then all, and print what that took."""
    train(ratings, range(10_000, 10_008), asked)
    before, began = spent(), time.perf_counter()
    jobs = train(ratings, range(asked.trials), asked)
    seconds, after = time.perf_counter() - began, spent()
    total = sum(after.values()) - sum(before.get(pid, 0) for pid in after)
    trained = sum(after[pid] - before.get(pid, 0) for pid in after if is_trainer(pid))
    run = [queue.get(job) for job in jobs]
    assert {job.state for job in run} == {"done"}, run
    each = sum(job.seconds for job in run) / len(run)
    print(f"{name:20} {seconds:7.1f}  {total:17.1f}  {trained:29.1f}  {each:16.2f}", flush=True)


def train(ratings: Ratings, seeds: range, asked: argparse.Namespace) -> list[str]:
    """Have a model of each seed trained; the jobs, when all have ended."""
    configs = [run_config(model="variational", embedding_dim=asked.dim, steps=asked.steps, seed=seed) for seed in seeds]
    by = Visitor("benchmark", administrator=True)
    jobs = [queue.submit_training(config, ratings, by=by, part_of="benchmark").job_id for config in configs]
    while any(queue.get(job).active for job in jobs):
        time.sleep(0.1)
    return jobs


def spent() -> dict[int, float]:
    """Processor seconds of this process and of all below it, by process id."""
    me, found = psutil.Process(), {}
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process.pid] = times.user + times.system
    return found


def is_trainer(pid: int) -> bool:
    """Whether a process is one that trains."""
    return "core.jobs.worker" in psutil.Process(pid).cmdline()


if __name__ == "__main__":
    sys.exit(main())
