"""Rating tables read into arrays, every bad row counted and the first of them told."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing.clean import Columns
from core.data.importing.limits import ImportLimits
from core.data.importing.plan import Plan
from core.data.importing.reading import Batch, Malformed, batches
from core.data.importing.request import Rejected
from core.data.importing.sniffing import Table
from core.data.importing.text import one_line
from core.data.importing.values import REASONS, Ids, Numbers, Times

Reporter = Callable[[float, str], None]
"""Hears how far the work is, 0-1, and what is being done."""

_WRONG_WIDTH = "wrong number of columns"
_SHARE = 0.8
"""Of the whole import's time, roughly."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """What was found in the rating tables besides the ratings.

    Attributes:
        users, items: The ids that the ratings number.
        times: Knows the unit of the times.
        rows: Rows found, good and bad.
        rejected: Bad rows, the first of them.
        reasons: How many bad rows there are, for each reason.
    """

    users: Ids
    items: Ids
    times: Times
    rows: int
    rejected: list[Rejected]
    reasons: dict[str, int]


def gather(plan: Plan, limits: ImportLimits, report: Reporter) -> tuple[Columns, Gathered]:
    """Read the plan's rating tables: the good rows, times as they are written, and what else was found.

    Raises:
        DatasetError: As reading does.
    """
    total, read = max(1, sum(table.source.size for table in plan.ratings)), 0
    taker = _Taker(plan, limits)

    def on_bytes(packed: int) -> None:
        """Count bytes of the files as they lie on the disk."""
        nonlocal read
        read += packed

    for table in plan.ratings:
        malformed, found = Malformed(limits.max_rejected), list[Rejected]()
        for batch in batches(table, taker.names, limits, malformed, on_bytes):
            found += taker.take(batch, table)
            report(_SHARE * min(1, read / total), f"Reading, {taker.rows:,} rows")
        taker.add_malformed(table, malformed, found)
    found_besides = Gathered(taker.users, taker.items, taker.times, taker.rows, taker.rejected, taker.reasons)
    return taker.joined(), found_besides


@dataclass(eq=False)
class _Taker:
    """Takes batch after batch."""

    plan: Plan
    limits: ImportLimits
    rows: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns, limits = self.plan.columns, self.limits
        self.names = [name for name in (columns.user, columns.item, columns.rating, columns.timestamp) if name]
        self.users, self.items = Ids("user", limits), Ids("item", limits)
        self.numbers, self.times = Numbers(self.plan.min_rating, self.plan.max_rating), Times()
        self._parts: list[list[np.ndarray]] = [[] for _ in self.names]

    def take(self, batch: Batch, table: Table) -> list[Rejected]:
        """Keep the good rows of a batch; the first of the bad ones."""
        texts = [batch.columns[name] for name in self.names]
        rating, reason = self.numbers.read(texts[2])
        kept = [self.users.encode(texts[0]), self.items.encode(texts[1]), rating]
        if len(texts) == 4:
            stamp, unreadable = self.times.read(texts[3])
            reason = np.where(reason == 0, unreadable, reason)
            kept.append(stamp)
        for ids in (kept[1], kept[0]):  # the user's reason is told before the item's
            reason = np.where(ids < 0, -ids, reason)
        blank = _blank(texts)
        good = (reason == 0) & ~blank
        self.rows += len(good) - int(np.count_nonzero(blank))
        self.limits.check("max_rows", self.rows, f"rows in {table.name}")
        for part, values in zip(self._parts, kept, strict=True):
            part.append(values[good])
        return self._told(batch, table, reason, np.flatnonzero(~good & ~blank))

    def _told(self, batch: Batch, table: Table, reason: np.ndarray, bad: np.ndarray) -> list[Rejected]:
        codes, counts = np.unique(reason[bad], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self._count(REASONS[code], count)
        told = bad[: self.limits.max_rejected]
        texts = batch.columns[self.names[2]].take(pa.array(told, pa.int64())).to_pylist()
        whys = [_in_words(REASONS[reason[row]], text) for row, text in zip(told, texts, strict=True)]
        lines = batch.numbers(told).tolist() if len(told) else []
        return [Rejected(table.name, line, why) for line, why in zip(lines, whys, strict=True)]

    def add_malformed(self, table: Table, malformed: Malformed, found: list[Rejected]) -> None:
        """Count the rows that did not have the table's columns, and list the first of all bad rows by line."""
        count = sum(number > 0 for number in malformed.numbers)
        self.rows += count
        if count:
            self._count(_WRONG_WIDTH, count)
        rows = [Rejected(table.name, line, why) for line, why in malformed.told]
        free = self.limits.max_rejected - len(self.rejected)
        self.rejected += sorted([*found, *rows], key=lambda row: row.line)[:free]

    def joined(self) -> Columns:
        """All good rows, one array a column."""
        empty: tuple[type, ...] = (np.int32, np.int32, np.float32, np.int64)
        arrays = []
        for part, kind in zip(self._parts, empty, strict=False):
            arrays.append(np.concatenate(part) if part else np.empty(0, kind))
            part.clear()  # column by column, so that no more than one is held twice
        user, item, rating, *stamp = arrays
        return Columns(user, item, rating, stamp[0] if stamp else None)

    def _count(self, reason: str, count: int) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + count


def _in_words(reason: str, rating: str | None) -> str:
    told = reason in ("rating is not a number", "rating is outside the scale")
    return f"{reason}: {one_line(rating or '', 40)!r}" if told else reason


def _blank(columns: list[pa.Array]) -> np.ndarray:
    """Rows in which no column holds anything: blank lines, which are no ratings at all."""
    blank = np.ones(len(columns[0]), bool)
    for column in columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.fill_null(column, ""), "").to_numpy(zero_copy_only=False)
    return blank
