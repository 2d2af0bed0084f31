"""The GroupLens releases, recognized by what their files hold.

ml-100k: `u.data` (four numbers between tabs) and `u.item` (24 columns between |, nineteen genre flags, Latin-1).
ml-1m, ml-10M100K: four columns between "::". Later ones: CSV with `userId,movieId,rating,timestamp`.

Others lay their files out likewise. A release has half stars from 0.5 to 5 and its own genres; without an item table
it is known by its counts alone, and what it is not is named after its file and gets no licence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.importing.reading import distinct_texts
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import DOUBLE_COLON, Table
from core.data.importing.values import number

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_GENRES = {*GENRES_100K, "Children", "IMAX", "(no genres listed)"}
_IMDB = re.compile(r"[0-9]{7,8}")
_FLAGS = tuple(f"genre {name}" for name in GENRES_100K)
_RATING_COLUMNS = ("userId", "movieId", "rating", "timestamp")
_ITEM_COLUMNS = ("movieId", "title", "genres")
_BETWEEN_BYTES = 40_000_000  # Between the ratings of ml-1m (25 MB, packed 5) and of ml-10M100K (265 MB, packed 60)
_COUNTED_BYTES = 30_000_000
"""A file without an item table is counted up to this size; ml-10M100K comes with its movies.dat."""
_COUNTS = {"MovieLens 100K": (100_000, 943, 1_682), "MovieLens 1M": (1_000_209, 6_040, 3_706)}
"""Ratings, users and items of the releases."""

LEAST_RATINGS = 90_000  # The smallest release has 100,000 ratings: fewer are somebody's own in its layout
_PACKED_ROW = 3  # Bytes that a rating of a packed release takes at least
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
    """A GroupLens layout found in some tables."""

    name: str
    # The tables, their columns named as the later releases name them.
    ratings: Table
    items: Table | None
    mapping: ColumnMapping  # Which column is what
    scale: tuple[float, float]  # The release's, if all ratings fit it
    least: int = 0  # How many ratings it has at least; 0 where it is known by more than the columns

    @property
    def is_too_small(self) -> bool:
        """Whether the ratings are certainly fewer than the release's."""
        rows = len(self.ratings.rows) if self.ratings.whole else self.ratings.source.size / _PACKED_ROW
        return rows < self.least


def recognize(tables: Sequence[Table]) -> Layout | None:
    """The GroupLens layout of the tables; None where they have none. Raises as reading does."""
    return _hundred_thousand(tables) or _double_colons(tables) or _csv(tables)


def fits(ratings: np.ndarray) -> bool:
    """Whether all ratings are half stars from 0.5 to 5, as in every release."""
    halves = ratings * 2
    return bool(len(ratings) and halves.min() >= 1 and halves.max() <= 10 and (halves == np.round(halves)).all())


def movietweetings_scale(ratings: Table, columns: ColumnMapping) -> tuple[float, float] | None:
    """0 to 10 where a table is laid out as MovieTweetings: IMDb's numbers between "::", and ratings above 5."""
    if ratings.delimiter != DOUBLE_COLON or not columns.item or not columns.rating:
        return None
    items, cells = (
        [row[ratings.columns.index(name)] for row in ratings.rows] for name in (columns.item, columns.rating)
    )
    above = any((number(cell) or 0) > 5 for cell in cells)
    return (0.0, 10.0) if above and all(map(_IMDB.fullmatch, items)) else None


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
    if u_item is None and not _has_counts(largest, "MovieLens 100K"):
        return None
    items = u_item and replace(
        u_item, columns=("movieId", "title", "release date", "video release date", "IMDb URL", *_FLAGS), quoting=False
    )
    return Layout("MovieLens 100K", largest, items, _mapping(items), (1.0, 5.0))


def _double_colons(tables: Sequence[Table]) -> Layout | None:
    ratings = next((table for table in tables if table.delimiter == DOUBLE_COLON and _four_numbers(table)), None)
    if ratings is None:
        return None
    ratings = replace(ratings, columns=_RATING_COLUMNS)
    movies_dat = next((table for table in tables if _is_movies_dat(table)), None)
    items = movies_dat and replace(movies_dat, columns=_ITEM_COLUMNS)
    if items is None:
        known = _has_counts(ratings, "MovieLens 1M")
        return Layout("MovieLens 1M", ratings, None, _mapping(None), (1.0, 5.0)) if known else None
    # Which of the two it is shows in half stars, which need not be among the first rows, or in the size.
    ten = ratings.source.size > _BETWEEN_BYTES or any("." in row[2] for row in ratings.rows)
    name, scale = ("MovieLens 10M", (0.5, 5.0)) if ten else ("MovieLens 1M", (1.0, 5.0))
    return Layout(name, ratings, items, _mapping(items), scale, LEAST_RATINGS)


def _csv(tables: Sequence[Table]) -> Layout | None:
    rated = [table for table in tables if set(_RATING_COLUMNS[:3]) <= set(table.columns)]
    ratings = next((table for table in rated if table.columns == _RATING_COLUMNS and table.delimiter == ","), None)
    items = next((table for table in tables if table.columns == _ITEM_COLUMNS and table.delimiter == ","), None)
    if ratings is None or len(rated) > 1 or items is None or not _fit(ratings) or not _has_genres(items):
        return None
    return Layout("MovieLens", ratings, items, _mapping(items), (0.5, 5.0), LEAST_RATINGS)


def _has_counts(table: Table, release: str) -> bool:
    """Whether a table of ratings has as many rows, users and items as a release."""
    if table.source.size > _COUNTED_BYTES:
        return False
    rows, ids = distinct_texts(table, ["userId", "movieId"])
    return (rows, *map(len, ids.values())) == _COUNTS[release]


def _fit(table: Table) -> bool:
    """Whether the ratings of the first rows are a release's; what is no number, the import will reject."""
    ratings = [number(row[2]) for row in table.rows]
    return fits(np.array([rating for rating in ratings if rating is not None], np.float64))


def _has_genres(items: Table) -> bool:
    """Whether the genres of the first items are MovieLens' own."""
    return all(_GENRES.issuperset(row[2].split("|")) for row in items.rows)


def _mapping(items: Table | None) -> ColumnMapping:
    rest = ColumnMapping(user="userId", item="movieId", rating="rating", timestamp="timestamp")
    return rest if items is None else replace(rest, item_id="movieId", title="title", genres="genres", year="")


def _four_numbers(table: Table) -> bool:
    if table.kind != "text" or not _unnamed(table, 4):
        return False
    return _fit(table) and all(row[place].isdecimal() for row in table.rows for place in (0, 1, 3))


def _is_u_item(table: Table) -> bool:
    flags = len(GENRES_100K)
    wide = table.delimiter == "|" and _unnamed(table, 5 + flags)
    return wide and all(set(row[-flags:]) <= {"0", "1"} for row in table.rows)


def _is_movies_dat(table: Table) -> bool:
    numbered = table.delimiter == DOUBLE_COLON and _unnamed(table, 3)
    return numbered and _has_genres(table) and all(row[0].isdecimal() for row in table.rows)


def _unnamed(table: Table, width: int) -> bool:
    """Whether a table has rows of so many columns and no header."""
    return len(table.columns) == width and table.headless and bool(table.rows)
