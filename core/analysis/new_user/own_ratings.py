"""Somebody's own ratings, outside any dataset: as a file they keep, and as part of a link.

The file is JSON, so that ids of any kind survive:

    {"format": "embedding-explorer ratings", "ratings": [{"item_id": "1", "title": "Toy Story (1995)", "rating": 4.5}]}

A link holds `ID:RATING` pairs with commas between them, the ids percent-encoded.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from core.data.nouns import count
from core.data.ratings import Ratings
from core.errors import BadFormatError, NoGoodRowsError, TooLargeError

FORMAT = "embedding-explorer ratings"

MOST_BYTES = 2_000_000
MOST_RATINGS = 5_000
"""More than anybody rates by hand; a page would have to draw each."""

MOST_LINKED = 20
"""Ratings that a link holds; more would make it too long to pass on."""


@dataclass(frozen=True)
class Loaded:
    """What a file or a link held.

    Attributes:
        given: Ratings by item id, in rating units, in the order they came.
        left_out: Why each other entry was left out, in words.
    """

    given: dict[str, float]
    left_out: tuple[str, ...] = ()


def to_file(given: Mapping[str, float], ratings: Ratings) -> bytes:
    """The file that `from_file` reads."""
    titles = ratings.item_table["title"]
    entries = [
        {"item_id": item, "title": str(titles.iat[ratings.items.index(item)]), "rating": rating}
        for item, rating in given.items()
    ]
    return json.dumps({"format": FORMAT, "ratings": entries}, ensure_ascii=False, indent=1).encode()


def from_file(content: bytes, ratings: Ratings) -> Loaded:
    """Ratings from a file; titles in it are for people and are not read.

    Raises:
        TooLargeError: It has more bytes or ratings than anybody's own.
        BadFormatError: It is not such a file.
        NoGoodRowsError: Not one of its ratings is on an item of this data and inside the scale.
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError(f"the file has {len(content):,} bytes; a file of own ratings has at most {MOST_BYTES:,}")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise BadFormatError("the file is not JSON; choose one that was saved on this page") from None
    entries = document.get("ratings") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadFormatError('the file has no list of "ratings"; choose one that was saved on this page')
    if len(entries) > MOST_RATINGS:
        raise TooLargeError(f"the file has {count(len(entries), 'rating')}; allowed are {MOST_RATINGS:,}")
    loaded = _checked([(entry.get("item_id"), entry.get("rating")) for entry in entries], ratings)
    if entries and not loaded.given:
        raise NoGoodRowsError(f"of {count(len(entries), 'rating')} none fits this data: {loaded.left_out[0]}")
    return loaded


def to_link(given: Mapping[str, float]) -> str:
    """The part of a link that `from_link` reads; empty without ratings, or with too many."""
    if len(given) > MOST_LINKED:
        return ""
    return ",".join(f"{quote(item, safe='')}:{rating:g}" for item, rating in given.items())


def from_link(text: str, ratings: Ratings) -> Loaded:
    """Ratings from a link; what does not fit is left out and named."""
    pairs = [part.rpartition(":") for part in text.split(",")[: 2 * MOST_LINKED] if part]
    return _checked([(unquote(item), number) for item, _, number in pairs], ratings)


def _checked(entries: list[tuple[Any, Any]], ratings: Ratings) -> Loaded:
    given: dict[str, float] = {}
    left_out = []
    for item, value in entries:
        rating = _number(value)
        if not isinstance(item, str) or item not in ratings.items:
            left_out.append(f"{str(item)!r:.40} is no id of {ratings.name}")
        elif not ratings.min_rating <= rating <= ratings.max_rating:
            allowed = f"{ratings.min_rating:g} to {ratings.max_rating:g}"
            left_out.append(f"rating {str(value)!r:.20} of {item!r:.40} is outside {allowed}")
        else:
            given[item] = rating
    return Loaded(given, tuple(left_out))


def _number(value: Any) -> float:
    """A rating as a number; NaN, which is in no range, where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
