"""What is made out in the files themselves, and shown before they come in: release, item table, roles, scale, noun."""

from pathlib import Path

import numpy as np
import pytest

from core.data import NO_COLUMN, ColumnMapping, ImportOptions, load, preview
from core.data.importing import layouts
from core.data.importing.isolation import in_this_process
from core.data.importing.naming import guess, noun
from core.data.importing.rating_cells import usual_scale
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought


@pytest.fixture
def small_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up releases are as good as large ones."""
    monkeypatch.setattr(layouts, "LEAST_RATINGS", 0)


@pytest.mark.parametrize("rows", [96, 3000])
@pytest.mark.parametrize("sign", ["::", ","])
def test_fewer_ratings_than_a_release_are_somebody_s_own(sign: str, rows: int, tmp_path: Path) -> None:
    ratings = [sign.join(map(str, (at // 8 + 1, at % 8 + 1, at % 5 + 1, 900_000_000 + at))) for at in range(rows)]
    movies = [sign.join((str(at + 1), f"Film {at} (1999)", "Drama")) for at in range(8)]
    if sign == ",":
        ratings, movies = ["userId,movieId,rating,timestamp", *ratings], ["movieId,title,genres", *movies]
    ending = "csv" if sign == "," else "dat"
    files = {f"ratings.{ending}": "\n".join(ratings).encode(), f"movies.{ending}": "\n".join(movies).encode()}
    report = bring(tmp_path, files)
    data = load(report.dataset.dataset_id)
    assert (report.layout, report.dataset.name, report.rows) == ("rating table", "ratings", rows)
    assert (data.about, data.min_rating, data.max_rating) == ({}, 1, 5)
    assert data.item_table.title.tolist() == [f"Film {at} (1999)" for at in range(8)]
    if rows == 96:
        assert preview([tmp_path / "in"], runner=in_this_process).layout == "rating table"


@pytest.mark.parametrize("latin", [True, False])
def test_ml_100k(latin: bool, tmp_path: Path) -> None:
    report = bring(tmp_path, made.hundred_thousand(latin))
    ratings = load(report.dataset.dataset_id)
    assert (report.layout, ratings.noun, ratings.min_rating, ratings.max_rating) == ("MovieLens 100K", "movie", 1, 5)
    assert ratings.item_table.title[:2].tolist() == ["Amélie (2001)", "Heat (1995)"]
    assert ratings.item_table.genres[:2].tolist() == [["Action", "Drama"], ["Adventure", "Drama"]]
    assert ratings.item_table.year[:2].tolist() == [2001, 1995]
    assert ("in/ml-100k" in "".join(report.notes)) is False
    assert any("Latin-1" in note for note in report.notes) is latin


@pytest.mark.parametrize("halves", [False, True])
@pytest.mark.usefixtures("small_releases")
def test_double_colons(halves: bool, tmp_path: Path) -> None:
    report = bring(tmp_path, made.double_colons(halves))
    ratings = load(report.dataset.dataset_id)
    assert report.layout == ("MovieLens 10M" if halves else "MovieLens 1M")
    assert ratings.item_table.title.tolist()[:3] == [
        "Amélie (2001)",
        "Star Wars: A New Hope (1977)",
        'One "quoted" (1999)',
    ]
    assert ratings.item_table.genres[0] == ["Drama", "Film-Noir"]
    assert ratings.min_rating == (0.5 if halves else 1)


@pytest.mark.usefixtures("small_releases")
def test_half_stars_below_the_first_rows_belong_to_the_scale(tmp_path: Path) -> None:
    whole = "".join(f"{at % 7}::{at}::{at % 5 + 1}::{at}\n" for at in range(1100))
    movies = "".join(f"{at}::A film (1999)::Drama\n" for at in range(1100))
    report = bring(tmp_path, {"ratings.dat": f"{whole}1::9999::0.5::1\n".encode(), "movies.dat": movies.encode()})
    assert report.layout == "MovieLens 1M"
    assert (report.dataset.min_rating, report.rejected_total, report.dataset.ratings) == (0.5, 0, 1101)


def test_a_mapping_that_repeats_a_release_is_that_release(tmp_path: Path) -> None:
    files = made.write(tmp_path / "in", made.hundred_thousand())
    own = ColumnMapping("userId", "movieId", "rating", "timestamp", "movieId", "title", "genres", NO_COLUMN)
    seen = preview([files], mapping=own, runner=in_this_process)
    assert (seen.layout, seen.code) == ("MovieLens 100K", "")


def test_an_item_table_is_joined(tmp_path: Path) -> None:
    books = "book_id,name,categories,pub_year,pages,shelf\n"
    books += 'i0,"Emma, a novel",Classic;Love,1815,474,A\ni1,Dune,Science fiction,1965,612,B\n'
    ratings = made.table(header="user_id,book_id,score,date")
    report = bring(tmp_path, {"books.csv": books.encode(), "scores.csv": ratings.encode()})
    table = load(report.dataset.dataset_id).item_table
    assert (report.dataset.noun, report.untitled) == ("book", 3)
    assert table.title.tolist() == ["Emma, a novel", "Dune", "i2", "i3", "i4"]
    assert table.genres.tolist() == [["Classic", "Love"], ["Science fiction"], [], [], []]
    assert table.pages.tolist()[:2] == [474, 612] and np.isnan(table.pages[2])
    assert table.shelf.tolist() == ["A", "B", "", "", ""]


def test_item_columns_can_be_told(tmp_path: Path) -> None:
    things = "key\twhat\tkind\twhen\ni0\tSpoon\ta,b\t1999-05-01\n"
    mapping = ColumnMapping("userId", "itemId", "rating", "timestamp", "key", "what", "kind", "when")
    ratings = brought(tmp_path, {"r.csv": made.table().encode(), "t.tsv": things.encode()}, mapping=mapping)
    first = ratings.item_table.iloc[0]
    assert (first.title, first.genres, first.year) == ("Spoon", ["a", "b"], 1999)


def test_a_preview_tells_roles_scale_and_noun(tmp_path: Path) -> None:
    made.write(tmp_path, {"in/r.csv": made.table(header="reader,isbn,stars,when")})
    seen = preview([tmp_path / "in" / "r.csv"], runner=in_this_process)
    assert (seen.code, seen.noun, seen.min_rating, seen.max_rating) == ("", "book", 1, 5)
    assert seen.tables[0].roles == ("user", "item", "rating", "")
    assert seen.tables[0].rows[0] == ("u0", "i0", "1", "900000000")
    assert len(seen.tables[0].rows) == 20


def test_a_preview_shows_lines_that_do_not_fall_into_columns_and_what_would_divide_them(tmp_path: Path) -> None:
    made.write(tmp_path, {"in/r.csv": made.table(delimiter="^")})
    seen = preview([tmp_path / "in" / "r.csv"], runner=in_this_process)
    assert (seen.code, seen.delimiter) == ("WRONG_DELIMITER", "^")
    assert seen.tables[0].rows[0] == ("userId^itemId^rating^timestamp",)
    options = ImportOptions(delimiter=seen.delimiter)
    mended = preview([tmp_path / "in" / "r.csv"], options=options, runner=in_this_process)
    assert (mended.code, mended.tables[0].roles) == ("", ("user", "item", "rating", "timestamp"))


def test_a_preview_shows_the_columns_there_are_when_one_is_told_that_is_not(tmp_path: Path) -> None:
    made.write(tmp_path, {"in/r.csv": made.table()})
    seen = preview([tmp_path / "in" / "r.csv"], mapping=ColumnMapping(user="who"), runner=in_this_process)
    assert seen.code == "MISSING_COLUMN"
    assert seen.tables[0].columns == ("userId", "itemId", "rating", "timestamp")


def test_a_preview_says_what_is_unclear_and_the_mapping_mends_it(tmp_path: Path) -> None:
    made.write(tmp_path, {"in/r.csv": made.table(header="who,itemId,how,timestamp")})
    seen = preview([tmp_path / "in" / "r.csv"], runner=in_this_process)
    assert (seen.code, seen.unclear) == ("MISSING_COLUMN", ("user", "rating"))
    assert "who, itemId, how, timestamp" in seen.message
    mended = preview(
        [tmp_path / "in" / "r.csv"], mapping=ColumnMapping(user="who", rating="how"), runner=in_this_process
    )
    assert (mended.code, mended.unclear) == ("", ())


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [
        (1, 5, (1, 5)),
        (2, 4, (1, 5)),
        (0.5, 5, (0.5, 5)),
        (0, 1, (0, 1)),
        (-1, 1, (-1, 1)),
        (3, 10, (1, 10)),
        (1, 6, (1, 6)),
        (1, 7, (1, 7)),
        (0, 100, (0, 100)),
        (-10, 10, (-10, 10)),
        (1, 1, (0, 1)),
        (5, 5, (1, 5)),
        (300, 400, (300, 400)),
        (-3, 250, (-3, 250)),
    ],
)
def test_the_usual_scale(low: float, high: float, scale: tuple[float, float]) -> None:
    assert usual_scale(low, high) == scale


def test_roles_by_usual_names() -> None:
    columns = ["Timestamp", "User-ID", "username", "ISBN", "Book-Rating"]
    assert [guess(columns, role) for role in ("user", "item", "rating", "timestamp")] == [
        "User-ID",
        "ISBN",
        "Book-Rating",
        "Timestamp",
    ]
    assert guess(["a", "b"], "user") is None
    assert [noun(name) for name in ("movieId", "ISBN", "asin", "anime_id", "thing")] == [
        "movie",
        "book",
        "product",
        "anime",
        "item",
    ]
