"""Time and memory of opening vectors, of what looks inside and of pages, and how the reader takes hostile bytes.

    python -m benchmarks.vectors                                10,000, 100,000 and 1,000,000 rows of 100
    python -m benchmarks.vectors --rows 1000000 --studies       what takes minutes, too: t-SNE, groups, a comparison
    python -m benchmarks.vectors --rows 10000 --text
    python -m benchmarks.vectors --fuzz 2000

The vectors are made here: groups around 20 centers, with a column that names the group. Each part is a process of its
own, so that its peak of memory is its own; seconds are those of processors, at first and again. A spoiled file passes
where it is opened or refused with a code of the reader's own, within the limit of memory.
"""

import argparse
import collections
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import psutil

from core.data.vectors.building import build, preview
from core.data.vectors.request import VectorOptions, VectorRequest
from core.disk.files import remove
from core.errors import DatasetError
from core.settings import MIB, ImportLimits
from core.store.opening import open_vectors
from tests.core.data.vectors.fuzz import fuzzed

GROUPS, DIM, BLOCK = 20, 100, 100_000
PLANTED = 0.7
"""Share of the variance that the components between the groups carry at least."""
PAGES = ("start", "embeddings", "components", "maps", "neighbors")
STUDIES = ("tsne", "kmeans", "hdbscan", "compare")
COLUMNS = (("", 40), ("processor, s", 14), ("again, s", 12), ("peak, MiB", 12))
T = TypeVar("T")
PROJECTOR = """\
TensorBoard's Projector, by the constants of its source (tensorboard/plugins/projector/vz_projector):
           first 100,000 rows (LIMIT_NUM_POINTS); components of 50,000 of them in at most 200 random directions
           (PCA_SAMPLE_SIZE, PCA_SAMPLE_DIM); t-SNE of 10,000 (TSNE_SAMPLE_SIZE), UMAP of 5,000 (UMAP_SAMPLE_SIZE)"""
FUZZ_MB = 2048


def write_vectors(folder: Path, rows: int, *, as_text: bool, seed: int = 0) -> list[Path]:
    """Vectors around some centers, and a table of their groups."""
    rng = np.random.default_rng(seed)
    centers, group = 2 * rng.normal(size=(GROUPS, DIM)), rng.integers(0, GROUPS, rows)
    vectors = np.lib.format.open_memmap(folder / "v.npy", "w+", np.float32, (rows, DIM))
    for start in range(0, rows, BLOCK):
        some = group[start : start + BLOCK]
        vectors[start : start + BLOCK] = centers[some] + rng.normal(size=(len(some), DIM))
    pd.DataFrame({"word": [f"w{row}" for row in range(rows)], "group": [f"group {one}" for one in group]}).to_csv(
        folder / "table.tsv", sep="\t", index=False
    )
    if not as_text:
        return [folder / "v.npy", folder / "table.tsv"]
    with (folder / "v.txt").open("w") as file:
        for start in range(0, rows, BLOCK):
            for row, vector in enumerate(vectors[start : start + BLOCK].tolist(), start):
                file.write(f"w{row} {' '.join(f'{value:.5f}' for value in vector)}\n")
    (folder / "v.npy").unlink()
    return [folder / "v.txt", folder / "table.tsv"]


def measure(rows: int, folder: Path, parts: Sequence[str], *, as_text: bool) -> None:
    """Open that many rows, look inside, and print what it took."""
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(folder / "home")
    paths = write_vectors(folder, rows, as_text=as_text)
    opened = _own_process("open", *map(str, paths))
    for part in parts:
        _own_process(part, opened)
    remove(folder / "home")


def _own_process(part: str, *about: str) -> str:
    """Run one part in a process of its own and print its lines; what it ends with."""
    command = [sys.executable, "-m", "benchmarks.vectors", "--part", part, *about]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        last = ""
        for line in process.stdout or ():
            last = line.strip()
            if "\t" in line:
                print(_line(*last.split("\t")), flush=True)
    if process.returncode:
        print(_line(part, f"ended with {process.returncode}", "", ""), flush=True)
    return last


def _line(*cells: str) -> str:
    first, *numbers = (f"{cell:>{wide}}" for cell, (_, wide) in zip(cells, COLUMNS, strict=True))
    return "".join([first.strip().ljust(COLUMNS[0][1]), *numbers])


