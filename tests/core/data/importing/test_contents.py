"""What comes in is what was brought: ids, ratings, times, titles; and equal content is one dataset."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from core.data import ImportOptions, load
from core.data.ratings import Ratings
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought


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
