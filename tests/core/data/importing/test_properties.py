"""Whatever is written reads back, and no bytes make the importer raise anything but its own errors."""

import contextlib
import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import ImportLimits, import_ratings, preview
from core.data.folder import read_folder
from core.data.importing.isolation import in_this_process
from core.data.text import UNSEEN
from core.errors import ExplorerError
from tests.core.data.importing import made
from tests.core.data.importing.fuzz import fuzzed

ids = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8).filter(
    lambda text: text == text.strip() and not UNSEEN.search(text)
)
Rating = tuple[str, str, float, int]


@st.composite
def tables(draw: st.DrawFn) -> list[Rating]:
    """At least twenty ratings, each user and item pair once."""
    users = draw(st.lists(ids, min_size=5, max_size=8, unique=True))
    items = draw(st.lists(ids, min_size=5, max_size=8, unique=True))
    pairs = draw(st.permutations([(user, item) for user in users for item in items]))
    count = draw(st.integers(20, len(pairs)))
    ratings = draw(st.lists(st.sampled_from([0.5, 1, 1.5, 2, 3.25, 4, 5]), min_size=count, max_size=count))
    stamps = draw(st.lists(st.integers(631_152_000, 2**31), min_size=count, max_size=count))
    return [(u, i, float(r), t) for (u, i), r, t in zip(pairs[:count], ratings, stamps, strict=True)]


def separated(table: list[Rating], delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["user_id", "item_id", "rating", "timestamp"])
    writer.writerows(table)
    return out.getvalue().encode()


def as_parquet(table: list[Rating]) -> bytes:
    return made.parquet(
        dict(zip(("user_id", "item_id", "rating", "timestamp"), map(list, zip(*table, strict=True)), strict=True))
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(table=tables())
def test_a_table_reads_back_in_every_format(table: list[Rating]) -> None:
    comma = separated(table, ",")
    digests = set()
    for content in (
        comma,
        separated(table, "\t"),
        as_parquet(table),
        made.zipped({"r.csv": comma}),
        made.gzipped(comma),
    ):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "r"
            path.write_bytes(content)
            report = import_ratings([path], home=Path(folder), runner=in_this_process)
            read = read_folder(Path(folder) / "datasets" / report.dataset.dataset_id)
        assert read.timestamp is not None
        rows = zip(
            read.users.ids[read.user_index], read.items.ids[read.item_index], read.rating, read.timestamp, strict=True
        )
        assert [(user, item, float(rating), int(stamp)) for user, item, rating, stamp in rows] == table
        assert report.rejected_total == report.dropped_duplicates == 0
        digests.add(report.dataset.digest)
    assert len(digests) == 1


def touched(content: bytes, folder: Path) -> list[str]:
    """What an import changed among the files that were there; raises whatever is no error of the importer's own."""
    path = folder / "in"
    path.write_bytes(content)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    limits = ImportLimits(max_rows=100_000, max_unpacked_mb=64)
    for ask in (preview, import_ratings):
        with contextlib.suppress(ExplorerError):
            ask([path], home=folder, limits=limits, runner=in_this_process)
    return [file.name for file, held in before.items() if file.read_bytes() != held]


@pytest.mark.parametrize("hundred", range(5))
def test_no_bytes_make_the_importer_fail_otherwise(hundred: int, tmp_path: Path) -> None:
    for number in range(100 * hundred, 100 * hundred + 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert touched(fuzzed(number), folder) == [], number


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=300))
def test_nor_do_bytes_from_anywhere(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert touched(content, Path(folder)) == []


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=8))
def test_nor_does_text_below_a_header(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert touched("\n".join(["user,item,rating,timestamp", *lines]).encode(), Path(folder)) == []