def tell(what: str, first: float, again: float | None = None, peak: float | None = None) -> None:
    """Say what something took, in seconds of processors, and this process's peak of memory in MiB, or another's."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    later = "" if again is None else f"{again:.2f}"
    print(f"{what}\t{first:.2f}\t{later}\t{own if peak is None else peak:,.0f}", flush=True)


def timed(what: str, work: Callable[[], T], *, again: bool = False) -> T:
    """Do something, once or twice, and tell what it took; its result."""
    took = []
    for _ in range(1 + again):
        began = time.process_time()
        result = work()
        took.append(time.process_time() - began)
    tell(what, *took)
    return result


def opening(*paths: str) -> None:
    """Open vectors, with the memory of the process that reads them and of the one that asks."""
    peak, before = 0, os.times()

    def sample() -> bool:
        nonlocal peak
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):
                peak = max(peak, child.memory_info().rss)
        return False

    report = open_vectors([Path(path) for path in paths], should_stop=sample)
    took = sum(os.times()[:4]) - sum(before[:4])
    print()
    tell(f"{report.rows:,} x {report.dim}: open, the reader", took, peak=peak / MIB)
    tell("the one that asks", 0)
    print(report.run_id)


def inside(run_id: str) -> None:
    """Load a run, ask for neighbors and components; what was planted has to be found."""
    from core.analysis.components.bases import How, components_of
    from core.analysis.neighbors.of_one import neighbors
    from core.data import ratings_of
    from core.data.splits import split
    from core.store.runs import RunStore

    run = timed("load the vectors", lambda: RunStore().load(run_id))
    rows = timed("load their table", lambda: ratings_of(run.dataset))
    group, matrix = rows.item_table["group"].to_numpy(), run.scorer.item_embedding
    eligible = np.ones(len(group), bool)
    near = timed("neighbors of one", lambda: neighbors(matrix, 5, top=10, eligible=eligible), again=True)
    parts, how = split(rows, run.config.split), How(centered=True)
    found = timed("components", lambda: components_of(run, rows, parts, how))
    timed("a map along two of them", lambda: found.scores[:, :2])
    if not ((group[near.index] == group[5]).all() and found.variance_ratio[: GROUPS - 1].sum() > PLANTED):
        raise RuntimeError("the planted groups were not found")


def pages(run_id: str) -> None:
    """Draw the pages on a run as a server does."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(Path(__file__).parents[1] / "dashboard" / "main.py"), default_timeout=600)

    def visit(page: str) -> None:
        app.query_params["run"] = run_id
        app.switch_page(f"app_pages/{page}.py") if page != "start" else None
        app.run()
        if app.exception or not app.title:
            raise RuntimeError(f"{page}: {[one.value for one in app.exception]}")

    for page in PAGES:
        timed(f"the page {page}", partial(visit, page), again=True)


def study(name: str, run_id: str) -> None:
    """Make what takes a worker minutes: a map, groups, or a comparison with the first half of each vector."""
    from core.analysis.compare.comparison import compare_parts, part
    from core.data import ratings_of
    from core.store.runs import RunStore
    from core.studies.clusters import CLUSTERS
    from core.studies.maps import MAP
    from core.studies.study import Work

    run = RunStore().load(run_id)
    rows = ratings_of(run.dataset)
    if name == "compare":
        own = part(run, rows)
        other = replace(own, matrix=own.matrix[:, : DIM // 2])
        timed("a comparison", lambda: compare_parts(own, other, min_ratings=0))
        return
    kind, settings = {"tsne": (MAP, {"method": "tsne"})}.get(name, (CLUSTERS, {"method": name}))
    timed(f"the study {kind.name} by {name}", lambda: kind.compute(Work(run, rows), kind.parse(settings)))


def fuzz(count: int, first: int) -> int:
    """Open that many spoiled files and print what became of them; how many did not pass."""
    resource.setrlimit(resource.RLIMIT_DATA, (FUZZ_MB * MIB,) * 2)
    codes: collections.Counter[str] = collections.Counter()
    failed, began = 0, time.process_time()
    with tempfile.TemporaryDirectory() as temporary:
        tempfile.tempdir = temporary
        for number in range(first, first + count):
            folder = Path(temporary) / "case"
            (folder / "out").mkdir(parents=True)
            (folder / "in").write_bytes(fuzzed(number))
            request = VectorRequest([folder / "in"], [], VectorOptions(), ImportLimits(max_unpacked_mb=64))
            try:
                preview(request)
                build(request, folder / "out", lambda progress, text: None)
                codes["opened"] += 1
            except (DatasetError, MemoryError) as error:
                codes[getattr(error, "code", "memory")] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this benchmark looks for
                failed += 1
                print(f"file {number}: {error!r:.300}", flush=True)
            shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} files in {time.process_time() - began:.0f} s of a processor: {failed} raised something else")
    print(f"peak {peak:,.0f} of {FUZZ_MB:,} MiB; {json.dumps(dict(codes.most_common()))}")
    return failed


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Time and memory of vectors; hostile bytes.")
    parser.add_argument("--rows", type=int, action="append", help="so many rows (repeatable)")
    parser.add_argument("--text", action="store_true", help="as text, not as .npy")
    parser.add_argument("--fuzz", type=int, default=0, help="open so many spoiled files")
    parser.add_argument("--first", type=int, default=0, help="number of the first spoiled file")
    parser.add_argument("--studies", action="store_true", help="also what takes minutes or more")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        part, *about = chosen.part
        {"open": opening, "inside": inside, "pages": pages}.get(part, partial(study, part))(*about)
    elif chosen.fuzz:
        raise SystemExit(bool(fuzz(chosen.fuzz, chosen.first)))
    else:
        print(_line(*(name for name, _ in COLUMNS)))
        for rows in chosen.rows or (10_000, 100_000, 1_000_000):
            with tempfile.TemporaryDirectory() as folder:
                parts = ["inside", "pages", *(STUDIES if chosen.studies else ())]
                measure(rows, Path(folder), parts, as_text=chosen.text)
        print(PROJECTOR)


if __name__ == "__main__":
    main()
