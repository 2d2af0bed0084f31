"""The table of what was rated: title, year, genres, and whatever else the data says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from core.data.importing.layouts import GENRES_100K, is_genre_flags
from core.data.importing.plan import Plan
from core.data.importing.reading import Malformed, batches
from core.data.importing.sniffing import Table
from core.data.importing.values import number
from core.data.ratings import year_in
from core.data.text import REPLACEMENT, SPOILED, one_line
from core.settings import ImportLimits

MAX_FURTHER = 50
"""Further columns that are kept."""

_NONE = {"", "(no genres listed)"}
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_RESERVED = ("item_id", "title", "year", "genres")


@dataclass(frozen=True, eq=False)
class Items:
    """The item table in the order of the ids, and how many of them it does not name."""

    table: pd.DataFrame
    untitled: int


def read_items(plan: Plan, ids: np.ndarray, limits: ImportLimits, malformed: Malformed) -> Items:
    """The plan's item table, joined on the item id; where it names an item twice, the first counts.

    Without an item table nothing is known but the ids, which serve as titles.

    Raises:
        DatasetError: As reading the table does.
    """
    table, key = plan.items, plan.columns.item_id
    if table is None or key is None:
        return Items(_assemble(plan, (), {}, ids), 0)
    wanted = [name for name in _columns_wanted(table, plan) if name != key]
    place = {text: row for row, text in enumerate(ids)}
    cells: list[list[str | None] | None] = [None] * len(ids)
    for batch in batches(table, [key, *wanted], limits, malformed):
        rows = [place.get((text or "").strip(), -1) for text in batch.columns[key].to_pylist()]
        here = [at for at, row in enumerate(rows) if row >= 0 and cells[row] is None]
        texts = [pc.replace_substring(batch.columns[name], SPOILED, REPLACEMENT) for name in wanted]
        taken = [column.take(np.array(here, np.int64)).to_pylist() for column in texts]
        for order, at in enumerate(here):
            if cells[rows[at]] is None:
                cells[rows[at]] = [column[order] for column in taken]
    columns = {name: [None if row is None else row[at] for row in cells] for at, name in enumerate(wanted)}
    untitled = sum(row is None for row in cells)
    return Items(_assemble(plan, table.columns, columns, ids), untitled)


def _columns_wanted(table: Table, plan: Plan) -> list[str]:
    roles = plan.columns
    if plan.group_lens or table in plan.ratings:
        flags = [name for name in table.columns if name.startswith("genre ")]
        named = [name for name in (roles.item_id, roles.title, roles.genres, roles.year) if name in table.columns]
        return [name for name in named if name] + flags
    named = [name for name in table.columns if name in (roles.item_id, roles.title, roles.genres, roles.year)]
    return named + [name for name in table.columns if name not in named][:MAX_FURTHER]


def _assemble(plan: Plan, names: Sequence[str], columns: dict[str, list[str | None]], ids: np.ndarray) -> pd.DataFrame:
    """The item table from columns of text, in the order of the ids; `names` are all columns of the file."""
    roles, nothing = plan.columns, list[str | None]([None] * len(ids))
    texts = columns.pop(roles.title or "", nothing)
    titles = [one_line(text or "") or one_line(item) for text, item in zip(texts, ids, strict=True)]
    if is_genre_flags(names):
        flags = zip(*[columns.pop(f"genre {name}") for name in GENRES_100K], strict=True)
        named = GENRES_100K[1:]  # the first, "unknown", is no genre
        genres = [[name for name, flag in zip(named, row[1:], strict=True) if flag == "1"] for row in flags]
    else:
        genres = split_labels(columns.pop(roles.genres)) if roles.genres in columns else [[] for _ in ids]
    stated = [_YEAR.search(text or "") for text in columns.pop(roles.year or "", nothing)]
    years = [float(year[0]) if year else year_in(title) for year, title in zip(stated, titles, strict=True)]
    return pd.DataFrame(
        {
            "title": pd.Series(titles, dtype=str),
            "year": np.array(years, np.float64),
            "genres": pd.Series(genres, dtype=object),
            **{_column_name(name): _further(cells) for name, cells in columns.items()},
        }
    )


def split_labels(cells: list[str | None]) -> list[list[str]]:
    """Lists of labels from texts, divided at |, else at semicolons, else at commas, as the column does."""
    joined = "\n".join(cell or "" for cell in cells)
    sign = next((sign for sign in "|;," if sign in joined), "|")
    return [_labels(cell or "", sign) for cell in cells]


def _labels(cell: str, sign: str) -> list[str]:
    labels = (one_line(label, 100).strip("[]'\" ") for label in cell.split(sign)[:100])
    return list(dict.fromkeys(label for label in labels if label not in _NONE))


def _further(cells: list[str | None]) -> pd.Series:
    """A column of numbers where all that is there are numbers, else of text."""
    numbers = [number(cell) if cell and cell.strip() else float("nan") for cell in cells]
    if None not in numbers and not np.isnan(np.array(numbers, np.float64)).all():
        return pd.Series(numbers, dtype=np.float64)
    return pd.Series([one_line(cell or "") for cell in cells], dtype=str)


def _column_name(name: str) -> str:
    plain = one_line(name, 60)
    return f"{plain} (own)" if plain in _RESERVED else plain
