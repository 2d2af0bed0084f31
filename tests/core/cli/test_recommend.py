"""`recommend` and `explain`: the same numbers as the model's own, and every wrong call told in one line."""

import numpy as np
import pytest

from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.own_ratings import to_file
from core.cli import main
from core.data.splits import split
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.core.cli.calling import asked


@pytest.fixture
def run(bundled):
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


def test_recommend_lists_the_best_guesses(capsys, run, bundled):
    found = asked(capsys, "recommend", run.run_id, "--rate", "260=5", "--rate", "1=2.5", "--top", "7")
    known = NewUserModel(run, bundled, split(bundled, run.config))
    guess = known.predictions(known.place({"260": 5.0, "1": 2.5}))
    allowed = (bundled.item_count >= 21) & (known.item_count > 0)
    allowed[bundled.items.indices(["260", "1"])] = False
    assert len(found) == 7
    assert [entry["predicted_rating"] for entry in found] == sorted(guess[allowed], reverse=True)[:7]
    for entry in found:
        row = bundled.items.index(entry["item_id"])
        assert allowed[row]
        assert entry["title"] == bundled.item_table["title"][row]
        assert entry["predicted_rating"] == guess[row]
        assert entry["expected_miss"] > 0


def test_filters_and_files(capsys, run, bundled, tmp_path):
    saved = tmp_path / "mine.json"
    saved.write_bytes(to_file({"260": 5.0}, bundled))
    filters = ("--genre", "Western", "--from-year", "1960", "--to-year", "1980", "--min-ratings", "5")
    found = asked(capsys, "recommend", run.run_id, "--from", str(saved), *filters, "--diversity", "0.5")
    assert len(found) == 10
    table = bundled.item_table.set_index(bundled.items.ids)
    for entry in found:
        assert "Western" in table.loc[entry["item_id"], "genres"]
        assert 1960 <= table.loc[entry["item_id"], "year"] <= 1980
    assert found == asked(capsys, "recommend", run.run_id, "--rate", "260=5", *filters, "--diversity", "0.5")
    assert asked(capsys, "recommend", run.run_id, "--from-year", "3000") == []


def test_explain_adds_up_to_the_models_own_guess(capsys, run, bundled):
    user, item = bundled.user_index[0], bundled.item_index[0]
    ids = bundled.users.ids[user], bundled.items.ids[item]
    found = asked(capsys, "explain", run.run_id, "--user", ids[0], "--item", ids[1], "--top", "3")
    guess = float(np.clip(run.scorer.predict(np.array([user]), np.array([item]))[0], 0.5, 5))
    assert found["predicted_rating"] == pytest.approx(guess, abs=1e-5)
    assert round(sum(term["rating"] for term in found["terms"]), 3) == found["rating"] == round(guess, 3)
    assert round(sum(term["score"] for term in found["terms"]), 3) == found["score"]
    assert found["actual_rating"] == bundled.rating[0]
    kinds = [term["term"] for term in found["terms"]]
    assert kinds == ["average", "person", "item", *["component"] * 3, "rest"]


def test_explain_for_somebody_new(capsys, run, bundled):
    found = asked(capsys, "explain", run.run_id, "--rate", "260=5", "--item", "1210")
    known = NewUserModel(run, bundled, split(bundled, run.config))
    guess = known.predictions(known.place({"260": 5.0}))[bundled.items.index("1210")]
    assert found["predicted_rating"] == pytest.approx(guess, abs=1e-5)
    assert found["user_id"] is found["actual_rating"] is None


@pytest.mark.parametrize("call", [["recommend"], ["explain", "--item", "1"]])
def test_the_text_names_the_title(capsys, run, call: list[str]):
    assert main([call[0], run.run_id, *call[1:], "--rate", "260=5"]) == 0
    assert "(19" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("recommend", "--rate", "nobody=5"), "UNKNOWN_ITEM", "'nobody'"),
        (("recommend", "--rate", "1=9"), "LIMIT", "0.5 to 5"),
        (("recommend", "--rate", "1=nan"), "LIMIT", "0.5 to 5"),
        (("recommend", "--rate", "1=many"), "USAGE", "not a number"),
        (("recommend", "--rate", "1"), "USAGE", "ID=RATING"),
        (("recommend", "--top", "0"), "LIMIT", "--top"),
        (("recommend", "--diversity", "2"), "LIMIT", "--diversity"),
        (("recommend", "--genre", "No such"), "LIMIT", "Western"),
        (("recommend", "--from", "no such file"), "USAGE", "cannot be read"),
        (("recommend", "--from", __file__), "MISSING_COLUMN", "no column of the title"),
        (("explain", "--item", "nothing"), "UNKNOWN_ITEM", "'nothing'"),
        (("explain", "--item", "1", "--user", "nobody"), "UNKNOWN_ITEM", "'nobody'"),
        (("explain", "--item", "1", "--user", "1", "--rate", "1=5"), "USAGE", "give one"),
    ],
)
def test_wrong_calls_are_told_in_one_line(capsys, run, arguments, code, says):
    assert main([arguments[0], run.run_id, *arguments[1:]]) == 2
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith(f"error: {code}: ")
    assert says in line
    assert printed.out == ""
