"""Inputs, good and bad, each with its exact outcome, through the function that the page and the command line use."""

import contextlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from core.datasets import NO_COLUMN, ColumnMapping, ImportLimits, ImportOptions, import_ratings
from core.datasets.isolation import in_this_process
from core.errors import ExplorerError
from tests.core.datasets import made

FULL = len(made.ROWS)
SMALL = ImportLimits(
    max_file_mb=8, max_unpacked_mb=16, max_rows=2000, max_columns=40, max_users=900, max_items=900, max_members=30
)


@dataclass(frozen=True)
class Case:
    """One input and what becomes of it.

    Attributes:
        files: By name; one is brought as a file, several as a folder.
        outcome: The code of the refusal, or the number of ratings kept.
        rejected: Rows left out by reason.
    """

    name: str
    files: Mapping[str, str | bytes] | Callable[[], Mapping[str, str | bytes]]
    outcome: str | int
    rejected: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0
    scale: tuple[float, float] = (1, 5)
    mapping: ColumnMapping = ColumnMapping()
    options: ImportOptions = ImportOptions()


def one(content: str | bytes, name: str = "ratings.csv") -> dict[str, str | bytes]:
    return {name: content}


def scaled(*ratings: float) -> str:
    return made.table(
        [(u, i, ratings[at % len(ratings)]) for at, (u, i, *_) in enumerate(made.ROWS)], "user,item,rating"
    )


def timed(stamp: Callable[[int], object]) -> str:
    return made.table([(u, i, r, stamp(t)) for u, i, r, t in made.ROWS])


ASK = ColumnMapping(user="column 1", item="column 2", rating="column 3", timestamp="column 4")
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
    Case("latin-1 that is told", one(made.with_rows("é,i0,3,1").encode("latin-1")), FULL + 1, options=ImportOptions(encoding="latin-1")),
    Case("every value quoted", one(made.table([[f'"{cell}"' for cell in row] for row in made.ROWS])), FULL),
    Case("a delimiter within quotes", one(made.with_rows('"a,b","c;d",3,1')), FULL + 1),
    Case("a line end within quotes", one('userId,itemId,rating,review\n' + "".join(f'{u},{i},{r},"so\nso"\n' for u, i, r, _ in made.ROWS)), FULL),
    Case("blanks around values", one(made.table([[f" {cell} " for cell in row] for row in made.ROWS], "userId , itemId, rating ,timestamp")), FULL),
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
    Case("folder with other files", {"a/ratings.csv": made.table(), "a/notes.txt": "hello", ".hidden": "x", "pic.png": b"\x89PNG\0"}, FULL),
    Case("a year a file", {"2019.csv": made.table(made.ROWS[:20]), "2020.csv": made.table(made.ROWS[10:])}, FULL, duplicates=10),
    Case("other column names", one(made.table(header="reviewerID,asin,overall,unixReviewTime")), FULL),
    Case("columns that are told", one(made.table(header="a,b,c,d")), FULL, mapping=ColumnMapping("a", "b", "c", "d")),
    Case("a role that is told away", one(timed(lambda t: "never")), FULL, mapping=ColumnMapping(timestamp=NO_COLUMN)),
    Case("no header, columns told", one(BARE), FULL, mapping=ASK),
    Case("ids with leading zeros", one(made.with_rows("007,i0,3,1", "7,i0,3,1")), FULL + 2),
    Case("ids beyond 2^53", one(made.with_rows("9007199254740993,i0,3,1", "9007199254740992,i0,3,1")), FULL + 2),
    Case("ids that look missing", one(made.with_rows("NA,null,3,1", "nan,None,3,1", "N/A,NaN,3,1")), FULL + 3),
    Case("ids in other scripts", one(made.with_rows("用户,Äpfel,3,1", "🙂,i0,2,1")), FULL + 2),
    Case("ids above 2^53 in parquet", one(made.parquet(made.rating_columns([(2**53 + at, i, r, t) for at, (_, i, r, t) in enumerate(made.ROWS)]))), FULL),
    Case("whole floats as ids", one(made.parquet(made.rating_columns([(float(u[1:]), i, r, t) for u, i, r, t in made.ROWS]))), FULL),
    Case("half stars", one(scaled(0.5, 3, 5)), FULL, scale=(0.5, 5)),
    Case("one to ten", one(scaled(1, 7, 10)), FULL, scale=(1, 10)),
    Case("minus ten to ten", one(scaled(-10, 0.5, 10)), FULL, scale=(-10, 10)),
    Case("percent", one(scaled(0, 55, 100)), FULL, scale=(0, 100)),
    Case("thumbs", one(scaled(0, 1)), FULL, scale=(0, 1)),
    Case("a scale of its own", one(scaled(300, 555)), FULL, scale=(300, 555)),
    Case("decimal commas", one(made.table([(u, i, f"{r - 1},5") for u, i, r, _ in made.ROWS], "user;item;rating", ";")), FULL, scale=(0.5, 5)),
    Case("a scale that is told", one(scaled(2, 4)), FULL, scale=(0, 10), options=ImportOptions(min_rating=0, max_rating=10)),
    Case("truth values", one(made.parquet({"user": [r[0] for r in made.ROWS], "item": [r[1] for r in made.ROWS], "liked": [r[2] > 2 for r in made.ROWS]})), FULL, scale=(0, 1)),
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
    Case("u.data alone", lambda: one(made.hundred_thousand()["ml-100k/u.data"], "u.data"), FULL),
]  # fmt: skip

