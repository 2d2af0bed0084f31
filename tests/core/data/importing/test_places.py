"""What is named to be imported may be anything: the whole disk, what the system makes up, a folder without an end."""

import os
import socket
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.importing.parquet import read_parquet
from core.data.importing.sources import collect
from core.errors import BadFormatError, DatasetError, EmptyFileError, TooLargeError
from core.settings import ImportLimits

FEW = ImportLimits(max_members=5)


@pytest.mark.parametrize("place", ["/", "/proc", "/dev", "/sys", "/proc/self", "/dev/null", "/dev/zero", "/proc/kmsg"])
def test_what_the_system_makes_up_is_refused_with_a_code(place: str):
    if not Path(place).exists():
        pytest.skip("this system has no such place")
    if place == "/dev" and any(path.is_file() for path in Path("/dev/shm").rglob("*")):
        pytest.skip("another program keeps files in its shared memory, which may be imported")
    with pytest.raises(DatasetError) as caught:
        collect([Path(place)], ImportLimits())
    assert caught.value.code in ("TOO_LARGE", "BAD_FORMAT", "EMPTY_FILE")


def test_what_is_no_file_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    names = ["pipe", "loop", "nowhere", "x" * 300, "nowhere/deep"]
    if len(str(tmp_path / "socket")) < 100:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(tmp_path / "socket"))
        names.append("socket")
    for name in names:
        with pytest.raises(BadFormatError):
            collect([tmp_path / name], ImportLimits())


def test_a_folder_of_nothing_but_what_is_no_file_is_empty(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(EmptyFileError):
        collect([tmp_path], ImportLimits())


@pytest.mark.parametrize("name", ["{}.csv", "{}/", ".{}"])
def test_a_folder_is_looked_at_no_further_than_it_may_be_long(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
):
    for number in range(200):
        place = tmp_path / name.format(number)
        place.mkdir() if name.endswith("/") else place.write_text("a,b\n")
    looked_at, scandir = [], os.scandir

    class Counted:
        def __init__(self, folder: Path) -> None:
            self.entries = scandir(folder)

        def __enter__(self):
            return self

        def __exit__(self, *error: object) -> None:
            self.entries.close()

        def __iter__(self):
            for entry in self.entries:
                looked_at.append(entry.name)
                yield entry

    monkeypatch.setattr("core.data.importing.sources.os.scandir", Counted)
    with pytest.raises(TooLargeError, match="raise EMBEDDING_EXPLORER_IMPORT_MAX_MEMBERS"):
        collect([tmp_path], FEW)
    assert len(looked_at) <= 60


def test_a_parquet_file_of_very_small_groups_is_read_in_large_batches(tmp_path: Path):
    rows = 400
    table = pa.table(
        {"user": [f"u{row % 7}" for row in range(rows)], "rating": [float(row % 5) for row in range(rows)]}
    )
    pq.write_table(table, tmp_path / "r.parquet", row_group_size=1)
    (source,) = collect([tmp_path / "r.parquet"], ImportLimits())
    ((batch, first),) = read_parquet(source, ["user", "rating"])
    assert first == 1
    assert batch["user"].to_pylist() == table["user"].to_pylist()
    assert batch["rating"].to_pylist() == [str(row % 5) for row in range(rows)]


def test_batches_stay_bounded_and_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.data.importing.parquet._BATCH_ROWS", 100)
    table = pa.table({"user": [str(row) for row in range(1000)]})
    pq.write_table(table, tmp_path / "r.parquet", row_group_size=30)
    (source,) = collect([tmp_path / "r.parquet"], ImportLimits())
    batches = list(read_parquet(source, ["user"]))
    sizes = [len(batch["user"]) for batch, _ in batches]
    assert max(sizes) <= 100
    assert min(sizes[:-1]) > 70, "one more group would be too much"
    assert [first for _, first in batches] == [1 + sum(sizes[:number]) for number in range(len(sizes))]
    assert [text for batch, _ in batches for text in batch["user"].to_pylist()] == table["user"].to_pylist()


def test_a_parquet_file_of_too_many_groups_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.data.importing.parquet._MOST_GROUPS", 10)
    pq.write_table(pa.table({"user": ["a"] * 11}), tmp_path / "r.parquet", row_group_size=1)
    (source,) = collect([tmp_path / "r.parquet"], ImportLimits())
    with pytest.raises(TooLargeError, match="11 row groups, 10 are allowed"):
        list(read_parquet(source, ["user"]))
