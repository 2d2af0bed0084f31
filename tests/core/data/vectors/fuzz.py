"""Bytes that are nearly vectors, or not at all: one file for each number."""

import tempfile
from functools import cache
from pathlib import Path

from tests.core.data.importing import fuzz
from tests.core.data.vectors.cases import BAD, GOOD


@cache
def seeds() -> tuple[bytes, ...]:
    """Whole files of every kind, as the cases write them."""
    found = []
    for case in (*GOOD, *BAD):
        with tempfile.TemporaryDirectory() as folder:
            case.write(Path(folder))
            found += [path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    return tuple(content for content in dict.fromkeys(found) if 0 < len(content) < 100_000)


def fuzzed(number: int) -> bytes:
    """The file of a number: always the same."""
    return fuzz.fuzzed(number, seeds())
