"""Which column of an item table names the items of the ratings: the one whose values match, whatever it is called.

Where no header names anything, the item table also tells which column of the ratings is what was rated.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.data.importing.naming import RANK, guess, plain
from core.data.importing.reading import Malformed, batches, distinct_texts
from core.data.importing.request import ColumnMapping
from core.data.importing.sniffing import Table
from core.data.importing.values import number
from core.data.text import one_line
from core.errors import DatasetError

_MOST_ROWS = 1_000_000  # Rows of an item table that are looked at for a key
_NEARLY = 0.8  # Shares at least this part of the best one are as good as it
_LEAST_FAMILIAR, _LEAST_STRANGE = 0.02, 0.5
"""Shares of the first ratings' items that a key has to hold: one that names the item, and any other column.

Small numbers match any column that counts something; so another column has to match well.
"""
_KEY = 0.95  # Different values, as a part of the rows, that a column needs to name them
_MOST_KEYS = 60  # Columns of an item table that are tried
_READ_BYTES = 30_000_000  # Item tables are read up to this size to compare their ids
_MOST, _FEW = 0.5, 0.1  # Shares of a column's values that are ids of items: the thing's at least, the person's at most
NOTHING_JOINED = "No rated item is in"  # How the alarm begins where an item table names no rated item
_PEOPLE = ("user", "people", "person", "customer", "member", "reader", "reviewer", "rater", "account", "profile")
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0*")
_ZEROS = re.compile(r"0+([0-9]*[0-9Xx])")


def plain_id(text: str) -> str:
    """An id without what spreadsheets add or take away: "1.0" and "001" are "1", the ISBN 0044 is 44."""
    if whole := _WHOLE_NUMBER.fullmatch(text):
        text = whole[1]
    zeros = _ZEROS.fullmatch(text)
    return zeros[1] if zeros else text


def plain_ids(texts: Iterable[str]) -> dict[str, int]:
    """Places of ids by their plain form; two ids with one plain form are told apart by nothing, and have none."""
    forms = [plain_id(text) for text in texts]
    often = Counter(forms)
    return {text: place for place, text in enumerate(forms) if often[text] == 1}


@dataclass(frozen=True)
class Key:
    """A pair of columns that may join two tables."""

    # Columns of the rating table and of the item table.
    rating: str
    item: str
    share: float  # Of the distinct values in the first rows of the rating table, how many the item table's column holds
    familiar: bool = True  # Whether the item table's column has a name of an id

    def note(self, items: Table) -> str:
        """That the values tell the key, and nothing in its name."""
        return (
            f"{items.name} is joined by its column {one_line(self.item, 60)!r}, which its name does not tell: "
            f"{self.share:.0%} of the first {one_line(self.rating, 60)!r} of the ratings are in it."
        )


def items_table(
    tables: Sequence[Table], ratings: Table, mapping: ColumnMapping, columns: ColumnMapping
) -> tuple[Table | None, Key | None]:
    """The table that says most about the rated items, and the columns that join it; None where no value matches.

    Where no table's values match, the first that has an item id by its name and something to say about it.
    """
    tables = [table for table in tables if not _of_people(table)]
    joined: list[tuple[bool, float, int, Table, Key]] = []
    for table in tables:
        if (mapping.title or guess(table.columns, "title")) not in table.columns:
            continue
        familiar, strange = _pairs(ratings, table, mapping, columns)
        key = _best_key(ratings, table, familiar, least=_LEAST_FAMILIAR)
        certain = key is not None
        if not key and (key := _best_key(ratings, table, strange, least=_LEAST_STRANGE)):
            key = replace(key, familiar=_names_an_item(key.item))
        if key:
            title = mapping.title or guess(table.columns, "title") or key.item
            joined.append((certain, key.share, -RANK["title"].get(plain(title), 99), table, key))
    if joined:
        *_, items, key = max(joined, key=lambda found: found[:3])
        return items, key
    for table in tables:
        by_name = mapping.item_id or guess_item_key(table.columns, columns.item)
        label = mapping.title or guess([name for name in table.columns if name != by_name], "title")
        if by_name in table.columns and label in table.columns:
            return table, None
    return None, None


def not_used(table: Table, mapping: ColumnMapping) -> str:
    """Why a table is read neither for ratings nor for items, and what to do where it should be, in a sentence."""
    if _of_people(table):
        return f"{table.name} was not used: it is about people, of whom only the ratings are read."
    if (mapping.title or guess(table.columns, "title")) not in table.columns:
        return f"{table.name} was not used: it has no column of titles. Call one “title” to have its rows joined."
    return (
        f"{table.name} was not used: no column of it names the rated items, each in one row, or another table says "
        "more of them. Say which columns name the item, or leave the file out."
    )


def _of_people(table: Table) -> bool:
    """Whether a table is about people: they and their ratings are in it, or its file is named after them."""
    has_user = guess(table.columns, "user") is not None and guess(table.columns, "rating") is not None
    return has_user or plain(table.name.rpartition("/")[2]).startswith(_PEOPLE)


def _pairs(
    ratings: Table, items: Table, mapping: ColumnMapping, columns: ColumnMapping
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Columns that may join the two tables: those whose names say that they name the item, and the others.

    A column of both tables comes first; then the rating table's item with each that is named like an id.
    """
    if not columns.item:
        return [], []
    taken = {columns.user, columns.rating, columns.timestamp}
    free = [name for name in ratings.columns if name not in taken and _names_an_item(name)]
    ones = [columns.item, *([] if mapping.item else [name for name in free if name != columns.item])]
    others = [mapping.item_id] if mapping.item_id else [n for n in items.columns if plain(n) not in RANK["user"]]
    others = [name for name in others if name in items.columns][:_MOST_KEYS]
    rank = RANK["item"]
    usual = sorted(filter(_names_an_item, others), key=lambda name: rank.get(plain(name), len(rank)))
    same = [(one, other) for one in ones for other in others if plain(one) == plain(other)]
    familiar = [*same, *((columns.item, other) for other in (others if mapping.item_id else usual))]
    strange = [(columns.item, other) for other in others if (columns.item, other) not in familiar]
    return list(dict.fromkeys(familiar)), strange


