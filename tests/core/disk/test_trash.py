"""What is deleted can be put back as it was, whatever happens in between."""

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from core.access import COMMAND_LINE, Visitor
from core.disk import trash as trash_module
from core.disk.trash import Entry, Trash
from core.disk.upkeep import tidy
from core.errors import (
    DiskFullError,
    LimitError,
    NotAllowedError,
    PlaceTakenError,
    ReadOnlyError,
    UnknownEntryError,
    UsageError,
)
from tests.core.disk.killing import at_every_step

RUNS = ("a" * 16, "b" * 16)
PARTS = (*(f"{folder}/{run}" for run in RUNS for folder in ("runs", "studies")), "datasets/mine-1")


@pytest.fixture
def trash(home: Path) -> Trash:
    """The trash of a home with a dataset and two runs, of which one has studies."""
    fill(home)
    return Trash()


def fill(home: Path) -> None:
    for part in PARTS:
        if part != PARTS[3]:
            (home / part / "inner").mkdir(parents=True)
            (home / part / "inner" / "file").write_text(part)


def contents(home: Path) -> dict[str, str]:
    """Every file of the home's data, by its path."""
    folders = ("runs", "studies", "datasets")
    files = [path for folder in folders for path in (home / folder).glob("**/*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_text() for path in files if path.name != ".lock"}


def put(trash: Trash, *parts: str) -> Entry:
    with trash.alone():
        return trash.put("dataset", "Mine", parts or PARTS, COMMAND_LINE)


def test_what_goes_as_one_comes_back_as_one(trash: Trash, home: Path):
    before = contents(home)
    entry = put(trash)
    assert contents(home) == {}
    assert trash.entries() == (entry,)
    assert (entry.title, entry.kind, entry.by, entry.runs) == ("Mine", "dataset", "command line", RUNS)
    assert entry.parts == (*PARTS[:3], PARTS[4])
    assert entry.size == sum(len(text) for text in before.values())
    assert trash.restore(entry.entry_id, by=COMMAND_LINE) == entry
    assert contents(home) == before
    assert list(trash.folder.iterdir()) == []
    with pytest.raises(UnknownEntryError, match="it was restored"):
        trash.restore(entry.entry_id, by=COMMAND_LINE)


def test_what_is_in_the_place_stays_there_and_the_deleted_stays_in_the_trash(trash: Trash, home: Path):
    entry = put(trash)
    (home / PARTS[0]).mkdir()
    (home / PARTS[0] / "file").write_text("newer")
    with pytest.raises(PlaceTakenError, match=r"trained again .* stays in the trash until 20"):
        trash.restore(entry.entry_id, by=COMMAND_LINE)
    assert contents(home) == {f"{PARTS[0]}/file": "newer"}
    assert trash.entries() == (entry,)


def test_a_place_that_is_taken_while_others_are_filled_takes_those_back_too(
    trash: Trash, home: Path, monkeypatch: pytest.MonkeyPatch
):
    entry, real = put(trash), trash_module.took_place

    def beaten(fresh: Path, place: Path) -> bool:
        if place.parent.name == "runs":
            place.mkdir()
            (place / "file").write_text("newer")
        return real(fresh, place)

    monkeypatch.setattr(trash_module, "took_place", beaten)
    with pytest.raises(PlaceTakenError):
        trash.restore(entry.entry_id, by=COMMAND_LINE)
    monkeypatch.undo()
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(home))
    (newer,) = contents(home)
    (home / newer).unlink()
    (home / newer).parent.rmdir()
    trash.restore(entry.entry_id, by=COMMAND_LINE)
    assert sorted(contents(home)) == sorted(f"{part}/inner/file" for part in entry.parts)


def test_a_deletion_that_the_disk_refuses_is_undone(trash: Trash, home: Path, monkeypatch: pytest.MonkeyPatch):
    before, real = contents(home), os.rename

    def rename(source: Path, target: Path) -> None:
        if Path(source) == home / PARTS[-1]:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        with pytest.raises(UsageError, match=r"Mine cannot be moved to the trash: .* on one disk"):
            put(trash)
    assert contents(home) == before
    assert list(trash.folder.iterdir()) == []


def test_a_full_disk_deletes_nothing_and_says_what_to_do(trash: Trash, home: Path, monkeypatch: pytest.MonkeyPatch):
    before = contents(home)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFullError, match="Empty the trash"):
            put(trash)
    assert contents(home) == before
    assert trash.entries() == ()


def aged(trash: Trash, entry: Entry, days: float) -> None:
    path = trash.folder / entry.entry_id / trash_module.MANIFEST
    deleted_at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"deleted_at": deleted_at}))


def test_things_are_kept_for_seven_days_or_as_many_as_are_set(trash: Trash, monkeypatch: pytest.MonkeyPatch):
    young, old = put(trash, PARTS[0]), put(trash, PARTS[-1])
    aged(trash, young, 6.9)
    aged(trash, old, 7.1)
    assert [entry.entry_id for entry in trash.expire()] == [old.entry_id]
    assert [entry.entry_id for entry in trash.entries()] == [young.entry_id]
    monkeypatch.setenv("EMBEDDING_EXPLORER_TRASH_DAYS", "6")
    tidy()
    assert trash.entries() == ()
    monkeypatch.setenv("EMBEDDING_EXPLORER_TRASH_DAYS", "0")
    with pytest.raises(LimitError, match=r"TRASH_DAYS is '0'; .* from 1 to 36,500"):
        trash.expire()


