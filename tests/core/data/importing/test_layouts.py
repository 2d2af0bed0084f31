"""What is proposed and asked about a file's layout, and what becomes of names, ids and licences."""

from pathlib import Path

import pytest

from core.data import ColumnMapping, ImportOptions, Preview, load, preview
from core.data.folder import read_about
from core.data.importing.isolation import in_this_process
from core.data.importing.request import Question
from core.disk.home import home
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought
from tests.core.data.importing.cases_layouts import (
    ITEMS,
    SHORT,
    THINGS,
    kept,
    lines,
    ratings,
    some,
    survey,
    wide,
)

NUMBERED = ratings(lambda p: p + 1, lambda t: t + 1)
RESHAPED = ImportOptions(reshape="proposed")
MOVIELENS = "userId,movieId,rating,timestamp\n"
MOVIES = "movieId,title,genres\n" + lines((t, f"Film {t} (1999)", "Drama|Comedy") for t in range(8))


def seen(folder: Path, content: str | bytes | dict[str, bytes], **asked: object) -> Preview:
    """The preview of one file, or of several given by name."""
    made.write(folder / "in", content if isinstance(content, dict) else {"r.csv": content})
    paths = sorted((folder / "in").iterdir())
    return preview(paths, runner=in_this_process, **asked)  # type: ignore[arg-type]


def question(folder: Path, content: str | bytes | dict[str, bytes]) -> Question:
    """What is asked about a file."""
    shown = seen(folder, content)
    assert shown.code == "MISSING_COLUMN"
    assert shown.question is not None
    return shown.question


def release(rows: str, movies: str = MOVIES) -> dict[str, bytes]:
    """Ratings and items under the column names of MovieLens."""
    return {"ratings.csv": f"{MOVIELENS}{rows}".encode(), "movies.csv": movies.encode()}


def about(dataset_id: str) -> dict[str, object]:
    return dict(read_about(home() / "datasets" / dataset_id))


def test_ratings_beyond_the_first_rows_decide_whether_it_is_movielens(tmp_path: Path) -> None:
    rows = [(at % 9000, at % 11, at % 5 + 1, 900_000_000 + at) for at in range(90_000)]
    own = bring(tmp_path / "a", release(lines([*rows, (9001, 9, 7, 1)])))
    theirs = bring(tmp_path / "b", release(lines(rows)))
    assert (own.layout, own.dataset.name, own.rejected_total) == ("rating table", "ratings", 0)
    assert own.dataset.max_rating == 7
    assert "licence" not in about(own.dataset.dataset_id)
    assert (theirs.layout, theirs.dataset.name, theirs.dataset.min_rating) == ("MovieLens", "MovieLens", 0.5)
    assert "GroupLens" in str(about(theirs.dataset.dataset_id)["licence"])


def test_movielens_names_over_other_genres_or_steps_are_no_release(tmp_path: Path) -> None:
    rows = lines(ratings(lambda p: p, lambda t: t)) * 400
    steps = lines(ratings(lambda p: p, lambda t: t, lambda p, t: (p + t) % 5 + 0.3)) * 400
    assert seen(tmp_path / "a", release(rows)).layout == "MovieLens"
    assert seen(tmp_path / "b", release(rows, MOVIES.replace("Drama", "Cookery"))).layout == "rating table"
    assert seen(tmp_path / "c", release(steps)).layout == "rating table"


@pytest.mark.parametrize(("count", "layout"), [(100_000, "MovieLens 100K"), (99_999, "")])
def test_four_numbers_are_the_release_if_their_counts_are(count: int, layout: str, tmp_path: Path) -> None:
    text = "".join(f"{at % 943 + 1}\t{at % 1682 + 1}\t{at % 5 + 1}\t{880_000_000 + at}\n" for at in range(count))
    assert seen(tmp_path, text).layout == layout


def test_ids_without_a_header_keep_their_zeros_and_get_their_titles(tmp_path: Path) -> None:
    rows = lines(ratings(lambda p: p + 1, lambda t: f"{8 + t:07d}", lambda p, t: (p + t) % 11), "::")
    films = "".join(f"{8 + t:07d}::Film {t} (18{90 + t})::Short|Drama\n" for t in range(8))
    data = brought(tmp_path, {"ratings.dat": rows.encode(), "movies.dat": films.encode()})
    assert data.items.ids.tolist() == [f"{8 + t:07d}" for t in range(8)]
    assert data.item_table.title[0] == "Film 0 (1890)"
    assert data.item_table.genres[0] == ["Short", "Drama"]
    assert (data.min_rating, data.max_rating) == (0, 10)
    assert data.about == {}