def _names_an_item(column: str) -> bool:
    name = plain(column)
    return (name in RANK["item"] and name not in RANK["title"]) or name.endswith(
        ("id", "key", "no", "index", "code", "sku", "isbn", "asin")
    )


def guess_item_key(columns: Sequence[str], rating_item: str | None) -> str | None:
    """The column of an item table that names the item: as in the rating table, else by its name, else "id"."""
    same = next((column for column in columns if rating_item and plain(column) == plain(rating_item)), None)
    named = same or guess(columns, "item")
    return named or next((column for column in columns if plain(column) in ("id", "index", "key", "no")), None)


def _best_key(ratings: Table, items: Table, pairs: Sequence[tuple[str, str]], *, least: float) -> Key | None:
    """The pair of columns, of the rating table and of the item table, whose values match best; None where none matches
    well enough, which takes the `least` share, above 0.

    The first rows of the ratings are looked up in the whole item table, up to a million rows. A column of another name
    than the ratings' or an item's has to differ in nearly every row. Among pairs that match nearly as well (80% of the
    best), the first one counts.
    """
    wanted = {one: _plain(column_of(ratings, one)) for one, _ in pairs}
    found: dict[tuple[str, str], set[str]] = {pair: set() for pair in pairs}
    names = list(dict.fromkeys(other for _, other in pairs))
    if not names:
        return None
    rows = 0
    try:
        for batch in batches(items, names, Malformed(0)):
            held = {name: _plain(batch.columns[name].unique().to_pylist()) for name in names}
            for one, other in pairs:
                found[one, other] |= wanted[one] & held[other]
            rows += len(batch.columns[names[0]])
            if rows > _MOST_ROWS or found[pairs[0]] == wanted[pairs[0][0]]:
                break
        keys = [Key(one, other, len(both) / max(1, len(wanted[one]))) for (one, other), both in found.items()]
        keys = [key for key in keys if key.share >= least]
        in_doubt = [key.item for key in keys if plain(key.item) not in (plain(key.rating), *RANK["item"])]
        repeating = _repeating(items, list(dict.fromkeys(in_doubt)))
    except DatasetError:  # whoever reads the table for good reports it
        return None
    keys = [key for key in keys if key.item not in repeating]
    best = max((key.share for key in keys), default=0)
    return next((key for key in keys if key.share >= _NEARLY * best), None)


