"""Bytes that are nearly a rating table, or not at all: one input for each number."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from tests.core.data.importing import made

_PIECES = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b'""',
    b"\r",
    b"\n\n",
    b",",
    b"::",
    b"\t",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"{",
    b"}",
    b"[[[[",
    b"NaN",
    b"-inf",
    b"1e999",
    b"9" * 400,
    b"=cmd|' /C calc'!A0",
    b"../../x",
    b"\xe9",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"<script>",
    b"%{y}",
    b"$x$",
    b"\xed\xa0\x80",
    b"\\",
    b"userId",
    b"rating",
    b"A" * 3000,
)


@cache
def seeds() -> tuple[bytes, ...]:
    """Whole files of every kind."""
    return (
        made.table().encode(),
        made.table(delimiter="\t").encode(),
        made.table(delimiter=";").encode("utf-16"),
        made.table(header=None).encode(),
        made.json_lines().encode(),
        made.gzipped(made.table()),
        made.zipped({"ratings.csv": made.table()}),
        made.zipped(made.hundred_thousand()),
        made.zipped(made.double_colons()),
        made.zipped(made.latest()),
        made.parquet(made.rating_columns()),
        made.parquet(made.rating_columns(), compression="NONE", use_dictionary=False),
        made.parquet({"user": [1, 2] * 15, "item": list(range(30)), "rating": [4.5] * 30, "genres": [["a", "b"]] * 30}),
        made.double_colons()["x/ratings.dat"],
        made.hundred_thousand()["ml-100k/u.data"],
    )


def fuzzed(number: int, files: Sequence[bytes] = ()) -> bytes:
    """The input of a number: always the same, made of some whole files; those of `seeds` without others."""
    rng = np.random.default_rng(number)
    if rng.random() < 0.05:
        return rng.bytes(int(rng.integers(0, 3000)))
    files = files or seeds()
    data = bytearray(files[rng.integers(len(files))])
    for _ in range(int(rng.integers(1, 9))):
        data = _changed(data, rng, files)
    return bytes(data)


def _changed(data: bytearray, rng: np.random.Generator, files: Sequence[bytes]) -> bytearray:
    at, length = int(rng.integers(len(data) + 1)), int(rng.integers(1, 60))
    match int(rng.integers(7)):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[at + length :]
        case 2:
            return data[:at] + _PIECES[rng.integers(len(_PIECES))] + data[at:]
        case 3:
            return data[:at] + data[at : at + length] * int(rng.integers(2, 30)) + data[at + length :]
        case 4:
            other = files[rng.integers(len(files))]
            return data[:at] + other[int(rng.integers(len(other))) :]
        case 5:
            return data[:at] + rng.bytes(length) + data[at + length :]
        case _:
            for place in rng.integers(0, max(1, len(data)), 6 if data else 0):
                data[place] ^= 1 << int(rng.integers(8))
            return data