def test_columns_without_names_are_proposed_and_asked(tmp_path: Path) -> None:
    asked = question(tmp_path, kept("no-header-comma.csv"))
    assert asked.proposed == ColumnMapping(user="column 1", item="column 2")
    assert asked.options == 'such as --user "column 1" --item "column 2"'
    assert "by its values column 3 is the rating; by its values column 4 is the time" in asked.message


def test_a_rating_that_may_be_two_columns_is_asked_too(tmp_path: Path) -> None:
    both = lines((p, 100 + t, (p + t) % 5, (p * t) % 5) for p in range(12) for t in range(8))
    shown = seen(tmp_path, both)
    assert shown.unclear == ("user", "item", "rating")


@pytest.mark.parametrize(
    ("table", "options"),
    [
        (
            lines((row[:3] for row in ratings(lambda p: p + 1, lambda t: t + 1)), above="who,what,how\n"),
            'such as --user "who" --item "what" --rating "how"',
        ),
        (
            lines(((u, i, r, r, 3) for u, i, r in SHORT), above="user,beer,taste,look,smell\n"),
            'such as --rating "look"',
        ),
        (
            lines(((p, t, r, 6 - r) for p, t, r, _ in NUMBERED), above="user,book,rating_story,rating_style\n"),
            'such as --rating "rating_style"',
        ),
        (
            lines(((p, p, 4.1, 6 - p % 5) for p in range(12)), above="user,book,rating_of_all,style_score\n"),
            'such as --rating "style_score"',
        ),
    ],
)
def test_a_table_of_ratings_is_not_taken_for_a_wide_one(table: str, options: str, tmp_path: Path) -> None:
    asked = question(tmp_path, table)
    assert (asked.wide, asked.options) == (None, options)


@pytest.mark.parametrize(
    ("header", "row", "rating"),
    [
        ("user_id,username,anime_id,my_score,my_status,my_last_updated", "{p},n{p},{t},{r},1,1400000000", "my_score"),
        ("user,book,average_rating,my_rating", "{p},{t},4.1,{r}", "my_rating"),
    ],
)
def test_the_mark_whose_name_fits_is_the_rating_of_a_long_table(
    header: str, row: str, rating: str, tmp_path: Path
) -> None:
    table = "\n".join([header, *(row.format(p=p, t=t, r=r) for p, t, r, _ in NUMBERED)])
    shown = seen(tmp_path / "a", table)
    assert (shown.question, dict(zip(shown.tables[0].roles, shown.tables[0].columns, strict=True))["rating"]) == (
        None,
        rating,
    )
    data = brought(tmp_path / "b", table)
    assert (len(data.users.ids), len(data.items.ids), len(data.rating)) == (12, 8, 96)


def test_where_somebody_was_is_no_wide_table(tmp_path: Path) -> None:
    header = "user\tlatitude\tlongitude\tlocation id\tcheck-in time\n"
    rows = ((p, 30.1 + t % 4, t - 97.7, t, f"2010-10-{p + 1:02d}T23:55:{t:02d}Z") for p, t, *_ in NUMBERED)
    asked = question(tmp_path, header + lines(rows, "\t"))
    assert (asked.wide, asked.options) == (None, "")


def test_drinks_over_a_survey_are_things_though_one_is_called_as_an_item_column_is(tmp_path: Path) -> None:
    asked = question(tmp_path, wide("person", ["Beer", "Wine", "Tea", "Water"], some)).wide
    assert asked is not None
    assert (asked.people, asked.items) == (12, 4)


