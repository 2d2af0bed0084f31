"""Datasets renamed, deleted, damaged, and asked for by ids that are none."""

from functools import partial
from pathlib import Path

import pytest

from core import data
from core.access import COMMAND_LINE
from core.data import import_ratings, load
from core.data.importing.isolation import in_this_process
from core.errors import BadSchemaError, LimitError, UnknownDatasetError
from core.store.runs import RunStore
from tests.core.data.importing import made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def brought(folder: Path) -> str:
    made.write(folder / "in", {"r.csv": made.table()})
    return import_ratings([folder / "in" / "r.csv"], runner=in_this_process).dataset.dataset_id


def test_a_dataset_can_be_renamed_and_deleted(tmp_path: Path, home: Path) -> None:
    made_id = brought(tmp_path)
    digest = load(made_id).digest
    assert data.rename(made_id, "  My \u202e ratings ", by=COMMAND_LINE).name == "My ratings"
    assert (load(made_id).name, load(made_id).digest) == ("My ratings", digest)
    assert data.rename(made_id, "Games", "Game", by=COMMAND_LINE).noun == load(made_id).noun == "game"
    assert RunStore().learned_from(load(made_id).digest) == ()
    data.delete(made_id, by=COMMAND_LINE)
    assert data.dataset_ids() == [data.BUNDLED]
    assert list((home / "datasets").iterdir()) == []


def test_content_is_found_under_any_name_it_was_brought_under(tmp_path: Path) -> None:
    first = brought(tmp_path)
    options = data.ImportOptions(name="Again")
    second = import_ratings([tmp_path / "in" / "r.csv"], options=options, runner=in_this_process).dataset.dataset_id
    digest = load(first).digest
    assert first != second and load(second).digest == digest
    assert (data.holding(digest, first), data.holding(digest, second)) == (first, second)
    data.delete(first, by=COMMAND_LINE)
    assert data.holding(digest, first) == second
    data.delete(second, by=COMMAND_LINE)
    assert data.holding(digest, first) is None
    assert data.holding(data.info(data.BUNDLED).digest, "../x") == data.BUNDLED


@pytest.mark.parametrize("name", ["", "  ", "\u202e\0"])
def test_a_name_must_be_visible(name: str, tmp_path: Path) -> None:
    made_id = brought(tmp_path)
    with pytest.raises(LimitError):
        data.rename(made_id, name, by=COMMAND_LINE)


def test_the_bundled_dataset_stays() -> None:
    for change in (
        lambda: data.delete(data.BUNDLED, by=COMMAND_LINE),
        lambda: data.rename(data.BUNDLED, "x", by=COMMAND_LINE),
    ):
        with pytest.raises(LimitError, match="comes with the program"):
            change()


@pytest.mark.parametrize(
    "wrong", ["..", "../runs", "%2e%2e%2f", "/etc", "\\\\server\\x", "a\0b", "", ".tmp-1", "A", "x" * 99, "a/b"]
)
def test_a_link_cannot_lead_out_of_the_datasets(wrong: str, home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    for ask in (data.load, data.info, partial(data.delete, by=COMMAND_LINE)):
        with pytest.raises(UnknownDatasetError):
            ask(wrong)


@pytest.mark.parametrize("file", ["ratings.parquet", "users.parquet", "items.parquet", "dataset.json"])
def test_a_damaged_dataset_is_told(file: str, tmp_path: Path, home: Path) -> None:
    made_id = brought(tmp_path)
    path = home / "datasets" / made_id / file
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(BadSchemaError, match="import it again"):
        load(made_id)


def test_a_dataset_behind_a_link_is_used_and_only_the_link_is_deleted(tmp_path: Path, home: Path) -> None:
    made_id = brought(tmp_path)
    elsewhere = (home / "datasets" / made_id).rename(tmp_path / "other-disk")
    (home / "datasets" / made_id).symlink_to(elsewhere)
    assert load(made_id).digest
    data.delete(made_id, by=COMMAND_LINE)
    assert made_id not in data.dataset_ids()
    assert (elsewhere / "dataset.json").is_file()
    assert [path.name for path in (home / "datasets").iterdir() if not path.name.startswith(".")] == []
    assert brought(tmp_path) == made_id, "imports go on"
