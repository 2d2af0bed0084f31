"""Inputs that become a dataset, tidy and untidy."""

from collections.abc import Callable

import pyarrow as pa

from core.data import NO_COLUMN, ColumnMapping, ImportOptions
from tests.core.data.importing import made
from tests.core.data.importing.case import FULL, Case, one, scaled


def timed(stamp: Callable[[int], object]) -> str:
    return made.table([(u, i, r, stamp(t)) for u, i, r, t in made.ROWS])


ASK = ColumnMapping(user="column 1", item="column 2", rating="column 3", timestamp="column 4")
JSON_TEXT = pa.array([user for user, *_ in made.ROWS], pa.json_())
BARE = made.table(header=None)

GOOD = [
    Case("comma", one(made.table()), FULL),
    Case("tab", one(made.table(delimiter="\t")), FULL),
    Case("semicolon", one(made.table(delimiter=";")), FULL),
    Case("bar", one(made.table(delimiter="|")), FULL),
    Case("a delimiter that is told", one(made.table(delimiter="^")), FULL, options=ImportOptions(delimiter="^")),
    Case("windows line ends", one(made.table(end="\r\n")), FULL),
    Case("old mac line ends", one(made.table(end="\r")), FULL),
    Case("no line end at the end", one(made.table().rstrip("\n")), FULL),
    Case("byte order mark", one(made.table().encode("utf-8-sig")), FULL),
    Case("utf-16 with mark", one(made.table().encode("utf-16")), FULL),
    Case("utf-16 that is told", one(made.table().encode("utf-16-le")), FULL, options=ImportOptions(encoding="utf-16")),
    Case(
        "latin-1 that is told",
        one(made.with_rows("é,i0,3,1").encode("latin-1")),
        FULL + 1,
        options=ImportOptions(encoding="latin-1"),
    ),
    Case("every value quoted", one(made.table([[f'"{cell}"' for cell in row] for row in made.ROWS])), FULL),
    Case("a delimiter within quotes", one(made.with_rows('"a,b","c;d",3,1')), FULL + 1),
    Case(
        "a line end within quotes",
        one("userId,itemId,rating,review\n" + "".join(f'{u},{i},{r},"so\nso"\n' for u, i, r, _ in made.ROWS)),
        FULL,
    ),
    Case(
        "blanks around values",
        one(made.table([[f" {cell} " for cell in row] for row in made.ROWS], "userId , itemId, rating ,timestamp")),
        FULL,
    ),
    Case("blank lines", one("\n\n" + made.table(end="\n\n") + "\n,,,\n"), FULL),
    Case("no name of its own", one(made.table(), "upload"), FULL),
    Case("a name that lies", one(made.table(), "ratings.parquet"), FULL),
    Case("gzip", one(made.gzipped(made.table()), "ratings.csv.gz"), FULL),
    Case("gzip by content", one(made.gzipped(made.table()), "ratings.csv"), FULL),
    Case("parquet", one(made.parquet(made.rating_columns()), "r.parquet"), FULL),
    Case("parquet by content", one(made.parquet(made.rating_columns())), FULL),
    Case("parquet in gzip", one(made.gzipped(made.parquet(made.rating_columns()))), FULL),
    Case("json lines", one(made.json_lines(), "r.jsonl"), FULL),
    Case("json lines in utf-16", one(made.json_lines().encode("utf-16")), FULL),
    Case("zip", one(made.zipped({"ratings.csv": made.table()}), "r.zip"), FULL),
    Case("zip of parquet", one(made.zipped({"r.parquet": made.parquet(made.rating_columns())}), "r.zip"), FULL),
    Case("zip, stored", one(made.zipped({"ratings.csv": made.table()}, 0), "r.zip"), FULL),
    Case(
        "folder with other files",
        {"a/ratings.csv": made.table(), "a/notes.txt": "hello", ".hidden": "x", "pic.png": b"\x89PNG\0"},
        FULL,
    ),
    Case(
        "a year a file",
        {"2019.csv": made.table(made.ROWS[:20]), "2020.csv": made.table(made.ROWS[10:])},
        FULL,
        duplicates=10,
    ),
    Case("other column names", one(made.table(header="reviewerID,asin,overall,unixReviewTime")), FULL),
    Case("columns that are told", one(made.table(header="a,b,c,d")), FULL, mapping=ColumnMapping("a", "b", "c", "d")),
    Case("a role that is told away", one(timed(lambda t: "never")), FULL, mapping=ColumnMapping(timestamp=NO_COLUMN)),
    Case("no header, columns told", one(BARE), FULL, mapping=ASK),
    Case("ids with leading zeros", one(made.with_rows("007,i0,3,1", "7,i0,3,1")), FULL + 2),
    Case("ids beyond 2^53", one(made.with_rows("9007199254740993,i0,3,1", "9007199254740992,i0,3,1")), FULL + 2),
    Case("ids that look missing", one(made.with_rows("NA,null,3,1", "nan,None,3,1", "N/A,NaN,3,1")), FULL + 3),
    Case("ids in other scripts", one(made.with_rows("用户,Äpfel,3,1", "🙂,i0,2,1")), FULL + 2),
    Case(
        "ids above 2^53 in parquet",
        one(made.parquet(made.rating_columns([(2**53 + at, i, r, t) for at, (_, i, r, t) in enumerate(made.ROWS)]))),
        FULL,
    ),
    Case(
        "whole floats as ids",
        one(made.parquet(made.rating_columns([(float(u[1:]), i, r, t) for u, i, r, t in made.ROWS]))),
        FULL,
    ),
    Case("half stars", one(scaled(0.5, 3, 5)), FULL, scale=(0.5, 5)),
    Case("one to ten", one(scaled(1, 7, 10)), FULL, scale=(1, 10)),
    Case("minus ten to ten", one(scaled(-10, 0.5, 10)), FULL, scale=(-10, 10)),
    Case("percent", one(scaled(0, 55, 100)), FULL, scale=(0, 100)),
    Case("thumbs", one(scaled(0, 1)), FULL, scale=(0, 1)),
    Case("a scale of its own", one(scaled(300, 555)), FULL, scale=(300, 555)),
    Case(
        "decimal commas",
        one(made.table([(u, i, f"{r - 1},5") for u, i, r, _ in made.ROWS], "user;item;rating", ";")),
        FULL,
        scale=(0.5, 5),
    ),
    Case(
        "a scale that is told",
        one(scaled(2, 4)),
        FULL,
        scale=(0, 10),
        options=ImportOptions(min_rating=0, max_rating=10),
    ),
    Case("an extension type over text", one(made.parquet(made.rating_columns() | {"userId": JSON_TEXT})), FULL),
    Case(
        "truth values",
        one(
            made.parquet(
                {
                    "user": [r[0] for r in made.ROWS],
                    "item": [r[1] for r in made.ROWS],
                    "liked": [r[2] > 2 for r in made.ROWS],
                }
            )
        ),
        FULL,
        scale=(0, 1),
    ),
    Case("milliseconds", one(timed(lambda t: t * 1000)), FULL),
    Case("dates", one(timed(lambda t: "2020-01-02")), FULL),
    Case("dates with zones", one(timed(lambda t: "2020-01-02T03:04:05.5+01:00")), FULL),
    Case("duplicates", one(made.with_rows("u0,i0,5,1", "u0,i1,5,999999999")), FULL, duplicates=2),
    Case("rare users left out", one(made.with_rows("once,i0,3,1")), FULL, options=ImportOptions(min_user_ratings=2)),
    Case("ml-100k", lambda: one(made.zipped(made.hundred_thousand()), "ml-100k.zip"), FULL),
    Case("ml-1m", lambda: one(made.zipped(made.double_colons()), "ml-1m.zip"), FULL),
    Case("ml-10m", lambda: one(made.zipped(made.double_colons(halves=True)), "ml-10m.zip"), FULL, scale=(0.5, 5)),
    Case("ml-latest", lambda: one(made.zipped(made.latest()), "ml-latest-small.zip"), FULL, scale=(0.5, 5)),
    Case("ml-1m as a folder", made.double_colons, FULL),
    Case("u.data alone", lambda: one(made.hundred_thousand()["ml-100k/u.data"], "u.data"), FULL, mapping=ASK),
]

