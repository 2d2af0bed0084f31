"""Rating tables read into arrays and made fit to learn from; every bad row is counted, and the first are listed."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyarrow as pa

from core.data.importing.plan import Plan
from core.data.importing.rating_cells import RatingCells
from core.data.importing.reading import Batch, Malformed, blank_rows
from core.data.importing.request import STATED, DroppedRare, ImportOptions, Rejected, Reporter
from core.data.importing.shapes import batches
from core.data.importing.sniffing import Table
from core.data.importing.times import Times
from core.data.importing.values import CODE, REASONS, Ids
from core.data.text import one_line
from core.settings import ImportLimits

_WRONG_WIDTH = "wrong number of columns"
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_SHARE = 0.8  # Of the whole import's time, roughly


@dataclass(frozen=True, eq=False)
class Columns:
    """Ratings as equally long arrays; `stamp` is None where there are no times."""

    user: np.ndarray
    item: np.ndarray
    rating: np.ndarray
    stamp: np.ndarray | None

    def __len__(self) -> int:
        return len(self.rating)

    def take(self, rows: np.ndarray) -> "Columns":
        """Some rows, by number or by mask."""
        stamp = None if self.stamp is None else self.stamp[rows]
        return Columns(self.user[rows], self.item[rows], self.rating[rows], stamp)


def without_duplicates(columns: Columns) -> Columns:
    """One rating for each user and item, where the first of them stood: the latest by time, else the last row."""
    pair = columns.user.astype(np.int64) * (int(columns.item.max(initial=0)) + 1) + columns.item
    ordered = np.sort(pair)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(twice):
        return columns
    place = np.searchsorted(twice, pair)
    place[place == len(twice)] = 0
    among = twice[place] == pair
    del place
    first, last = _first_and_latest(np.flatnonzero(among), pair, columns.stamp)
    among[first] = False
    rows = np.flatnonzero(~among)
    rows[np.searchsorted(rows, first)] = last
    return columns.take(rows)


def _first_and_latest(rows: np.ndarray, pair: np.ndarray, stamp: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Of each pair among some rows: its first row, and the row of its latest time, the last one among equals."""
    keys = (pair[rows],) if stamp is None else (stamp[rows], pair[rows])
    rows = rows[np.lexsort(keys)]  # keeps the rows' order among equals
    starts = np.flatnonzero(np.diff(pair[rows], prepend=pair[rows[0]] - 1))
    return np.minimum.reduceat(rows, starts), rows[np.append(starts[1:], len(rows)) - 1]


def without_rare(columns: Columns, user_ratings: int, item_ratings: int) -> tuple[Columns, DroppedRare]:
    """Ratings of users and items that have at least so many, repeated until all that remain do."""
    kept = columns
    while len(kept) and (user_ratings > 1 or item_ratings > 1):
        enough_user = np.bincount(kept.user) >= user_ratings
        enough_item = np.bincount(kept.item) >= item_ratings
        good = enough_user[kept.user] & enough_item[kept.item]
        if good.all():
            break
        kept = kept.take(good)
    return kept, DroppedRare(
        users=_distinct(columns.user) - _distinct(kept.user),
        items=_distinct(columns.item) - _distinct(kept.item),
        ratings=len(columns) - len(kept),
    )


