"""What comes in is what was brought: ids, ratings, times, titles; and equal content is one dataset."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.datasets import NO_COLUMN, ColumnMapping, ImportOptions, ImportReport, import_ratings, load, preview
from core.datasets.clean import usual_scale
from core.datasets.isolation import in_this_process
from core.datasets.roles import guess, noun
from core.ratings import Ratings
from tests.core.datasets import made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def bring(folder: Path, content: str | bytes | dict[str, bytes], name: str = "r.csv", **asked: object) -> ImportReport:
    files = content if isinstance(content, dict) else {name: content}
    made.write(folder / "in", files)
    paths = [folder / "in"] if isinstance(content, dict) else [folder / "in" / name]
    return import_ratings(paths, runner=in_this_process, **asked)  # type: ignore[arg-type]


def brought(folder: Path, content: str | bytes | dict[str, bytes], name: str = "r.csv", **asked: object) -> Ratings:
    return load(bring(folder, content, name, **asked).dataset.dataset_id)


def rows(ratings: Ratings) -> list[tuple[str, str, float]]:
    users, items = ratings.users.ids[ratings.user_index], ratings.items.ids[ratings.item_index]
    return list(zip(users, items, ratings.rating.tolist(), strict=True))


def test_ids_stay_apart_as_text(tmp_path: Path) -> None:
    more = ["007,i0,3,1", "7,i1,3,1", "9007199254740993,NA,3,1", "9007199254740992,null,3,1", "7.0,None,3,1"]
    ratings = brought(tmp_path, made.with_rows(*more))
    assert {"007", "7", "7.0", "9007199254740993", "9007199254740992"} <= set(ratings.users.ids)
    assert {"NA", "null", "None"} <= set(ratings.items.ids)


def test_rows_keep_their_order_and_values(tmp_path: Path) -> None:
    ratings = brought(tmp_path, made.table())
    assert rows(ratings) == [(u, i, float(r)) for u, i, r, _ in made.ROWS]
    assert ratings.timestamp is not None
    assert ratings.timestamp.tolist() == [t for *_, t in made.ROWS]


def test_whole_number_ids_are_in_order_of_number(tmp_path: Path) -> None:
    ratings = brought(tmp_path, made.table([(20 - at % 7, 100 - at, 3, at) for at in range(30)]))
    assert ratings.users.ids.tolist() == [str(user) for user in range(14, 21)]
    assert ratings.items.ids.tolist() == [str(item) for item in range(71, 101)]


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000, 1_000_000_000])
def test_times_in_any_unit_become_seconds(unit: int, tmp_path: Path) -> None:
    stamps = brought(tmp_path, made.table([(u, i, r, t * unit) for u, i, r, t in made.ROWS])).timestamp
    assert stamps is not None and stamps.tolist() == [t for *_, t in made.ROWS]


@pytest.mark.parametrize(
    "text", ["{:%Y-%m-%d %H:%M:%S}", "{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%dT%H:%M:%S+00:00}", "{:%Y/%m/%d %H:%M:%S}"]
)
def test_dates_become_seconds(text: str, tmp_path: Path) -> None:
    dated = [(u, i, r, text.format(pd.Timestamp(t, unit="s"))) for u, i, r, t in made.ROWS]
    stamps = brought(tmp_path, made.table(dated)).timestamp
    assert stamps is not None and stamps.tolist() == [t for *_, t in made.ROWS]


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_in_parquet_become_seconds(unit: str, zone: str | None, tmp_path: Path) -> None:
    moments = pa.array([t for *_, t in made.ROWS]).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp(unit, zone))
    stamps = brought(tmp_path, made.parquet(made.rating_columns() | {"timestamp": moments})).timestamp
    assert stamps is not None and stamps.tolist() == [t for *_, t in made.ROWS]


def test_days_in_parquet_become_seconds(tmp_path: Path) -> None:
    days = pa.array([11_000 + at for at in range(len(made.ROWS))], pa.date32())
    stamps = brought(tmp_path, made.parquet(made.rating_columns() | {"timestamp": days})).timestamp
    assert stamps is not None and stamps.tolist() == [86_400 * (11_000 + at) for at in range(len(made.ROWS))]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1.0, 2.0] * 15),
        pa.array([1, 2] * 15),
        pa.array(["1", "2"] * 15),
        pa.array(["1", "2"] * 15).dictionary_encode(),
        pa.array([b"1", b"2"] * 15),
        pa.array(["1", "2"] * 15, pa.large_string()),
        pa.array([1, 2] * 15, pa.decimal128(5, 0)),
    ],
    ids=lambda column: str(column.type),
)
def test_ids_in_parquet_are_the_same_text_whatever_their_type(column: pa.Array, tmp_path: Path) -> None:
    columns = {"user": column, "item": list(range(30)), "rating": pa.array([3.5] * 30, pa.float32())}
    ratings = brought(tmp_path, made.parquet(columns))
    assert ratings.users.ids.tolist() == ["1", "2"]
    assert set(ratings.rating.tolist()) == {3.5}


def test_floats_that_are_not_whole_keep_their_digits(tmp_path: Path) -> None:
    columns = {"user": [1.5, None, 2.0] * 10, "item": list(range(30)), "rating": [1, 2, 3] * 10}
    report = bring(tmp_path, made.parquet({**columns, "user": [1.5, 7.0, 2.0] * 10}))
    assert load(report.dataset.dataset_id).users.ids.tolist() == ["1.5", "7", "2"]
    assert bring(tmp_path / "b", made.parquet(columns)).rejected_by_reason == {"no user id": 10}


def test_the_latest_of_several_ratings_stays(tmp_path: Path) -> None:
    ratings = brought(tmp_path, made.with_rows("u0,i0,5,1", "u0,i1,4,999999999", "u0,i1,2,1"))
    assert rows(ratings)[0] == ("u0", "i0", 1.0)
    assert rows(ratings)[1] == ("u0", "i1", 4.0)


def test_without_times_the_last_row_stays(tmp_path: Path) -> None:
    untimed = [row[:3] for row in made.ROWS]
    ratings = brought(tmp_path, made.table([*untimed, ("u0", "i0", 5), ("u0", "i0", 4)], "user,item,rating"))
    assert rows(ratings)[0] == ("u0", "i0", 4.0)
    assert ratings.timestamp is None


def test_users_and_items_below_the_least_number_go_until_none_is_left(tmp_path: Path) -> None:
    # "edge" has two ratings until "once" goes with the item that only "edge" shares.
    more = ["edge,i0,3,1", "edge,rare,3,1", "once,rare,3,1"]
    report = bring(tmp_path, made.with_rows(*more), options=ImportOptions(min_user_ratings=2, min_item_ratings=2))
    assert report.dataset.ratings == len(made.ROWS)
    assert (report.dropped_rare.users, report.dropped_rare.items, report.dropped_rare.ratings) == (2, 1, 3)


def test_bad_rows_are_told_by_line_and_reason(tmp_path: Path) -> None:
    lines = made.table().splitlines()
    lines[5:5] = ["u0,x,good,1", "", "u0,x", ",x,3,1"]
    report = bring(tmp_path, "\n".join(lines))
    assert [(row.line, row.reason) for row in report.rejected] == [
        (6, "rating is not a number: 'good'"),
        (8, "wrong number of columns: 2 instead of 4"),
        (9, "no user id"),
    ]


def test_a_list_of_bad_rows_is_bounded_and_the_count_is_not(tmp_path: Path) -> None:
    bad = [("u", at, "x", 1) for at in range(1500)]
    report = bring(tmp_path, made.table([*made.ROWS, *bad]))
    assert (len(report.rejected), report.rejected_total) == (1000, 1500)
    assert report.rejected[-1].line == 1 + len(made.ROWS) + 1000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("other.csv", made.table()),
        ("r.tsv", made.table(delimiter="\t")),
        ("r.csv.gz", made.gzipped(made.table())),
        ("r.zip", made.zipped({"a/b.csv": made.table()})),
        ("r.txt", made.table(delimiter="|", end="\r\n").encode("utf-16")),
        ("r.parquet", made.parquet(made.rating_columns())),
        ("r.jsonl", made.json_lines()),
        ("ms.csv", made.table([(u, i, r, t * 1000) for u, i, r, t in made.ROWS])),
        ("twice.csv", made.table([*made.ROWS, *made.ROWS])),
    ],
)
def test_equal_content_has_one_digest(name: str, content: str | bytes, tmp_path: Path) -> None:
    first = bring(tmp_path, made.table(), options=ImportOptions(name="A"))
    second = bring(tmp_path / "b", content, name, options=ImportOptions(name="A", noun="thing"))
    assert second.dataset.digest == first.dataset.digest
    assert second.dataset.dataset_id == first.dataset.dataset_id
    assert second.already_there


def test_the_order_among_duplicates_does_not_matter(tmp_path: Path) -> None:
    digests = set()
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        three = [("u9", "i9", 1 + at, 100 * at) for at in order]
        mixed = [three[0], *made.ROWS[:9], three[1], *made.ROWS[9:], three[2]]
        digests.add(bring(tmp_path, made.table(mixed)).dataset.digest)
    assert len(digests) == 1


def test_another_rating_is_another_digest(tmp_path: Path) -> None:
    changed = [(*made.ROWS[0][:2], 2, made.ROWS[0][3]), *made.ROWS[1:]]
    assert bring(tmp_path, made.table()).dataset.digest != bring(tmp_path, made.table(changed)).dataset.digest


def test_the_bundled_ratings_come_back_from_their_release_as_the_same_dataset(tmp_path: Path) -> None:
    bundled = load()
    assert bundled.timestamp is not None
    ratings = pd.DataFrame(
        {
            "userId": bundled.users.ids[bundled.user_index],
            "movieId": bundled.items.ids[bundled.item_index],
            "rating": bundled.rating,
            "timestamp": bundled.timestamp,
        }
    )
    genres = ["|".join(genres) or "(no genres listed)" for genres in bundled.item_table.genres]
    movies = pd.DataFrame({"movieId": bundled.items.ids, "title": bundled.item_table.title, "genres": genres})
    files = {"ratings.csv": ratings.to_csv(index=False).encode(), "movies.csv": movies.to_csv(index=False).encode()}
    report = bring(tmp_path, made.zipped(files), "ml-latest-small.zip")
    assert (report.layout, report.dataset.digest) == ("MovieLens", bundled.digest)


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


def test_half_stars_below_the_first_rows_belong_to_the_scale(tmp_path: Path) -> None:
    whole = "".join(f"{at % 7}::{at}::{at % 5 + 1}::{at}\n" for at in range(300))
    report = bring(tmp_path, whole + "1::999::0.5::1\n", "ratings.dat")
    assert (report.dataset.min_rating, report.rejected_total, report.dataset.ratings) == (0.5, 0, 301)


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


HOSTILE = [
    "<script>alert(1)</script>",
    "**bold** [x](javascript:alert(1))",
    "%{y} %{customdata[0]}",
    "$\\frac{1}{0}$",
    "=HYPERLINK(1)",
    "@SUM(A1)",
    "-2+3",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_markup_in_titles_stays_text(title: str, tmp_path: Path) -> None:
    items = f'itemId;title\ni0;"{title}"\n'
    ratings = brought(tmp_path, {"r.csv": made.table().encode(), "t.csv": items.encode()})
    assert ratings.item_table.title[0] == title


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("a\u202eb\u2066c\u200f", "a b c"),
        ("a\0b\x1b[31m", "a b [31m"),
        ("line\nline", "line line"),
        ("\ufeffx", "x"),
        ("long " * 2000, ("long " * 60)[:299] + "…"),
        ("\u202e", "i0"),
    ],
)
def test_unseen_characters_leave_titles(title: str, kept: str, tmp_path: Path) -> None:
    items = made.parquet({"itemId": ["i0"], "title": [title]})
    ratings = brought(tmp_path, {"r.csv": made.table().encode(), "t.parquet": items})
    assert ratings.item_table.title[0] == kept


def test_further_columns_belong_to_the_digest(tmp_path: Path) -> None:
    digests = set()
    for pages in (474, 475):
        items = f"itemId,title,pages\ni0,Emma,{pages}\n"
        digests.add(bring(tmp_path, {"r.csv": made.table().encode(), "t.csv": items.encode()}).dataset.digest)
    assert len(digests) == 2


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