def test_room_is_made_of_the_oldest(trash: Trash):
    entries = [put(trash, part) for part in (PARTS[0], PARTS[2], PARTS[-1])]
    for entry, days in zip(entries, (1, 3, 2), strict=True):
        aged(trash, entry, days)
    assert [entry.entry_id for entry in trash.make_room(entries[1].size + 1)] == [
        entries[1].entry_id,
        entries[2].entry_id,
    ]
    assert [entry.entry_id for entry in trash.entries()] == [entries[0].entry_id]
    assert trash.make_room(0) == ()


def test_only_an_administrator_restores_and_empties(trash: Trash, monkeypatch: pytest.MonkeyPatch):
    entry = put(trash)
    for ask in (lambda by: trash.restore(entry.entry_id, by=by), lambda by: trash.empty(by=by)):
        with pytest.raises(NotAllowedError):
            ask(Visitor("somebody"))
        monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
        with pytest.raises(ReadOnlyError):
            ask(COMMAND_LINE)
        monkeypatch.delenv("EMBEDDING_EXPLORER_READ_ONLY")
    assert trash.entries() == (entry,)
    assert trash.empty(by=COMMAND_LINE) == (entry,)
    assert list(trash.folder.iterdir()) == []


GOOD = {"schema": 1, "kind": "run", "title": "x", "deleted_at": "2026-01-01T00:00:00+00:00", "by": "", "size": 1}
WRONG = (
    {"schema": 2},
    {"deleted_at": "soon"},
    {"deleted_at": "9999-12-31T23:59:59+00:00"},
    {"deleted_at": "2026-01-01T00:00:00"},
    {"size": float("inf")},
    {"parts": ["../outside"]},
    {"parts": 1},
)
BAD = ("", "{", "[]", *(json.dumps(GOOD | {"parts": ["runs/x"]} | wrong) for wrong in WRONG))


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("going", ["", "deleting-", "restoring-"])
def test_an_entry_with_a_damaged_manifest_is_kept_and_harms_nobody(trash: Trash, home: Path, text: str, going: str):
    whole, damaged = put(trash, PARTS[0]), put(trash, PARTS[-1])
    folder = trash.folder / damaged.entry_id
    (folder / trash_module.MANIFEST).write_text(text)
    folder.rename(trash.folder / f"{going}{damaged.entry_id}")
    tidy()
    assert {entry.entry_id: entry.kind for entry in trash.entries()} == {
        whole.entry_id: "dataset",
        damaged.entry_id: "damaged",
    }
    assert (folder / PARTS[-1] / "inner" / "file").exists()
    with pytest.raises(PlaceTakenError, match="by hand"):
        trash.restore(damaged.entry_id, by=COMMAND_LINE)
    trash.restore(whole.entry_id, by=COMMAND_LINE)
    assert len(trash.empty(by=COMMAND_LINE)) == 1


@pytest.fixture
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes one filled home after the other."""
    numbers = count()

    def make(*, deleted: bool = False) -> Path:
        home = tmp_path / f"home-{next(numbers)}"
        monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(home))
        fill(home)
        if deleted:
            put(Trash())
        return home

    return make


def whole(home: Path) -> str:
    """Where everything is: "place", "trash" or "gone"; fails where it is neither."""
    all_files = {f"{part}/inner/file" for part in PARTS if part != PARTS[3]}
    if entries := Trash(home).entries():
        assert contents(home) == {}
        (entry,) = entries
        Trash(home).restore(entry.entry_id, by=COMMAND_LINE)
        assert set(contents(home)) == all_files
        return "trash"
    return "place" if set(contents(home)) == all_files else "gone" if contents(home) == {} else "torn"


def home_now() -> Path:
    return Trash().root


def test_a_killed_deletion_leaves_all_in_its_place_or_all_in_the_trash(fresh_home):
    ends: list[str] = []
    calls = at_every_step(fresh_home, lambda: put(Trash()), lambda died: ends.append(whole(home_now())))
    assert calls > 12
    turn = ends.index("trash")
    assert ends == ["place"] * turn + ["trash"] * (len(ends) - turn)


def test_a_killed_restoration_leaves_all_in_the_trash_or_all_in_its_place(fresh_home):
    ends: list[str] = []
    calls = at_every_step(
        lambda: fresh_home(deleted=True),
        lambda: Trash().restore(Trash().entries()[0].entry_id, by=COMMAND_LINE),
        lambda died: ends.append(whole(home_now())),
    )
    assert calls > 8
    turn = ends.index("place")
    assert ends == ["trash"] * turn + ["place"] * (len(ends) - turn)


def test_a_killed_emptying_leaves_all_in_the_trash_or_nothing(fresh_home):
    ends: list[str] = []
    at_every_step(
        lambda: fresh_home(deleted=True),
        lambda: Trash().empty(by=COMMAND_LINE),
        lambda died: ends.append(whole(home_now())),
    )
    turn = ends.index("gone")
    assert ends == ["trash"] * turn + ["gone"] * (len(ends) - turn)
