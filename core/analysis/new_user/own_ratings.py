"""Somebody's own ratings, outside any dataset: as a file they keep, and as part of a link.

The file is JSON, so that ids of any kind survive, and is read by `core.data.own`:

    {"format": "embedding-explorer ratings", "scale": [0.5, 5.0],
     "ratings": [{"item_id": "1", "title": "Toy Story (1995)", "rating": 4.5}]}

A link holds `ID:RATING` pairs with commas between them, the ids percent-encoded.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from core.data.own.files import FORMAT
from core.data.ratings import Ratings

MOST_RATINGS = 20_000  # more than anybody's own
MOST_LINKED = 20  # ratings that a link holds; more would make it too long to pass on


@dataclass(frozen=True)
class Loaded:
    """What a link held."""

    given: dict[str, float]  # ratings by item id, in rating units, in the order they came
    left_out: tuple[str, ...] = ()  # why each other entry was left out, in words


def to_file(given: Mapping[str, float], ratings: Ratings) -> bytes:
    """The file that `core.data.own.files.read` reads."""
    titles = ratings.item_table["title"]
    entries = [
        {"item_id": item, "title": str(titles.iat[ratings.items.index(item)]), "rating": rating}
        for item, rating in given.items()
    ]
    scale = [ratings.min_rating, ratings.max_rating]
    return json.dumps({"format": FORMAT, "scale": scale, "ratings": entries}, ensure_ascii=False, indent=1).encode()


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
