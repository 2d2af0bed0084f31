"""Tables in several files that are parts of one."""

from collections.abc import Sequence
from dataclasses import fields, replace

from core.data.importing.proposing import look_alike
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table
from core.data.importing.wide import Melted


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
    """The first rows of a part below the columns of another one: each role's cells below that role's column.

    Args:
        part, own: A table of ratings, and its column of each role.
        first, columns: The table whose columns count, and its column of each role.
    """
    names = {getattr(columns, role.name): getattr(own, role.name) for role in fields(ColumnMapping)}
    places = [part.columns.index(name) if (name := names.get(column) or column) in part.columns else None
              for column in first.columns]  # fmt: skip
    rows = tuple(tuple("" if place is None else row[place] for place in places) for row in part.rows)
    return replace(part, columns=first.columns, rows=rows)


def size(group: Sequence[Table]) -> int:
    """Bytes of all parts as they lie on the disk."""
    return sum(table.source.size for table in group)
