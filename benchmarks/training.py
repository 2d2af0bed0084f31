"""Errors and seconds of training on the bundled ratings: ours, plain Keras and other programs in one table.

    python -m benchmarks.training                            all of them, on split seeds 0 to 4
    python -m benchmarks.training --only default --only myFM
    python -m benchmarks.training --peers PYTHON             where the other programs are installed, else .venv-peers
    python -m benchmarks.training --answers FOLDER           takes what is there from an earlier call that broke off

Each program has a process of its own, so that nothing warms another, and trains on every split there. Its guesses come
back, and their errors are computed here, all in one way. Seconds are of fitting alone: imports, and turning the data
into what a program wants to have, are left out; compiling is not. Work is the seconds of all processors together: where
it is well below the seconds, other programs had the machine.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.ours import PLAIN, programs
from benchmarks.peers import GUESS_NO_RATINGS, NOT_INSTALLED, PEERS
from core import data
from core.analysis.item_attributes import GENRES, YEAR, item_columns
from core.config import SplitConfig
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.training.baselines import rmse

SEEDS = range(5)
BEST = "best"
ROOT = Path(__file__).parents[1]
PEERS_PYTHON = ROOT / ".venv-peers/bin/python"


@dataclass(frozen=True)
class Result:
    """What a program reached on the first splits, and on how many.

    Attributes:
        name: Of the program, with its version where it is another's.
        settings: In words.
        val_rmse: Of clipped guesses, one a split.
        seconds, work: Median of the splits, on the wall's clock and of all processors together.
        exported: `val_rmse` recomputed from the Parquet export; empty where there is none.
    """

    name: str
    settings: str
    val_rmse: tuple[float, ...]
    seconds: float
    work: float
    exported: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        return float(np.mean(self.val_rmse))


@dataclass(frozen=True)
class Difference:
    """How much higher one program's error is than another's on the same splits, and its standard error."""

    mean: float
    se: float


def difference(one: Result, other: Result) -> Difference | None:
    """Paired over the splits that both have; None for fewer than two, which have no standard error."""
    pairs = list(zip(one.val_rmse, other.val_rmse, strict=False))
    if len(pairs) < 2:
        return None
    found = np.array([a - b for a, b in pairs])
    return Difference(float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found))))


def main() -> None:
    parser = argparse.ArgumentParser(description="Errors and seconds of training on the bundled ratings.")
    parser.add_argument("--only", action="append", metavar="NAME", help="one row of the table; may be repeated")
    parser.add_argument("--splits", type=int, default=len(SEEDS), metavar="N", help="split seeds 0 to N - 1")
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, metavar="PYTHON")
    parser.add_argument("--answers", type=Path, metavar="FOLDER", help="where the guesses stay, and are not made again")
    called = parser.parse_args()
    if unknown := set(called.only or ()) - {*programs(), *PEERS}:
        parser.error(f"{', '.join(unknown)}: no such row; there are {', '.join([*programs(), *PEERS])}")
    ratings = data.load()
    parts = [split(ratings, SplitConfig(split_seed=seed)) for seed in range(called.splits)]
    print("| program | " + " | ".join(f"split {seed}" for seed in range(called.splits)) + " | mean | seconds | work |")
    print("| --- " * (called.splits + 4) + "|", flush=True)
    found = {}
    with tempfile.TemporaryDirectory() as fresh:
        folder = called.answers or Path(fresh)
        folder.mkdir(exist_ok=True)
        task = write_task(ratings, parts, folder / "task.npz")
        for name in called.only or [*programs(), *PEERS]:
            answer = run(name, task, called.peers)
            if isinstance(answer, str):
                print(f"| {name} | {answer} |", flush=True)
            else:
                found[name] = judge(name, answer, ratings, parts)
                print(row(found[name], called.splits), flush=True)
    for name, reason in GUESS_NO_RATINGS.items():
        print(f"| {name} | left out: {reason} |")
    print_comparison(found)


def write_task(ratings: Ratings, parts: list[Split], path: Path) -> Path:
    """All that a program may learn from, and what it is asked, as plain arrays."""
    columns = item_columns(ratings)
    names = sorted({name for names in columns.categories[GENRES] for name in names})
    np.savez(
        path,
        user=ratings.user_index,
        item=ratings.item_index,
        rating=ratings.rating,
        shape=[len(ratings.users), len(ratings.items)],
        scale=[ratings.min_rating, ratings.max_rating],
        year=columns.numbers[YEAR],
        genres=[[name in own for name in names] for own in columns.categories[GENRES]],
        seeds=range(len(parts)),
        train=[part.train for part in parts],
        validation=[part.validation for part in parts],
    )
    return path


def run(name: str, task: Path, peers_python: Path) -> dict[str, np.ndarray] | str:
    """A program's answer in a process of its own, or in words why there is none; it is kept beside the task."""
    answer = task.with_name(f"{name}.npz")
    if answer.exists():
        with np.load(answer) as arrays:
            return dict(arrays)
    if name in PEERS and not peers_python.exists():
        return "not installed; `make peers` installs it"
    module, python = ("peers", peers_python) if name in PEERS else ("ours", Path(sys.executable))
    command = [str(python), "-m", f"benchmarks.{module}", name, str(task), str(answer)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == NOT_INSTALLED:
        return "not installed; `make peers` installs it"
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return f"failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}"
    with np.load(answer) as arrays:
        return dict(arrays)


def judge(name: str, answer: dict[str, np.ndarray], ratings: Ratings, parts: list[Split]) -> Result:
    """A program's errors; all guesses are clipped to the scale alike."""

    def errors(guesses: np.ndarray) -> tuple[float, ...]:
        if not np.isfinite(guesses).all():
            raise ValueError(f"{name} left {np.count_nonzero(~np.isfinite(guesses)):,} pairs without a guess")
        clipped = np.clip(guesses, ratings.min_rating, ratings.max_rating)
        return tuple(rmse(guess, ratings.rating[part.validation]) for guess, part in zip(clipped, parts, strict=False))

    settings = PEERS[name].settings if name in PEERS else programs()[name].settings
    if "release" in answer:
        settings = f"{answer['release']}; {settings}"
    exported = errors(answer["exported"]) if "exported" in answer else ()
    seconds, work = (float(np.median(answer[clock])) for clock in ("seconds", "work"))
    return Result(name, settings, errors(answer["guesses"]), seconds, work, exported)


def row(found: Result, splits: int) -> str:
    """One line of the table; a dash for a split that was not tried."""
    errors = [f"{error:.4f}" for error in found.val_rmse] + ["–"] * (splits - len(found.val_rmse))
    mean = f"{found.mean:.4f}" if len(found.val_rmse) > 1 else "–"
    return (
        f"| {found.name} ({found.settings}) | {' | '.join(errors)} | {mean} | {found.seconds:.2f} | {found.work:.2f} |"
    )


def print_comparison(found: dict[str, Result]) -> None:
    """Every program beside `best`, and how many times quicker than plain Keras it is; then what exports say."""
    best, plain = found.get(BEST), found.get(PLAIN)
    print(f"\n| program | error above that of `{BEST}` | ± | times quicker than plain fit |\n| --- | --- | --- | --- |")
    for name, result in found.items():
        beside = difference(result, best) if best and result is not best else None
        words = f"{beside.mean:+.4f} | {beside.se:.4f}" if beside else "– | –"
        print(f"| {name} | {words} | {f'{plain.seconds / result.seconds:.1f}' if plain else '–'} |")
    print("\nRecomputed from the Parquet export, by the formula that it carries:")
    for name, result in found.items():
        if result.exported:
            same = [f"{a:.4f}" for a in result.exported] == [f"{b:.4f}" for b in result.val_rmse]
            print(f"- {name}: mean {np.mean(result.exported):.4f}, {'the same' if same else 'NOT the same'}")


if __name__ == "__main__":
    main()
