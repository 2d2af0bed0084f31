"""Time and memory of opening vectors, of neighbors, components and pages, and how the reader takes hostile bytes.

    python -m benchmarks.vectors                                10,000, 100,000 and 1,000,000 rows of 100
    python -m benchmarks.vectors --rows 10000 --text
    python -m benchmarks.vectors --fuzz 2000

The vectors are made here: groups around 20 centers, with a column that names the group. What reads them is measured
as the operating system counts it, and what looks inside in a process of its own. A spoiled file passes where it is
opened or refused with a code of the reader's own, within the limit of memory.
"""

import argparse
import collections
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def measure(rows: int, folder: Path, *, as_text: bool) -> None:
    """Open that many rows, look inside, and print what it took."""
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(folder / "home")
    paths = write_vectors(folder, rows, as_text=as_text)
    peak, began, processor = 0, time.perf_counter(), os.times()

    def sample() -> bool:
        nonlocal peak
        for child in psutil.Process().children():
            try:
                peak = max(peak, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return False

    report = open_vectors(paths, should_stop=sample)
    took, after = time.perf_counter() - began, os.times()
    used = sum(after[:4]) - sum(processor[:4])
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:>9,} x {report.dim}  open {took:6.1f} s ({used:.1f} s of processors), reader {peak / MIB:,.0f} MiB, "
        f"the one that asks {own:,.0f} MiB, table by {report.joined}",
        flush=True,
    )
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.vectors", "--inside", report.run_id], check=True, capture_output=True
    )
    print(f"{'':>9}  {done.stdout.decode().strip()}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.vectors", "--pages", report.run_id], check=True, capture_output=True
    )
    print(done.stdout.decode().rstrip(), flush=True)
    remove(folder / "home")


def pages(run_id: str) -> None:
    """Draw the pages on a run as a server does, and print the seconds of a processor at first and again, and memory."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(Path(__file__).parents[1] / "dashboard" / "main.py"), default_timeout=600)
    for page in ("start", "embeddings", "components", "maps", "neighbors"):
        took = []
        for _ in range(2):
            app.query_params["run"] = run_id
            began = time.process_time()
            app.switch_page(f"app_pages/{page}.py") if page != "start" else None
            app.run()
            took.append(time.process_time() - began)
            if app.exception or not app.title:
                raise RuntimeError(f"{page}: {[one.value for one in app.exception]}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'':>9}  {page:<10} {took[0]:5.1f} s, again {took[1]:4.1f} s; peak {peak:,.0f} MiB", flush=True)


def inside(run_id: str) -> None:
    """Load a run, ask for neighbors and components, and print the seconds of processors that it took."""
    from core.analysis.components.bases import How, components_of
    from core.analysis.neighbors.of_one import neighbors
    from core.data import ratings_of
    from core.data.splits import split
    from core.store.runs import RunStore

    times: dict[str, float] = {}

    def timed(name: str, began: float) -> None:
        times[name] = time.process_time() - began

    began = time.process_time()
    run = RunStore().load(run_id)
    timed("load vectors", began)
    began = time.process_time()
    rows = ratings_of(run.dataset)
    timed("load table", began)
    group = rows.item_table["group"].to_numpy()
    eligible = np.ones(len(group), bool)
    for name in ("first neighbors", "neighbors"):
        began = time.process_time()
        near = neighbors(run.scorer.item_embedding, 5, metric="cosine", top=10, eligible=eligible)
        timed(name, began)
    began = time.process_time()
    found = components_of(run, rows, split(rows, run.config.split), How(centered=True))
    timed("components", began)
    share = float(found.variance_ratio[: GROUPS - 1].sum())
    right = float((group[near.index] == group[5]).mean())
    words = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{words}; peak {peak:,.0f} MiB; neighbors of its group {right:.0%}, {GROUPS - 1} components {share:.0%}")


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
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--pages", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        inside(chosen.inside)
    elif chosen.pages:
        pages(chosen.pages)
    elif chosen.fuzz:
        raise SystemExit(bool(fuzz(chosen.fuzz, chosen.first)))
    else:
        for rows in chosen.rows or (10_000, 100_000, 1_000_000):
            with tempfile.TemporaryDirectory() as folder:
                measure(rows, Path(folder), as_text=chosen.text)
        print(PROJECTOR)


if __name__ == "__main__":
    main()
