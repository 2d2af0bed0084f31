"""What cells mean: nothing is lost for a time, nothing invented, and what is doubtful is shown with its count."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.config import SplitConfig
from core.data import ColumnMapping, ImportOptions, ImportReport, Preview, import_ratings, load, preview
from core.data.folder import read_folder
from core.data.importing.doubts import doubts, logarithms, ranks
from core.data.importing.isolation import in_this_process
from core.data.importing.items import MOST_LABELS, plain_text, split_labels
from core.data.importing.rating_cells import read_cell
from core.data.importing.request import Doubt
from core.data.ratings import NO_TIME
from core.data.splits import split
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought
from tests.core.data.importing.case import Case, one, scaled
from tests.core.data.importing.cases_values import FILES, MINUS, PLAIN, VALUES, WEIGHT, dated, often, written

MINUTE, DAY = 60, 86_400


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.name)
def test_what_is_kept(case: Case, tmp_path: Path) -> None:
    files = case.files() if callable(case.files) else case.files
    made.write(tmp_path / "in", files)
    asked = {"mapping": case.mapping, "options": case.options, "runner": in_this_process, "home": tmp_path / "home"}
    seen = preview([tmp_path / "in"], **asked)  # type: ignore[arg-type]
    report = import_ratings([tmp_path / "in"], **asked)  # type: ignore[arg-type]
    assert report.dataset.ratings == case.outcome
    assert report.rejected_by_reason == dict(case.rejected)
    assert report.rows == report.dataset.ratings + report.rejected_total + report.dropped_duplicates
    assert report.dropped_duplicates == 0
    scale = pytest.approx(case.scale, rel=1e-6)
    assert (report.dataset.min_rating, report.dataset.max_rating) == scale
    ratings = read_folder(tmp_path / "home" / "datasets" / report.dataset.dataset_id)
    assert np.float32(ratings.min_rating) <= ratings.rating.min() <= ratings.rating.max()
    assert ratings.rating.max() <= np.float32(ratings.max_rating)
    assert seen.code == "" and report.warnings == seen.warnings == ()
    if report.rows <= 200:  # then the first rows are all there are
        assert (seen.min_rating, seen.max_rating) == scale
        assert {note for note in report.notes if "written otherwise" not in note} <= set(seen.notes)


def stamps(folder: Path, *times: object) -> tuple[list[int | None], ImportReport]:
    """The times of the first ratings, in the order of `times`; None where there is none."""
    report = bring(folder, dated(*times))  # type: ignore[arg-type]
    timestamp = load(report.dataset.dataset_id).timestamp
    assert report.dataset.timestamps is (timestamp is not None)
    if timestamp is None:
        return [], report
    return [None if value == NO_TIME else value for value in timestamp[: len(times)].tolist()], report


def at(text: str) -> int:
    return int(np.datetime64(text, "s").astype(int))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["3/14/2023", "1/2/2023"], ["2023-03-14", "2023-01-02"]),
        (["14/3/2023", "1/2/2023"], ["2023-03-14", "2023-02-01"]),
        (["14.03.2023", "01.02.2023"], ["2023-03-14", "2023-02-01"]),
        (["3.4.2023", "01.02.2023"], ["2023-04-03", "2023-02-01"]),
        (["12/31/69", "12/31/68"], ["1969-12-31", "2068-12-31"]),
        (["05 13, 2014", "12 1, 2013"], ["2014-05-13", "2013-12-01"]),
        (["Mar 5, 2021", "14-Mar-23", "6 December 2020"], ["2021-03-05", "2023-03-14", "2020-12-06"]),
        (["2021-03-05 10:11", "2021/3/6"], ["2021-03-05T10:11", "2021-03-06"]),
        (["3/14/2023 1:05 PM", "3/4/2023 12:00:09 am"], ["2023-03-14T13:05", "2023-03-04T00:00:09"]),
        (["31.12.2023 23:59", "1.12.2023 0:00"], ["2023-12-31T23:59", "2023-12-01"]),
        (
            ["Wed Mar 05 10:11:12 +0000 2014", "Sun, 06 Nov 1994 08:49:37 GMT"],
            ["2014-03-05T10:11:12", "1994-11-06T08:49:37"],
        ),
        (["20230314", "20210131"], ["2023-03-14", "2021-01-31"]),
        (
            ["2020-01-02", "1600000000000", "1600000001000"],
            ["2020-01-02", "2020-09-13T12:26:40", "2020-09-13T12:26:41"],
        ),
        (["2020-01-02", "", "3", "yesterday", "NaT"], ["2020-01-02", None, None, None, None]),
        (["13/1/2023", "1/13/2023", "1/2/2023", "5/5/2023"], ["2023-01-13", "2023-01-13", None, "2023-05-05"]),
        (["1/2/2023", "5/5/2023"], [None, "2023-05-05"]),
        (["1/2/2023", "3/4/2023"], []),
        (["March 2021", "Mar 5", "10:30", "Monday", "2/30/2023", "24:61 5/13/2023"], []),
        (["", "none"], []),
        (["44001.5", "44002", "44003.25"], ["2020-06-19T12:00", "2020-06-20", "2020-06-21T06:00"]),
        (["44001", "", "44002"], ["2020-06-19", None, "2020-06-20"]),
        (["2011", "1999"], []),
        (["2011", "44001.5"], []),
        (["12:30"], []),
        (["12:30", "9:05:10"], []),
        (["0", "1600000000"], ["1970-01-01", "2020-09-13T12:26:40"]),
    ],
)
def test_times(times: list[str], expected: list[str | None], tmp_path: Path) -> None:
    assert stamps(tmp_path, *times)[0] == [None if text is None else at(text) for text in expected]


def test_small_numbers_are_noted(tmp_path: Path) -> None:
    assert stamps(tmp_path / "a", "44001.5")[1].notes == (
        "Numbers such as 44001 are read as the days that spreadsheets count from 1900.",
    )
    assert stamps(tmp_path / "b", "2011")[1].notes == (
        "The time of 30 of 30 ratings cannot be read (the first: '2011'); they are kept without.",
    )


def test_one_time_that_cannot_be_read_is_noted_and_costs_no_other(tmp_path: Path) -> None:
    epochs = range(1_600_000_000, 1_600_000_029)
    found, report = stamps(tmp_path, *epochs, "yesterday")
    assert found == [*epochs, None]
    assert report.notes == (
        "The time of 1 of 30 ratings cannot be read (the first: 'yesterday'); they are kept without.",
    )


def test_empty_times_are_noted(tmp_path: Path) -> None:
    report = import_ratings([FILES / "time-sometimes-empty.csv"], runner=in_this_process)
    timestamp = load(report.dataset.dataset_id).timestamp
    assert timestamp is not None and np.count_nonzero(timestamp == NO_TIME) == 24
    assert report.notes == ("24 of 96 ratings have no time, and are kept without one.",)


def test_milliseconds_with_gaps_become_seconds(tmp_path: Path) -> None:
    assert stamps(tmp_path, 1_600_000_000_000, "", 1_600_000_001_000)[0] == [1_600_000_000, None, 1_600_000_001]


def test_the_order_of_dates_is_noted(tmp_path: Path) -> None:
    first = "Dates such as 1/2/2023 are read with the {} first, as others of the column have to be."
    assert stamps(tmp_path / "a", "3/14/2023", "1/2/2023")[1].notes == (first.format("month"),)
    assert stamps(tmp_path / "b", "14/3/2023", "1/2/2023")[1].notes == (first.format("day"),)
    known = "Whether the day or the month is first in dates such as 1/2/2023 is not known: the column does not tell."
    assert stamps(tmp_path / "c", "1/2/2023")[1].notes[0] == known


def test_a_rating_without_a_time_never_replaces_one_with_a_time(tmp_path: Path) -> None:
    for order in ((0, 1), (1, 0)):
        twice = [("u0", "i9", 5, "1/13/2020"), ("u0", "i9", 1, "")]
        rows = [*((u, i, r, "1/14/2020") for u, i, r, _ in made.ROWS), *(twice[place] for place in order)]
        ratings = brought(tmp_path / str(order), made.table(rows))
        assert ratings.timestamp is not None
        assert (ratings.rating[-1], ratings.timestamp[-1]) == (5, at("2020-01-13"))


def test_of_two_dates_the_later_one_counts_as_the_column_reads_them(tmp_path: Path) -> None:
    twice = [("u0", "i9", 5, "1/12/2020"), ("u0", "i9", 1, "2/11/2020")]  # 1 December and 2 November
    rows = [*((u, i, r, "14/1/2020") for u, i, r, _ in made.ROWS), *twice]
    assert brought(tmp_path, made.table(rows)).rating[-1] == 5


def test_a_temporal_split_learns_from_ratings_without_a_time(tmp_path: Path) -> None:
    ratings = brought(tmp_path, dated("2020-01-03", "", "2020-01-02", "2020-01-01", "2020-01-04"))  # type: ignore[arg-type]
    assert ratings.timestamp is not None
    parts = split(ratings, SplitConfig(split_kind="temporal"))
    assert set(ratings.timestamp[parts.validation].tolist()) == {at("2020-01-04")}


@pytest.mark.parametrize(
    ("text", "value", "top"),
    [
        ("4 stars", 4, None),
        ("1 star", 1, None),
        ("3,5 stars", 3.5, None),
        ("5-star", 5, None),
        ("4★", 4, None),
        ("8/10", 8, 10),
        ("7 of 10", 7, 10),
        ("4.0 out of 5 stars", 4, 5),
        ("80%", 80, 100),
        ("★★★½", 3.5, None),
        ("★★☆☆☆", 2, 5),
        ("★★½☆☆", 2.5, 5),
        ("***", 3, None),
        ("Like", 1, 1),
        ("DISLIKED", 0, 1),
        ("👍", 1, 1),
        ("thumbs down", 0, 1),
        ("-3", -3, None),
    ],
)
def test_texts_that_are_ratings(text: str, value: float, top: float | None) -> None:
    cell = read_cell(text)
    assert (cell.reason, cell.value, cell.top) == (0, value, top)


@pytest.mark.parametrize(
    "text", ["A", "F", "T", "good", "4 stars!", "star", "8/", "/10", "1/0", "four", "5 5", "%", "3 or 4"]
)
def test_texts_that_are_none(text: str) -> None:
    assert read_cell(text).reason != 0


def seen(folder: Path, content: dict[str, str | bytes], **options: object) -> Preview:
    made.write(folder / "in", content)
    return preview([folder / "in"], options=ImportOptions(**options), runner=in_this_process)  # type: ignore[arg-type]


def test_a_preview_refuses_a_column_without_a_rating_and_names_the_first(tmp_path: Path) -> None:
    looked = seen(tmp_path, written("B", "A", "F"))
    assert looked.code == "NO_GOOD_ROWS"
    assert "rating is not a number (30); the first is 'B'" in looked.message


def test_a_preview_tells_what_an_import_leaves_out(tmp_path: Path) -> None:
    looked = seen(tmp_path, written("4", "2", "great"))
    assert (looked.code, looked.notes) == ("", ("Left out of the first 30 rows: 10 × rating is not a number.",))


def test_a_comma_that_may_stand_for_thousands_is_noted(tmp_path: Path) -> None:
    report = bring(tmp_path, written("1,250", "3", "4,5"))
    assert report.notes == ("Ratings such as 1,250 are read with a decimal comma, as 1.250.",)


def test_a_code_is_shown_with_its_count_and_one_choice_leaves_it_out(tmp_path: Path) -> None:
    folder = FILES / "minus-one-means-watched-unrated"
    looked = preview([folder], runner=in_this_process)
    doubt = Doubt("no_rating", -1, 19, 96, 2, 10)
    assert looked.doubts == (doubt,)
    assert doubt.words == "19 of 96 ratings are -1, which may mean “no rating”: the others go from 2 to 10."
    assert import_ratings([folder], runner=in_this_process).doubts == (doubt,)
    assert preview([folder], options=MINUS, runner=in_this_process).doubts == (doubt,)  # so the choice can be undone
    without = import_ratings([folder], options=MINUS, runner=in_this_process)
    assert (without.doubts, without.rejected, without.rejected_total, without.unusable) == ((), (), 19, 0)


@pytest.mark.parametrize(
    ("counts", "codes"),
    [
        ({0: 58, 2: 8, 4: 10, 6: 10, 8: 10}, [0]),
        ({-1: 20, 1: 10, 2: 10, 3: 10, 4: 10, 5: 10}, [-1]),
        ({-1: 20, 0: 10, 1: 10, 2: 10, 3: 10}, [-1]),
        ({-99: 12, 1: 10, 2: 10, 3: 10}, [-99]),
        ({98: 10, 99: 12, 1: 20, 3: 20, 5: 20}, [98, 99]),
        ({-1: 10, 99: 12, 1: 20, 3: 20, 5: 20}, [-1, 99]),
        ({6: 30, 1: 20, 2: 20, 3: 20}, [6]),
        # Honest ratings.
        (dict.fromkeys(range(6), 10), []),
        ({0: 30, **dict.fromkeys(range(1, 11), 7)}, []),
        ({0: 40, 1: 10, 2: 10, 3: 10, 4: 10, 5: 10}, []),
        ({-1: 30, 0: 30, 1: 30}, []),
        ({0: 70, 1: 30}, []),
        ({3: 50}, []),
        (dict.fromkeys(range(-10, 11), 5), []),
        ({value / 2: 5 for value in range(1, 11)}, []),
        ({1: 40, 10: 40, 5: 10}, []),
        ({1: 9, 5: 20, 6: 20, 7: 20, 8: 20, 9: 20, 10: 20}, []),
        (dict.fromkeys(range(0, 101, 10), 2), []),
        ({0: 20, **dict.fromkeys(range(10, 101, 10), 2)}, []),
        ({1: 30, 2: 30, 3: 30, 99: 1}, []),
    ],
)
def test_codes_are_apart_and_often(counts: dict[float, int], codes: list[float]) -> None:
    values = np.repeat(np.array(list(counts), np.float32), list(counts.values()))
    found = doubts(values, "rating")
    assert [doubt.value for doubt in found] == codes
    assert [doubt.rows for doubt in found] == [counts[code] for code in codes]


@pytest.mark.parametrize(
    ("values", "column", "expected"),
    [
        ([1, 2, 3, 5, 9, 20, 300, 16_902], "rating", True),
        ([0.1, 0.5, 2, 4, 30, 900, 5000], "hours_played", True),
        ([1, 1, 1, 2, 2, 3, 4, 7, 40], "plays", True),
        ([1, 1, 1, 2, 2, 3, 4, 7, 40], "rating", False),
        (list(range(0, 101, 5)), "rating", False),
        ([300, 350, 400, 420, 480, 500, 555], "score", False),
        (list(range(0, 1001, 50)), "score", False),
        ([-10, 0, 1, 2, 3, 4, 5000], "rating", False),
        ([1, 2, 3, 4, 5] * 5, "weight", False),
        ([1, 2, 3, 4, 5] * 5 + [99] * 5, "rating", False),
    ],
)
def test_counts_have_a_long_tail(values: list[float], column: str, expected: bool) -> None:
    found = doubts(np.array(values, np.float32), column)
    assert ([doubt.option for doubt in found] == ["counts"]) is expected


def test_play_counts_are_said_and_made_ranks_or_logarithms(tmp_path: Path) -> None:
    asked = {"mapping": WEIGHT, "runner": in_this_process}
    report = import_ratings([FILES / "play-counts.tsv"], **asked)  # type: ignore[arg-type]
    (doubt,) = report.doubts
    assert doubt.words == "These look like counts, not ratings: 96 numbers from 7 to 16,902."
    raw = load(report.dataset.dataset_id)
    ranked, logged = (
        load(
            import_ratings(
                [FILES / "play-counts.tsv"],
                options=ImportOptions(counts=counts, name=counts),
                **asked,  # type: ignore[arg-type]
            ).dataset.dataset_id
        )
        for counts in ("ranks", "log")
    )
    np.testing.assert_allclose(logged.rating, np.log2(1 + raw.rating.astype(float)), rtol=1e-6)
    assert (ranked.min_rating, ranked.max_rating, set(ranked.rating.tolist())) == (1, 5, {1, 2, 3, 4, 5})
    for user in range(12):
        mine = raw.user_index == user
        order = np.argsort(raw.rating[mine])
        assert ranked.rating[mine][order].tolist() == [1, 1, 2, 3, 3, 4, 5, 5]


def test_ranks_by_hand() -> None:
    user = np.array([0, 1, 0, 0, 0, 0, 2, 2, 2])
    counts = np.array([10, 7, 20, 30, 40, 50, 4, 4, 9], np.float32)
    assert ranks(user, counts).tolist() == [1, 3, 2, 3, 4, 5, 2, 2, 5]
    assert logarithms(np.array([0, 1, 7], np.float32)).tolist() == [0, 1, 3]


def items(folder: Path, ratings: str, table: str, **asked: object) -> tuple[list[str], ImportReport]:
    """Titles after joining an item table."""
    report = bring(folder, {"r.csv": ratings.encode(), "t.csv": table.encode()}, **asked)
    return load(report.dataset.dataset_id).item_table["title"].tolist(), report


def rated(*ids: str, header: str = "userId,itemId,rating") -> str:
    return made.table([(f"u{user}", item, 1 + user % 5) for user in range(12) for item in ids], header)


@pytest.mark.parametrize(
    ("ids", "table", "titles"),
    [
        (["1.0", "2.0"], "itemId,title\n1,A\n2,B\n", ["A", "B"]),
        (["1", "2"], "itemId,title\n1.0,A\n2.00,B\n", ["A", "B"]),
        (["345417957", "44X"], "isbn,title\n0345417957,A\n004X,C\n0044X,B\n", ["A", "B"]),
        (["007", "7"], "itemId,title\n7,Seven\n", ["007", "Seven"]),
        (["007", "7"], "itemId,title\n7,Seven\n007,Bond\n", ["Bond", "Seven"]),
        (["07", "7.0"], "itemId,title\n7,Seven\n", ["07", "7.0"]),
        (["7.0", "8"], "itemId,title\n7,Seven\n07,Bond\n8,Eight\n", ["7.0", "Eight"]),
        (["a1", "a2"], "itemId,code,title\nx,a1,A\ny,a2,B\n", ["A", "B"]),
        (["5", "6"], "rank,id,title\n5,6,Six\n6,5,Five\n", ["Five", "Six"]),
        (["1", "2"], "itemId,rank,title\n2,1,Two\n9,2,Nine\n", ["1", "Two"]),
    ],
)
def test_ids_join(ids: list[str], table: str, titles: list[str], tmp_path: Path) -> None:
    assert items(tmp_path, rated(*ids), table)[0] == titles


def test_ids_written_otherwise_are_noted(tmp_path: Path) -> None:
    _, report = items(tmp_path, rated("1.0", "2.0"), "itemId,title\n1,A\n2,B\n")
    assert report.notes == (
        "2 ids written otherwise in t.csv, without leading zeros or decimals, or with them: '1.0' is '1' there.",
    )


def test_nothing_joined_is_an_alarm_before_and_after(tmp_path: Path) -> None:
    titles, report = items(tmp_path, rated("m1", "m2", "m3", "m4"), "itemId,title\nx1,A\nx2,B\n")
    alarm = (
        "No rated item is in t.csv, column 'itemId': the ratings name 'm1', 'm2', 'm3', that column 'x1', 'x2'. "
        "Say which columns name the item, or leave the file out."
    )
    assert (titles, report.warnings) == (["m1", "m2", "m3", "m4"], (alarm,))
    assert preview([tmp_path / "in"], runner=in_this_process).warnings == (alarm,)


def test_the_item_is_the_column_that_both_tables_have(tmp_path: Path) -> None:
    report = import_ratings([FILES / "items-keyed-by-parent-asin"], runner=in_this_process)
    ratings = load(report.dataset.dataset_id)
    assert (report.untitled, ratings.noun, ratings.items.ids[0]) == (0, "product", "B0")
    assert ratings.item_table["title"][0] == "Amber Road"
    told = import_ratings(
        [FILES / "items-keyed-by-parent-asin"], mapping=ColumnMapping(item="asin"), runner=in_this_process
    )
    assert (told.untitled, len(told.warnings)) == (told.dataset.items, 1)


def test_more_genres_than_are_kept_are_noted(tmp_path: Path) -> None:
    many, usual = ("|".join(f"g{n}" for n in range(size)) for size in (MOST_LABELS + 50, MOST_LABELS))
    titles, report = items(tmp_path, rated("1", "2", "3"), f"itemId,title,genres\n1,A,{many}\n2,B,{usual}\n3,C,x\n")
    lengths = [len(labels) for labels in load(report.dataset.dataset_id).item_table["genres"]]
    assert (titles, lengths) == (["A", "B", "C"], [MOST_LABELS, MOST_LABELS, 1])
    (note,) = report.notes
    assert note.startswith("1 rated item with more than 100 genres: of each the first 100 are kept.")


def test_why_a_table_was_not_used(tmp_path: Path) -> None:
    report = bring(tmp_path, {"r.csv": rated("1", "2").encode(), "items.csv": b"itemId,genres\n1,a\n2,b\n"})
    assert report.notes == (
        "items.csv was not used: it has no column of titles. Call one “title” to have its rows joined.",
    )


def test_people_are_no_items(tmp_path: Path) -> None:
    files = {"r.csv": rated("1", "2").encode(), "users.csv": b"id,name\n1,Ann\n2,Bob\n"}
    report = bring(tmp_path, files)
    assert load(report.dataset.dataset_id).item_table["title"].tolist() == ["1", "2"]
    assert report.notes == ("users.csv was not used: it is about people, of whom only the ratings are read.",)


def test_the_given_item_tables(tmp_path: Path) -> None:
    table = load(
        import_ratings([FILES / "items-keyed-by-id-with-video-column"], runner=in_this_process).dataset.dataset_id
    )
    assert table.item_table["title"][0] == "Amber Road" and table.item_table["genres"][0] == ["Drama", "Comedy"]
    options = ImportOptions(encoding="latin-1")
    report = import_ratings([FILES / "bookcrossing-backslash-quotes"], options=options, runner=in_this_process)
    titles = load(report.dataset.dataset_id).item_table["title"].tolist()
    assert report.untitled == 0 and len(titles) == 8
    assert titles[:3] == ['The Real "J. Amber" Rides Again', 'A Tale "Twice"; and More', "Café & Garden"]


def test_a_backslash_that_ends_a_value_escapes_nothing(tmp_path: Path) -> None:
    table = 'itemId,title,path\n1,"A ""b""","C:\\a\\"\n2,"B\\","D:\\"\n'
    assert items(tmp_path, rated("1", "2"), table)[0] == ['A "b"', "B\\"]


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("[{'id': 18, 'name': 'Drama'}, {'id': 35, 'name': 'Comedy'}]", ["Drama", "Comedy"]),
        ('[{"id": 18, "name": "Drama"}]', ["Drama"]),
        ("['Drama', 'Comedy']", ["Drama", "Comedy"]),
        ('["Drama", "Science, fiction"]', ["Drama", "Science, fiction"]),
        ("['Drama' 'Comedy']", ["Drama", "Comedy"]),
        ("{'/m/07s': 'Drama', '/m/01z': 'Comedy'}", ["Drama", "Comedy"]),
        ("{'id': 18, 'name': 'Drama'}", ["Drama"]),
        ("[]", []),
        ("[None, 'Drama', 5]", ["Drama", "5"]),
        ("[Drama, Comedy]", ["Drama", "Comedy"]),
        ("[" * 5000 + "]" * 5000, ["…"]),
        ("Action &amp; Adventure;Drama", ["Action & Adventure", "Drama"]),
        ("__import__('os')", ["__import__('os')"]),
    ],
)
def test_lists_of_labels(cell: str, labels: list[str]) -> None:
    assert split_labels([cell]) == [labels]


