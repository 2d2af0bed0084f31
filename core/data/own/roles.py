"""Which column of a plain list holds the title, the year and the rating, and what the text of a rating means."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.data.importing.rating_cells import LIKES, is_unrated, read_cell
from core.data.text import one_line
from core.errors import BadFormatError, MissingColumnError

_YEARS = (
    "year|release year|year published|released|release date|date released|year released|jahr|erscheinungsjahr|année|"
    "annee|año|anno|jaar"
)
_NAMES = {
    "item_id": ("item_id", "itemid", "movieid", "movie_id"),
    "title": ("title", "name", "movie", "film", "book", "game", "item", "show", "anime"),
    "year": tuple(_YEARS.split("|")),
    "rating": ("rating", "score", "stars", "my rating", "your rating", "my score", "rate", "grade"),
}
_PEOPLE = {"userid", "user_id", "user", "user-id", "reviewer", "reviewerid", "customer_id"}
_LOOKED_AT = 20  # Rows that may stand above a list and its headings
_MOSTLY = 0.8  # Share of a column's cells that have to look like a year, or a rating, for it to be one
_YEAR_INSIDE = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")
_YEAR = re.compile(r"\(?(1[0-9]{3}|20[0-9]{2})\)?(?:\.0)?")


STARS = -1.0  # What stars are out of before all stars of the list are known
_STARS = re.compile(r"[★⭐🌟☆*½]|star", re.IGNORECASE)
_OUT_OF = re.compile(r"(?P<name>.*?)[ (\[]*(?:\bout of|\bof|/|\b[01] ?(?:-|–|to) ?) ?(?P<end>[1-9][0-9]{0,3})[)\]]?")
"""A heading such as "Rating (out of 10)", "Score /10" or "Rating (1-10)"."""


def rating_in(text: str) -> tuple[float, float]:
    """A rating and what it is out of: "7/10", "80%", STARS for "3 stars" or "★★★½", 1 for "like", 0 for "4,5"; raises
    ValueError where it is none."""
    cell = read_cell(text.strip())
    if cell.reason:
        raise ValueError(f"{one_line(text.strip(), 30)!r} is no rating")
    return cell.value, cell.top or (STARS if _STARS.search(text) else 0)


def number_in(text: str) -> float:
    """A rating by itself, where the file says on which scale; raises ValueError where it is none, such as "like"."""
    if read_cell(text.strip()).unit == LIKES:
        raise ValueError(f"{one_line(text.strip(), 30)!r} is no rating")
    return rating_in(text)[0]


def year_in_cell(text: str) -> int | None:
    """The year that a cell of a column of years is or, as in a date, holds; None where it holds none, or several."""
    years = set(_YEAR_INSIDE.findall(text))
    return int(years.pop()) if len(years) == 1 else None


@dataclass(frozen=True)
class Cells:
    """The texts of one row by what they mean; "" where there is none."""

    title: str = ""
    year: str = ""
    rating: str = ""
    item_id: str = ""


@dataclass(frozen=True)
class Layout:
    """What the columns of a plain list hold."""

    has_header: bool  # Whether the first row names the columns
    width: int  # Columns of the list
    places: dict[str, int]  # Column of each of "title", "year", "rating" and "item_id" that there is
    above: int = 0  # Rows above the list
    out_of: float = 0  # The highest rating possible where the heading says it; else 0

    def cells(self, row: Sequence[str]) -> Cells:
        """One row by its columns, a title with delimiters in it put together; raises ValueError for too short a row."""
        if len(row) <= max(self.places.values()):
            raise ValueError(f"wrong number of columns: {len(row)} instead of {self.width}")
        while len(row) > self.width and not row[-1]:
            row = row[:-1]
        more, title = len(row) - self.width, self.places.get("title", self.width)
        if more > 0:
            row = [*row[:title], ", ".join(row[title : title + more + 1]), *row[title + more + 1 :]]
        return Cells(**{role: row[place] for role, place in self.places.items()})


def layout_of(rows: Sequence[Sequence[str]], *, required: Sequence[str] = ("title", "rating")) -> Layout:
    """The layout by the names in the first row, or else by what the cells look like; raises MissingColumnError where it
    is not clear which column is which, and BadFormatError where one says whose rating it is."""
    above = _lines_above(rows)
    rows = rows[above:]
    first, out_of = _headings(rows[0])
    if people := next((name for name, low in zip(rows[0], first, strict=True) if low in _PEOPLE), None):
        raise BadFormatError(
            f"the column {_shown(people)} says whose ratings these are; one person's ratings are read here, those "
            "of many on the page Datasets or by `import`"
        )
    named = {role: first.index(name) for role, names in _NAMES.items() for name in names[::-1] if name in first}
    if "item_id" in named:
        required = [role for role in required if role != "title"]
    if "rating" in named:
        places, has_header = named, True
    else:
        out_of, width = 0, _usual_width(rows)
        below = [row for row in rows[1:] if len(row) == width] or [row for row in rows if len(row) == width]
        places = _by_values(below) if 2 <= len(list(filter(any, zip(*below, strict=True)))) <= 3 else {}
        at = rows[0][places["rating"]] if places and len(rows[0]) > places["rating"] else None
        has_header = at is not None and not is_unrated(at) and not _is_rating(at)
    if not set(required) <= set(places):
        raise MissingColumnError(
            f"no column of the title and of the rating was recognized among {', '.join(map(_shown, rows[0][:8]))}; a "
            "list has a title, perhaps a year, and a rating, with a first row that says which is which where that is "
            "not plain. Letterboxd's ratings are in ratings.csv"
        )
    return Layout(has_header, len(rows[0]) if has_header else _usual_width(rows), places, above, out_of)


def _headings(row: Sequence[str]) -> tuple[list[str], float]:
    """The names in a row as they are compared, and what the rating is out of if its name says so, else 0."""
    names, out_of = [name.strip().casefold() for name in row], 0.0
    for place, name in enumerate(names):
        if (parts := _OUT_OF.fullmatch(name)) and parts["name"] in _NAMES["rating"]:
            names[place], out_of = parts["name"], float(parts["end"])
    return names, out_of


def _lines_above(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the list: up to one with a heading for the rating, or else of the usual width."""
    for place, row in enumerate(rows[:_LOOKED_AT]):
        if len(row) > 1 and set(_headings(row)[0]) & set(_NAMES["rating"]):
            return place
    width = _usual_width(rows)
    return next(place for place, row in enumerate(rows) if len(row) >= width)