def renumbered(columns: Columns, users: np.ndarray, items: np.ndarray) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Rows numbered 0…n-1 without gaps, and the ids in that order: of numbers if all are whole, else as they come."""
    user, user_ids = _renumber(columns.user, users)
    item, item_ids = _renumber(columns.item, items)
    return replace(columns, user=user, item=item), user_ids, item_ids


def _renumber(index: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first = np.full(len(ids), len(index), np.int64)
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1)  # of several writes the last one stays: the first row
    old = np.flatnonzero(first < len(index))
    if all(_WHOLE.fullmatch(text) for text in ids[old]):
        old = old[np.argsort(ids[old].astype(np.int64), kind="stable")]
    else:
        old = old[np.argsort(first[old], kind="stable")]
    fresh = np.full(len(ids), -1, np.int32)
    fresh[old] = np.arange(len(old), dtype=np.int32)
    return fresh[index], ids[old]


def _distinct(index: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(index)))


@dataclass(eq=False)
class Gathering:
    """Reads the plan's rating tables batch after batch, and counts what is wrong in them.

    `users` and `items` are the ids that the ratings number; `times` knows the unit of the times, `cells` the scale that
    the ratings' texts state.
    """

    plan: Plan
    limits: ImportLimits
    options: ImportOptions
    rows: int = 0  # Rows found, good and bad
    lines_without_rows: int = 0  # Lines of headers, blank ones, and lines that continue a row above them
    notes: list[str] = field(default_factory=list)  # What was mended in the tables, in sentences
    rejected: list[Rejected] = field(default_factory=list)  # Bad rows, the first of them
    reasons: Counter[str] = field(default_factory=Counter)  # How many bad rows there are, for each reason
    aside: Counter[str] = field(default_factory=Counter)  # What is neither a rating nor a fault: how many, by its name

    def __post_init__(self) -> None:
        limits = self.limits
        self.users, self.items = Ids("user", limits), Ids("item", limits)
        self.times = Times(self.plan.columns.timestamp or "")
        low = 0.0 if self.options.counts and self.options.min_rating is None else self.options.min_rating
        self.cells = RatingCells(low, self.options.max_rating, self.options.no_rating)
        timed = any(self.plan.columns_of(table).timestamp for table in self.plan.ratings)
        at_rating = [(table, table.columns.index(self._names(table)[2])) for table in self.plan.ratings]
        self.cells.settle([row[at] for table, at in at_rating for row in table.rows])
        self._parts: list[list[np.ndarray]] = [[] for _ in range(3 + timed)]

    def read(self, report: Reporter) -> Columns:
        """Read all tables; the good rows, times as they are written. Raises DatasetError as reading does."""
        total, read = max(1, sum(table.source.size for table in self.plan.ratings)), 0

        def on_bytes(packed: int) -> None:
            """Count bytes of the files as they lie on the disk."""
            nonlocal read
            read += packed

        for table in self.plan.ratings:
            malformed, rejected = Malformed(self.limits.max_rejected), list[Rejected]()
            for batch in batches(table, self._names(table), malformed, on_bytes):
                rejected += self._take(batch, table)
                report(_SHARE * min(1, read / total), f"Reading, {self.rows:,} rows")
            self._add_malformed(table, malformed, rejected)
        return self._joined()

    def read_sample(self) -> Columns:
        """The same for the first rows alone, which the tables hold already."""
        for table in self.plan.ratings:
            places = {name: table.columns.index(name) for name in self._names(table)}
            columns = {name: pa.array([row[at] for row in table.rows], pa.string()) for name, at in places.items()}
            if table.rows:
                self._take(Batch(columns, partial(np.add, table.header_rows + 1)), table)
        return self._joined()

    def _names(self, table: Table) -> list[str]:
        """A table's columns of the person, the item, the rating and, where it has one, the time."""
        columns = self.plan.columns_of(table)
        return [name for name in (columns.user, columns.item, columns.rating, columns.timestamp) if name]

    def _take(self, batch: Batch, table: Table) -> list[Rejected]:
        """Keep the good rows of a batch; the first of the bad ones."""
        texts = [batch.columns[name] for name in self._names(table)]
        texts += [pa.nulls(len(texts[0]), pa.string())] * (len(self._parts) - len(texts))  # a part without times
        rating, reason = self.cells.read(texts[2])
        kept = [self.users.encode(texts[0]), self.items.encode(texts[1]), rating]
        if len(texts) == 4:
            stamp, kinds = self.times.read(texts[3])
            kept.append(stamp)
        for ids in (kept[1], kept[0]):  # of several reasons the user's counts before the item's
            reason = np.where(ids < 0, -ids, reason)
        blank = blank_rows(texts)
        good = (reason == 0) & ~blank
        blanks = int(np.count_nonzero(blank))
        self.rows += len(good) - blanks
        self.lines_without_rows += blanks
        self.limits.check("max_rows", self.rows, f"rows in {table.name}")
        for part, values in zip(self._parts, kept, strict=True):
            part.append(values[good])
        if len(texts) == 4:
            self.times.keep(kinds[good])
        return self._rejected(batch, table, reason, np.flatnonzero(~good & ~blank))

    def _rejected(self, batch: Batch, table: Table, reason: np.ndarray, bad: np.ndarray) -> list[Rejected]:
        codes, counts = np.unique(reason[bad], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self.reasons[REASONS[code]] += count
        first = bad[reason[bad] != CODE[STATED]][: self.limits.max_rejected]  # what was stated would hide what is wrong
        texts = batch.columns[self._names(table)[2]].take(pa.array(first, pa.int64())).to_pylist()
        lines = batch.numbers(first).tolist() if len(first) else []
        return [
            Rejected(table.name, line, _in_words(REASONS[code], text))
            for line, code, text in zip(lines, reason[first], texts, strict=True)
        ]

    def _add_malformed(self, table: Table, malformed: Malformed, rejected: list[Rejected]) -> None:
        """Count the rows that did not have the table's columns, and list the first of all bad rows by line."""
        count = malformed.count
        self.rows += count
        self.lines_without_rows += malformed.lines_without_rows(table.header_rows)
        self.notes += malformed.notes(table.name)
        self.aside.update(malformed.aside)
        if count:
            self.reasons[_WRONG_WIDTH] += count
        rows = [Rejected(table.name, line, why) for line, why in malformed.first]
        free = self.limits.max_rejected - len(self.rejected)
        self.rejected += sorted([*rejected, *rows], key=lambda row: row.line)[:free]

    def _joined(self) -> Columns:
        """All good rows, one array a column."""
        empty: tuple[type, ...] = (np.int32, np.int32, np.float32, np.int64)
        arrays = []
        for part, kind in zip(self._parts, empty, strict=False):
            arrays.append(np.concatenate(part) if part else np.empty(0, kind))
            part.clear()  # column by column, so that no more than one is held twice
        user, item, rating, *stamp = arrays
        return Columns(user, item, rating, self.times.resolved(stamp[0]) if stamp else None)


def _in_words(reason: str, rating: str | None) -> str:
    shows_value = reason in ("rating is not a number", "rating is outside the scale", "rating is in another unit")
    return f"{reason}: {one_line(rating or '', 40)!r}" if shows_value else reason
