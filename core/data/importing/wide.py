"""Wide tables, in which a row is a person and a column a thing, or the other way round: recognized, not read."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from statistics import median

import numpy as np
import pyarrow as pa

from core.data.importing.heading import distinct as distinct_names
from core.data.importing.naming import OF_A_PERSON, guess, names_rows, plain
from core.data.importing.rating_cells import is_unrated, rating_of
from core.data.importing.sniffing import Table
from core.data.importing.values import distinct, number

MELTED = ("person", "item", "rating", "time")

_FEWEST, _FEWEST_UNNAMED = 3, 5  # Columns of ratings that make a table wide, with a header and without
_LARGEST, _NEARLY_ALL = 100, 0.8  # Of the ratings in a column: the largest amount, and the least share of numbers
_KEY = re.compile(r"id$|mail|isbn|asin|^const$")
"""In the name of a column in which the same text is the same person or thing."""
_MARK = re.compile(r"(^|[^a-z])(rating|score|stars|grade)s?([^a-z]|$)")
"""In the name of a column of marks, beside one that is named for the thing."""
_BRACKETS = re.compile(r".*\[\s*(?P<name>[^\[\]]+?)\s*\]\s*")

_AGGREGATE = (
    r"(overall|grand|row|column)?(average|avg|mean|median|total|sum|mittel|mittelwert|durchschnitt|schnitt|summe|"
    r"gesamt|insgesamt|moyenne|somme|promedio|suma|std|stdev|stddev|standarddeviation|variance)"
    r"(rating|score|mark|grade|point|value)?s?"
)
_ABOUT_A_PERSON = (
    r"(your|my)?(age|agegroup|alter|edad|class|classes|klasse|grade|gradelevel|year|yearofbirth|birthyear|schoolyear|"
    r"jahr|jahrgang|gender|sex|geschlecht|height|weight|semester|postcode|zipcode|zip|rank)"
)
_COUNTED = r"(count|anzahl|numberofratings|numratings|ratingscount|nratings)"
_FEWEST_VALUES = 3  # Values that tell whether a column is unlike the others
_ENDS = (1, 5, 7, 10, 20, 100)
"""Of usual scales: a favorite with 5 only, beside others with 4 at most, is on their scale."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Melted(Table):
    """A wide table as ratings: person, thing, rating, and the row's time where it has one."""

    original: Table  # The table as it stands in the file
    row_id: str  # The column that names the row; "" where only its number does
    cells: dict[str, str]  # The columns whose cells are ratings, each with the name of the thing, or of the person
    rows_are_items: bool  # Whether a row is a thing, and a column a person
    timestamp: str = ""  # The column of the time; "" for none
    missing: float | None = None  # A number that stands for no rating; None for none
    row_prefix: str = ""  # Stands before the number of a row that has no name

    def unrated(self, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Which cells are empty, and which hold the number that stands for no rating; both bool."""
        texts, places = distinct(cells)
        empty = np.array([is_unrated(text or "") for text in texts], bool)
        missing = np.array([self.missing is not None and number(text or "") == self.missing for text in texts], bool)
        return empty[places], missing[places]


def melt(table: Table, rows_are_items: bool | None = None) -> Melted | None:
    """The table as ratings if it is wide, its first rows those of the result, else None; where `rows_are_items` is None
    the name of the first column tells."""
    columns = list(zip(*table.rows, strict=True)) if len(table.rows) > 1 else []
    if not columns:
        return None
    cells_of = dict(zip(table.columns, columns, strict=True))
    named = {role: guess(table.columns, role) for role in ("user", "timestamp")}
    missing = _counted(table, columns)
    candidates = table.columns[missing is not None :]
    roles = {named["user"], named["timestamp"], guess(table.columns, "year")}
    cells = [name for name in candidates if name not in roles and _are_ratings(cells_of[name])]
    row_id = "" if missing is not None else _row_id(table, cells_of, cells)
    cells = [name for name in cells if name != row_id]
    if not table.headless:
        apart = no_ratings({name: cells_of[name] for name in cells})
        cells = [name for name in cells if name not in apart]
    if not _is_wide(table, cells, cells_of, row_id):
        return None
    if rows_are_items is None:
        named_item = bool(row_id) and (guess([row_id], "item") or guess([row_id], "title")) is not None
        rows_are_items = named_item and plain(row_id) != "name"
    time = named["timestamp"] or ""
    own = {field.name: getattr(table, field.name) for field in fields(Table)}
    melted = Melted(
        **(own | {"columns": MELTED if time and not rows_are_items else MELTED[:3], "rows": ()}),
        original=table,
        row_id=row_id,
        cells=dict(zip(cells, _names(cells, table.headless), strict=True)),
        rows_are_items=rows_are_items,
        timestamp="" if rows_are_items else time,
        missing=missing,
    )
    return _sampled(melted)


@dataclass(frozen=True)
class Ratings:
    """The ratings in some rows of a wide table."""

    texts: dict[str, pa.Array]  # Their columns, by the melted table's names
    rows: np.ndarray  # The row of each
    # How many cells hold none, and how many the number that stands for none.
    empty: int
    missing: int
    aggregates: int  # How many filled cells are in rows of averages or totals
    repeated: int  # How many rows got a number, because a row before them has their name


def ratings_in(
    table: Melted, columns: dict[str, pa.Array], numbers: np.ndarray, names_before: Counter[str] | None = None
) -> Ratings:
    """The filled cells of some rows, row after row; rows without a name are named by their numbers in the table. Their
    names are added to `names_before`, those of the rows before and how many have each."""
    row, column = (axis.ravel() for axis in np.indices((len(numbers), len(table.cells))))
    cells = pa.concat_arrays([columns[name] for name in table.cells]).take(pa.array(column * len(numbers) + row))
    empty, missing = table.unrated(cells)
    aggregate = _aggregates(table, columns)[row] & ~(empty | missing)
    filled = np.flatnonzero(~(empty | missing | aggregate))
    row, column = row[filled], column[filled]
    numbered = [f"{table.row_prefix}{number}" for number in numbers.tolist()]
    named, repeated = pa.array(numbered, pa.string()), 0
    if table.row_id:
        named, repeated = _apart(table, columns[table.row_id], Counter() if names_before is None else names_before)
    names = (named.take(pa.array(row)), pa.array(list(table.cells.values()), pa.string()).take(pa.array(column)))
    user, item = names[::-1] if table.rows_are_items else names
    texts = {"person": user, "item": item, "rating": cells.take(pa.array(filled))}
    if table.timestamp:
        texts["time"] = columns[table.timestamp].take(pa.array(row))
    counts = [int(np.count_nonzero(mask)) for mask in (empty, missing, aggregate)]
    return Ratings(texts, row, empty=counts[0], missing=counts[1], aggregates=counts[2], repeated=repeated)


def _apart(table: Melted, names: pa.Array, before: Counter[str]) -> tuple[pa.Array, int]:
    """Names of rows, a number added to one that comes again, as two people may have one; how many got a number."""
    if _KEY.search(plain(table.row_id)):
        return names, 0
    fresh, numbered = list[str](), 0
    for name in names.to_pylist():
        apart = text = (name or "").strip()
        before[text] += 1
        if text and (again := before[text]) > 1 and not is_aggregate(text):
            while (apart := f"{text} ({again})") in before:
                again += 1
            before[apart] += 1
            numbered += 1
        fresh.append(apart)
    return pa.array(fresh, pa.string()), numbered


def _aggregates(table: Melted, columns: dict[str, pa.Array]) -> np.ndarray:
    """Which rows are an average or a total by their names; bool."""
    if not table.row_id or table.original.headless:
        return np.zeros(len(next(iter(columns.values()))), bool)
    names, places = distinct(columns[table.row_id])
    return np.array([is_aggregate(name or "") for name in names], bool)[places]


def _sampled(table: Melted) -> Melted:
    """The table with the ratings of the first rows of the original."""
    columns = {
        name: pa.array(cells, pa.string())
        for name, cells in zip(table.original.columns, zip(*table.original.rows, strict=True), strict=True)
    }
    ratings = ratings_in(table, columns, np.arange(1, len(table.original.rows) + 1))
    texts = [ratings.texts[name].to_pylist() for name in table.columns]
    return replace(table, rows=tuple(zip(*texts, strict=True)))


def _are_ratings(cells: Sequence[str]) -> bool:
    """Whether cells are numbers as ratings are, empty ones and a slip here and there aside, and not all are empty."""
    values = [rating_of(cell) for cell in cells if not is_unrated(cell)]
    numbers = [value for value in values if value is not None]
    return len(numbers) >= _NEARLY_ALL * max(1, len(values)) and all(abs(value) <= _LARGEST for value in numbers)


def _counted(table: Table, columns: Sequence[Sequence[str]]) -> float | None:
    """The number that stands for no rating if the first column counts the others, as in Jester; None otherwise."""
    if not table.headless or len(columns) <= _FEWEST_UNNAMED:
        return None
    counts = [number(cell) for cell in columns[0]]
    rows = [[number(cell) for cell in row[1:]] for row in table.rows]
    values = {value for row in rows for value in row if value is not None}
    for apart in (max(values, default=0), min(values, default=0)):
        if all(count == sum(value != apart for value in row) for count, row in zip(counts, rows, strict=True)):
            return apart if len(set(counts)) > 1 else None
    return None


def _row_id(table: Table, cells_of: dict[str, tuple[str, ...]], cells: Sequence[str]) -> str:
    """The column that names the rows: by its name, else one before the ratings with another value in each row."""
    user = guess(table.columns, "user")
    usual = [name for name in table.columns if name == user or plain(name) in OF_A_PERSON]
    start = next((place for place, name in enumerate(table.columns) if name in cells), 0)
    before = [name for name in table.columns[: max(1, start)] if name != guess(table.columns, "timestamp")]
    usual += [name for name in before if names_rows(name) and name not in (*usual, guess(table.columns, "year"))]
    unlike = [name for name in (*usual, *before) if len({*cells_of[name]} - {""}) == len(table.rows)]
    return next(iter([*unlike, *usual]), "")


def _is_wide(table: Table, cells: list[str], cells_of: dict[str, tuple[str, ...]], row_id: str) -> bool:
    """Whether enough columns are ratings, and the rows are not ratings themselves."""
    rating = guess(table.columns, "rating")
    fewest = _FEWEST if row_id and not table.headless and not rating else _FEWEST_UNNAMED
    if len(cells) < fewest or 2 * len(cells) < len(table.columns) - 1:
        return False
    if not table.headless and _is_long(table, cells, cells_of, row_id):
        return False
    texts = {cell.strip() for name in cells for cell in cells_of[name]}
    return not texts <= {"0", "1"}  # flags, such as genres


def _is_long(table: Table, cells: list[str], cells_of: dict[str, tuple[str, ...]], row_id: str) -> bool:
    """Whether columns are named for a person and a thing with several marks, or people and things come again."""
    user, item = (guess(table.columns, role) for role in ("user", "item"))
    if user and item and user != item and (item not in cells or any(map(_MARK.search, map(str.lower, cells)))):
        return True
    rows = [cells_of[name] for name in (user, row_id) if name]
    return any(2 * len({*names}) <= len(names) for names in rows)  # a wide table has a row for each


def _names(cells: Sequence[str], headless: bool) -> tuple[str, ...]:
    """Names of things from columns: what a question has in brackets, where each has something else in them."""
    if headless:
        return tuple(str(place) for place in range(1, len(cells) + 1))
    brackets = [_BRACKETS.fullmatch(name) for name in cells]
    names = [match["name"] for match in brackets if match]
    return distinct_names(names) if len(set(names)) == len(cells) else tuple(cells)


def is_aggregate(name: str) -> bool:
    """Whether a row or a column is an average, a total or the like by its name."""
    return re.fullmatch(f"{_AGGREGATE}|{_COUNTED}", _letters(name)) is not None


def no_ratings(cells_of: Mapping[str, Sequence[str]]) -> set[str]:
    """Columns of numbers that are no ratings beside the others: by their names, or by values off the others' scale.

    A column of at least three values is off the scale where all are above its end, or where most are between the halves
    while no other column's are.
    """
    pattern = f"{_AGGREGATE}|{_COUNTED}|{_ABOUT_A_PERSON}"
    apart = {name for name in cells_of if re.fullmatch(pattern, _letters(name))}
    values = {name: _values(cells) for name, cells in cells_of.items() if name not in apart}
    values = {name: numbers for name, numbers in values.items() if numbers}
    for name in sorted(values, key=lambda name: median(values[name]), reverse=True):
        others = [number for other, numbers in values.items() if other not in (name, *apart) for number in numbers]
        if others and len(values[name]) >= _FEWEST_VALUES and _is_off(values[name], others):
            apart.add(name)
    return apart


def _is_off(values: Sequence[float], others: Sequence[float]) -> bool:
    end = next((end for end in _ENDS if end >= max(others)), max(others))
    between = sum(not (2 * value).is_integer() for value in values)
    return min(values) > end or (2 * between > len(values) and all((2 * value).is_integer() for value in others))


def _values(cells: Sequence[str]) -> list[float]:
    read = (rating_of(cell) for cell in cells if not is_unrated(cell))
    return [float(value) for value in read if value is not None]


def _letters(name: str) -> str:
    return re.sub(r"[\W\d_]", "", name.casefold())
