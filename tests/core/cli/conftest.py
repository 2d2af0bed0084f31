"""The command line as one process has it that is asked again and again."""

from collections.abc import Iterator
from functools import cache

import pytest

from core.cli import parser


@pytest.fixture(scope="session", autouse=True)
def _one_parser() -> Iterator[None]:
    """All calls and flags are described once, which takes longer than many a call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "build_parser", cache(parser.build_parser))
        yield
