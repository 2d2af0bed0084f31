"""Lists that people keep with a run: changed one at a time, refused in words, gone with the run."""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.access import COMMAND_LINE
from core.disk.files import locked
from core.errors import BusyError, CorruptRunError, LimitError, UnknownRunError
from core.store import notes, runs
from core.store.notes import Notes
from core.store.runs import RunStore
from tests.core.jobs.tiny import tiny_run

NUMBERS = Notes("numbers", max_entries=20, parse=int, dump=int)


@pytest.fixture
def run_id() -> str:
    RunStore().publish(tiny_run())
    return tiny_run().run_id


def test_many_can_change_a_note_at_once(run_id: str):
    def add(number: int) -> None:
        NUMBERS.change(run_id, lambda numbers: sorted([*numbers, number]))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert NUMBERS.read(run_id) == tuple(range(20))
    with pytest.raises(LimitError, match="20 numbers are kept"):
        add(21)


def test_a_note_that_cannot_be_read_is_told_and_kept(run_id: str):
    assert NUMBERS.read(run_id) == ()
    NUMBERS.change(run_id, lambda _: [1])
    path = NUMBERS.path(run_id)
    assert json.loads(path.read_text()) == {"schema": 1, "numbers": [1]}
    path.write_text("{")
    with pytest.raises(CorruptRunError, match="cannot be read"):
        NUMBERS.change(run_id, lambda _: [])
    assert path.read_text() == "{"


def test_a_note_has_a_plain_name():
    with pytest.raises(ValueError, match="no name"):
        Notes("../axes", max_entries=1, parse=int, dump=int)


def test_a_run_that_is_not_there_gets_no_folder(home: Path):
    for run_id in ("0" * 16, "../x", ""):
        with pytest.raises(UnknownRunError):
            NUMBERS.change(run_id, lambda _: [1])
    assert not (home / "studies").exists()


def test_a_run_that_is_deleted_while_a_note_waits_is_told_and_leaves_no_folder(run_id: str, home: Path):
    with ThreadPoolExecutor(1) as pool:
        with locked(home / "runs" / ".lock"):  # as `RunStore.delete` does it
            waiting = pool.submit(NUMBERS.change, run_id, lambda _: [1])
            (home / "runs" / run_id).rename(home / "gone")
        with pytest.raises(UnknownRunError, match=run_id):
            waiting.result()
    assert not (home / "studies").exists()


def test_a_run_is_not_deleted_while_a_note_is_being_written(run_id: str, home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs, "LOCK_SECONDS", 0.05)

    def change(numbers: object) -> list[int]:
        with pytest.raises(BusyError), ThreadPoolExecutor(1) as pool:
            pool.submit(RunStore().delete, run_id, by=COMMAND_LINE).result()
        return [1]

    NUMBERS.change(run_id, change)
    assert NUMBERS.read(run_id) == (1,)
    RunStore().delete(run_id, by=COMMAND_LINE)
    assert list((home / "studies").iterdir()) == []


def test_what_one_owner_keeps_is_theirs_and_goes_with_the_run(run_id: str, home: Path):
    NUMBERS.change(run_id, lambda _: [1])
    NUMBERS.change(run_id, lambda _: [2], "../tom")
    NUMBERS.change(run_id, lambda _: [3], "bob")
    assert [NUMBERS.read(run_id, owner) for owner in ("", "../tom", "bob", "eve")] == [(1,), (2,), (3,), ()]
    assert not any("tom" in path.name for path in home.rglob("*"))
    RunStore().delete(run_id, by=COMMAND_LINE)
    assert not list((home / "studies").rglob("numbers.json"))


def test_an_owner_has_no_more_bytes_than_allowed(run_id: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notes, "OWNERS_BYTES", 60)
    NUMBERS.change(run_id, lambda _: [1], "ada")
    with pytest.raises(LimitError, match=r"your numbers of this run would take \d+ bytes, and 60 are allowed"):
        NUMBERS.change(run_id, lambda _: range(20), "ada")
    assert NUMBERS.read(run_id, "ada") == (1,)
    NUMBERS.change(run_id, lambda _: range(20))
    assert len(NUMBERS.read(run_id)) == 20, "everybody's are an administrator's"


def test_a_run_has_room_for_so_many_owners(run_id: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notes, "MOST_OWNERS", 2)
    for owner in ("ada", "bob"):
        NUMBERS.change(run_id, lambda _: [1], owner)
    with pytest.raises(LimitError, match="2 people keep notes of their own with this run"):
        NUMBERS.change(run_id, lambda _: [1], "eve")
    NUMBERS.change(run_id, lambda _: [2], "ada")
    long_ago = time.time() - notes.UNTOUCHED_SECONDS - 1
    os.utime(NUMBERS.path(run_id, "bob").parent, (long_ago, long_ago))
    NUMBERS.change(run_id, lambda _: [3], "eve")
    assert [NUMBERS.read(run_id, owner) for owner in ("ada", "bob", "eve")] == [(2,), (), (3,)]
