"""The table of what was rated: title, year, genres, and whatever else the data says."""

import ast
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.importing.keys import plain_id, plain_ids
from core.data.importing.layouts import GENRES_100K, is_genre_flags
from core.data.importing.plan import Plan
from core.data.importing.reading import Malformed, batches
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table
from core.data.importing.values import number
from core.data.item_table import StoredItems
from core.data.ratings import year_in
from core.data.text import one_line

MAX_FURTHER = 50  # Further columns that are kept

_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_NONE = {"", "(no genres listed)"}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
MOST_LABELS = 100  # Genres that are kept of one item

_LONGEST_LIST = 20_000
_NAME_KEYS = ("name", "title", "label", "genre", "category", "tag", "value")
_RESERVED = ("item_id", "title", "year", "genres")


@dataclass(frozen=True, eq=False)
class Items:
    """The item table in the order of the ids."""

    table: StoredItems
    untitled: int  # How many of the ids the file does not name
    loosely: int = 0  # How many it names in another way, as `plain_id` says, and the first of them in both ways
    example: tuple[str, str] = ("", "")
    first_keys: tuple[str, ...] = ()  # The first ids of the file
    shortened: int = 0  # How many of the rated items have more than `MOST_LABELS` genres, of which the first are kept


def read_items(plan: Plan, ids: np.ndarray, malformed: Malformed) -> Items:
    """The plan's item table, joined on the item id; where it names an item twice, the first counts. Without one nothing
    is known but the ids, which serve as titles. Raises DatasetError as reading does."""
    table, key = plan.items, plan.columns.item_id
    if table is None or key is None:
        return Items(assemble(plan.columns, (), {}, ids)[0], 0)
    wanted = [name for name in _columns_wanted(table, plan) if name != key]
    rows = Rows(ids)
    for batch in batches(table, [key, *wanted], malformed):
        rows.add(batch.columns[key].to_pylist(), [batch.columns[name] for name in wanted])
    cells, loosely = rows.joined()
    columns = {name: [None if row is None else row[at] for row in cells] for at, name in enumerate(wanted)}
    example = next(((ids[row], loosely[row]) for row in sorted(loosely)), ("", ""))
    untitled = sum(row is None for row in cells)
    whole, shortened = assemble(plan.columns, table.columns, columns, ids)
    return Items(whole, untitled, len(loosely), example, tuple(rows.first_keys), shortened)


_Cells = list[str | None]


class Rows:
    """The rows of an item table that name rated items.

    An id that stands in the table as it is counts before one that is the same in its plain form. The plain form counts
    only where it tells one rated id and one id of the table: of 007 and 7 neither gets the other's title.
    """

    def __init__(self, ids: np.ndarray) -> None:
        self.first_keys: list[str] = []
        self._place = {text: row for row, text in enumerate(ids)}
        self._plain_place = plain_ids(ids)
        self._cells: list[_Cells | None] = [None] * len(ids)
        self._loose: dict[int, tuple[str, _Cells | None]] = {}

    def add(self, keys: list[str | None], columns: list[pa.Array]) -> None:
        """Take what some rows of the table say."""
        texts = [(text or "").strip() for text in keys]
        self.first_keys += list(dict.fromkeys(filter(None, texts[:20])))[: 3 - len(self.first_keys)]
        exact = [(at, self._place.get(text, -1)) for at, text in enumerate(texts)]
        other = [(at, self._plain_place.get(plain_id(texts[at]), -1)) for at, row in exact if row < 0]
        exact = [(at, row) for at, row in exact if row >= 0 and self._cells[row] is None]
        other = [(at, row) for at, row in other if row >= 0]
        here = np.array([at for at, _ in (*exact, *other)], np.int64)
        taken = [column.take(here).to_pylist() for column in columns]
        for order, (at, row) in enumerate((*exact, *other)):
            cells = [column[order] for column in taken]
            if order >= len(exact):
                text = self._loose.setdefault(row, (texts[at], cells))[0]
                if text != texts[at]:
                    self._loose[row] = (text, None)  # two ids of the table: neither is it
            elif self._cells[row] is None:
                self._cells[row] = cells

    def joined(self) -> tuple[list[_Cells | None], dict[int, str]]:
        """What the table says of each id, None for nothing; and its own ids of those that are written otherwise."""
        loosely = {row: text for row, (text, cells) in self._loose.items() if cells and self._cells[row] is None}
        for row in loosely:
            self._cells[row] = self._loose[row][1]
        return self._cells, loosely


