"""A set of vectors in a file, to be read in blocks of rows, and what is kept of them: the rows that can be used."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from core.config import MOST_DIMENSIONS
from core.data.importing.request import Rejected
from core.data.importing.sources import Source
from core.data.text import as_meant, one_line
from core.errors import BadVectorsError
from core.settings import MIB, ImportLimits

BLOCK_BYTES = 2**22  # Of numbers in a block, about
LEAST_DIMENSIONS = 2
OnBytes = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of a matrix, in order."""

    numbers: np.ndarray  # Line numbers in a text, numbers of rows elsewhere, from 1, int64, (k,)
    values: np.ndarray  # float32, (k, d); NaN in a row that holds something that is no number
    columns: dict[str, pa.Array] = field(default_factory=dict)  # Text of the other columns by name, (k,) each
    bad: Sequence[tuple[int, str]] = ()  # Rows between these that hold no vector of the right length: number and reason


@dataclass(frozen=True, eq=False)
class Matrix:
    """A set of vectors."""

    source: Source  # Where it is
    array: str  # Its name there, where a file can hold several
    kind: str  # What the file is, for people
    dim: int  # Numbers in a vector
    rows: int | None  # How many; None where only reading tells
    # Reads it; the argument receives how many packed bytes were read since its last call.
    blocks: Callable[[OnBytes], Iterator[Block]]
    columns: tuple[str, ...] = ()  # Names of the columns beside the vector
    id_column: str | None = None  # The one that names the rows; None without one
    samples: tuple[tuple[str, ...], ...] = ()  # Texts of the first rows in each of `columns`
    # What the file says of how a rating follows from it, as exports of models trained here do; else "".
    formula: str = ""

    @property
    def name(self) -> str:
        """That of the file, and of the array in it."""
        return f"{self.source.name}: {self.array}" if self.array else self.source.name

    @property
    def place(self) -> str:
        """What its name, its folder's and its columns' say of what the rows are, lower case."""
        folder = "" if self.source.path is None else self.source.path.parent.name
        return f"{folder}/{self.name}/{self.id_column or ''}".lower()

    def check(self, limits: ImportLimits) -> None:
        """Pass if it has, or claims, no more rows, numbers and bytes than allowed; raises TooLargeError."""
        limits.check("max_items", self.rows or 0, f"rows in {self.name}")
        if self.rows is not None:
            limits.check("max_unpacked_mb", self.rows * self.dim * 4 / MIB, f"MiB that {self.name} claims to hold")


def check_dim(name: str, dim: int) -> None:
    """Pass if vectors may have so many numbers; raises BadVectorsError."""
    if not LEAST_DIMENSIONS <= dim <= MOST_DIMENSIONS:
        raise BadVectorsError(
            f"{name} has {dim:,} numbers a row; vectors have {LEAST_DIMENSIONS} to {MOST_DIMENSIONS:,}; bring one "
            "row a vector"
        )