UNTIDY = [
    Case("no rating", one(made.with_rows("u0,x,,1", "u0,y, ,1")), FULL, {"no rating": 2}),
    Case("no number", one(made.with_rows("u0,x,good,1", "u0,y,NaN,1", "u0,z,1_0,1", "u0,v,1e999e,1")), FULL, {"rating is not a number": 4}),
    Case("infinite", one(made.with_rows("u0,x,inf,1", "u0,y,-Infinity,1", "u0,z,1e999,1")), FULL, {"rating is infinite": 3}),
    Case("outside the scale", one(made.with_rows("u0,x,6,1", "u0,y,0.9,1")), FULL, {"rating is outside the scale": 2}, options=ImportOptions(min_rating=1, max_rating=5)),
    Case("no ids", one(made.with_rows(",x,3,1", "u0,,3,1", ",,3,1")), FULL, {"no user id": 2, "no item id": 1}),
    Case("unseen characters in ids", one(made.with_rows("a\0b,x,3,1", "u0,\u202ex,3,1")), FULL, {"user id has control characters": 1, "item id has control characters": 1}),
    Case("ids of ten thousand letters", one(made.with_rows("u" * 10_000 + ",x,3,1", "u0," + "i" * 10_000 + ",3,1")), FULL, {"user id is too long": 1, "item id is too long": 1}),
    Case("unreadable times", one(made.with_rows("u0,x,3,soon", "u0,y,3,")), FULL, {"time is not readable": 2}),
    Case("short and long rows", one(made.with_rows("u0,x,3", "u0,y,3,1,9", "u0")), FULL, {"wrong number of columns": 3}),
    Case("an open quote", one(made.with_rows('"u0,x,3,1', "u0,y,3,1")), FULL, {"wrong number of columns": 1}),
    Case("lines that are no JSON", one(made.json_lines() + '{"userId": \n[1, 2]\n' + "[" * 5000 + "\n"), FULL, {"wrong number of columns": 3}),
    Case("JSON without a rating", one(made.json_lines() + '{"userId": "u0", "itemId": "x", "timestamp": 1}\n'), FULL, {"no rating": 1}),
    Case("nulls in parquet", one(made.parquet(made.rating_columns([*made.ROWS, (None, "x", 3, 1), ("u0", None, 3, 1), ("u0", "x", None, 1)]))), FULL, {"no user id": 1, "no item id": 1, "no rating": 1}),
]  # fmt: skip

