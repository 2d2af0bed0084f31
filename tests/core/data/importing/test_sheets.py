"""Excel workbooks: a sheet is read as the same table of text would be, within the same limits."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.data import ImportLimits, ImportOptions, import_ratings, preview
from core.data.importing.isolation import in_child, in_this_process
from core.errors import ExplorerError, TooLargeError
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought

HEADER = ("user", "item", "rating", "date")
DAYS = [date(2023, 1, at + 1) for at in range(len(made.ROWS))]
ROWS = [(u, i, float(r), day) for (u, i, r, _), day in zip(made.ROWS, DAYS, strict=True)]


def test_the_first_sheet_is_the_table_that_it_shows(tmp_path: Path) -> None:
    ratings = brought(tmp_path, made.workbook({"Ratings": [HEADER, *ROWS], "Notes": [("so",)]}), "mine.xlsx")
    as_text = made.table([(u, i, f"{r:g}", day) for u, i, r, day in ROWS], "user,item,rating,date")
    assert ratings.digest == brought(tmp_path / "b", as_text).digest
    assert ratings.name == "mine"
    assert ratings.timestamp is not None
    assert ratings.timestamp[0] == datetime(2023, 1, 1, tzinfo=UTC).timestamp()


def test_cells_are_written_as_people_write_them(tmp_path: Path) -> None:
    ids = [1.0, 2, 2.5, 12345678, True, 'a "b"\tc\nd', "007", "\u2028x\u00a0y", date(2024, 2, 29), 0.1]
    rows = [(user, f"i{at}", 3) for user in ids for at in range(4)]
    users = brought(tmp_path, made.workbook({"s": [("user", "item", "rating"), *rows]})).users.ids.tolist()
    assert set(users) == {"1", "2", "2.5", "12345678", 'a "b" c d', "007", "x\u00a0y", "2024-02-29", "0.1"}


def test_line_numbers_are_those_of_the_rows(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS[:5], (None,), ("u0", "two\nlines", "good", None), *ROWS[5:], ("u", None, 3, None)]
    report = bring(tmp_path, made.workbook({"s": rows}, first_row=4))
    assert [(row.line, row.reason) for row in report.rejected] == [
        (11, "rating is not a number: 'good'"),
        (4 + len(rows) - 1, "no item id"),
    ]
    assert report.dataset.ratings == len(ROWS)


def test_another_sheet_is_read_by_its_name(tmp_path: Path) -> None:
    book = made.workbook({"About": [("My ratings",)], "A & <b>": [HEADER, *ROWS]})
    made.write(tmp_path, {"r.xlsx": book})
    seen = preview([tmp_path / "r.xlsx"], home=tmp_path, runner=in_this_process)
    assert (seen.code, seen.tables[0].sheet, seen.tables[0].sheets) == (
        "WRONG_DELIMITER", "About", ("About", "A & <b>"),
    )  # fmt: skip
    assert "choose another sheet: A & <b>" in seen.message
    report = bring(tmp_path, book, options=ImportOptions(sheet="A & <b>"))
    assert report.dataset.ratings == len(ROWS)


def test_empty_sheets_before_the_first_table_are_passed(tmp_path: Path) -> None:
    book = made.workbook({"1": [], "2": [], "3": [HEADER, *ROWS]})
    assert bring(tmp_path, book).dataset.ratings == len(ROWS)
    made.write(tmp_path, {"r.xlsx": book})
    seen = preview([tmp_path / "r.xlsx"], home=tmp_path, runner=in_this_process, options=ImportOptions(sheet="2"))
    assert (seen.code, seen.tables[0].sheets) == ("EMPTY_FILE", ("1", "2", "3"))


def test_a_sheet_of_titles_comes_beside_a_table_of_ratings(tmp_path: Path) -> None:
    titles = made.workbook({"s": [("itemId", "title"), *[(f"i{at}", f"Book {at}") for at in range(5)]]})
    ratings = brought(tmp_path, {"r.csv": made.table().encode(), "t.xlsx": titles})
    assert ratings.item_table.title.tolist() == [f"Book {at}" for at in range(5)]


GOOD = made.workbook_parts({"s": [HEADER, *ROWS]})
BOMB = "<worksheet>" + " " * 8_000_000 + "</worksheet>"
FAR = '<c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (made.zipped(GOOD)[:-40], "BAD_FORMAT", "damaged zip file"),
        (
            made.zipped({**GOOD, "xl/worksheets/1.xml": GOOD["xl/worksheets/1.xml"][:-80]}),
            "BAD_FORMAT",
            "damaged Excel",
        ),
        (made.zipped({**GOOD, "xl/workbook.xml": "<x/>"}), "BAD_FORMAT", "damaged Excel"),
        (made.zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "BAD_FORMAT", ".xlsx"),
        (made.zipped({"mimetype": "application/x", "content.xml": "<x/>"}), "BAD_FORMAT", "as .xlsx or as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "BAD_FORMAT", "saved anew as .xlsx or CSV"),
        (made.zipped({"r.xlsx": made.zipped(GOOD)}), "ARCHIVE_UNSAFE", "an archive inside an archive"),
        (made.zipped({**GOOD, "xl/worksheets/1.xml": BOMB}), "ARCHIVE_RATIO", "unfolds to more than"),
        (made.workbook({"s": [HEADER] * 1001}), "TOO_LARGE", "rows in the sheet 's'"),
        (made.workbook({"s": [HEADER * 3]}), "TOO_LARGE", "columns in the sheet 's'"),
    ],
    ids=["half", "half a sheet", "no workbook", "a letter", "ods", "xls", "in a zip", "bomb", "rows", "columns"],
)
def test_what_is_refused(content: bytes, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError) as refusal:
        bring(tmp_path, content, "r.xlsx", limits=ImportLimits(max_rows=1000, max_columns=10))
    assert refusal.value.code == code
    assert words in str(refusal.value)


def test_a_sheet_of_two_far_corners_ends_at_the_limit_of_memory(tmp_path: Path) -> None:
    sheet = GOOD["xl/worksheets/1.xml"].replace("</row>", FAR, 1)
    made.write(tmp_path, {"r.xlsx": made.zipped({**GOOD, "xl/worksheets/1.xml": sheet})})
    with pytest.raises(TooLargeError, match="MiB of memory allowed"):
        import_ratings([tmp_path / "r.xlsx"], home=tmp_path, runner=in_child, limits=ImportLimits(max_memory_mb=300))


def test_a_name_that_no_sheet_has(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="has no sheet 'x'; found: s"):
        bring(tmp_path, made.zipped(GOOD), "r.xlsx", options=ImportOptions(sheet="x"))