def _columns_wanted(table: Table, plan: Plan) -> list[str]:
    roles = plan.columns
    if plan.group_lens or table in plan.ratings:
        flags = [name for name in table.columns if name.startswith("genre ")]
        named = [name for name in (roles.item_id, roles.title, roles.genres, roles.year) if name in table.columns]
        return [name for name in named if name] + flags
    named = [name for name in table.columns if name in (roles.item_id, roles.title, roles.genres, roles.year)]
    return named + [name for name in table.columns if name not in named][:MAX_FURTHER]


def assemble(
    roles: ColumnMapping, names: Sequence[str], columns: dict[str, list[str | None]], ids: np.ndarray
) -> tuple[StoredItems, int]:
    """The item table in the order of the ids, and how many lists of genres were cut; `names` are the file's columns."""
    nothing = list[str | None]([None] * len(ids))
    texts = columns.pop(roles.title or "", nothing)
    titles = [plain_text(text) or plain_text(item) or one_line(item) for text, item in zip(texts, ids, strict=True)]
    if is_genre_flags(names):
        flags = zip(*[columns.pop(f"genre {name}") for name in GENRES_100K], strict=True)
        named = GENRES_100K[1:]  # the first, "unknown", is no genre
        genres = [[name for name, flag in zip(named, row[1:], strict=True) if flag == "1"] for row in flags]
    else:
        genres = split_labels(columns.pop(roles.genres)) if roles.genres in columns else [[] for _ in ids]
    stated = [_YEAR.search(text or "") for text in columns.pop(roles.year or "", nothing)]
    years = [float(year[0]) if year else year_in(title) for year, title in zip(stated, titles, strict=True)]
    shortened = sum(len(labels) > MOST_LABELS for labels in genres)
    table = {
        "item_id": pa.array(ids, pa.string()),
        "title": pa.array(titles, pa.large_string()),
        "year": pa.array(years, pa.float64(), from_pandas=True),
        "genres": pa.array([labels[:MOST_LABELS] for labels in genres], pa.list_(pa.string())),
    }
    table |= {_column_name(name): _further(cells) for name, cells in columns.items()}
    return StoredItems(pa.table(table)), shortened


def _further(cells: list[str | None]) -> pa.Array:
    """A column of numbers where all that is there are numbers, else of text."""
    numbers = [number(cell) if cell and cell.strip() else None for cell in cells]
    as_text = any(value is None and cell and cell.strip() for value, cell in zip(numbers, cells, strict=True))
    if not as_text and any(value is not None for value in numbers):
        return pa.array(numbers, pa.float64())
    return pa.array([plain_text(cell) for cell in cells], pa.large_string())


def _column_name(name: str) -> str:
    plain = one_line(name, 60)
    return f"{plain} (own)" if plain in _RESERVED else plain


def plain_text(text: str | None, limit: int = 300) -> str:
    """One line of text, at most `limit` long; entities such as &amp; become what they stand for, and stay text."""
    text = (text or "")[: 16 * limit]
    return one_line(_unescaped(text), limit)


def split_labels(cells: list[str | None]) -> list[list[str]]:
    """Lists of labels from texts.

    A text that is a list in JSON or in Python's way holds its elements, dicts among them by their name; others are
    divided at |, else at semicolons, else at commas, as the column does.
    """
    listed = [_listed((cell or "").strip()) for cell in cells]
    rest = "\n".join(cell or "" for cell, labels in zip(cells, listed, strict=True) if labels is None)
    rest = _ENTITY.sub("", rest)  # its semicolon divides nothing
    sign = next((sign for sign in "|;," if sign in rest), "|")
    return [
        _labels(_unescaped(cell or "").split(sign) if labels is None else labels)
        for cell, labels in zip(cells, listed, strict=True)
    ]


def _labels(texts: list[str]) -> list[str]:
    labels = (plain_text(label, 100).strip("[]'\" ") for label in texts[: MOST_LABELS + 1])
    return list(dict.fromkeys(label for label in labels if label not in _NONE))


def _unescaped(cell: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), cell) if "&" in cell else cell


def _listed(text: str) -> list[str] | None:
    """The labels of a list or dict that a text spells; None where it spells none."""
    if text[:1] + text[-1:] not in ("[]", "{}") or len(text) > _LONGEST_LIST:
        return None
    text = re.sub(r"(['\"])\s+(?=['\"])", r"\1, ", text)  # NumPy puts no commas between
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        values = list(value.values()) if isinstance(value, dict) and not set(value) & set(_NAME_KEYS) else value
        return [_label(part) for part in (values if isinstance(values, list | tuple | set) else [values])]
    return None


def _label(part: Any) -> str:
    """What an element of a list is called."""
    if isinstance(part, dict):
        part = next(
            (part[key] for key in _NAME_KEYS if key in part), next((v for v in part.values() if isinstance(v, str)), "")
        )
    return "" if part is None or isinstance(part, dict | list | tuple | set) else str(part)