def rows_a_block(dim: int) -> int:
    """How many rows are read at once."""
    return max(1, BLOCK_BYTES // (4 * dim))


def in_blocks(array: Any, source: Source, on_bytes: OnBytes) -> Iterator[Block]:
    """The blocks of a two-dimensional array that can be sliced, such as a mapped one, in a file."""
    check_dim(source.name, array.shape[1])
    step = rows_a_block(array.shape[1])
    for start in range(0, len(array), step):
        values = as_float32(array[start : start + step])
        yield Block(np.arange(start, start + len(values)) + 1, values)
        on_bytes(source.size * len(values) // len(array))


def as_float32(values: np.ndarray) -> np.ndarray:
    """The same numbers as float32; those that are too large for it become infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(values, np.float32)


NOT_FINITE = "a value is not a finite number"
TOO_LARGE = "a value is beyond ±1e12"
TOO_SMALL = "all its numbers are closer to zero than ±1e-15, so multiply them"
_EXPORTED = ("item_id", "user_id")  # Ids in the tables that are exported here, whose texts no spreadsheet computes

LARGEST = 1e12  # Squares of larger values, added up over all rows and dimensions, leave the range of 32 bits
_SMALLEST = 1e-15  # Squares of squares of smaller ones do
ALL_ZERO = "all its numbers are zero"
REPEATED = "its id was there before"
NO_ID, LONG_ID = "it has no id", "its id is too long"


class Rows:
    """What was read: float32 in a new file, rows of `dim` numbers one after the other, and what stands beside each."""

    def __init__(self, path: Path, limits: ImportLimits) -> None:
        self.path, self.dim, self.limits = path, 0, limits
        self.ids: list[str] = []  # Those of the kept rows; none where nothing names them
        self.columns: dict[str, list[str]] = {}  # Texts of the kept rows, by the name of the column
        self.position = np.zeros(0, np.int64)  # Place of each kept row among all rows of the files
        self.total = 0  # All rows of the files
        self.rejected: list[Rejected] = []  # Rows left out, the first of each file
        self.reasons: Counter[str] = Counter()  # How many were left out, for each reason
        self._seen: set[str] = set()
        self._kept = 0

    def read(self, parts: Sequence[Matrix], on_bytes: OnBytes) -> Self:
        """Read a set in all its parts; these rows. Raises DatasetError: TooLargeError for more than allowed,
        BadVectorsError where no two rows can be used."""
        self.dim, self.columns = parts[0].dim, {name: [] for name in parts[0].columns if name != parts[0].id_column}
        positions = []
        with self.path.open("xb") as file:
            for part in parts:
                part.check(self.limits)
                numbers, kept = [], []
                for block in part.blocks(on_bytes):
                    good = self._good(part, block)
                    numbers += [block.numbers, np.array([number for number, _ in block.bad], np.int64)]
                    kept.append(block.numbers[good])
                    file.write(block.values[good].astype("<f4").tobytes())
                    self._check_size(part)
                every = np.sort(np.concatenate([*numbers, np.zeros(0, np.int64)]))
                positions.append(np.searchsorted(every, np.concatenate([*kept, np.zeros(0, np.int64)])) + self.total)
                self.total += len(every)
        if _is_exported(parts[0]):
            self.columns = {as_meant(name): texts for name, texts in self.columns.items()}
        self.position = np.concatenate(positions)
        if len(self.position) < 2:
            reasons = ", ".join(f"{count:,} × {reason}" for reason, count in self.reasons.most_common(3))
            raise BadVectorsError(
                f"{len(self.position)} of {self.total:,} rows of {parts[0].name} can be used, and two are needed"
                f"{': ' if reasons else ''}{reasons}"
            )
        return self

    def vectors(self) -> np.ndarray:
        """The kept rows, float32, (n, dim), as they lie on the disk."""
        return np.memmap(self.path, "<f4", "r", shape=(len(self.position), self.dim))

    def _good(self, part: Matrix, block: Block) -> np.ndarray:
        """Which rows of a block are kept, boolean, (k,); their texts are taken, and the others written down."""
        meant = as_meant if _is_exported(part) else str
        finite = np.isfinite(block.values).all(axis=1)
        size = np.abs(block.values).max(axis=1, initial=0)
        wrong = np.select(
            [~finite, size > LARGEST, size == 0, size < _SMALLEST], [NOT_FINITE, TOO_LARGE, ALL_ZERO, TOO_SMALL], ""
        ).tolist()
        if part.id_column is not None and len(block.values):
            texts = [meant(text or "") for text in block.columns[part.id_column].to_pylist()]
            for row, text in enumerate(texts):
                if not wrong[row]:
                    wrong[row] = self._name(text)
        good = np.array([not why for why in wrong], bool)
        for name, texts in self.columns.items():
            if name in block.columns:
                column = block.columns[name].to_pylist()
                texts += [meant(column[row] or "") for row in np.flatnonzero(good)]
        bad = [(int(number), why) for number, why in zip(block.numbers, wrong, strict=True) if why]
        for number, why in sorted([*bad, *block.bad]):
            self.reasons[why.partition(":")[0]] += 1
            if sum(self.reasons.values()) <= self.limits.max_rejected:
                self.rejected.append(Rejected(part.source.name, number, why))
        self._kept += int(good.sum())
        return good

    def _name(self, text: str) -> str:
        """Take a row's id; why it cannot be taken, or ""."""
        if len(text) > 8 * self.limits.max_id_length:
            return LONG_ID
        name = one_line(text)
        if not name or len(name) > self.limits.max_id_length:
            return LONG_ID if name else NO_ID
        if name in self._seen:
            return REPEATED
        self._seen.add(name)
        self.ids.append(name)
        return ""

    def _check_size(self, part: Matrix) -> None:
        self.limits.check("max_items", self._kept, f"rows in {part.name}")
        self.limits.check("max_rows", self._kept + sum(self.reasons.values()), f"rows in {part.name}")
        self.limits.check("max_unpacked_mb", self._kept * self.dim * 4 / MIB, f"MiB of vectors in {part.name}")


def _is_exported(part: Matrix) -> bool:
    """Whether a table looks like one that is exported here."""
    return part.array == "" and part.id_column in _EXPORTED
