"""Selections under a name: kept with the run, by id, each owner's apart."""

import pytest

from core.access import COMMAND_LINE, Visitor
from core.errors import CorruptRunError, LimitError, NotAllowedError
from core.model.run import Run
from core.store.runs import RunStore
from core.studies import selections
from core.studies.selections import Selection
from tests.conftest import run_on

GUEST = Visitor("guest")


@pytest.fixture
def run(small, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    made = run_on(small)
    RunStore().publish(made)
    return made


def test_everybody_sees_an_administrators_and_a_guest_their_own_over_it(run: Run):
    selections.save(run.run_id, Selection(" Mine ", ("1", "x,y")), by=COMMAND_LINE)
    selections.save(run.run_id, Selection("Mine", ("007",)), by=GUEST)
    selections.save(run.run_id, Selection("Theirs", ("2",)), by=GUEST)
    assert selections.saved(run.run_id, by=COMMAND_LINE) == {"Mine": Selection("Mine", ("1", "x,y"))}
    seen = selections.saved(run.run_id, by=GUEST)
    assert (seen["Mine"].items, seen["Mine"].own, list(seen)) == (("007",), True, ["Mine", "Theirs"])
    selections.delete(run.run_id, "Mine", by=GUEST)
    assert selections.saved(run.run_id, by=GUEST)["Mine"].items == ("1", "x,y")
    with pytest.raises(NotAllowedError):
        selections.delete(run.run_id, "Mine", by=GUEST)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection("  ", ("1",)), "has no name"),
        (Selection("a" * 41, ("1",)), "at most 40"),
        (Selection("a\nb", ("1",)), "control character"),
        (Selection("none", ()), "0 items"),
        (Selection("many", ("1",) * 20_001), "20,001 items"),
    ],
)
def test_what_cannot_be_found_again_is_not_kept(run: Run, selection: Selection, words: str):
    with pytest.raises(LimitError, match=words):
        selections.save(run.run_id, selection, by=COMMAND_LINE)
    assert selections.saved(run.run_id, by=COMMAND_LINE) == {}


def test_a_file_that_is_broken_is_said_and_left_as_it_is(run: Run):
    path = selections.NOTES.path(run.run_id)
    path.parent.mkdir(parents=True)
    path.write_text('{"schema": 1, "selections": [{"name": "a", "items": 5}]}')
    with pytest.raises(CorruptRunError, match="selections"):
        selections.saved(run.run_id, by=COMMAND_LINE)
    assert path.exists()
