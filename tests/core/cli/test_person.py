"""`person`, and `recommend` and `explain` from a file: the ratings of a stranger's export, none of them lost."""

import json
from pathlib import Path

import pytest

from core.cli import main
from core.data.own.files import read
from core.model.families import FAMILIES
from core.store.runs import RunStore
from tests.conftest import run_on, titles_of
from tests.core.cli.calling import asked
from tests.core.data.own.test_matching import CASE

GIVEN = {"1": 4.5, "6": 4.0, "2571": 3.5, "4973": 4.5, "1214": 5.0}


@pytest.fixture(autouse=True)
def _reading_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a process of its own, which has its own test, and with titles that a test before has indexed."""
    monkeypatch.setattr("core.cli.person.read_isolated", read)
    monkeypatch.setattr("core.cli.person.TitleIndex", titles_of)


@pytest.fixture
def run(bundled):
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


def test_a_letterboxd_export_and_what_is_not_in_the_data(capsys, run):
    answer = asked(capsys, "person", str(CASE), "--run", run.run_id)
    assert answer["matched"] == 5
    assert answer["unmatched"] == [
        {"title": "A Film Nobody Made", "year": 1977, "rating": 2.0, "nearest": None, "nearest_item_id": None}
    ]
    assert {one["item_id"]: one["rating"] for one in answer["ratings"]} == GIVEN
    assert answer["ratings"][0]["title"] == "Toy Story (1995)"
    assert (answer["source"], answer["own_scale"], answer["scale"]) == ("Letterboxd", [0.5, 5], [0.5, 5])


def test_every_row_is_in_a_number(capsys, run, tmp_path: Path):
    mine = tmp_path / "mine.txt"
    mine.write_text("film;year;my rating\nHeat;1995;8\nHeat;1995;9\nThe Matrix;1998;7\nUp;2009;\nUp;2009;x\n", "utf-8")
    answer = asked(capsys, "person", str(mine), "--run", run.run_id)
    assert answer["ratings"] == [{"item_id": "6", "title": "Heat (1995)", "rating": 4.5}]
    assert (answer["rows"], answer["matched"], answer["repeated"]) == (5, 2, 1)
    assert (answer["unrated"], answer["rejected_total"]) == (1, 1)
    assert answer["rejected"] == [{"line": 6, "reason": "'x' is no rating"}]
    (unmatched,) = answer["unmatched"]
    assert (unmatched["nearest"], unmatched["year"]) == ("Matrix, The (1999)", 1998)


def test_recommend_from_it_is_recommend_from_its_ratings(capsys, run):
    rates = [part for item, rating in GIVEN.items() for part in ("--rate", f"{item}={rating}")]
    wanted = asked(capsys, "recommend", run.run_id, *rates)
    assert asked(capsys, "recommend", run.run_id, "--from", str(CASE)) == wanted
    assert asked(capsys, "recommend", run.run_id, "--from", str(CASE), "--rate", "1=1") == asked(
        capsys, "recommend", run.run_id, *rates, "--rate", "1=1"
    )
    assert main(["recommend", run.run_id, "--from", str(CASE)]) == 0
    assert "5 of 6 rows of own-letterboxd-ratings.csv are used" in capsys.readouterr().err


def test_what_it_prints_can_be_given_back(capsys, run, tmp_path: Path):
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(asked(capsys, "person", str(CASE), "--run", run.run_id)), "utf-8")
    again = asked(capsys, "person", str(saved), "--run", run.run_id)
    assert {one["item_id"]: one["rating"] for one in again["ratings"]} == GIVEN


def test_the_text_names_what_is_there_and_what_is_not(capsys, run):
    assert main(["person", str(CASE), "--run", run.run_id]) == 0
    printed = capsys.readouterr().out
    assert "Matrix, The (1999)" in printed
    assert "A Film Nobody Made" in printed


@pytest.mark.parametrize("model", sorted(FAMILIES))
def test_every_family_recommends_from_a_file_or_says_why_not(capsys, bundled, model: str):
    stored = run_on(bundled, model=model)
    RunStore().publish(stored)
    if stored.scorer.guesses_ratings:
        assert len(asked(capsys, "recommend", stored.run_id, "--from", str(CASE))) == 10
    else:
        assert main(["recommend", stored.run_id, "--from", str(CASE)]) == 2
        assert "NOT_APPLICABLE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, "USAGE", "cannot be read"),
        (b"", "EMPTY_FILE", "empty"),
        (b"title,rating\nNo such film,4\n", "NO_GOOD_ROWS", "looked for 'No such film' by title"),
        (b"a,b,c,d\n1,2,3,4\n", "MISSING_COLUMN", "no column"),
        (b"x" * 20_000_001, "TOO_LARGE", "bytes"),
    ],
)
def test_files_that_cannot_be_used(capsys, run, tmp_path: Path, content: bytes | None, code: str, says: str):
    mine = tmp_path / "mine.csv"
    if content is not None:
        mine.write_bytes(content)
    assert main(["person", str(mine), "--run", run.run_id]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {code}: ")
    assert says in line


def test_the_scale_of_a_list_can_be_said(capsys, run, tmp_path: Path):
    mine = tmp_path / "mine.csv"
    mine.write_text("title,rating\nHeat,4\nToy Story,2\nAlien,0\n", "utf-8")
    call = ["person", str(mine), "--run", run.run_id]
    told = asked(capsys, *call)
    assert [one["rating"] for one in told["ratings"]] == [4, 2]
    assert (told["own_scale"], told["unrated"], told["zeros"]) == (None, 1, 1)
    ten = asked(capsys, *call, "--out-of", "10")
    assert ([one["rating"] for one in ten["ratings"]], ten["own_scale"]) == ([2, 1], [1, 10])
    of_ten = asked(capsys, "recommend", run.run_id, "--from", str(mine), "--out-of", "10")
    assert of_ten == asked(capsys, "recommend", run.run_id, "--rate", "6=2", "--rate", "1=1")


@pytest.mark.parametrize(
    "flags", [["--out-of", "nan", "--from", "x.csv"], ["--out-of", "-5", "--from", "x.csv"], ["--out-of", "5"]]
)
def test_a_scale_that_is_none_is_refused(capsys, run, flags: list[str]):
    assert main(["recommend", run.run_id, *flags]) == 2
    assert "error: USAGE: --out-of" in capsys.readouterr().err
