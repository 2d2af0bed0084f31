"""A set of vectors in a file, to be read in blocks of rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from core.config import MOST_DIMENSIONS
from core.data.importing.sources import Source
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
