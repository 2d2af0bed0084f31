"""The reading process: its limits hold, what it does to itself stays there, and a stop is a stop."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from core.data import BUNDLED, ImportLimits, ImportOptions, dataset_ids, import_ratings, load, preview
from core.data.importing import isolation
from core.data.importing.isolation import in_this_process
from core.data.importing.sources import raise_if_out_of_memory
from core.errors import BadFormatError, CanceledError, DiskFullError, TooLargeError
from tests.core.data.importing import made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def nothing_left(home: Path) -> bool:
    children = [child for child in psutil.Process().children() if "core.data" in child.cmdline()]
    return not children and not list((home / "datasets").iterdir())


def test_a_child_imports_and_the_result_is_a_dataset(tmp_path: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table()})
    told: list[float] = []
    report = import_ratings([tmp_path / "r.csv"], reporter=lambda progress, text: told.append(progress))
    assert report.dataset.dataset_id in dataset_ids()
    assert load(report.dataset.dataset_id).digest == report.dataset.digest
    assert told == sorted(told)


def test_a_child_that_ends_before_it_is_asked_is_reported_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_POLL_SECONDS", 60)
    made.write(tmp_path, {"r.csv": made.table()})
    reported: list[str] = []
    import_ratings([tmp_path / "r.csv"], reporter=lambda progress, text: reported.append(text))
    assert reported


def test_a_child_previews_and_keeps_nothing(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table(delimiter="^")})
    seen = preview([tmp_path / "r.csv"])
    assert (seen.code, nothing_left(home)) == ("WRONG_DELIMITER", True)
    assert "'^' occurs equally often in every line" in seen.message


def test_a_text_that_unfolds_to_gigabytes_stops_at_the_memory_limit(tmp_path: Path, home: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000, pa.int32()), pa.array(["x" * 1_000_000]))
    columns = {"user": text, "item": text, "rating": pa.array([1.0] * 40_000)}
    made.write(tmp_path, {"r.parquet": made.parquet(columns)})
    assert (tmp_path / "r.parquet").stat().st_size < 3_000_000
    with pytest.raises(TooLargeError, match="MAX_MEMORY_MB"):
        import_ratings([tmp_path / "r.parquet"], limits=ImportLimits(max_memory_mb=200))
    assert nothing_left(home)


def test_many_ids_stop_at_the_memory_limit(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table([(f"user {at:060}", at % 9, 3, 1) for at in range(200_000)])})
    with pytest.raises(TooLargeError, match="MAX_MEMORY_MB"):
        import_ratings([tmp_path / "r.csv"], limits=ImportLimits(max_memory_mb=150))
    assert nothing_left(home)


def test_time_is_limited(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table()})
    limits = ImportLimits(max_seconds=0)
    with pytest.raises(TooLargeError, match="MAX_SECONDS"):
        import_ratings([tmp_path / "r.csv"], limits=limits)
    assert nothing_left(home)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadFormatError, match="neither a file nor a folder"):
        import_ratings([tmp_path / "pipe"], runner=in_this_process)


def test_a_stop_ends_the_child_and_leaves_nothing(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table()})
    with pytest.raises(CanceledError):
        import_ratings([tmp_path / "r.csv"], should_stop=lambda: True)
    assert nothing_left(home)


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.write(tmp_path, {"r.csv": made.table()})

    def full(*arguments: object) -> dict[str, object]:
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFullError):
        import_ratings([tmp_path / "r.csv"], runner=full)
    assert nothing_left(home)


def test_two_imports_of_one_content_at_once_are_one_dataset(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table()})
    found: list[str] = []
    both = threading.Barrier(2)

    def read(*asked: Any) -> dict[str, Any]:
        """Both have read before one of them puts its dataset in its place."""
        result = in_this_process(*asked)
        both.wait(60)
        return result

    def bring() -> None:
        found.append(import_ratings([tmp_path / "r.csv"], runner=read).dataset.dataset_id)

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert [path.name for path in (home / "datasets").iterdir()] == found[:1]


def test_no_child_outlives_the_process_that_asked(tmp_path: Path, home: Path) -> None:
    rows = made.table([(at % 997, at, 3, 1) for at in range(300_000)])
    made.write(tmp_path, {"r.csv": rows})
    code = "import pathlib, sys; from core.data import import_ratings; import_ratings([pathlib.Path(sys.argv[1])])"
    asking = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "r.csv")])
    try:
        process = psutil.Process(asking.pid)
        while not (children := process.children()):
            assert asking.poll() is None, "it ended before it could be killed"
    finally:
        asking.kill()
        asking.wait()
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert dataset_ids() == [BUNDLED]


def test_what_a_killed_import_left_is_swept_by_the_next(tmp_path: Path, home: Path) -> None:
    made.write(tmp_path, {"r.csv": made.table()})
    left = home / "datasets" / ".tmp-999999999-1.0-abcdef01"
    left.mkdir(parents=True)
    import_ratings([tmp_path / "r.csv"], runner=in_this_process)
    assert not left.exists()


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "C:\\x", "\\\\server\\share", "a\0b", "%2e%2e%2fx", "CON", "é" * 500, "\u202ex"]
)
def test_a_name_cannot_lead_anywhere(name: str, tmp_path: Path, home: Path) -> None:
    made.write(tmp_path / "in", {"r.csv": made.table()})
    dataset = import_ratings(
        [tmp_path / "in" / "r.csv"], options=ImportOptions(name=name), runner=in_this_process
    ).dataset
    assert [path.name for path in (home / "datasets").iterdir()] == [dataset.dataset_id]
    assert dataset.dataset_id.isascii()
    assert set(dataset.dataset_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert dataset.name.isprintable()
    assert len(dataset.name) <= 100


def test_a_thread_that_finds_no_room_for_its_stack_is_a_lack_of_memory() -> None:
    with pytest.raises(MemoryError):
        raise_if_out_of_memory(OSError("Failed to launch worker thread: Resource temporarily unavailable"))
    raise_if_out_of_memory(OSError("CSV parse error"))
