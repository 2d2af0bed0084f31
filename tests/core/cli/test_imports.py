"""`python -m core import`: the JSON it promises, the flags it takes, and what it says when it cannot."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core import data
from core.cli import main
from core.data.download import BASE_VARIABLE, RELEASES
from core.disk.trash import Trash
from tests.core.data.importing import made
from tests.core.data.importing.cases_values import FILES


@pytest.fixture(autouse=True)
def _reading(request: pytest.FixtureRequest) -> None:
    """In this process, but for the tests that use `isolated`."""
    if "isolated" not in request.fixturenames:
        request.getfixturevalue("reading_here")


@pytest.fixture
def isolated() -> None:
    """Reading happens in a process of its own, as when somebody makes the call."""


@pytest.fixture
def bring(tmp_path: Path):
    """Write files, and return their folder as an argument."""

    def bring_(**files: str | bytes) -> str:
        made.write(tmp_path / "in", {name.replace("_", "."): content for name, content in files.items()})
        return str(tmp_path / "in")

    return bring_


def imported(capsys, *arguments: str) -> dict:
    """What the call prints; progress is on stderr, and stdout holds one document."""
    assert main(["import", *arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert "Looking at the files" in printed.err
    return json.loads(printed.out)


def refused(capsys, *arguments: str) -> str:
    assert main(["import", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()[-1]


@pytest.mark.usefixtures("isolated")
def test_the_promised_document(capsys, bring):
    place = bring(ratings_csv=made.with_rows("u1,i1,,5", "u1,i2,many,5", "u0,i0,2,999"))
    found = imported(capsys, place, "--name", "Mine")
    assert found["id"].startswith("mine-")
    assert (found["name"], found["users"], found["items"], found["ratings"]) == ("Mine", 6, 5, 30)
    assert (found["min_rating"], found["max_rating"]) == (1.0, 5.0)
    assert [(row["line"], row["reason"]) for row in found["rejected"]] == [
        (32, "no rating"),
        (33, "rating is not a number: 'many'"),
    ]
    assert found["dropped_duplicates"] == 1
    assert found["digest"] == data.load(found["id"]).digest


def test_a_wide_table_is_reshaped_when_that_is_said(capsys, bring):
    place = bring(ratings_csv="name,A,B,C,D\n" + "".join(f"p{at},{at % 5 + 1},4,,2\n" for at in range(10)))
    line = refused(capsys, place)
    assert line.startswith(
        "error: MISSING_COLUMN: ratings.csv is a wide table: each row is one person, named in 'name'"
    )
    assert "30 ratings of 3 items by 10 people; not used: 'C'" in line
    assert line.endswith("on the command line: --reshape, or --reshape item if each row is one item")
    found = imported(capsys, place, "--reshape")
    assert (found["layout"], found["users"], found["items"], found["ratings"]) == ("wide table", 10, 3, 30)
    swapped = imported(capsys, place, "--reshape", "item")
    assert (swapped["users"], swapped["items"]) == (3, 10)


def test_columns_without_names_are_said_with_the_options_that_the_refusal_names(capsys, bring):
    place = bring(ratings_csv=made.table(header=None))
    line = refused(capsys, place)
    assert line.endswith('on the command line: such as --user "column 1" --item "column 2"')
    found = imported(capsys, place, "--user", "column 1", "--item", "column 2")
    assert (found["users"], found["items"], found["ratings"], found["timestamps"]) == (6, 5, 30, True)


def test_an_imported_dataset_is_listed_and_importing_it_again_is_one_dataset(capsys, bring):
    place = bring(ratings_csv=made.table())
    first, second = imported(capsys, place), imported(capsys, place)
    assert (first["already_there"], second["already_there"]) == (False, True)
    main(["datasets", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [data.BUNDLED, first["id"]]
    assert listed[1].items() <= first.items()


def test_every_flag_reaches_the_import(capsys, bring):
    place = bring(
        a_txt="x;y;z;t\n" + made.table(header=None, delimiter=";"),
        b_txt="k;n;tags;y\n" + "".join(f"i{item};Book {item};old|new;19{item}0\n" for item in range(5)),
    )
    columns = ["--user", "x", "--item", "y", "--rating", "z", "--timestamp", "t"]
    items = ["--item-id", "k", "--title", "n", "--genres", "tags", "--year", "y"]
    reading = ["--delimiter", ";", "--header", "--encoding", "utf-8"]
    told = ["--noun", "Book", "--min-rating", "0", "--max-rating", "4", "--min-user-ratings", "3"]
    found = imported(capsys, place, *columns, *items, *reading, *told, "--min-item-ratings", "2")
    ratings = data.load(found["id"])
    assert (ratings.noun, ratings.min_rating, ratings.max_rating) == ("book", 0.0, 4.0)
    assert found["rejected_total"] == sum(row[2] == 5 for row in made.ROWS)
    assert ratings.item_table.loc[0, "title"] == "Book 0"
    assert ratings.item_table.loc[1, "genres"] == ["old", "new"]
    assert ratings.item_table.loc[2, "year"] == 1920
    assert ratings.user_count.min() >= 3


def test_no_header_and_a_tab(capsys, bring):
    found = imported(
        capsys, bring(r_txt=made.table(header=None, delimiter="\t")), "--delimiter", "TAB", "--no-header",
        "--user", "column 1", "--item", "column 2", "--rating", "column 3",
    )  # fmt: skip
    assert (found["ratings"], found["rejected"]) == (30, [])


def test_a_sheet_by_its_name(capsys, bring):
    rows = [("user", "item", "rating"), *[row[:3] for row in made.ROWS]]
    place = bring(r_xlsx=made.workbook({"Read me": [("by", "me")], "2023": rows}))
    assert imported(capsys, place, "--sheet", "2023")["ratings"] == 30
    assert refused(capsys, place).startswith("error: MISSING_COLUMN")


def test_what_may_be_no_rating_is_said_with_the_option_that_leaves_it_out(capsys):
    place = str(FILES / "minus-one-means-watched-unrated")
    assert main(["import", place]) == 0
    words = "19 of 96 ratings are -1, which may mean “no rating”: the others go from 2 to 10."
    assert f"{words} --no-rating -1 leaves them out." in capsys.readouterr().out
    assert main(["import", place, "--no-rating", "-1", "--no-rating", "99"]) == 0
    printed = capsys.readouterr().out
    assert "stated as no rating  19" in printed and "which may mean" not in printed
    found = imported(capsys, place, "--no-rating", "-1")
    assert (found["ratings"], found["rejected"], found["rejected_total"], found["max_rating"]) == (77, [], 19, 10)


def test_counts_are_said_with_the_option_that_makes_ratings_of_them(capsys):
    place = str(FILES / "play-counts.tsv")
    assert main(["import", place, "--rating", "weight"]) == 0
    assert "from 7 to 16,902. --counts ranks or --counts log makes ratings of them." in capsys.readouterr().out
    found = imported(capsys, place, "--rating", "weight", "--counts", "ranks")
    assert (found["ratings"], found["min_rating"], found["max_rating"], found["doubts"]) == (96, 1, 5, [])


@pytest.mark.parametrize(
    ("content", "arguments", "code"),
    [
        (made.table(), ["--delimiter", ";"], "WRONG_DELIMITER"),
        (made.table(), ["--delimiter", ";;"], "LIMIT"),
        (made.table(), ["--user", "nobody"], "MISSING_COLUMN"),
        (made.table(), ["--min-rating", "9", "--max-rating", "1"], "LIMIT"),
        (made.table(), ["--min-user-ratings", "99"], "TOO_SMALL"),
        (made.table(), ["--min-user-ratings", "x"], "USAGE"),
        (made.table(), ["--no-rating", "x"], "USAGE"),
        (made.table(), ["--no-rating", "nan"], "LIMIT"),
        (made.table(), ["--counts", "sums"], "USAGE"),
        (made.table(header="a,b,c,d"), [], "MISSING_COLUMN"),
        (b"", [], "EMPTY_FILE"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), [], "BAD_FORMAT"),
    ],
)
def test_what_cannot_be_imported_is_one_line_with_its_code(capsys, bring, content, arguments, code):
    place = Path(bring(ratings_csv=content)) / "ratings.csv"
    assert refused(capsys, str(place), *arguments).startswith(f"error: {code}: ")
    assert data.dataset_ids() == [data.BUNDLED]


@pytest.mark.parametrize("path", ["nowhere.csv", "", "a\0b"])
def test_a_path_that_leads_nowhere(capsys, path):
    assert refused(capsys, path).startswith(("error: BAD_FORMAT: ", "error: USAGE: "))


def test_the_text_says_what_was_done(capsys, bring):
    assert main(["import", bring(ratings_csv=made.with_rows("u1,i1,,5"))]) == 0
    text = capsys.readouterr().out
    assert "rows left out  1" in text
    assert "no rating" in text


def test_a_dataset_gets_another_name_and_goes(capsys, bring):
    found = imported(capsys, bring(ratings_csv=made.table()))
    assert main(["rename", found["id"], "Evening reading", "--noun", "book", "--json"]) == 0
    renamed = json.loads(capsys.readouterr().out)
    assert (renamed["id"], renamed["name"], renamed["noun"]) == (found["id"], "Evening reading", "book")
    assert data.load(found["id"]).name == "Evening reading"
    assert main(["delete-dataset", found["id"], "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (entry,) = Trash().entries()
    assert answer == {"deleted": found["id"], "runs": [], "trash_id": entry.entry_id}
    assert data.dataset_ids() == [data.BUNDLED]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["rename", data.BUNDLED, "Mine"], "LIMIT"),
        (["delete-dataset", data.BUNDLED], "LIMIT"),
        (["delete-dataset", "../x"], "UNKNOWN_DATASET"),
        (["download", "ml-100k"], "LIMIT"),
        (["download", "ml-5"], "USAGE"),
    ],
)
def test_what_cannot_be_done_with_a_dataset(capsys, arguments, code):
    assert main(arguments) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"error: {code}: ")


def test_a_release_comes_by_its_name(capsys, monkeypatch, tmp_path):
    (tmp_path / "ml-100k.zip").write_bytes(made.zipped(made.hundred_thousand(), 0))
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv(BASE_VARIABLE, f"http://127.0.0.1:{server.server_port}")
        assert main(["download", "ml-100k", "--accept-licence", "--json"]) == 0
        server.shutdown()
    assert json.loads(capsys.readouterr().out)["name"] == RELEASES["ml-100k"].title


@pytest.mark.parametrize("place", ["/", "/proc", "/dev/zero"])
def test_what_is_no_folder_of_tables_is_refused_in_one_line(capsys, place):
    assert refused(capsys, place).startswith(("error: TOO_LARGE: ", "error: BAD_FORMAT: ", "error: EMPTY_FILE: "))


def test_the_list_of_datasets_tells_what_is_set_aside(capsys, home):
    (home / "datasets" / "broken").mkdir(parents=True)
    (home / "datasets" / "broken" / "dataset.json").write_text("[")
    assert main(["datasets", "--json"]) == 0
    printed = capsys.readouterr()
    assert [entry["id"] for entry in json.loads(printed.out)] == [data.BUNDLED]
    (line,) = printed.err.splitlines()
    assert line.startswith("set aside: dataset broken (")
