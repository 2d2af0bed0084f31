"""What is known of each row: a table that belongs to the vectors by its order or by an id, as titles and columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.importing.items import MAX_FURTHER, Rows, assemble
from core.data.importing.keys import plain_ids
from core.data.importing.naming import guess
from core.data.importing.reading import Malformed, batches, distinct_texts
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table, examine
from core.data.importing.values import to_float
from core.data.item_table import StoredItems
from core.data.text import one_line
from core.data.vectors.columns import id_column
from core.data.vectors.request import VectorOptions
from core.errors import BadVectorsError

_LEAST_SHARED = 0.5  # Of the vectors' ids, the share that a column of a table has to hold to be taken for the ids

Columns = Mapping[str, list[str]]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the kept rows: their ids, which are their numbers where nothing has `named` them, texts by
    column, and how the table belongs to them."""

    ids: list[str]
    columns: Columns
    joined: str
    named: bool
    notes: tuple[str, ...] = ()


def without_table(ids: Sequence[str], columns: Columns, position: np.ndarray) -> Known:
    """What stands beside the vectors; rows without an id are named by their number, from 0."""
    return Known(list(ids) or [str(row) for row in position.tolist()], columns, "", bool(ids))


def join(table: Table, ids: Sequence[str], position: np.ndarray, total: int, options: VectorOptions) -> Known:
    """What a table says of the kept rows: matched by id where it holds their ids, else by order.

    `ids` are none where nothing beside the vectors names them; `position` is the place of each among all rows of the
    vectors, of which there are `total`, those left out too. Raises DatasetError as reading does, and BadVectorsError
    where the table does not belong to the vectors.
    """
    key = _key(table, ids, options) if ids else None
    if key is not None:
        return _by_id(table, key, ids)
    table, columns, rows = _in_order(table, total, options)
    if rows != total:
        raise BadVectorsError(
            f"{table.name} has {rows:,} rows and the vectors have {total:,}, and no column of it holds their ids; "
            "bring a table with one row a vector in the same order, or with their ids"
        )
    kept = {name: [texts[row] for row in position.tolist()] for name, texts in columns.items()}
    names, notes = list(ids), list[str]()
    if not names:
        named = id_column({name: texts[:1000] for name, texts in kept.items()}, options)
        texts = [one_line(text, table.source.limits.max_id_length) for text in kept.get(named or "", ())]
        if named is not None and len(set(texts)) == len(texts) and "" not in texts:
            del kept[named]
            names = texts
        elif named is not None:
            notes.append(f"The rows are numbered, since some of {table.name}'s {named} are empty or come again.")
    return Known(names or [str(row) for row in position.tolist()], kept, "order", bool(names), tuple(notes))


def _key(table: Table, ids: Sequence[str], options: VectorOptions) -> str | None:
    """The column of a table that holds most of the ids; None where none holds half of them."""
    some = set(ids if len(ids) <= 20_000 else ids[:: len(ids) // 10_000])
    plain = plain_ids(some)
    _, texts = distinct_texts(table, list(table.columns))
    shares = {
        name: max(len(some & found), len(plain.keys() & plain_ids(found).keys())) / len(some)
        for name, found in texts.items()
    }
    if options.id_column in shares:
        return options.id_column
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _LEAST_SHARED else None


def _by_id(table: Table, key: str, ids: Sequence[str]) -> Known:
    malformed, rows = Malformed(table.source.limits.max_rejected), Rows(np.array(ids, object))
    wanted = [name for name in table.columns if name != key][:MAX_FURTHER]
    for batch in batches(table, [key, *wanted], malformed):
        rows.add(batch.columns[key].to_pylist(), [batch.columns[name] for name in wanted])
    cells, _ = rows.joined()
    columns = {name: ["" if row is None else row[at] or "" for row in cells] for at, name in enumerate(wanted)}
    missing = sum(row is None for row in cells)
    notes = [f"{table.name} says nothing of {missing:,} of {len(ids):,} rows."] if missing else []
    return Known(list(ids), columns, "id", True, (*notes, *malformed.notes(table.name)))


def _in_order(table: Table, total: int, options: VectorOptions) -> tuple[Table, dict[str, list[str]], int]:
    """The table, its columns and how many rows it has; read anew where its first line turns out to be a row, or not."""
    columns, rows = _all(table)
    if rows == total or options.header is not None or table.kind != "text":
        return table, columns, rows
    if rows + 1 == total and table.header_rows and not table.headless:
        other = examine(table.source, replace(options, header=False))
    elif rows - 1 == total and len(table.columns) == 1:
        other = replace(table, header_rows=1, skipped=1, columns=(table.rows[0][0] or "label",), rows=table.rows[1:])
    elif rows - 1 == total and table.headless:
        other = examine(table.source, replace(options, header=True))
    else:
        return table, columns, rows
    return (other, *_all(other))


def _all(table: Table) -> tuple[dict[str, list[str]], int]:
    """All texts of a table, by column, and its number of rows; those of another width count, and are empty."""
    names = list(table.columns)[: MAX_FURTHER + 1]
    malformed = Malformed(table.source.limits.max_rejected)
    columns: dict[str, list[str]] = {name: [] for name in names}
    numbers = []
    for batch in batches(table, names, malformed):
        numbers.append(batch.numbers(np.arange(len(batch.columns[names[0]]))))
        for name, texts in columns.items():
            texts += [text or "" for text in batch.columns[name].to_pylist()]
    good = np.concatenate([*numbers, np.zeros(0, np.int64)])
    every = np.sort(np.concatenate([good, [number for number in malformed.numbers if number > 0]]))
    if len(every) > len(good):
        places = np.searchsorted(every, good)
        for name, texts in columns.items():
            whole = np.full(len(every), "", object)
            whole[places] = texts
            columns[name] = whole.tolist()
    return columns, len(every)


def item_table(known: Known, options: VectorOptions) -> StoredItems:
    """The item table of a dataset from what is known of the rows: titles, years, genres and further columns."""
    columns = {
        name: [text or None for text in texts] for name, texts in known.columns.items() if name not in options.left_out
    }
    title = options.title_column or _title(columns)
    roles = ColumnMapping(title=title, genres=guess(list(columns), "genres"), year=guess(list(columns), "year"))
    kept = dict(list(columns.items())[:MAX_FURTHER])
    return assemble(roles, list(kept), dict(kept), np.array(known.ids, object))[0]


def _title(columns: Mapping[str, list[str | None]]) -> str | None:
    """The column of what rows are called: text that is different in most of them, by its name or else the first.

    A label that many share is what they are, and not what they are called.
    """
    telling = []
    for name, texts in columns.items():
        said = [text for text in texts if text]
        if len(set(said)) > len(texts) / 2 and any(to_float(text) is None for text in said[:100]):
            telling.append(name)
    return guess(telling, "title") or next(iter(telling), None)