UNTIDY = [
    Case("no rating", one(made.with_rows("u0,x,,1", "u0,y, ,1")), FULL, {"no rating": 2}),
    Case(
        "no number",
        one(made.with_rows("u0,x,good,1", "u0,y,NaN,1", "u0,z,1_0,1", "u0,v,1e999e,1")),
        FULL,
        {"rating is not a number": 3, "no rating": 1},
    ),
    Case(
        "infinite",
        one(made.with_rows("u0,x,inf,1", "u0,y,-Infinity,1", "u0,z,1e999,1")),
        FULL,
        {"rating is infinite": 3},
    ),
    Case(
        "outside the scale",
        one(made.with_rows("u0,x,6,1", "u0,y,0.9,1")),
        FULL,
        {"rating is outside the scale": 2},
        options=ImportOptions(min_rating=1, max_rating=5),
    ),
    Case("no ids", one(made.with_rows(",x,3,1", "u0,,3,1", ",,3,1")), FULL, {"no user id": 2, "no item id": 1}),
    Case(
        "unseen characters in ids",
        one(made.with_rows("a\0b,x,3,1", "u0,\u202ex,3,1")),
        FULL,
        {"user id has control characters": 1, "item id has control characters": 1},
    ),
    Case(
        "ids of ten thousand letters",
        one(made.with_rows("u" * 10_000 + ",x,3,1", "u0," + "i" * 10_000 + ",3,1")),
        FULL,
        {"user id is too long": 1, "item id is too long": 1},
    ),
    Case("unreadable times", one(made.with_rows("u0,x,3,soon", "u0,y,3,")), FULL + 2),
    Case(
        "short and long rows", one(made.with_rows("u0,x,3", "u0,y,3,1,9", "u0")), FULL, {"wrong number of columns": 3}
    ),
    Case("an open quote", one(made.with_rows('"u0,x,3,1', "u0,y,3,1")), FULL + 2),
    Case(
        "one row that is not UTF-8, far below",
        one((made.table() * 20).encode() + b"u\xe9,i0,3,1\n"),
        FULL,
        {"rating is not a number": 19, "user id has a byte that is not UTF-8": 1},
        duplicates=19 * FULL,
    ),
    Case(
        "lines that are no JSON",
        one(made.json_lines() + '{"userId": \n[1, 2]\n' + "[" * 5000 + "\n"),
        FULL,
        {"wrong number of columns": 3},
    ),
    Case(
        "JSON without a rating",
        one(made.json_lines() + '{"userId": "u0", "itemId": "x", "timestamp": 1}\n'),
        FULL,
        {"no rating": 1},
    ),
    Case(
        "nulls in parquet",
        one(
            made.parquet(made.rating_columns([*made.ROWS, (None, "x", 3, 1), ("u0", None, 3, 1), ("u0", "x", None, 1)]))
        ),
        FULL,
        {"no user id": 1, "no item id": 1, "no rating": 1},
    ),
]
