"""What kinds of columns an item table has: numbers, and categories that items belong to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 50  # A text column with more different values than this is a description, not a category


def number_columns(table: "pd.DataFrame") -> dict[str, np.ndarray]:
    """The year, then every further column of numbers: float64 by name, (n_items,), NaN where unknown."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    numbers = {"year": table["year"].to_numpy(float)}
    for name in _further(table):
        if is_numeric_dtype(table[name]) and not is_bool_dtype(table[name]):
            numbers[name] = table[name].to_numpy(float, na_value=np.nan)
    return numbers


def category_columns(table: "pd.DataFrame") -> dict[str, Sequence[Sequence[str]]]:
    """The genres, then every further column of text with few different values: each item's categories, by name."""
    import pandas as pd

    categories: dict[str, Sequence[Sequence[str]]] = {"genres": table["genres"].tolist()}
    for name in category_names(table):
        place, values = pd.factorize(table[name])
        lists = [[str(value)] if value else [] for value in values] + [[]]  # the last of what is missing, -1
        categories[name] = [lists[at] for at in place.tolist()]  # one for all that are alike: there may be a million
    return categories


def category_names(table: "pd.DataFrame") -> list[str]:
    """The further columns of text with few different values."""
    import pandas as pd

    texts = [name for name in _further(table) if pd.api.types.is_string_dtype(table[name])]
    return [name for name in texts if table[name].nunique() <= MOST_VALUES]


def _further(table: "pd.DataFrame") -> Sequence[str]:
    return [str(name) for name in table.columns.difference(["title", "year", "genres"], sort=False)]
