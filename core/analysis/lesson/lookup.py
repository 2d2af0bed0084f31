"""One row of an embedding matrix, had in two ways: picked by its number, and as a product."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class LookUp:
    """One row of a matrix, had in two ways.

    Attributes:
        one_hot: Zeros with a single one at the row number, (n_rows,).
        row: The row, picked by its number, (n_dims,).
        product: one_hot times the matrix, (n_dims,).
        multiplications: What the product costs; picking costs none.
    """

    one_hot: np.ndarray
    row: np.ndarray
    product: np.ndarray
    multiplications: int


def look_up(matrix: np.ndarray, row: int) -> LookUp:
    """Pick row `row` of a float array (n_rows, n_dims), and compute it as a product too.

    A one-hot vector times a matrix is the sum of all rows, each times 0 but one
    times 1. Zero times a finite number is zero and adding zero changes nothing,
    so for finite numbers the two are equal to the last bit.

    Raises:
        AnalysisError: There is no such row.
    """
    if not 0 <= row < len(matrix):
        raise AnalysisError(f"row is {row}; the matrix has rows 0 to {len(matrix) - 1:,}")
    one_hot = np.zeros(len(matrix), matrix.dtype)
    one_hot[row] = 1
    return LookUp(one_hot=one_hot, row=matrix[row], product=one_hot @ matrix, multiplications=matrix.size)


@dataclass(frozen=True)
class Seconds:
    """How long each of the two ways took here, in seconds: the fastest of several tries."""

    look_up: float
    product: float


def time_both(matrix: np.ndarray, row: int, *, tries: int = 7) -> Seconds:
    """Measure picking a row against multiplying by its one-hot vector, which is made beforehand."""
    one_hot = look_up(matrix, row).one_hot
    return Seconds(
        look_up=_fastest(lambda: np.take(matrix, row, axis=0), tries),
        product=_fastest(lambda: one_hot @ matrix, tries),
    )


def _fastest(action: Callable[[], object], tries: int) -> float:
    seconds = []
    for _ in range(tries):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return max(min(seconds), 1e-9)  # a clock may tick too coarsely to see it
