"""Time and peak memory of imports, and how the importer takes hostile bytes.

    python -m benchmarks.imports --rows 1000000 --rows 10000000 --rows 32000000
    python -m benchmarks.imports --fuzz 20000

The rating tables are made here: 200,948 users and 87,585 items at most, some
far more active than others, as CSV in the layout of the later MovieLens
releases. Peak memory is that of the reading process, as the operating system
counts it. A fuzz input passes where it is read or refused with a code of the
importer's own, within two seconds of processor time, and leaves nothing behind.
"""

import argparse
import collections
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from core.data import ImportLimits, ImportReport, import_ratings, preview
from core.data.folder import read_folder
from core.data.importing.isolation import in_this_process
from core.errors import ExplorerError
from tests.core.data.importing.fuzz import fuzzed

USERS, ITEMS = 200_948, 87_585
_PART = 2_000_000
_SLOW = 2.0


def write_ratings(path: Path, rows: int, seed: int = 0) -> None:
    """A rating table by user, as MovieLens' are, in parts so that it needs little memory."""
    rng = np.random.default_rng(seed)
    users = min(USERS, max(2, rows // 150))
    items = min(ITEMS, max(2, rows // 300))
    with path.open("wb") as file:
        for start in range(0, rows, _PART):
            count = min(_PART, rows - start)
            part = {
                "userId": (np.arange(start, start + count) * users // rows) + 1,
                "movieId": (rng.random(count) ** 2.5 * items).astype(np.int64) * 2 + 1,
                "rating": rng.integers(1, 11, count) / 2,
                "timestamp": rng.integers(800_000_000, 1_700_000_000, count),
            }
            pa_csv.write_csv(pa.table(part), file, pa_csv.WriteOptions(include_header=start == 0))


def measure(rows: int, folder: Path) -> None:
    """Import that many rows once and print what it took."""
    path = folder / "ratings.csv"
    write_ratings(path, rows)
    megabytes = path.stat().st_size / 1e6
    start = time.perf_counter()
    seen = preview([path], home=folder)
    looked = time.perf_counter() - start
    start = time.perf_counter()
    report, peak = _with_peak(path, folder)
    took = time.perf_counter() - start
    start = time.perf_counter()
    ratings = read_folder(folder / "datasets" / report.dataset.dataset_id)
    loaded = time.perf_counter() - start
    print(
        f"{rows:>11,} rows  {megabytes:>7,.0f} MB  preview {looked:5.2f} s  import {took:6.1f} s  "
        f"peak {peak / 2**20:>6,.0f} MiB  "
        f"load {loaded:5.2f} s  kept {len(ratings):,}, {report.dropped_duplicates:,} duplicates, "
        f"{len(ratings.users):,} users, {len(ratings.items):,} items  {seen.code or 'ok'}",
        flush=True,
    )
    shutil.rmtree(folder / "datasets")


def _with_peak(path: Path, folder: Path) -> tuple[ImportReport, int]:
    """The report, and the reading process's peak memory in bytes."""
    before = os.times()
    peak = 0

    def sample() -> bool:
        nonlocal peak
        for status in Path("/proc").glob("[0-9]*/status"):
            peak = max(peak, _peak_of(status))
        return False

    report = import_ratings([path], home=folder, should_stop=sample)
    after = os.times()
    processor = sum(after[2:4]) - sum(before[2:4])  # of children, user and system
    print(f"{'':>12}processor time {processor:.1f} s")
    return report, peak


def _peak_of(status: Path) -> int:
    try:
        command = status.with_name("cmdline").read_bytes()
        if b"\0core.data.importing\0" not in command:
            return 0
        lines = status.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def fuzz(count: int, first: int, folder: Path) -> int:
    """Bring that many inputs and print what became of them; how many did not pass."""
    codes: collections.Counter[str] = collections.Counter()
    failed = slow = 0
    limits = ImportLimits(max_rows=100_000, max_unpacked_mb=64)
    start = time.perf_counter()
    for number in range(first, first + count):
        (folder / "in").write_bytes(fuzzed(number))
        began = time.process_time()
        try:
            code = preview([folder / "in"], home=folder, limits=limits, runner=in_this_process).code
            import_ratings([folder / "in"], home=folder, limits=limits, runner=in_this_process)
            codes["read"] += 1
        except ExplorerError as error:
            codes[error.code] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this benchmark looks for
            failed += 1
            print(f"input {number}: {error!r:.300} (preview said {code!r})", flush=True)
        if time.process_time() - began > _SLOW:
            slow += 1
            print(f"input {number} took {time.process_time() - began:.1f} s of processor time", flush=True)
        shutil.rmtree(folder / "datasets", ignore_errors=True)
    leftovers = sorted(path.name for path in folder.iterdir() if path.name != "in")
    seconds = time.perf_counter() - start
    print(f"{count:,} inputs in {seconds:.0f} s: {failed} raised something else, {slow} took over {_SLOW} s", end="")
    print(f", left behind: {leftovers}")
    print(", ".join(f"{code} {number:,}" for code, number in codes.most_common()))
    return failed + slow + len(leftovers)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Time and memory of imports; hostile bytes.")
    parser.add_argument(
        "--rows", type=int, action="append", default=[], help="import a table of so many rows (repeatable)"
    )
    parser.add_argument("--fuzz", type=int, default=0, help="bring so many spoiled files")
    parser.add_argument("--first", type=int, default=0, help="number of the first spoiled file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows or ([] if chosen.fuzz else [1_000_000]):
            measure(rows, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        if chosen.fuzz and fuzz(chosen.fuzz, chosen.first, Path(folder)):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
