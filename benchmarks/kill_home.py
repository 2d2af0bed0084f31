"""Kill what changes a home at random moments, and look whether anything is lost, broken or left behind.

    python -m benchmarks.kill_home --times 200

Each round a process begins one operation on a small home and is killed with SIGKILL at a moment drawn evenly over the
time that the operation usually takes, and a tenth more. Then a fresh process opens the home as a start does, and
looks at everything that was ever in it: every run and dataset has to be whole, every byte checked, in its place or in
the trash; every name is the old one or the new one; nothing half written is there. All rounds work on one home, so
what one of them spoils stays.
"""

import argparse
import json
import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import own_home
from core import data
from core.access import COMMAND_LINE
from core.data.folder import read_folder as read_dataset
from core.data.importing.isolation import in_child, in_this_process
from core.disk.checksums import IntegrityError
from core.disk.trash import Entry, Trash
from core.disk.upkeep import tidy
from core.errors import ExplorerError
from core.model.families import run_config
from core.store import study_store
from core.store.run_files import read_folder as read_run
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.clusters import CLUSTERS
from core.studies.component_names import Name

SETTINGS = CLUSTERS.parse({})
NAMES = ("old", "new")
_DIRECTION = np.array([1.0, 0.0, 0.0, 0.0])
_STUDY = {"groups": np.zeros(300_000)}
_MEASURED_ROUNDS = 3


@dataclass(frozen=True)
class Home:
    """What stays in the home from the beginning to the end.

    Attributes:
        dataset: Id of the data.
        digest: Of the data.
        runs: Ids of the runs on it.
        source: The file that it was imported from.
    """

    dataset: str
    digest: str
    runs: list[str]
    source: str


@dataclass(frozen=True)
class Operation:
    """Something that is killed.

    Attributes:
        prepare: Puts the home into the state in which it begins; not killed.
        work: What is killed. Both get the home and the number of the round.
    """

    prepare: Callable[[Home, int], object]
    work: Callable[[Home, int], object]


def _restore_all(_home: Home, _number: int) -> None:
    for entry in Trash().entries():
        Trash().restore(entry.entry_id, by=COMMAND_LINE)


def _delete_run(home: Home, number: int) -> Entry:
    return RunStore().delete(home.runs[number % len(home.runs)], by=COMMAND_LINE)


def _delete_dataset(home: Home, _number: int) -> Entry:
    also = [part for run_id in home.runs for part in RunStore().parts(run_id)]
    return data.delete(home.dataset, also=also, by=COMMAND_LINE)


def _deleted_dataset(home: Home, number: int) -> None:
    _restore_all(home, number)
    _delete_dataset(home, number)


def _name(home: Home, number: int) -> None:
    name = Name("low", NAMES[number % 2], _DIRECTION, 0, False, 0)
    component_names.set_name(home.runs[0], name, by=COMMAND_LINE)


def _study(home: Home, number: int) -> None:
    study_store.save(home.runs[0], f"round{chr(97 + number % 26)}", SETTINGS, _STUDY, {"round": number})


def _copy_in_trash(home: Home, number: int) -> None:
    """A dataset of its own in the trash, to be removed for good."""
    _restore_all(home, number)
    name = f"Copy {number}"
    copy = _import(home, name, in_this_process)
    data.delete(copy, by=COMMAND_LINE)


def _import(home: Home, name: str, runner: Any) -> str:
    options = data.ImportOptions(name=name)
    return data.import_ratings([Path(home.source)], options=options, runner=runner).dataset.dataset_id


def _in_child(home: Home, number: int) -> str:
    return _import(home, f"Import {number}", in_child)


OPERATIONS = {
    "import": Operation(_restore_all, _in_child),
    "delete a run": Operation(_restore_all, _delete_run),
    "delete data with runs": Operation(_restore_all, _delete_dataset),
    "undo": Operation(_deleted_dataset, _restore_all),
    "empty the trash": Operation(_copy_in_trash, lambda home, number: Trash().empty(by=COMMAND_LINE)),
    "rename data": Operation(
        _restore_all, lambda home, number: data.rename(home.dataset, NAMES[number % 2], by=COMMAND_LINE)
    ),
    "name a component": Operation(_restore_all, _name),
    "keep a study": Operation(_restore_all, _study),
}


@dataclass
class Counts:
    """What happened to one operation; `lost`, `broken` and `left` should be zero."""

    kills: int = 0
    unfinished: int = 0
    lost: int = 0
    broken: int = 0
    left: int = 0


def make(folder: Path) -> Home:
    """A home with one dataset and three runs on it, each with a name and a study."""
    from core.training.trainer import fit  # imports TensorFlow

    rng = np.random.default_rng(0)
    pairs = [(user, item) for user in range(60) for item in range(40) if rng.random() < 0.4]
    source = folder / "ratings.csv"
    source.write_text("user,item,rating\n" + "".join(f"u{u},i{i},{1 + (u * i) % 5}\n" for u, i in pairs))
    home = Home("", "", [], str(source))
    dataset = _import(home, NAMES[0], in_this_process)
    ratings, runs = data.load(dataset), []
    for seed in range(3):
        run = fit(run_config(embedding_dim=4, epochs=1, batch_size=1024, seed=seed), ratings)
        RunStore().publish(run)
        runs.append(run.run_id)
    made = Home(dataset, ratings.digest, runs, str(source))
    for number in range(2):
        _name(made, number)
        _study(made, number)
    return made