def test_one_persons_export_is_named(tmp_path: Path) -> None:
    shown = seen(tmp_path, kept("own-letterboxd-ratings.csv"))
    assert shown.question is not None
    assert (shown.question.service, shown.unclear) == ("Letterboxd", ())
    assert "For you" in shown.message


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Title,Year,Rating", "Film {t},{y},{r}"),
        ("Title,Rating", "Film {t},{r}"),
        ("movie,genre,rating,date", "Film {t},Drama,{r},2024-01-{d:02d}"),
        ("Title,Director,Year,My Rating,Comment", "Film {h},D {r},{y},{r},fine {t}"),
    ],
)
def test_a_plain_list_of_ratings_looks_like_one_persons(header: str, row: str, tmp_path: Path) -> None:
    things = (row.format(t=t, y=1990 + t, r=t % 5 + 1, d=t + 1, h=t // 2) for t in range(20))
    asked = question(tmp_path, "\n".join([header, *things]))
    assert (asked.one_persons, asked.service, asked.proposed) == (True, "", None)
    assert "looks like one person's ratings" in asked.message
    assert "For you" in asked.message


@pytest.mark.parametrize(
    ("header", "row", "options"),
    [
        ("Title,Year,Rating", "Film {t},{y},{r}", ""),
        ("Title,who,Rating", "Film {t},n{p},{r}", 'such as --user "who"'),
    ],
)
def test_things_that_come_again_are_many_peoples_and_a_year_is_nobody(
    header: str, row: str, options: str, tmp_path: Path
) -> None:
    rows = (row.format(t=t, p=p, y=1990 + t, r=r) for p, t, r, _ in NUMBERED)
    asked = question(tmp_path, "\n".join([header, *rows]))
    assert (asked.one_persons, asked.options) == (False, options)


def test_what_is_always_the_same_is_not_proposed_as_the_rating_nor_two_words_as_a_side(tmp_path: Path) -> None:
    rows = [(1_516_000 + p, f"Game {t}", ("play", "purchase")[t % 2], p * 7.3 + t, 0) for p, t, *_ in NUMBERED]
    asked = question(tmp_path / "a", lines(rows))
    assert (asked.options, asked.proposed) == ("", ColumnMapping())
    assert "found: column 1, column 2, column 3, column 4, column 5" in asked.message
    rated = lines((p, t, done, int(hours) % 5 + 1) for p, t, done, hours, _ in rows)
    shown = seen(tmp_path / "b", rated)
    assert shown.tables[0].roles == ("", "", "", "rating")
    assert 'such as --user "column 1" --item "column 2"' in shown.message


def test_the_other_tables_of_an_export_are_not_shown(tmp_path: Path) -> None:
    watched = {"watched.csv": "Date,Name,Year,Letterboxd URI\n2024-01-01,Heat,1995,x\n"}
    shown = seen(tmp_path, kept("own-letterboxd-ratings.csv") | watched)
    assert [table.file for table in shown.tables] == ["own-letterboxd-ratings.csv"]


def test_taken_is_not_liked_and_nothing_is_asked(tmp_path: Path) -> None:
    shown = seen(tmp_path, kept("implicit-no-rating.csv"))
    assert shown.question is not None
    assert (shown.question.proposed, shown.unclear) == (None, ())
    assert "who took what, not how it was liked" in shown.message


def test_counts_under_a_name_of_their_own_are_proposed_as_the_rating(tmp_path: Path) -> None:
    asked = question(tmp_path, "user,item,zaps\n" + lines((u, i, 100 * r) for u, i, r in SHORT))
    assert asked.options == 'such as --rating "zaps"'


def test_a_survey_is_people_by_things(tmp_path: Path) -> None:
    asked = question(tmp_path / "a", survey(comments=True)).wide
    assert asked is not None
    assert (asked.people, asked.items, asked.ratings, asked.whole) == (12, 8, 72, True)
    assert (asked.row_id, asked.left, asked.rows_are_items) == ("Name", ("Any comments?",), False)
    report = bring(tmp_path / "b", survey(comments=True), options=RESHAPED)
    data = load(report.dataset.dataset_id)
    assert sorted(data.items.ids) == THINGS
    assert data.users.ids[0] == "Person 0"
    assert data.timestamp is not None
    assert "Empty cells, which are no ratings: 24." in report.notes
    assert report.layout == "wide table"


def classroom(before: str, after: str, last: str = "") -> str:
    """Twelve pupils' ratings of eight things with other columns around them; cells have {p} for the pupil."""
    rows = [["Name", *_cells(before, 0), *THINGS, *_cells(after, 0)]]
    for p in range(12):
        rated = [(p * 3 + t * 2) % 5 + 1 for t in range(8)]
        own = {"p": p, "age": 14 + p % 3, "class": 7 + p % 2, "mean": sum(rated) / 8, "total": sum(rated)}
        rows.append([f"P{p}", *_cells(before, 1, own), *map(str, rated), *_cells(after, 1, own)])
    return lines(rows) + last


def _cells(columns: str, at: int, own: dict[str, float] | None = None) -> list[str]:
    cells = [column.split("=")[at] for column in columns.split(",") if column]
    return [str(own[cell]) for cell in cells] if own else cells


@pytest.mark.parametrize(
    ("before", "after", "last", "left"),
    [
        ("Age=age,Class=class", "", "", ("Age", "Class")),
        ("Alter=age,Stufe=class", "", "", ("Alter", "Stufe")),
        ("Your age=age", "Overall score (mean)=mean", "", ("Your age", "Overall score (mean)")),
        ("", "Average=mean,Total=total", "", ("Average", "Total")),
        ("", "Ø=mean,Punkte=total", "", ("Ø", "Punkte")),
        ("", "", "Mittelwert" + ",3.1" * 8 + "\n", ()),
        ("Age=age", "Mean=mean", "MEAN:,15" + ",3.1" * 9 + "\nTotal,180" + ",37" * 9 + "\n", ("Age", "Mean")),
    ],
)
def test_ages_classes_averages_and_totals_are_neither_things_nor_people(
    before: str, after: str, last: str, left: tuple[str, ...], tmp_path: Path
) -> None:
    table = classroom(before, after, last)
    asked = question(tmp_path / "a", table)
    assert asked.wide is not None
    assert (asked.wide.people, asked.wide.items, asked.wide.ratings, asked.wide.left) == (12, 8, 96, left)
    assert "('Thing 0', 'Thing 1', 'Thing 2', 'Thing 3', 'Thing 4' and 3 more)" in asked.message
    report = bring(tmp_path / "b", table, options=RESHAPED)
    data = load(report.dataset.dataset_id)
    assert (len(data.users.ids), data.items.ids.tolist(), len(data.rating)) == (12, THINGS, 96)
    assert (report.dataset.min_rating, report.dataset.max_rating, report.rejected_total) == (1, 5, 0)
    notes = " ".join(report.notes)
    assert all(repr(name) in notes for name in left)
    rows = last.count("\n")
    assert (f"Cells in rows of averages or totals, which are no ratings: {8 * rows}." in notes) == bool(rows)


@pytest.mark.parametrize("corner", ["Name", "title"])
def test_rows_of_one_name_are_numbered_and_none_is_lost(corner: str, tmp_path: Path) -> None:
    names = ["Anna", "Anna (2)", "Anna", "Bo", " Anna ", "Anna (2)"]
    table = lines([[corner, *THINGS], *([name, *((p + t) % 5 + 1 for t in range(8))] for p, name in enumerate(names))])
    asked = question(tmp_path / "a", table).wide
    assert asked is not None
    assert (asked.items if corner == "title" else asked.people, asked.ratings) == (6, 48)
    report = bring(tmp_path / "b", table, options=RESHAPED)
    data = load(report.dataset.dataset_id)
    ids = data.items.ids if corner == "title" else data.users.ids
    assert sorted(ids) == ["Anna", "Anna (2)", "Anna (2) (2)", "Anna (3)", "Anna (4)", "Bo"]
    assert (len(data.rating), report.dropped_duplicates) == (48, 0)
    assert any(note.startswith("Rows with the name of a row above") and note.endswith(": 3.") for note in report.notes)


def test_a_mean_beside_ids_above_ratings_and_a_row_without_a_name_are_nobody(tmp_path: Path) -> None:
    rows = [[f"Film {t}", *((p + t) % 5 + 1 for p in range(5)), 3] for t in range(10)]
    asked = question(tmp_path, lines([["movie", 1, 2, 3, 4, 5, "Mean"], *rows, ["", 3, 3, 3, 3, 3, 3]])).wide
    assert asked is not None
    assert (asked.people, asked.items, asked.left) == (5, 10, ("Mean",))


def test_a_favorite_and_a_thing_rated_in_halves_stay_among_the_things(tmp_path: Path) -> None:
    columns = [lambda p: 5, lambda p: p % 4 + 1, lambda p: p % 2 + 1, lambda p: p % 3 + 1.5]
    table = wide("name", THINGS[:4], lambda p, t: columns[t](p))
    assert len(brought(tmp_path, table, options=RESHAPED).items.ids) == 4


def test_a_wide_table_of_which_only_the_first_rows_are_seen_has_at_least_their_ratings(tmp_path: Path) -> None:
    asked = question(tmp_path, wide("name", [f"Thing {at}" for at in range(30)], some, people=4000))
    assert asked.wide is not None
    assert not asked.wide.whole
    assert "at least" in asked.message


def test_parts_of_a_wide_table_are_counted_together(tmp_path: Path) -> None:
    parts = {f"{at}.csv": wide("name", THINGS, some, people=6, first=f"{at} {{}}").encode() for at in range(3)}
    asked = question(tmp_path, parts).wide
    assert asked is not None
    assert (asked.people, asked.ratings, asked.whole) == (18, 108, True)
    note = next(note for note in seen(tmp_path, {}, options=RESHAPED).notes if "wide" not in note)
    assert "108 ratings of 8 items by 18 people" in note


def test_rows_without_a_name_are_other_people_in_another_file(tmp_path: Path) -> None:
    jester = kept("wide-jester-99.csv")["wide-jester-99.csv"]
    data = brought(tmp_path, {"a.csv": jester, "b.csv": jester}, options=RESHAPED)
    assert (len(data.users.ids), len(data.items.ids), len(data.rating)) == (24, 8, 128)
    assert [data.users.ids[at] for at in (0, 12)] == ["a.csv 1", "b.csv 1"]


def test_names_of_questions_may_go_over_lines(tmp_path: Path) -> None:
    asked = question(tmp_path, survey().replace("How do you rate these", "How do\nyou rate these")).wide
    assert asked is not None
    assert (asked.people, asked.items, asked.ratings) == (12, 8, 72)


def test_a_row_that_is_a_thing_is_proposed_by_its_name_and_can_be_swapped(tmp_path: Path) -> None:
    table = wide("title", ["ann", "bob", "cid"], some, first="Film {}")
    asked = question(tmp_path / "a", table).wide
    assert asked is not None
    assert (asked.people, asked.items, asked.rows_are_items) == (3, 12, True)
    proposed = brought(tmp_path / "b", table, options=RESHAPED)
    swapped = brought(tmp_path / "c", table, options=ImportOptions(reshape="person"))
    assert (proposed.users.ids.tolist(), len(proposed.items.ids)) == (["ann", "bob", "cid"], 12)
    assert (swapped.items.ids.tolist(), len(swapped.users.ids)) == (["ann", "bob", "cid"], 12)


def test_a_pivot_table_keeps_the_ids_on_both_sides(tmp_path: Path) -> None:
    data = brought(tmp_path, wide("", [f"{at}" for at in range(101, 109)], some, first="00{}"), options=RESHAPED)
    assert data.items.ids.tolist() == [f"{at}" for at in range(101, 109)]
    assert data.users.ids[0] == "001"


def test_a_first_column_that_counts_the_others_tells_what_stands_for_nothing(tmp_path: Path) -> None:
    report = bring(tmp_path, kept("wide-jester-99.csv"), options=RESHAPED)
    data = load(report.dataset.dataset_id)
    assert data.users.ids.tolist() == [f"{at}" for at in range(1, 13)]
    assert data.items.ids.tolist() == [f"{at}" for at in range(1, 9)]
    assert data.rating.max() == 9
    assert "Cells with 99, which stands for no rating: 32." in report.notes


def test_rejected_cells_are_told_by_their_line(tmp_path: Path) -> None:
    table = "Our class\n\n" + wide("person", THINGS, some) + "p13,1,two,,,,,,\np14,3\n"
    report = bring(tmp_path, table, options=RESHAPED)
    assert [(row.line, row.reason) for row in report.rejected] == [
        (16, "rating is not a number: 'two'"),
        (17, "wrong number of columns: 2 instead of 9"),
    ]


def test_lines_above_a_table_are_told_and_counted_in_line_numbers(tmp_path: Path) -> None:
    report = bring(tmp_path, lines([*SHORT, ("p1", "x", "?")], above="# made up\n\n# by hand\nuser,item,rating\n"))
    assert report.notes == ("r.csv: 2 lines above the table were skipped: # made up; # by hand.",)
    assert [(row.line, row.reason) for row in report.rejected] == [(101, "rating is not a number: '?'")]


def test_the_netflix_prize(tmp_path: Path) -> None:
    report = bring(tmp_path, kept("netflix-prize.txt"))
    data = load(report.dataset.dataset_id)
    assert (report.layout, report.rows) == ("ratings below the id of each item, as in the Netflix Prize", 96)
    assert (len(data.users.ids), data.items.ids.tolist()) == (12, [f"{at}" for at in range(1, 9)])
    assert data.timestamp is not None


def test_items_tell_which_of_two_unnamed_columns_is_rated(tmp_path: Path) -> None:
    rows = lines((1_234_000 + t, p, r) for p, t, r, _ in ratings(lambda p: p + 1, lambda t: t))
    report = bring(tmp_path, {"r.csv": rows.encode(), "m.csv": ITEMS.encode()})
    assert (report.dataset.users, report.dataset.items, report.untitled) == (12, 8, 0)
    assert any("column 1 is the item" in note for note in report.notes)
