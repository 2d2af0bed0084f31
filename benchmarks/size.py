"""Speed, memory and error of training by the number of ratings, on made-up ratings of the largest MovieLens' shape.

    python -m benchmarks.size                                  1, 4, 16 and 32 million ratings, `large` and `als`
    python -m benchmarks.size --rows 4000000 --batch-size 8192
    python -m benchmarks.size --rows 4000000 --epochs 20 --preset large --preset best-ratings   whole trainings

The tables have 200,948 users and 87,585 items at every size, so that only the
number of ratings changes. Each size runs in a process of its own, which makes
its peak of memory its own. Ratings a second are training ratings over the
epoch's whole time, its measurements included.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np

from core.config import run_id
from core.data.ratings import Ratings
from core.model.events import Epoch, Event, Started
from core.model.families import PRESETS, parse_config, run_config
from tests.made_up import ids, made_up

STARTS = {**PRESETS, "als": run_config(model="als"), "spark": run_config(model="als", engine="spark")}
"""What is measured, by name: the presets, and alternating least squares at its usual settings, here and by Spark."""
USERS, ITEMS = 200_948, 87_585
REPLACED = ("epochs", "batch_size", "learning_rate", "l2", "vector_penalty", "embedding_dim", "item_dropout")
FEW_EPOCHS = 2
"""Where no number is asked for: enough to see how long an epoch takes."""
ROWS = (1_000_000, 4_000_000, 16_000_000, 32_000_000)
TASTES, NOISE = 8, 0.75
CHUNK = 2**22
COLUMNS = (
    ("ratings", 12, ""),
    ("preset", 14, ""),
    ("before", 9, "s"),
    ("epoch", 9, "s"),
    ("work", 9, "s"),
    ("ratings/s", 12, ""),
    ("epochs", 8, ""),
    ("whole", 9, "s"),
    ("longest", 9, "wait, s"),
    ("data", 9, "MiB"),
    ("peak", 9, "MiB"),
    ("averages", 10, ""),
    ("val RMSE", 10, ""),
)


@dataclass(frozen=True)
class Measured:
    """One size.

    Attributes:
        rows: Ratings, those kept for validation included.
        started: Seconds before the first epoch: split, reference lines, compiling.
        epoch: Seconds of the last epoch.
        work: Processor seconds of it, of all processors together; compiling included where it is the only epoch.
            Well below `epoch`, they say that other programs had the machine.
        per_second: Training ratings over those seconds.
        epochs: How many there were; one of the preset `best-ratings` is five steps over all ratings.
        whole: Seconds from data in memory to the last weight.
        longest: Longest time between two looks at whether to stop, compiling included, in seconds.
        data_mb, peak_mb: MiB of the process with the ratings in memory, and at most.
        averages_rmse, val_rmse: Of the user and item means, and of the run.
    """

    rows: int
    started: float
    epoch: float
    work: float
    per_second: float
    epochs: int
    whole: float
    longest: float
    data_mb: float
    peak_mb: float
    averages_rmse: float
    val_rmse: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed, memory and error of training by the number of ratings.")
    parser.add_argument("--rows", type=int, action="append", metavar="N", help="a number of ratings; may be repeated")
    parser.add_argument("--preset", action="append", choices=STARTS, help="large and als, unless said; may be repeated")
    for name in REPLACED:
        parser.add_argument(f"--{name.replace('_', '-')}", help="in place of the preset's")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)  # how the process of one size is called
    called = parser.parse_args()
    if called.one:
        print(json.dumps(asdict(measure(called.rows[-1], called))))
        return
    print("".join(f"{name:>{width}}" for name, width, _ in COLUMNS))
    print("".join(f"{unit:>{width}}" for _, width, unit in COLUMNS), flush=True)
    for rows in called.rows or ROWS:
        for preset in called.preset or ["large", "als"]:
            print_row(preset, in_own_process(rows, preset))


def in_own_process(rows: int, preset: str) -> Measured:
    """Measure one size with this process's own settings."""
    own = ["--one", "--rows", str(rows), "--preset", preset]  # of what may be repeated, the last counts there
    command = [sys.executable, "-m", "benchmarks.size", *sys.argv[1:], *own]
    return Measured(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def print_row(preset: str, found: Measured) -> None:
    """One line under `COLUMNS`."""
    speed = f"{preset:>14}{found.started:9.1f}{found.epoch:9.1f}{found.work:9.1f}{found.per_second:12,.0f}"
    speed += f"{found.epochs:8}{found.whole:9.1f}{found.longest:9.2f}"
    rest = f"{found.data_mb:9,.0f}{found.peak_mb:9,.0f}{found.averages_rmse:10.4f}{found.val_rmse:10.4f}"
    print(f"{found.rows:12,}{speed}{rest}", flush=True)


def measure(rows: int, called: argparse.Namespace) -> Measured:
    """Train on `rows` ratings in this process."""
    from core.training.trainer import fit  # not above: who wants the ratings alone needs no TensorFlow

    base = STARTS[called.preset[-1]]
    given = {
        name: getattr(called, name) for name in REPLACED if getattr(called, name) is not None and hasattr(base, name)
    }
    if hasattr(base, "epochs"):
        given.setdefault("epochs", FEW_EPOCHS)
    config = parse_config(given, base=base)
    ratings = planted(rows)
    run_id(config, ratings.digest)  # the digest is kept; a worker has it before it trains
    data_mb = _peak_mb()
    looks, work = [], []

    def note(event: Event) -> None:
        if isinstance(event, Started | Epoch):
            work.append(_work())

    def look() -> bool:
        looks.append(time.perf_counter())
        return False

    run = fit(config, ratings, on_event=note, should_stop=look)
    last = run.history[-1]
    passes = config.epochs if getattr(config, "engine", "") == "spark" else 1  # Spark tells of all as one
    compiled = run.outcome.train_seconds - sum(epoch.seconds for epoch in run.history)
    return Measured(
        rows=rows,
        started=compiled,
        epoch=last.seconds / passes,
        work=(work[-1] - work[-2]) / passes,
        per_second=run.started.n_train * passes / last.seconds,
        epochs=run.outcome.epochs,
        whole=run.outcome.train_seconds,
        longest=float(np.diff(looks).max()),
        data_mb=data_mb,
        peak_mb=_peak_mb(),
        averages_rmse=run.started.averages_rmse,
        val_rmse=run.outcome.val_rmse,
    )


def _work() -> float:
    """Processor seconds so far, with those of Spark's process, which has ended before its epoch is told."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_mb() -> float:
    """At most so far; with what Spark's process took at most, which may have been at another moment."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_maxrss for one in used) / 1024


def planted(rows: int, seed: int = 0) -> Ratings:
    """Ratings with means, biases and eight tastes, and noise that no model can predict.

    Few items have most of the ratings, as in MovieLens. A pair of user and item
    may occur more than once, which training does not mind.
    """
    rng = np.random.default_rng(seed)
    user_bias, item_bias = (rng.normal(0, 0.35, size).astype(np.float32) for size in (USERS, ITEMS))
    user_taste, item_taste = (rng.normal(0, 0.35, (size, TASTES)).astype(np.float32) for size in (USERS, ITEMS))
    user, item = np.empty(rows, np.int32), np.empty(rows, np.int32)
    rating = np.empty(rows, np.float32)
    for first in range(0, rows, CHUNK):
        part = slice(first, min(first + CHUNK, rows))
        size = part.stop - part.start
        user[part], item[part] = _often(rng, USERS, size), _often(rng, ITEMS, size)
        u, i = user[part], item[part]
        score = 3.5 + user_bias[u] + item_bias[i] + np.einsum("ij,ij->i", user_taste[u], item_taste[i])
        score += rng.normal(0, NOISE, size).astype(np.float32)
        rating[part] = np.clip(np.round(2 * score) / 2, 0.5, 5)
    users, items, titles = ids("u", USERS), ids("i", ITEMS), ids("Item ", ITEMS)
    names = {"noun": "item", "dataset_id": f"planted-{rows}", "name": f"Planted {rows:,}"}
    return made_up(user, item, rating, users=users, items=items, ends=(0.5, 5.0), titles=titles, **names)


def _often(rng: np.random.Generator, size: int, draws: int) -> np.ndarray:
    """Rows of a table, the first ones far more often: the square of an even draw."""
    return (size * np.square(rng.random(draws))).astype(np.int32)


if __name__ == "__main__":
    main()
