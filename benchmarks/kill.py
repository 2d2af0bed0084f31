"""Kill the worker at random moments and count what is lost.

    python -m benchmarks.kill --times 200 --publishing 50

Every round submits a training, kills its worker with SIGKILL (at a moment
drawn evenly over the training's usual length, or while its run is being
written), and waits until the job has ended and the pool is back to strength.
A kill counts as inside publishing only where it left a half-written folder
behind. At the end every run that was ever seen in the store is loaded, byte
for byte checked.
"""

import argparse
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.common import own_home
from core import data
from core.access import Visitor
from core.jobs import queue
from core.jobs.job_folder import Job
from core.jobs.pool import Pool
from core.model.families import PRESETS
from core.store.runs import RunStore

_PATIENCE = 120.0
_LONGEST_WRITE = 0.03


@dataclass
class Counts:
    """What happened. `kills` includes those inside publishing; the four after them should be zero."""

    kills: int = 0
    inside_publishing: int = 0
    corrupt_entries: int = 0
    finished_runs_lost: int = 0
    jobs_left_running: int = 0
    rounds_below_strength: int = 0
    jobs_done: int = 0
    jobs_failed: int = 0
    seconds: float = 0.0


def run(
    pool: Pool,
    submit: Callable[[int], Job],
    *,
    times: int,
    publishing: int,
    longest: float,
    seed: int = 0,
) -> Counts:
    """Kill `times` workers of a pool of one.

    Args:
        submit: Asks for a training with the seed given, different each time.
        publishing: How many of the kills must hit the writing of a run.
        longest: Seconds a training usually takes.
        seed: Of the moments.
    """
    chance, store, began = random.Random(seed), RunStore(), time.monotonic()
    counts, published = Counts(), set[str]()
    asked: list[str] = []
    while counts.kills < times:
        aimed = counts.inside_publishing < publishing
        victim = _ready_worker(pool)
        job = submit(len(asked) + 1)
        asked.append(job.job_id)
        hit = _await_writing(store, job, chance) if aimed else _await_moment(chance.uniform(0, longest))
        os.kill(victim, signal.SIGKILL)
        published.update(run.run_id for run in store.list())
        _wait(lambda victim=victim: victim not in pool.pids)
        _wait(lambda job=job: not queue.get(job.job_id).active)
        counts.rounds_below_strength += not pool.wait_ready(_PATIENCE)
        inside = bool(store.sweep())
        counts.inside_publishing += inside
        counts.kills += inside or (hit and not aimed)
        published.update(run.run_id for run in store.list())
    _count(counts, [queue.get(job_id) for job_id in asked], published)
    counts.seconds = time.monotonic() - began
    return counts


def _count(counts: Counts, known: list[Job], published: set[str]) -> None:
    store = RunStore()
    done = {job.key for job in known if job.state == "done"}
    counts.finished_runs_lost = sum(store.get(run_id) is None for run_id in published | done)
    counts.corrupt_entries = len(store.set_aside())
    counts.jobs_left_running = sum(job.active for job in known)
    counts.jobs_done = len(done)
    counts.jobs_failed = sum(job.state == "failed" for job in known)


def _ready_worker(pool: Pool) -> int:
    if not pool.wait_ready(_PATIENCE):
        raise TimeoutError(f"no worker was ready within {_PATIENCE} s")
    (pid,) = pool.pids
    return pid


def _await_moment(seconds: float) -> bool:
    threading.Event().wait(seconds)
    return True


def _await_writing(store: RunStore, job: Job, chance: random.Random) -> bool:
    """Wait until the run is being written, and a random moment more; whether it was seen."""
    end = time.monotonic() + _PATIENCE
    while not list(store.folder.glob(".tmp-*")):
        if time.monotonic() > end or not queue.get(job.job_id).active:
            return False
    threading.Event().wait(chance.uniform(0, _LONGEST_WRITE))
    return True


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"a job did not end within {_PATIENCE} s of its worker's death")
        threading.Event().wait(0.01)


def main() -> None:
    """Print the counts for the real training of the bundled data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50, help="kills in all (default 50)")
    parser.add_argument("--publishing", type=int, help="kills inside publishing (default: a quarter)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    options = parser.parse_args()
    publishing = options.times // 4 if options.publishing is None else options.publishing
    with own_home():
        ratings = data.load()

        def submit(seed: int) -> Job:
            config = PRESETS["default"].model_copy(update={"seed": seed})
            return queue.submit_training(config, ratings, by=Visitor("benchmark"))

        with Pool(1) as pool:
            usual = _usual_seconds(pool, submit(0))
            counts = run(pool, submit, times=options.times, publishing=publishing, longest=usual, seed=options.seed)
    for name, value in counts.__dict__.items():
        print(f"{name.replace('_', ' '):24}{value:>10.0f}")


def _usual_seconds(pool: Pool, job: Job) -> float:
    _ready_worker(pool)
    _wait(lambda: not queue.get(job.job_id).active)
    return queue.get(job.job_id).seconds


if __name__ == "__main__":
    main()
