"""What stands beside the ratings of a wide table and is none: ages and classes, averages and totals."""

import re
from collections.abc import Mapping, Sequence
from statistics import median

from core.data.importing.rating_cells import is_unrated, rating_of

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
_FEWEST = 3  # Values that tell whether a column is unlike the others
_ENDS = (1, 5, 7, 10, 20, 100)
"""Of usual scales: a favorite with 5 only, beside others with 4 at most, is on their scale."""


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
        if others and len(values[name]) >= _FEWEST and _is_off(values[name], others):
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
