"""How far everybody is: of each owner apart, numbered, bounded, and never in the way where a file is damaged."""

import threading
import time
from pathlib import Path

import pytest

from core.access import Visitor
from core.errors import LimitError, ReadOnlyError
from core.store import journeys
from core.store.journeys import Journey

ADA, BOB, EVE = Visitor("ada"), Visitor("bob"), Visitor("eve")


def did(by: Visitor, tour: str, *steps: int) -> Journey:
    return journeys.change(by, lambda old: old.with_steps(tour, old.steps(tour) | set(steps)))


def test_everybodys_way_is_their_own(home: Path):
    did(ADA, "you", 0)
    did(BOB, "you", 1, 0)
    did(ADA, "noise", 2)
    ada = journeys.of("ada")
    assert ada is not None and ada.done == {"you": (0,), "noise": (2,)}
    assert journeys.of("eve") is None
    assert [(one.number, one.steps("you")) for one in journeys.everybody()] == [(1, {0}), (2, {0, 1})]
    assert not any(name in path.name for path in home.rglob("*") for name in ("ada", "bob"))


def test_steps_done_at_once_are_all_kept(home: Path):
    threads = [threading.Thread(target=did, args=(ADA, "you", step)) for step in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ada = journeys.of("ada")
    assert ada is not None and ada.steps("you") == set(range(6))


def test_who_was_away_longest_makes_room(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journeys, "MOST_OWNERS", 2)
    for moment, by in enumerate((ADA, BOB, ADA, EVE)):
        monkeypatch.setattr(time, "time", lambda moment=moment: float(moment))
        did(by, "you", moment)
    assert [journeys.of(name) is None for name in ("ada", "bob", "eve")] == [False, True, False]
    assert [one.number for one in journeys.everybody()] == [1, 3]
    monkeypatch.setattr(time, "time", lambda: 10.0 + journeys.UNTOUCHED_SECONDS)
    did(BOB, "you", 0)
    assert [one.steps("you") for one in journeys.everybody()] == [{0}]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"number": 0}', '{"number": 1, "done": {"you": ["x"]}}', '{"number": 1, "more": 2}', "\x00"],
)
def test_a_damaged_file_counts_as_none(home: Path, text: str):
    did(ADA, "you", 0)
    place = next((home / "journeys").glob("*.json"))
    place.write_text(text)
    assert journeys.of("ada") is None
    assert journeys.everybody() == []
    assert did(ADA, "you", 1).steps("you") == {1}


def test_nothing_changes_nothing(home: Path):
    before = did(ADA, "you", 0)
    assert did(ADA, "you", 0) == before


def test_a_nickname_is_one_short_line():
    one = Journey(number=1)
    assert one.called(" Ada\n\x00 Lovelace ").nickname == "Ada Lovelace"
    with pytest.raises(LimitError, match="25 characters; it can have up to 24"):
        one.called("x" * 25)


def test_a_kiosk_keeps_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    with pytest.raises(ReadOnlyError):
        did(ADA, "you", 0)
    assert journeys.of("ada") is None