def test_lists_of_dicts_in_json_are_labels(tmp_path: Path) -> None:
    line = '{"itemId": "i0", "title": "Heat", "genres": [{"id": 18, "name": "Drama"}, {"id": 35, "name": "Crime"}]}\n'
    ratings = brought(tmp_path, {"r.csv": made.table().encode(), "t.jsonl": line.encode()})
    assert ratings.item_table["genres"][0] == ["Drama", "Crime"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("&#8217;Salem&#x27;s Lot", "\u2019Salem's Lot"),
        ("&#x202e;evil&#10;line", "evil line"),
        ("AT&T &copy 2020 & more;", "AT&T &copy 2020 & more;"),
        ("&nosuchthing;", "&nosuchthing;"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_entities_are_undone_once_and_stay_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_options_out_of_range_are_refused() -> None:
    from core.errors import LimitError

    for options in (ImportOptions(no_rating=(float("nan"),)), ImportOptions(counts="sums")):  # type: ignore[arg-type]
        with pytest.raises(LimitError):
            options.check()


def test_a_bound_on_counts_is_one_on_the_counts(tmp_path: Path) -> None:
    report = bring(tmp_path, one(scaled(2, 50, 900)), options=ImportOptions(counts="ranks", max_rating=100))  # type: ignore[arg-type]
    assert (report.dataset.ratings, report.dataset.max_rating) == (20, 5)
    assert report.rejected_by_reason == {"rating is outside the scale": 10}


def test_codes_and_texts_go_together(tmp_path: Path) -> None:
    content = often({"0 stars": 30, "3 stars": 20, "4 stars": 20, "5 stars": 20})
    looked = seen(tmp_path, content)
    assert [(doubt.value, doubt.rows) for doubt in looked.doubts] == [(0, 30)]
    report = bring(tmp_path / "b", content, options=ImportOptions(no_rating=(0,)))  # type: ignore[arg-type]
    assert (report.dataset.ratings, report.rejected_by_reason) == (60, {"stated as no rating": 30})


def joined_by(folder: Path, column: str, values: Sequence[object]) -> ImportReport:
    """Ratings of the items 1 to 8, and a table of eight items with their own keys and one more column."""
    rows = [(f"p{p}", t + 1, (p + t) % 5 + 1) for p in range(12) for t in range(8)]
    things = [(f"X-{t}", f"Thing {t}", value) for t, value in enumerate(values)]
    return bring(
        folder,
        {
            "ratings.csv": made.table(rows, "user_id,item_id,rating").encode(),
            "items.csv": made.table(things, f"sku,name,{column}").encode(),
        },
    )


@pytest.mark.parametrize("column", ["pages", "shelf_no", "author_id"])
def test_what_comes_again_is_no_key(column: str, tmp_path: Path) -> None:
    report = joined_by(tmp_path, column, [1, 2, 2, 3, 4, 5, 6, 7])
    assert "Thing 1" not in load(report.dataset.dataset_id).item_table.title.tolist()
    (note,) = report.notes
    assert note.startswith("items.csv was not used: no column of it names the rated items")


def test_a_key_whose_name_does_not_tell_it_is_noted(tmp_path: Path) -> None:
    report = joined_by(tmp_path, "pages", range(1, 9))
    assert load(report.dataset.dataset_id).item_table.title.tolist() == [f"Thing {t}" for t in range(8)]
    assert any("joined by its column 'pages', which its name does not tell" in note for note in report.notes)
    told = joined_by(tmp_path / "b", "item_id", range(1, 9))
    assert not any("joined by" in note for note in told.notes)


@pytest.mark.parametrize(
    ("counts", "start"),
    [
        ({55: 1, **PLAIN}, "The rating 55 occurs 1 time among 81 and alone makes the scale 1 to 100"),
        ({-40: 1, **PLAIN}, "The rating -40 occurs 1 time among 81 and alone makes the scale -40 to 5"),
        ({0: 1, **PLAIN}, ""),
        ({7: 1, **PLAIN}, ""),
    ],
)
def test_a_lone_value_that_widens_the_scale_is_an_alarm(counts: dict[object, int], start: str, tmp_path: Path) -> None:
    files = often(counts)
    report = bring(tmp_path, files["ratings.csv"])
    assert report.dataset.ratings == 81
    assert len(report.warnings) == bool(start)
    assert all(warning.startswith(start) for warning in report.warnings)
    assert preview([tmp_path / "in"], runner=in_this_process).warnings == report.warnings


def test_the_ends_of_a_scale_are_printed_as_they_were_written(tmp_path: Path) -> None:
    report = bring(tmp_path, scaled(2.1, 128.1, 60.7))
    ends = [report.as_json()[name] for name in ("min_rating", "max_rating")]
    assert ends == [2.1, 128.1]
