"""Which column is rated, told by a table of items whose ids are its values: where no header names anything."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from core.data.importing.reading import Malformed, batches
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table
from core.data.importing.values import number
from core.settings import ImportLimits

_READ_BYTES = 30_000_000
"""Item tables are read up to this size to compare their ids."""
_MOST, _FEW = 0.5, 0.1
"""Shares of a column's values that are ids of items: the thing's at least, the person's at most."""


@dataclass(frozen=True, eq=False)
class Join:
    """A table of items without a header, or for ratings without one; `columns` has the item and all of its table's."""

    table: Table
    columns: ColumnMapping


def join(ratings: Table, sides: Sequence[str], others: Sequence[Table], limits: ImportLimits) -> Join | None:
    """The table of items that tells which of the sides is rated; None where none does, or where both may be.

    Args:
        ratings: The rating table; the first rows of all its parts.
        sides: The columns that may be rated: one where that is known.

    Raises:
        DatasetError: As reading does.
    """
    values = {side: {row[ratings.columns.index(side)].strip() for row in ratings.rows} - {""} for side in sides}
    for other in others:
        if other.source.size > _READ_BYTES or not (ratings.headless or other.headless) or not other.rows:
            continue
        shares = _shares(values, other, limits)
        (share, side, key), *rest = sorted(shares, key=lambda entry: -entry[0]) or [(0.0, "", "")]
        if share >= _MOST and all(low <= _FEW for low, another, _ in rest if another != side):
            described = _described(other, key) if other.headless else {}
            if described.get("title") or not other.headless:
                return Join(other, ColumnMapping(item=side, item_id=key, **described))
    return None


def _shares(values: dict[str, set[str]], other: Table, limits: ImportLimits) -> list[tuple[float, str, str]]:
    """Of each side and each column that names a row: the share of the side's values that are in the column."""
    ids: dict[str, set[str]] = {name: set() for name in other.columns}
    rows = 0
    for batch in batches(other, list(ids), limits, Malformed(0)):
        rows += len(batch.columns[other.columns[0]])
        for name, seen in ids.items():
            seen.update(pc.unique(pc.utf8_trim_whitespace(pc.fill_null(batch.columns[name], ""))).to_pylist())
    keys = [name for name, seen in ids.items() if len(seen) >= 0.9 * rows]
    return [(len(own & ids[key]) / max(1, len(own)), side, key) for side, own in values.items() for key in keys]


def _described(table: Table, key: str) -> dict[str, str]:
    """The title and the genres in a table without a header: the first column of words, and labels between bars."""
    cells_of = {name: [row[at].strip() for row in table.rows] for at, name in enumerate(table.columns) if name != key}
    words = [name for name, cells in cells_of.items() if sum(number(cell) is None for cell in cells if cell) > 0]
    labels = [name for name in words if any("|" in cell for cell in cells_of[name])]
    titles = [name for name in words if name not in labels and 2 * len(set(cells_of[name])) > len(table.rows)]
    return {"title": titles[0] if titles else "", "genres": labels[0] if labels else "", "year": ""}
