"""Deleting, listing what was deleted, restoring and removing for good, on the command line."""

import pytest

from core import data
from core.cli import main
from core.model.run import Run
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused


@pytest.fixture
def run(small) -> Run:
    """A stored run."""
    made = run_on(small)
    RunStore().publish(made)
    return made


def test_delete_says_how_to_restore_and_restore_does(capsys: pytest.CaptureFixture[str], run: Run):
    assert main(["delete", run.run_id]) == 0
    said = capsys.readouterr().out
    (entry,) = asked(capsys, "trash")
    assert f"`python -m core restore {entry['entry_id']}` brings it back within 7 days" in said
    assert (entry["kind"], entry["parts"]) == ("run", [f"runs/{run.run_id}"])
    assert entry["kept_until"] > entry["deleted_at"]
    assert asked(capsys, "runs") == []
    assert asked(capsys, "restore", entry["entry_id"]) == entry
    assert [one["run_id"] for one in asked(capsys, "runs")] == [run.run_id]
    assert asked(capsys, "trash") == []


def test_what_is_not_in_the_trash_and_what_has_its_place_taken_is_refused(capsys, run: Run):
    assert refused(capsys, "restore", "../runs").startswith("UNKNOWN_ENTRY: the trash holds nothing with the id")
    trash_id = asked(capsys, "delete", run.run_id)["trash_id"]
    RunStore().publish(run)
    assert refused(capsys, "restore", trash_id).startswith("PLACE_TAKEN: ")


def test_the_trash_is_listed_and_emptied(capsys, run: Run):
    asked(capsys, "delete", run.run_id)
    assert main(["trash"]) == 0
    assert "Dot product with biases, 4 dimensions, Small" in capsys.readouterr().out
    assert len(asked(capsys, "trash", "--empty")) == 1
    assert main(["trash"]) == 0
    assert capsys.readouterr().out == "the trash is empty\n"


@pytest.mark.usefixtures("reading_here")
def test_a_deleted_dataset_comes_back_too(capsys, tmp_path):
    table = tmp_path / "r.csv"
    rows = "".join(f"u{u},i{i},{1 + (u + i) % 5}\n" for u in range(8) for i in range(8))
    table.write_text(f"user,item,rating\n{rows}")
    made = asked(capsys, "import", str(table))["id"]
    deleted = asked(capsys, "delete-dataset", made)
    assert data.dataset_ids() == [data.BUNDLED]
    asked(capsys, "restore", deleted["trash_id"])
    assert data.dataset_ids() == [data.BUNDLED, made]
