"""What is hard about a file seldom comes alone: layouts, spoiled bytes, quotes, codes and dates in one file."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.data import ColumnMapping, ImportOptions, ImportReport, load
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring
from tests.core.data.importing.cases_layouts import FIRST_TWO, RESHAPED, ROWS, THINGS, lines, ratings, some, survey
from tests.core.data.importing.test_one_byte import lines_of

CLUB: list[tuple[object, ...]] = [("Our club",), (None,), ("user", "item", "rating", "date")]


def checked(folder: Path, content: str | bytes, name: str = "r.csv", **asked: object) -> ImportReport:
    """The report of an import, in which no row and no line of a text is in no number."""
    content = content.encode() if isinstance(content, str) else content
    report = bring(folder, content, name, **asked)
    assert report.rows == report.dataset.ratings + report.rejected_total + report.dropped_duplicates
    if not name.endswith((".xlsx", ".json")) and report.layout != "wide table":
        assert report.rows + report.lines_without_rows == lines_of(content)
    return report


@pytest.mark.parametrize(("no_rating", "kept"), [((), 95), ((-1.0,), 76)])
def test_no_header_spaces_a_spoiled_byte_and_a_code(no_rating: tuple[float, ...], kept: int, tmp_path: Path) -> None:
    rows = ratings(rating=lambda p, t: -1 if (p * 3 + t) % 5 == 0 else (p * 3 + t * 2) % 9 + 2)
    content = lines((row[:3] for row in rows), " ").encode().replace(b"p5 t3", b"p5 t\xff3")
    report = checked(tmp_path, content, mapping=FIRST_TWO, options=ImportOptions(no_rating=no_rating))
    assert report.dataset.ratings == kept
    assert report.rejected_by_reason["item id has a byte that is not UTF-8"] == 1
    assert [row.line for row in report.rejected] == [36]
    assert len(report.doubts) == (not no_rating)


def test_a_wide_sheet_with_stars_in_words(tmp_path: Path) -> None:
    body = [[f"p{p}", *(f"{some(p, t)} stars" if some(p, t) else None for t in range(8))] for p in range(12)]
    report = checked(tmp_path, made.workbook({"Class": [["Name", *THINGS], *body]}), "r.xlsx", options=RESHAPED)
    assert (report.dataset.ratings, report.rejected_total, report.dataset.max_rating) == (72, 0, 5)


def test_dates_of_the_united_states_below_a_title_in_a_sheet(tmp_path: Path) -> None:
    body = [(u, i, r, f"{at % 12 + 1}/{at % 28 + 1}/2023") for at, (u, i, r, _) in enumerate(ROWS)]
    report = checked(tmp_path, made.workbook({"Ratings": [*CLUB, *body]}), "r.xlsx")
    assert (report.dataset.ratings, report.lines_without_rows) == (96, 3)
    assert any("month first" in note for note in report.notes)
    stamps = load(report.dataset.dataset_id).timestamp
    assert stamps is not None
    assert stamps[1] == 1_675_296_000  # 2 February 2023


@pytest.mark.parametrize("header", ["", "user::item::rating::time\n"])
def test_an_open_quote_between_double_colons(header: str, tmp_path: Path) -> None:
    mapping = ColumnMapping() if header else FIRST_TWO
    report = checked(tmp_path, lines(ROWS, "::", header).replace("p3::t2", 'p3::"t2'), "r.dat", mapping=mapping)
    assert (report.dataset.ratings, report.dataset.items, report.rejected_total) == (96, 9, 0)


NETFLIX = "".join(
    f"{t}:\n" + "".join(f"{1000 + p},{(p * 3 + t * 2) % 5 + 1},2005-09-{p + 1:02d}\n" for p in range(12))
    for t in range(1, 9)
).encode()


@pytest.mark.parametrize(
    ("old", "new", "kept", "reasons"),
    [
        (b"1003,2,", b"10\xff03,2,", 95, {"user id has a byte that is not UTF-8": 1}),
        (b"2005-09-03", b"2005\xe9-09-03", 96, {}),
        (b"\n5:\n", b"\n5\xff:\n", 84, {"item id has a byte that is not UTF-8": 12}),
        (b"\n5:\n", b"\n5\n", 84, {"wrong number of columns": 1, "no item id": 12}),
        (b"1003,2,", b"1003,2,1,", 95, {"wrong number of columns": 1}),
        (b"\n5:\n", b"\n\n\n5:\n\n", 96, {}),
    ],
    ids=["person", "date", "heading", "no heading", "width", "blank lines"],
)
def test_spoiled_lines_below_headings(
    old: bytes, new: bytes, kept: int, reasons: Mapping[str, int], tmp_path: Path
) -> None:
    report = checked(tmp_path, NETFLIX.replace(old, new, 1), "r.txt")
    assert dict(report.rejected_by_reason) == dict(reasons)
    assert report.dataset.ratings == kept


@pytest.mark.parametrize("broken", ["comments", "header"])
def test_line_breaks_in_a_wide_table(broken: str, tmp_path: Path) -> None:
    if broken == "comments":
        content = survey(comments=True).replace("Fine, 1", "Fine,\nand\r\n\r\nmore, 1").replace("Fine, 5", "Fine\n5")
    else:
        names = ",".join(f'"Thing,\n{t}"' for t in range(8))
        content = lines([["Name", names], *[[f"p{p}", *(some(p, t) for t in range(8))] for p in range(12)]])
    report = checked(tmp_path, content, options=RESHAPED)
    assert (report.dataset.ratings, report.dataset.users, report.dataset.items) == (72, 12, 8)
    assert "Empty cells, which are no ratings: 24." in report.notes
    assert report.lines_without_rows + 12 == len(re.findall(r"\r\n|\n", content))


def test_empty_times_in_an_array_of_json(tmp_path: Path) -> None:
    objects = [
        {"user": u, "item": i, "rating": f"{r}/10", "time": time if at % 2 else ["", None][at // 2 % 2]}
        for at, (u, i, r, time) in enumerate(ROWS)
    ]
    report = checked(tmp_path, json.dumps(objects, indent=1), "r.json")
    assert (report.dataset.ratings, report.dataset.max_rating) == (96, 10)
    assert "48 of 96 ratings have no time, and are kept without one." in report.notes


YEAR = [(f"p{p}", f"t{t}", (p + t) % 5 + 1) for p in range(12) for t in range(20)]
LATER = [(user, item, rating, "2021-03-05") for user, item, rating in YEAR]
COMMENT, TURNED = ["user,movie,rating,comment", "rating,movie,user"]


@pytest.mark.parametrize(
    ("second", "warned"),
    [
        (made.table([(f"q{u}", i, r, "fine") for u, i, r in YEAR], COMMENT), False),
        (made.table([(r, i, f"q{u}") for u, i, r in YEAR], TURNED), False),
        (made.table([(f"q{u}", i, r, at) for u, i, r, at in LATER], "user,movie,rating,date"), False),
        (made.table([(f"q{u}", i, r) for u, i, r in YEAR], "User ID,film,stars"), True),
        (made.table([(f"q{u}", i, r) for u, i, r in YEAR], "user,movie,rating").replace(",", ";"), False),
    ],
    ids=["more columns", "another order", "times", "other names", "another delimiter"],
)
def test_files_of_ratings_with_other_headers_are_parts_of_one(second: str, warned: bool, tmp_path: Path) -> None:
    files = {"2022.csv": made.table(YEAR, "user,movie,rating").encode(), "2023.csv": second.encode()}
    report = bring(tmp_path, files)
    assert (report.rows, report.dataset.ratings, report.dataset.users, report.dataset.items) == (480, 480, 24, 20)
    assert bool(report.warnings) is warned and not any("not used" in note for note in report.notes)
    assert report.dataset.timestamps is ("date" in second)


def test_a_file_of_ratings_that_cannot_be_read_is_an_alarm(tmp_path: Path) -> None:
    scored = made.table(YEAR, "user,movie,score").encode()
    report = bring(
        tmp_path,
        {"2022.csv": made.table(YEAR, "user,movie,rating").encode(), "2023.csv": scored},
        mapping=ColumnMapping(rating="score"),
    )
    assert report.rows == 240
    assert len(report.warnings) == 1 and report.warnings[0].startswith("2022.csv has ratings too")
