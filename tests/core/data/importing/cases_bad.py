"""Inputs that are refused, and the code of the refusal."""

import struct

import numpy as np
import pyarrow as pa

from core.data import ColumnMapping, ImportOptions
from tests.core.data.importing import made
from tests.core.data.importing.case import FULL, Case, one, scaled

NOISE = np.random.default_rng(0).bytes(200_000)
"""Bytes that no packing makes fewer: beside them a bomb is in proportion to the whole file."""


def spoiled_parquet() -> bytes:
    data = bytearray(made.parquet(made.rating_columns(), compression="NONE", write_page_checksum=True))
    length = struct.unpack("<I", data[-8:-4])[0]
    data[4:60] = bytes(56)
    assert length > 0
    return bytes(data)


BAD = [
    Case("nothing", one(""), "EMPTY_FILE"),
    Case("blanks alone", one("\n \n\n"), "EMPTY_FILE"),
    Case("an empty folder", {}, "EMPTY_FILE"),
    Case("an empty zip", one(made.zipped({}), "r.zip"), "EMPTY_FILE"),
    Case("an empty gzip", one(made.gzipped(""), "r.gz"), "EMPTY_FILE"),
    Case("a header alone", one("userId,itemId,rating\n"), "NO_ROWS"),
    Case(
        "parquet without rows",
        one(
            made.parquet(
                {"user": pa.array([], "string"), "item": pa.array([], "string"), "rating": pa.array([], "float")}
            )
        ),
        "NO_ROWS",
    ),
    Case("carets", one(made.table(delimiter="^")), "WRONG_DELIMITER"),
    Case("one column", one("rating\n" + "5\n" * 30), "WRONG_DELIMITER"),
    Case("a delimiter told wrongly", one(made.table()), "WRONG_DELIMITER", options=ImportOptions(delimiter="|")),
    Case("latin-1 that nobody told", one(made.with_rows("é,i0,3,1").encode("latin-1")), "BAD_ENCODING"),
    Case("latin-1 far below", one((made.table() * 20).encode() + b"u\xe9,i0,3,1\n" * 20), "BAD_ENCODING"),
    Case("utf-16 without mark", one(made.table().encode("utf-16-le")), "BAD_ENCODING"),
    Case("utf-16, cut", one(made.table().encode("utf-16")[:-1]), "BAD_ENCODING"),
    Case("utf-32", one(made.table().encode("utf-32")), "BAD_ENCODING"),
    Case("no rating column", one("userId,itemId,comment\n" + "u,i,good\n" * 30), "MISSING_COLUMN"),
    Case("no header, nobody told", one(made.table(header=None)), "MISSING_COLUMN"),
    Case("strange names", one(made.table(header="a,b,c,d")), "MISSING_COLUMN"),
    Case("a told column that is not there", one(made.table()), "MISSING_COLUMN", mapping=ColumnMapping(user="who")),
    Case(
        "the item table alone",
        one("movieId,title,genres\n1,Heat (1995),Crime\n2,Alien (1979),Horror\n"),
        "MISSING_COLUMN",
    ),
    Case("a picture", one(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), "BAD_FORMAT"),
    Case("noise", one(bytes((at * 7919 + at // 251) % 256 for at in range(5000))), "BAD_FORMAT"),
    Case("zeros", one(bytes(5000)), "BAD_FORMAT"),
    Case("a web page", one("<!DOCTYPE html><html><body><h1>Not found</h1></body></html>\n"), "BAD_FORMAT"),
    Case("an array of arrays", one('[["user", 1], ["item", 2], ["rating", 3]]\n'), "BAD_FORMAT"),
    Case("an array of one rating", one('[{"user": 1, "item": 2, "rating": 3}]\n'), "TOO_SMALL"),
    Case("JSON over many lines", one('{\n "user": 1\n}\n'), "BAD_FORMAT"),
    Case(
        "a spreadsheet",
        one(made.zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "r.csv"),
        "BAD_FORMAT",
    ),
    Case("half a zip", one(made.zipped({"ratings.csv": made.table()})[:-40], "r.zip"), "BAD_FORMAT"),
    Case("half a gzip", one(made.gzipped(made.table())[:-20], "r.gz"), "BAD_FORMAT"),
    Case(
        "a zip with a spoiled member",
        one(made.zipped({"ratings.csv": made.table()}, 0).replace(b"u3,i3", b"u3,i4"), "r.zip"),
        "BAD_FORMAT",
    ),
    Case("a zip that lies about size", lambda: one(made.lying_zip(), "r.zip"), "BAD_FORMAT"),
    Case("half a parquet", one(made.parquet(made.rating_columns())[:-30]), "BAD_FORMAT"),
    Case("parquet with a spoiled page", lambda: one(spoiled_parquet()), "BAD_FORMAT"),
    Case("parquet by name alone", one(b"PAR1 and nothing more", "r.parquet"), "BAD_FORMAT"),
    Case("structs as ids", one(made.parquet(made.rating_columns() | {"userId": [{"a": 1}] * FULL})), "BAD_FORMAT"),
    Case(
        "an extension type as ids",
        one(made.parquet(made.rating_columns() | {"userId": pa.array([bytes(16)] * FULL, pa.uuid())})),
        "BAD_FORMAT",
    ),
    Case("not there", dict, "BAD_FORMAT"),
    Case("one user", one(made.table([("u", at, 3, at) for at in range(30)])), "TOO_SMALL"),
    Case("one item", one(made.table([(at, "i", 3, at) for at in range(30)])), "TOO_SMALL"),
    Case("nineteen ratings", one(made.table(made.ROWS[:19])), "TOO_SMALL"),
    Case("all too rare", one(made.table()), "TOO_SMALL", options=ImportOptions(min_user_ratings=6)),
    Case("all equal, on no usual scale", one(scaled(777)), "TOO_SMALL"),
    Case("rows over the limit", one(made.table([(at % 50, at, 3, 1) for at in range(2001)])), "TOO_LARGE"),
    Case("columns over the limit", one(made.table(header=",".join(f"c{at}" for at in range(41)))), "TOO_LARGE"),
    Case("users over the limit", one(made.table([(at, at % 9, 3, 1) for at in range(901)])), "TOO_LARGE"),
    Case("bytes over the limit", one(b"x" * (8 * 2**20 + 1)), "TOO_LARGE"),
    Case(
        "parquet that claims many rows",
        lambda: one(
            made.parquet({"user": pa.array([1] * 3000), "item": pa.array([1] * 3000), "rating": pa.array([1] * 3000)})
        ),
        "TOO_LARGE",
    ),
    Case("files over the limit", {f"{at}.csv": "x" for at in range(31)}, "TOO_LARGE"),
    Case(
        "members over the limit",
        lambda: one(made.zipped({f"{at}.csv": "x" for at in range(31)}), "r.zip"),
        "ARCHIVE_UNSAFE",
    ),
    Case("encrypted", lambda: one(made.encrypted_zip(), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("overlapping", lambda: one(made.overlapping_zip(), "r.zip"), "ARCHIVE_UNSAFE"),
    Case(
        "a zip in a zip",
        lambda: one(made.zipped({"r.zip": made.zipped({"ratings.csv": made.table()})}), "r.zip"),
        "ARCHIVE_UNSAFE",
    ),
    Case(
        "a gzip in a zip",
        lambda: one(made.zipped({"a.csv": made.table(), "r.gz": made.gzipped(made.table())}), "r.zip"),
        "ARCHIVE_UNSAFE",
    ),
    Case("a gzip in a gzip", one(made.gzipped(made.gzipped(made.table())), "r.gz"), "ARCHIVE_UNSAFE"),
    Case("a member above", one(made.zipped({"../ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a member at the root", one(made.zipped({"/etc/ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case("a member on a drive", one(made.zipped({"C:/ratings.csv": made.table()}), "r.zip"), "ARCHIVE_UNSAFE"),
    Case(
        "a member with backslashes",
        lambda: one(made.zipped_entry({"filename": "C:\\x", "orig_filename": "C:\\x"}), "r.zip"),
        "ARCHIVE_UNSAFE",
    ),
    Case(
        "a link",
        lambda: one(made.zipped_entry({"external_attr": 0o120777 << 16}, "/etc/passwd"), "r.zip"),
        "ARCHIVE_UNSAFE",
    ),
    Case("a bomb in a zip", lambda: one(made.zipped({"ratings.csv": made.bomb(8_000_000)}), "r.zip"), "ARCHIVE_RATIO"),
    Case(
        "a bomb beside a member that does not unfold",
        lambda: one(made.zipped({"ratings.csv": made.bomb(8_000_000), "noise.csv": NOISE}), "r.zip"),
        "ARCHIVE_RATIO",
    ),
    Case("a bomb in a gzip", lambda: one(made.gzipped(made.bomb(8_000_000)), "r.gz"), "ARCHIVE_RATIO"),
    Case("no row is a rating", one(made.table([(u, i, "?", t) for u, i, _, t in made.ROWS])), "NO_GOOD_ROWS"),
    Case(
        "all outside the scale", one(made.table()), "NO_GOOD_ROWS", options=ImportOptions(min_rating=50, max_rating=60)
    ),
    Case("an empty scale", one(made.table()), "LIMIT", options=ImportOptions(min_rating=5, max_rating=5)),
    Case("a delimiter that is none", one(made.table()), "LIMIT", options=ImportOptions(delimiter='"')),
]
