"""The table of what was rated: title, year, genres, and whatever else the data says."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.importing.layouts import GENRES_100K, is_genre_flags
from core.data.importing.limits import ImportLimits
from core.data.importing.plan import Plan
from core.data.importing.reading import Malformed, batches
from core.data.importing.sniffing import Table
from core.data.importing.text import one_line
from core.data.importing.values import number
from core.data.ratings import year_in

MAX_FURTHER = 50
"""Further columns that are kept."""

_NONE = {"", "(no genres listed)"}
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_OWN = ("item_id", "title", "year", "genres")


@dataclass(frozen=True, eq=False)
class Items:
    """The item table in the order of the ids, and how many of them it does not name."""

    table: pd.DataFrame
    untitled: int


def bare_items(ids: np.ndarray) -> Items:
    """A table where nothing is known but the ids, which serve as titles."""
    titles = [one_line(text) for text in ids]
    return Items(_frame(titles, [None] * len(ids), [[] for _ in ids], {}), 0)


def read_items(
    plan: Plan, ids: np.ndarray, limits: ImportLimits, malformed: Malformed, on_bytes: Callable[[int], None]
) -> Items:
    """The plan's item table, joined on the item id; where it names an item twice, the first counts.

    Raises:
        DatasetError: As reading the table does.
    """
    table, key = plan.items, plan.columns.item_id
    if table is None or key is None:
        return bare_items(ids)
    wanted = [name for name in _columns_wanted(table, plan) if name != key]
    place = {text: row for row, text in enumerate(ids)}
    cells: list[list[str | None] | None] = [None] * len(ids)
    for batch in batches(table, [key, *wanted], limits, malformed, on_bytes):
        rows = [place.get((text or "").strip(), -1) for text in batch.columns[key].to_pylist()]
        here = [at for at, row in enumerate(rows) if row >= 0 and cells[row] is None]
        taken = [batch.columns[name].take(np.array(here, np.int64)).to_pylist() for name in wanted]
        for order, at in enumerate(here):
            if cells[rows[at]] is None:
                cells[rows[at]] = [column[order] for column in taken]
    columns = {name: [None if row is None else row[at] for row in cells] for at, name in enumerate(wanted)}
    untitled = sum(row is None for row in cells)
    return Items(_assemble(plan, table, columns, ids), untitled)


def _columns_wanted(table: Table, plan: Plan) -> list[str]:
    roles = plan.columns
    if plan.group_lens or table in plan.ratings:
        flags = [name for name in table.columns if name.startswith("genre ")]
        named = [name for name in (roles.item_id, roles.title, roles.genres, roles.year) if name in table.columns]
        return [name for name in named if name] + flags
    own = [name for name in table.columns if name in (roles.item_id, roles.title, roles.genres, roles.year)]
    return own + [name for name in table.columns if name not in own][:MAX_FURTHER]


def _assemble(plan: Plan, table: Table, columns: dict[str, list[str | None]], ids: np.ndarray) -> pd.DataFrame:
    roles = plan.columns
    raw_titles = columns.pop(roles.title, [None] * len(ids)) if roles.title else [None] * len(ids)
    titles = [one_line(text or "") or one_line(item) for text, item in zip(raw_titles, ids, strict=True)]
    if is_genre_flags(table.columns):
        flags = [columns.pop(f"genre {name}") for name in GENRES_100K]
        named = GENRES_100K[1:]  # the first, "unknown", is no genre
        genres = [
            [name for name, flag in zip(named, row[1:], strict=True) if flag == "1"] for row in zip(*flags, strict=True)
        ]
    else:
        genres = split_labels(columns.pop(roles.genres)) if roles.genres in columns else [[] for _ in ids]
    nothing: list[str | None] = [None] * len(ids)
    years = [_year(text) for text in (columns.pop(roles.year, nothing) if roles.year else nothing)]
    return _frame(titles, years, genres, {_column_name(name): _further(cells) for name, cells in columns.items()})


def split_labels(cells: list[str | None]) -> list[list[str]]:
    """Lists of labels from texts, divided at |, else at semicolons, else at commas, as the column does."""
    joined = "\n".join(cell or "" for cell in cells)
    sign = next((sign for sign in "|;," if sign in joined), "|")
    return [_labels(cell or "", sign) for cell in cells]


def _labels(cell: str, sign: str) -> list[str]:
    labels = (one_line(label, 100).strip("[]'\" ") for label in cell.split(sign)[:100])
    return list(dict.fromkeys(label for label in labels if label not in _NONE))


def _year(text: str | None) -> float | None:
    found = _YEAR.search(text or "")
    return float(found[0]) if found else None


def _frame(
    titles: list[str], years: list[float | None], genres: list[list[str]], further: dict[str, pd.Series]
) -> pd.DataFrame:
    known = [year_in(title) if year is None else year for title, year in zip(titles, years, strict=True)]
    return pd.DataFrame(
        {
            "title": pd.Series(titles, dtype=str),
            "year": np.array(known, np.float64),
            "genres": pd.Series(genres, dtype=object),
            **further,
        }
    )


def _further(cells: list[str | None]) -> pd.Series:
    """A column of numbers where all that is there are numbers, else of text."""
    numbers = [number(cell) if cell and cell.strip() else float("nan") for cell in cells]
    if None not in numbers and not np.isnan(np.array(numbers, np.float64)).all():
        return pd.Series(numbers, dtype=np.float64)
    return pd.Series([one_line(cell or "") for cell in cells], dtype=str)


def _column_name(name: str) -> str:
    plain = one_line(name, 60)
    return f"{plain} (own)" if plain in _OWN else plain