BAD = [
    Case("nothing", one(""), "EMPTY_FILE"),
    Case("blanks alone", one("\n \n\n"), "EMPTY_FILE"),
    Case("an empty folder", {}, "EMPTY_FILE"),
    Case("an empty zip", one(made.zipped({}), "r.zip"), "EMPTY_FILE"),
    Case("an empty gzip", one(made.gzipped(""), "r.gz"), "EMPTY_FILE"),
    Case("a header alone", one("userId,itemId,rating\n"), "NO_ROWS"),
    Case("parquet without rows", one(made.parquet({"user": pa.array([], "string"), "item": pa.array([], "string"), "rating": pa.array([], "float")})), "NO_ROWS"),
    Case("carets", one(made.table(delimiter="^")), "WRONG_DELIMITER"),
    Case("one column", one("rating\n" + "5\n" * 30), "WRONG_DELIMITER"),
    Case("a delimiter told wrongly", one(made.table()), "WRONG_DELIMITER", options=ImportOptions(delimiter="|")),
    Case("latin-1 that nobody told", one(made.with_rows("é,i0,3,1").encode("latin-1")), "BAD_ENCODING"),
    Case("latin-1 far below", one((made.table() * 20).encode() + b"u\xe9,i0,3,1\n"), "BAD_ENCODING"),
    Case("utf-16 without mark", one(made.table().encode("utf-16-le")), "BAD_ENCODING"),
    Case("utf-16, cut", one(made.table().encode("utf-16")[:-1]), "BAD_ENCODING"),
    Case("utf-32", one(made.table().encode("utf-32")), "BAD_ENCODING"),
    Case("no rating column", one("userId,itemId,comment\n" + "u,i,good\n" * 30), "MISSING_COLUMN"),
    Case("no header, nobody told", one(made.table(header=None)), "MISSING_COLUMN"),
    Case("strange names", one(made.table(header="a,b,c,d")), "MISSING_COLUMN"),
    Case("a told column that is not there", one(made.table()), "MISSING_COLUMN", mapping=ColumnMapping(user="who")),
    Case("the item table alone", one("movieId,title,genres\n1,Heat (1995),Crime\n2,Alien (1979),Horror\n"), "MISSING_COLUMN"),
    Case("a picture", one(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), "BAD_FORMAT"),
    Case("noise", one(bytes((at * 7919 + at // 251) % 256 for at in range(5000))), "BAD_FORMAT"),
    Case("zeros", one(bytes(5000)), "BAD_FORMAT"),
    Case("a web page", one("<!DOCTYPE html><html><body><h1>Not found</h1></body></html>\n"), "BAD_FORMAT"),
    Case("one JSON array", one('[{"user": 1, "item": 2, "rating": 3}]\n'), "BAD_FORMAT"),
    Case("JSON over many lines", one('{\n "user": 1\n}\n'), "BAD_FORMAT"),
    Case("a spreadsheet", one(made.zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "r.csv"), "BAD_FORMAT"),
    Case("half a zip", one(made.zipped({"ratings.csv": made.table()})[:-40], "r.zip"), "BAD_FORMAT"),
    Case("half a gzip", one(made.gzipped(made.table())[:-20], "r.gz"), "BAD_FORMAT"),
    Case("a zip with a spoiled member", one(made.zipped({"ratings.csv": made.table()}, 0).replace(b"u3,i3", b"u3,i4"), "r.zip"), "BAD_FORMAT"),
    Case("a zip that lies about size", lambda: one(made.lying_zip(), "r.zip"), "BAD_FORMAT"),
    Case("half a parquet", one(made.parquet(made.rating_columns())[:-30]), "BAD_FORMAT"),
    Case("parquet with a spoiled page", lambda: one(spoiled_parquet()), "BAD_FORMAT"),
    Case("parquet by name alone", one(b"PAR1 and nothing more", "r.parquet"), "BAD_FORMAT"),
    Case("structs as ids", one(made.parquet(made.rating_columns() | {"userId": [{"a": 1}] * FULL})), "BAD_FORMAT"),
    Case("not there", lambda: {}, "BAD_FORMAT"),
    Case("one user", one(made.table([("u", at, 3, at) for at in range(30)])), "TOO_SMALL"),
    Case("one item", one(made.table([(at, "i", 3, at) for at in range(30)])), "TOO_SMALL"),
    Case("nineteen ratings", one(made.table(made.ROWS[:19])), "TOO_SMALL"),
    Case("all too rare", one(made.table()), "TOO_SMALL", options=ImportOptions(min_user_ratings=6)),
    Case("all equal, on no usual scale", one(scaled(777)), "TOO_SMALL"),
    Case("rows over the limit", one(made.table([(at % 50, at, 3, 1) for at in range(2001)])), "TOO_LARGE"),
    Case("columns over the limit", one(made.table(header=",".join(f"c{at}" for at in range(41)))), "TOO_LARGE"),
    Case("users over the limit", one(made.table([(at, at % 9, 3, 1) for at in range(901)])), "TOO_LARGE"),
    Case("bytes over the limit", one(b"x" * (8 * 2**20 + 1)), "TOO_LARGE"),
    Case("parquet that claims many rows", lambda: one(made.parquet({"user": pa.array([1] * 3000), "item": pa.array([1] * 3000), "rating": pa.array([1] * 3000)})), "TOO_LARGE"),
    Case("files over the limit", {f"{at}.csv": "x" for at in range(31)}, "TOO_LARGE"),
    Case("members over the limit", lambda: one(made.zipped({f"{at}.csv": "x" for at in range(31)}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("encrypted", lambda: one(made.encrypted_zip(), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("overlapping", lambda: one(made.overlapping_zip(), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a zip in a zip", lambda: one(made.zipped({"r.zip": made.zipped({"ratings.csv": made.table()})}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a gzip in a zip", lambda: one(made.zipped({"a.csv": made.table(), "r.gz": made.gzipped(made.table())}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a gzip in a gzip", one(made.gzipped(made.gzipped(made.table())), "r.gz"), "ARCHIVE_UNSAFE"),
    Case("a member above", one(made.zipped({"../ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a member at the root", one(made.zipped({"/etc/ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a member on a drive", one(made.zipped({"C:/ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a member with backslashes", lambda: one(made.zipped_entry({"filename": "C:\\x", "orig_filename": "C:\\x"}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a link", lambda: one(made.zipped_entry({"external_attr": 0o120777 << 16}, "/etc/passwd"), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a bomb in a zip", lambda: one(made.zipped({"ratings.csv": made.bomb(8_000_000)}), "r.zip"), "ARCHIVE_RATIO"),
    Case("a bomb in a gzip", lambda: one(made.gzipped(made.bomb(8_000_000)), "r.gz"), "ARCHIVE_RATIO"),
    Case("no row is a rating", one(made.table([(u, i, "?", t) for u, i, _, t in made.ROWS])), "NO_GOOD_ROWS"),
    Case("all outside the scale", one(made.table()), "NO_GOOD_ROWS", options=ImportOptions(min_rating=50, max_rating=60)),
    Case("an empty scale", one(made.table()), "LIMIT", options=ImportOptions(min_rating=5, max_rating=5)),
    Case("a delimiter that is none", one(made.table()), "LIMIT", options=ImportOptions(delimiter='"')),
]  # fmt: skip


def spoiled_parquet() -> bytes:
    data = bytearray(made.parquet(made.rating_columns(), compression="NONE", write_page_checksum=True))
    length = struct.unpack("<I", data[-8:-4])[0]
    data[4:60] = bytes(56)
    assert length > 0
    return bytes(data)


def bring(case: Case, folder: Path) -> list[Path]:
    files = case.files() if callable(case.files) else case.files
    if case.name == "not there":
        return [folder / "not-there.csv"]
    made.write(folder, files)
    return [folder / next(iter(files))] if len(files) == 1 else [folder]


@pytest.mark.parametrize("case", [*GOOD, *UNTIDY], ids=lambda case: case.name)
def test_what_is_kept_of_an_input(case: Case, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    paths = bring(case, tmp_path / "in")
    report = import_ratings(
        paths, mapping=case.mapping, options=case.options, home=tmp_path / "home", limits=SMALL, runner=in_this_process
    )
    assert report.dataset.ratings == case.outcome
    assert dict(report.rejected_by_reason) == dict(case.rejected)
    assert len(report.rejected) == report.rejected_total == sum(case.rejected.values())
    assert report.dropped_duplicates == case.duplicates
    assert (report.dataset.min_rating, report.dataset.max_rating) == case.scale
    assert report.rows == case.outcome + report.rejected_total + case.duplicates + report.dropped_rare.ratings
    assert [path.name for path in (tmp_path / "home" / "datasets").iterdir()] == [report.dataset.dataset_id]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_why_an_input_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    paths = bring(case, tmp_path / "in")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExplorerError) as refusal:
        import_ratings(
            paths,
            mapping=case.mapping,
            options=case.options,
            home=tmp_path / "home",
            limits=SMALL,
            runner=in_this_process,
        )
    assert refusal.value.code == case.outcome
    assert str(refusal.value).isprintable()
    with contextlib.suppress(FileNotFoundError):
        assert list((tmp_path / "home" / "datasets").iterdir()) == []
    home = {tmp_path / "home", tmp_path / "home" / "datasets"}
    assert set(tmp_path.rglob("*")) - home == set(before)


def test_there_are_sixty_inputs_and_more() -> None:
    names = [case.name for case in (*GOOD, *UNTIDY, *BAD)]
    assert len(names) == len(set(names)) >= 60