def _repeating(items: Table, names: Sequence[str]) -> set[str]:
    """Columns that name no row, as their values come again: they count something or name a group."""
    if not names:
        return set()
    rows, texts = distinct_texts(items, list(names), _MOST_ROWS)
    return {name for name, seen in texts.items() if len(seen) < _KEY * rows}


def nothing_joined(items: Table, column: str | None, rated: Iterable[str], named: Iterable[str]) -> str:
    """The alarm where an item table names not one rated item: the first ids of both sides."""
    shown = (", ".join(repr(one_line(text, 40)) for text in islice(texts, 3)) or "nothing" for texts in (rated, named))
    return (
        f"{NOTHING_JOINED} {items.name}, column {column or ''!r}: the ratings name {next(shown)}, that column "
        f"{next(shown)}. Say which columns name the item, or leave the file out."
    )


def column_of(table: Table, name: str | None) -> list[str]:
    """What a column holds in the first rows; nothing where there is no such column."""
    return [row[table.columns.index(name)].strip() for row in table.rows] if name in table.columns else []


def _plain(texts: Iterable[str | None]) -> set[str]:
    return {plain_id(text.strip()) for text in texts if text} - {""}


def join(ratings: Table, sides: Sequence[str], others: Sequence[Table]) -> tuple[Table, ColumnMapping] | None:
    """The table of items that tells which of the sides is rated, with that column and all of the table's own; None
    where none does, or where both may be. One of the two has no header.

    `ratings` has the first rows of all its parts; where it is known which of its columns is rated, `sides` is that one.
    Raises DatasetError as reading does.
    """
    values = {side: {*column_of(ratings, side)} - {""} for side in sides}
    for other in others:
        if other.source.size > _READ_BYTES or not (ratings.headless or other.headless) or not other.rows:
            continue
        shares = _shares(values, other)
        (share, side, key), *rest = sorted(shares, key=lambda entry: -entry[0]) or [(0.0, "", "")]
        if share >= _MOST and all(low <= _FEW for low, another, _ in rest if another != side):
            described = _described(other, key) if other.headless else {}
            if described.get("title") or not other.headless:
                return other, ColumnMapping(item=side, item_id=key, **described)
    return None


def _shares(values: dict[str, set[str]], other: Table) -> list[tuple[float, str, str]]:
    """Of each side and each column that names a row: the share of the side's values that are in the column."""
    rows, ids = distinct_texts(other, list(other.columns))
    keys = [name for name, seen in ids.items() if len(seen) >= 0.9 * rows]
    return [(len(own & ids[key]) / max(1, len(own)), side, key) for side, own in values.items() for key in keys]


def _described(table: Table, key: str) -> dict[str, str]:
    """The title and the genres in a table without a header: the first column of words, and labels between bars."""
    cells_of = {name: [row[at].strip() for row in table.rows] for at, name in enumerate(table.columns) if name != key}
    words = [name for name, cells in cells_of.items() if sum(number(cell) is None for cell in cells if cell) > 0]
    labels = [name for name in words if any("|" in cell for cell in cells_of[name])]
    titles = [name for name in words if name not in labels and 2 * len(set(cells_of[name])) > len(table.rows)]
    return {"title": titles[0] if titles else "", "genres": labels[0] if labels else "", "year": ""}