def _by_values(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Columns of a list of two or three by their cells."""
    columns = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    years = [place for place, column in enumerate(columns) if _share(column, _is_year)]
    left = [place for place in range(len(columns)) if place not in years[:1]]
    ratings = [place for place in left if _share(columns[place], _is_number)]  # "Up" and "No" are titles
    ratings = ratings or [place for place in left if _share(columns[place], _is_rating)]
    if len(ratings) > 1:  # such as films called 300 and 1984: ratings are few different ones
        ratings.sort(key=lambda place: len(set(columns[place])))
    titles = [place for place in left if place not in ratings[:1] and columns[place]]
    if len(ratings) == 0 or len(titles) != 1:
        return {}
    return {"title": titles[0], "rating": ratings[0]} | ({"year": years[0]} if years else {})


def _share(column: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return bool(column) and sum(map(fits, column)) >= _MOSTLY * len(column)


def _is_year(text: str) -> bool:
    return _YEAR.fullmatch(text.strip()) is not None


def _is_rating(text: str) -> bool:
    try:
        rating, _ = rating_in(text)
    except ValueError:
        return False
    return math.isfinite(rating)


def _is_number(text: str) -> bool:
    return _is_rating(text) and read_cell(text.strip()).unit != LIKES


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    widths = [len(row) for row in rows if len(row) > 1] or [1]
    return max(set(widths), key=lambda width: (widths.count(width), -width))


def _shown(name: str) -> str:
    return repr(one_line(name, 30))
