"""Whose browser it is."""

from collections.abc import Mapping


def owner_of(_cookies: Mapping[str, str]) -> str | None:
    """The owner that a browser's cookies prove; None where they prove none."""
    return None
