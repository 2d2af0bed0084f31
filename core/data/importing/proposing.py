"""Columns that no name tells, proposed from their values for somebody to confirm; and tables that are parts of one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations

from core.data.importing.naming import plain
from core.data.importing.rating_cells import is_unrated, read_cell
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table
from core.data.importing.times import are_dates
from core.data.importing.values import MISSING, number
from core.data.importing.wide import Melted

_LARGEST, _MOST_VALUES = 100, 101  # Of a rating: the largest amount, and the most different values
_TIMES = (1e8, 4.2e9)
"""Seconds since 1970 in 1973 and in 2103: a number below or above, in milli-, micro- and nanoseconds too, is an id."""
_FEWEST_SIDES, _FEWEST_ROWS = 2, 8
"""A column of so few different texts on so many rows or more is neither the person nor the thing, if others may be."""
_OF_A_PLACE = ("latitude", "longitude", "lat", "lon", "lng", "long")
_ID = re.compile(r"0[0-9]+")


@dataclass(frozen=True)
class Proposal:
    """What the columns of ratings seem to be."""

    rating: str
    timestamp: str | None
    # Columns that may be the person or the thing, in the file's order; those that are known left out.
    sides: tuple[str, ...]
    certain: bool  # Whether only one column can be the rating, and the person and the thing are the only two others


def propose(table: Table, known: ColumnMapping) -> Proposal | None:
    """What the columns seem to be, beside those that are known; None where no column is like a rating."""
    cells_of = {name: [row[at].strip() for row in table.rows] for at, name in enumerate(table.columns)}
    columns = [name for name in table.columns if any(cells_of[name])]
    given = (known.user, known.item)
    free = [name for name in columns if name not in (*given, known.rating)]
    time = known.timestamp or next((name for name in reversed(free) if is_time(cells_of[name])), None)
    ids = {name: cells_of[name] for name in columns if name != time}
    if len(ids) > 3:
        ids = {name: cells for name, cells in ids.items() if not _counts_rows(cells)}
    candidates = [name for name in free if name in ids and plain(name) not in _OF_A_PLACE]
    ratings = [known.rating] if known.rating else _ratings(candidates, ids)
    if not ratings and all(given):  # whatever is counted
        numeric = [name for name in candidates if all(number(cell) is not None for cell in ids[name] if cell)]
        ratings = [name for name in numeric if _varies(ids[name])]
    if not ratings:
        return None
    sides = tuple(name for name in ids if name not in (*given, ratings[-1]))
    if len(sides) + sum(map(bool, given)) > 2:  # a column of two words, such as play and purchase, tells what was done
        sides = tuple(name for name in sides if len(set(ids[name])) > _FEWEST_SIDES or len(table.rows) < _FEWEST_ROWS)
    certain = len(ratings) == 1 and len(sides) + sum(name in columns for name in given if name) == 2
    return Proposal(ratings[-1], time or None, sides, certain)


def _ratings(candidates: Sequence[str], ids: dict[str, list[str]]) -> list[str]:
    """Columns that may be the rating: small numbers beside two columns that together differ in every row."""
    small = [name for name in candidates if _is_rating(ids[name])]
    keyed = [name for name in small if _others_are_a_key(name, ids)] or small
    unlike = [name for name in keyed if _varies(ids[name])]
    return unlike or (keyed if len(ids) == 3 else [])  # what is always the same tells nothing, unless nothing else can


def look_alike(table: Table) -> tuple[str | None, ...]:
    """Where a table without a header seems to have its rating and its time: parts of one table have it alike."""
    proposal = propose(table, ColumnMapping())
    return (proposal.rating, proposal.timestamp) if proposal else ()


def is_time(cells: Sequence[str]) -> bool:
    """Whether cells are large whole numbers as of a clock, or dates; empty ones aside."""
    filled, (low, high) = [cell for cell in cells if cell.lower() not in MISSING], _TIMES
    values = [number(cell) for cell in filled]
    if any(value is None for value in values):
        return are_dates(filled)
    return bool(filled) and any(all(low <= (value or 0) / 1000**step <= high for value in values) for step in range(4))


def _is_rating(cells: Sequence[str]) -> bool:
    """Whether cells are few different small numbers that come again, and no id such as 007 is among them."""
    filled = [cell for cell in cells if not is_unrated(cell)]
    values = {None if cell.reason else cell.value for cell in map(read_cell, filled)}
    few = bool(filled) and len(values) <= min(_MOST_VALUES, len(filled) / 2) and not any(map(_ID.fullmatch, filled))
    return few and all(value is not None and abs(value) <= _LARGEST for value in values)


def _varies(cells: Sequence[str]) -> bool:
    return len(set(cells)) > 1


def _others_are_a_key(rating: str, cells_of: dict[str, list[str]]) -> bool:
    """Whether two of the other columns together differ in every row, as a person and a thing nearly always do."""
    pairs = combinations([cells for name, cells in cells_of.items() if name != rating], 2)
    return any(_nearly_distinct(list(zip(*pair, strict=True))) for pair in pairs)


def _nearly_distinct(values: Sequence[object]) -> bool:
    return len(set(values)) >= 0.98 * len(values)


def _counts_rows(cells: Sequence[str]) -> bool:
    """Whether cells are the numbers of the rows, from 0 or from 1."""
    return any(list(cells) == [str(start + at) for at in range(len(cells))] for start in (0, 1))


def groups(tables: Sequence[Table]) -> list[list[Table]]:
    """Tables that are parts of one: of the same columns, or without names of as many and with the rating alike."""
    parts: dict[object, list[Table]] = {}
    for table in tables:
        alike: tuple[object, ...] = ()
        if isinstance(table, Melted):
            alike = tuple(table.cells)
        elif table.headless:
            alike = (table.delimiter, look_alike(table) or table.name)
        parts.setdefault((type(table), table.kind, table.columns, alike), []).append(table)
    return [_numbered_apart(group) for group in parts.values()]


def _numbered_apart(group: list[Table]) -> list[Table]:
    """Parts whose rows have no names: a first row of one part is another person than the first row of another."""
    if len(group) == 1:
        return group
    return [
        replace(part, row_prefix=f"{part.name} ") if isinstance(part, Melted) and not part.row_id else part
        for part in group
    ]


def joined(group: Sequence[Table]) -> Table:
    """The first of some parts with the first rows of all of them."""
    if len(group) == 1:
        return group[0]
    rows = tuple(row for part in group for row in part.rows)
    first = replace(group[0], rows=rows, whole=all(part.whole for part in group))
    originals = [part.original for part in group if isinstance(part, Melted)]
    return replace(first, original=joined(originals)) if isinstance(first, Melted) else first


def aligned(part: Table, own: ColumnMapping, first: Table, columns: ColumnMapping) -> Table:
    """The first rows of a part, with its own column of each role, below the columns of the first table: each role's
    cells below that role's column."""
    names = {getattr(columns, role.name): getattr(own, role.name) for role in fields(ColumnMapping)}
    places = [part.columns.index(name) if (name := names.get(column) or column) in part.columns else None
              for column in first.columns]  # fmt: skip
    rows = tuple(tuple("" if place is None else row[place] for place in places) for row in part.rows)
    return replace(part, columns=first.columns, rows=rows)


def size(group: Sequence[Table]) -> int:
    """Bytes of all parts as they lie on the disk."""
    return sum(table.source.size for table in group)
