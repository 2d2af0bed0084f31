"""Which column of an item table names the items of the ratings: the one whose values match, whatever it is called."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.importing.reading import Malformed, batches
from core.data.importing.sniffing import Table
from core.errors import DatasetError
from core.settings import ImportLimits

_MOST_ROWS = 1_000_000
"""Rows of an item table that are looked at for a key."""
_NEARLY = 0.8
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
    plain = [plain_id(text) for text in texts]
    often = Counter(plain)
    return {text: place for place, text in enumerate(plain) if often[text] == 1}


@dataclass(frozen=True)
class Key:
    """A pair of columns that may join two tables.

    Attributes:
        rating, item: Columns of the rating table and of the item table.
        share: Of the distinct values in the first rows of the rating table, how many the item table's column holds.
    """

    rating: str
    item: str
    share: float


def best_key(
    ratings: Table, items: Table, pairs: Sequence[tuple[str, str]], limits: ImportLimits, *, least: float
) -> Key | None:
    """The pair of columns whose values match best; None where none matches well enough.

    The first rows of the ratings are looked up in the whole item table, up to
    a million rows. Among pairs that match nearly as well (80% of the best),
    the first one counts.

    Args:
        pairs: Columns of the rating table and of the item table.
        least: The least share, above 0, that is a match.
    """
    wanted = {one: _sample(ratings, one) for one, _ in pairs}
    found: dict[tuple[str, str], set[str]] = {pair: set() for pair in pairs}
    names = list(dict.fromkeys(other for _, other in pairs))
    if not names:
        return None
    rows = 0
    try:
        for batch in batches(items, names, limits, Malformed(0)):
            held = {name: _plain(batch.columns[name].unique().to_pylist()) for name in names}
            for one, other in pairs:
                found[one, other] |= wanted[one] & held[other]
            rows += len(batch.columns[names[0]])
            if rows > _MOST_ROWS or found[pairs[0]] == wanted[pairs[0][0]]:
                break
    except DatasetError:  # whoever reads the table for good reports it
        return None
    keys = [Key(one, other, len(both) / max(1, len(wanted[one]))) for (one, other), both in found.items()]
    best = max(key.share for key in keys)
    return next((key for key in keys if best >= least and key.share >= _NEARLY * best), None)


def _sample(table: Table, name: str) -> set[str]:
    place = table.columns.index(name)
    return _plain(row[place] for row in table.rows)


def _plain(texts: Iterable[str | None]) -> set[str]:
    return {plain_id(text.strip()) for text in texts if text} - {""}
