"""The GroupLens releases, recognized by what their files hold.

ml-100k: `u.data` (four numbers between tabs) and `u.item` (24 columns between |, nineteen genre flags, Latin-1).
ml-1m, ml-10M100K: four or three columns between "::". Later ones: CSV with `userId,movieId,rating,timestamp`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import DOUBLE_COLON, Table
from core.data.importing.values import number

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_FLAGS = tuple(f"genre {name}" for name in GENRES_100K)
_RATING_COLUMNS = ("userId", "movieId", "rating", "timestamp")
_ITEM_COLUMNS = ("movieId", "title", "genres")
_BETWEEN_BYTES = 40_000_000
"""Between the ratings of ml-1m (25 MB, packed 5) and of ml-10M100K (265 MB, packed 60)."""

_CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)
ABOUT = {
    "licence": "Collected by GroupLens Research; the conditions of use are in the README that came with the files.",
    "citation": _CITATION,
    "url": "https://grouplens.org/datasets/movielens/",
}
"""What is kept with ratings in a GroupLens layout."""


@dataclass(frozen=True)
class Layout:
    """A GroupLens layout found in some tables.

    Attributes:
        ratings, items: The tables, their columns named as the later releases name them.
        mapping: Which column is what.
        min_rating, max_rating: The release's scale; None where the ratings tell.
    """

    name: str
    ratings: Table
    items: Table | None
    mapping: ColumnMapping
    min_rating: float | None
    max_rating: float | None


def recognize(tables: Sequence[Table]) -> Layout | None:
    """The GroupLens layout of the tables; None where they have none."""
    return _hundred_thousand(tables) or _double_colons(tables) or _csv(tables)


def is_genre_flags(columns: Sequence[str]) -> bool:
    """Whether the genres are nineteen columns of 0 and 1."""
    return tuple(columns[-len(_FLAGS) :]) == _FLAGS


def _hundred_thousand(tables: Sequence[Table]) -> Layout | None:
    ratings = [table for table in tables if table.delimiter == "\t" and _four_numbers(table)]
    if not ratings:
        return None
    # The release brings ten splits of the same ratings besides; the file with all of them is the largest.
    largest = replace(max(ratings, key=lambda table: table.source.size), columns=_RATING_COLUMNS)
    u_item = next((table for table in tables if _is_u_item(table)), None)
    items = u_item and replace(
        u_item, columns=("movieId", "title", "release date", "video release date", "IMDb URL", *_FLAGS), quoting=False
    )
    return Layout("MovieLens 100K", largest, items, _mapping(items), 1.0, 5.0)


def _double_colons(tables: Sequence[Table]) -> Layout | None:
    ratings = next((table for table in tables if table.delimiter == DOUBLE_COLON and _four_numbers(table)), None)
    if ratings is None:
        return None
    ratings = replace(ratings, columns=_RATING_COLUMNS)
    movies_dat = next((table for table in tables if _is_movies_dat(table)), None)
    items = movies_dat and replace(movies_dat, columns=_ITEM_COLUMNS)
    # Which of the two it is shows in half stars, which need not be among the first rows, or in the size; so the scale
    # is left to the ratings themselves.
    ten = ratings.source.size > _BETWEEN_BYTES or any("." in row[2] for row in ratings.rows)
    return Layout("MovieLens 10M" if ten else "MovieLens 1M", ratings, items, _mapping(items), None, None)


def _csv(tables: Sequence[Table]) -> Layout | None:
    ratings = next((table for table in tables if table.columns == _RATING_COLUMNS and table.delimiter == ","), None)
    items = next((table for table in tables if table.columns == _ITEM_COLUMNS and table.delimiter == ","), None)
    if ratings is None or items is None:
        return None
    return Layout("MovieLens", ratings, items, _mapping(items), 0.5, 5.0)


def _mapping(items: Table | None) -> ColumnMapping:
    rest = ColumnMapping(user="userId", item="movieId", rating="rating", timestamp="timestamp")
    return rest if items is None else replace(rest, item_id="movieId", title="title", genres="genres", year="")


def _four_numbers(table: Table) -> bool:
    if table.kind != "text" or not _unnamed(table, 4):
        return False
    whole = all(row[0].isdecimal() and row[1].isdecimal() and row[3].isdecimal() for row in table.rows)
    ratings = [number(row[2]) for row in table.rows]
    return whole and all(rating is not None and 0.5 <= rating <= 5 for rating in ratings)


def _is_u_item(table: Table) -> bool:
    flags = len(GENRES_100K)
    wide = table.delimiter == "|" and _unnamed(table, 5 + flags)
    return wide and all(set(row[-flags:]) <= {"0", "1"} for row in table.rows)


def _is_movies_dat(table: Table) -> bool:
    numbered = table.delimiter == DOUBLE_COLON and _unnamed(table, 3)
    return numbered and all(row[0].isdecimal() for row in table.rows)


def _unnamed(table: Table, width: int) -> bool:
    """Whether a table has rows of so many columns and no header."""
    return len(table.columns) == width and table.columns[0] == "column 1" and bool(table.rows)
