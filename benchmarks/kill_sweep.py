"""Kill a sweep at random moments, carry it on each time, and compare it with one that nobody disturbed.

    python -m benchmarks.kill_sweep --times 10

A sweep on the bundled ratings is started by the command line, with workers of its own, and killed with them (SIGKILL)
within a second after the run with a number drawn by chance has come into the store. So every kill meets a sweep at
work, on however busy a machine. In the end its trials are to be those of an undisturbed sweep, value for value, and
every run that it names is to be in the store, whole, once.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.browser import verdict
from core import settings
from core.jobs import queue
from core.store.runs import RunStore

SWEEP = "--preset best-ratings --vary embedding_dim=2:12 --vary steps=25:60 --trials 12 --json"
COMMAND = (sys.executable, "-m", "core", "sweep", *SWEEP.split())


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a sweep again and again.")
    parser.add_argument("--times", type=int, default=10, help="how often (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole, place = finished(Path(folder) / "whole"), Path(folder) / "killed"
        moments = random.Random(options.seed)
        after = moments.sample(range(len(runs_in(Path(folder) / "whole"))), options.times)
        kills = kill(place, after, moments)
        again = finished(place)
        settings.live_in(place)
        named = {run_id for trial in again["trials"] for run_id in trial["run_ids"]}
        named |= {run_id for one in (*again["confirmed"], again["base"]) for run_id in one["run_ids"]}
        damaged = sum(RunStore().get(run_id) is None for run_id in named)
        asked = [job.key for job in queue.jobs() if job.state == "done" and job.kind == "train"]
        print(f"killed {kills} times at work, after {', '.join(map(str, sorted(after)))} of {len(runs_in(place))} runs")
    checks = {
        "trials that differ": sum(one != other for one, other in zip(whole["trials"], again["trials"], strict=True)),
        "confirmed that differ": int(whole["confirmed"] != again["confirmed"]),
        "kills that met no sweep at work": options.times - kills,
        "runs named and not whole in the store": damaged,
        "runs trained to their end twice": len(asked) - len(set(asked)),
    }
    within = [verdict(name, float(number), 0, "") for name, number in checks.items()]
    sys.exit(0 if all(within) else 1)


def finished(place: Path) -> dict[str, Any]:
    """What a sweep in this home comes to, carried on to its end."""
    done = subprocess.run(COMMAND, env=settings.environment(place), stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def kill(place: Path, after: Sequence[int], moments: random.Random) -> int:
    """Kill it with its workers soon after there are so many runs, one number a time; how often it was at work."""
    kills = 0
    for runs in sorted(after):
        place.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            COMMAND, env=settings.environment(place), stdout=subprocess.DEVNULL, start_new_session=True
        )
        while len(runs_in(place)) < runs and process.poll() is None:
            time.sleep(0.05)
        time.sleep(moments.random())
        kills += process.poll() is None
        for pid in [process.pid, *workers_of(place)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    return kills


def runs_in(place: Path) -> set[str]:
    """Ids of the runs in this home."""
    return {path.name for path in (place / "runs").glob("[0-9a-f]*")}


def workers_of(place: Path) -> list[int]:
    """Processes whose home this is."""
    mark = f"{settings.PREFIX}HOME={place.resolve()}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