def look(home: Home, seen: Sequence[str]) -> dict[str, list[str]]:
    """Open the home as a start does, and tell what is wrong with it.

    Args:
        seen: Imports that were there in earlier rounds, as parts of the home.

    Returns:
        What is lost, what is broken and what was left behind, and the imports that are there.
    """
    tidy()
    entries, root = Trash().entries(), Trash().root
    inside = {part: Trash().folder / entry.entry_id / part for entry in entries for part in entry.parts}
    wanted = [f"datasets/{home.dataset}", *(f"runs/{run_id}" for run_id in home.runs), *seen]
    places = [*inside.values(), *root.glob("runs/[!.]*"), *root.glob("datasets/[!.]*")]
    broken = [f"{place}: {problem}" for place in places if (problem := _problem(place, home))]
    if f"runs/{home.runs[0]}" not in inside:
        broken += _problems_beside(home.runs[0])
    broken += [f"{part} is in its place and in the trash" for part in inside if (root / part).exists()]
    broken += [f"the trash holds a damaged entry: {entry}" for entry in entries if entry.kind == "damaged"]
    left = [str(path) for path in root.rglob("*") if path.name.startswith((".tmp-", "deleting-", "restoring-"))]
    left += map(str, [*(root / "processes").iterdir()][1:])  # this process's own is there
    left += [str(aside.path) for aside in RunStore().set_aside()]
    return {
        "lost": [part for part in wanted if part not in inside and not (root / part).exists()],
        "broken": broken,
        "left": left,
        "imports": [f"datasets/{path.name}" for path in root.glob("datasets/import-*")],
    }


def _problem(place: Path, home: Home) -> str | None:
    """What is wrong with one folder; None where it is whole."""
    try:
        if place.parent.name == "runs":
            read_run(place)
        elif place.parent.name == "datasets":
            ratings = read_dataset(place)
            if ratings.digest != home.digest or (place.name == home.dataset and ratings.name not in NAMES):
                return f"it holds {ratings.name}, {ratings.digest}"
    except (IntegrityError, ExplorerError, OSError) as error:
        return repr(error)
    return None


def _problems_beside(run_id: str) -> Iterator[str]:
    """What is wrong with the names and studies of a run."""
    try:
        names = component_names.get(run_id, by=COMMAND_LINE)
    except ExplorerError as error:
        yield repr(error)
    else:
        if len(names) != 1 or names[0].high not in NAMES:
            yield f"the names of {run_id} are {names}"
    for place in study_store.folder(run_id).glob("*-*"):
        if study_store.load(run_id, place.name.partition("-")[0], SETTINGS) is None:
            yield f"{place} cannot be read"


def forked(work: Callable[[], object]) -> Any:
    """What a process of its own makes of some work, as JSON; RuntimeError where it fails."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(writing, json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("a process that was not killed failed; its traceback is above")
    return json.loads(text)


def round_of(operation: Operation, home: Home, number: int, kill_after: float | None) -> float | None:
    """Begin an operation in a process of its own and kill it; the seconds it took, None where it did not finish.

    Args:
        kill_after: Seconds from its beginning to the kill; None lets it finish.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            operation.prepare(home, number)
            os.write(writing, b"b")
            began = time.perf_counter()
            operation.work(home, number)
            os.write(writing, f"{time.perf_counter() - began}\n".encode())
            signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as messages:
        if messages.read(1) != b"b":
            os.waitpid(pid, 0)
            raise RuntimeError("the preparation of a round failed; its traceback is above")
        if kill_after is None:
            text = messages.read(100)
        else:
            time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if kill_after is not None:
            text = messages.read(100)
    return float(text) if text else None


def run(times: int, seed: int = 0) -> dict[str, Counts]:
    """Kill as many operations, as many of each kind, and count; `EMBEDDING_EXPLORER_HOME` is an empty folder."""
    chance, counts, number = random.Random(seed), {name: Counts() for name in OPERATIONS}, 0
    with tempfile.TemporaryDirectory() as folder:
        home = Home(**forked(lambda: vars(make(Path(folder)))))
        usual, seen = dict[str, float](), list[str]()
        for name, operation in OPERATIONS.items():
            taken = []
            for _ in range(_MEASURED_ROUNDS):
                number += 1
                taken.append(round_of(operation, home, number, None) or 0.0)
            usual[name] = statistics.median(taken)
        for turn in range(times):
            name = list(OPERATIONS)[turn % len(OPERATIONS)]
            number += 1
            taken = round_of(OPERATIONS[name], home, number, chance.uniform(0, 1.1 * usual[name]))
            problems = forked(lambda seen=seen: look(home, seen))
            seen = problems.pop("imports")
            counts[name].kills += 1
            counts[name].unfinished += taken is None
            for kind, ones in problems.items():
                setattr(counts[name], kind, getattr(counts[name], kind) + len(ones))
                for one in ones:
                    print(f"{kind} after {name}, round {turn}: {one}", flush=True)
    return counts


def main() -> None:
    """Print a line for each operation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200, help="kills in all (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    options = parser.parse_args()
    with own_home():
        began = time.monotonic()
        counts = run(options.times, options.seed)
    columns = list(vars(Counts()))
    print(f"{'operation':24}" + "".join(f"{name:>12}" for name in columns))
    total = {name: sum(vars(one)[name] for one in counts.values()) for name in columns}
    for name, line in [*((name, vars(one)) for name, one in counts.items()), ("all", total)]:
        print(f"{name:24}" + "".join(f"{line[column]:>12}" for column in columns))
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
