"""What one-hot vectors can tell of ratings, and what looking rows up costs beside multiplying by them.

A linear model on the one-hot vectors of a person and an item side by side has one weight for each of the two, and no
more: a one-hot vector is as far from every other one. So it can learn averages, and never who likes what.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.lesson.step import Seconds, time_both
from core.data.ratings import Ratings
from core.errors import AnalysisError
from core.training.baselines import rmse
from core.training.slopes import MainEffects

PENALTIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # ratings' worth of doubt that are tried
CHOOSING = 0.1  # share of the training ratings by which the penalty is chosen; what is reported is kept out of it
EDGES = (0, 1, 3, 10, 30, 100)  # training ratings of an item from which the next group begins
SIZES = (100, 1_000, 10_000, 100_000)  # rows of the tables that the two ways to pick a row are timed on


def ridge(ratings: Ratings, rows: np.ndarray, penalty: float) -> MainEffects:
    """Ridge regression of ratings on the one-hot vectors of their person and their item (Hoerl and Kennard 1970).

    With X the matrix of both one-hot vectors side by side, and y the ratings less their mean, the weights are
    (X'X + penalty I)^-1 X'y. LSQR (Paige and Saunders 1982) finds them without making that matrix.

    Args:
        rows: Which ratings to learn from, int64, at least one.
        penalty: Ratings' worth of doubt that pull each weight to zero, above 0.

    Raises AnalysisError: the penalty is not above 0: the sum of both weights alone is known, not each.
    """
    if not 0 < penalty < np.inf:
        raise AnalysisError(f"the penalty is {penalty}; it must be a finite number above 0")
    from scipy.sparse.linalg import lsqr  # 0.2 s to import

    mean = float(ratings.rating[rows].mean(dtype=np.float64))
    left = ratings.rating[rows].astype(np.float64) - mean
    weights = lsqr(one_hots(ratings, rows), left, damp=np.sqrt(penalty), atol=1e-9, btol=1e-9)[0]
    people = len(ratings.users)
    return MainEffects(mean, item=weights[people:], user=weights[:people])


def one_hots(ratings: Ratings, rows: np.ndarray):  # type: ignore[no-untyped-def]  # SciPy's matrices have no types
    """The one-hot vectors of person and item side by side, sparse, (n_rows, n_users + n_items)."""
    from scipy.sparse import csr_array

    people, shape = len(ratings.users), (len(rows), len(ratings.users) + len(ratings.items))
    columns = np.column_stack([ratings.user_index[rows], people + ratings.item_index[rows].astype(np.int64)]).ravel()
    return csr_array((np.ones(2 * len(rows)), columns, np.arange(0, 2 * len(rows) + 1, 2)), shape)


def fitted(ratings: Ratings, rows: np.ndarray, *, seed: int = 0) -> tuple[MainEffects, float]:
    """The `ridge` of some ratings and its penalty, the best of `PENALTIES` on a tenth of them that is kept aside.

    With fewer than ten ratings nothing can be kept aside, and the penalty is the largest.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    aside, others = np.split(shuffled, [int(CHOOSING * len(rows))])
    penalty = PENALTIES[-1]
    if len(aside):
        errors = [rmse(ridge(ratings, others, each).guess(ratings, aside), ratings.rating[aside]) for each in PENALTIES]
        penalty = PENALTIES[int(np.argmin(errors))]
    return ridge(ratings, rows, penalty), penalty


@dataclass(frozen=True, eq=False)
class BySupport:
    """Squared errors of several guesses of the same ratings, by how many training ratings their items have."""

    n: np.ndarray  # ratings in each group of `EDGES`, int64, (n_groups,)
    squared: np.ndarray  # sums of squared errors, rating units squared, float64, (n_guesses, n_groups)

    @property
    def rmse(self) -> np.ndarray:
        """Of each guess over all ratings, rating units, (n_guesses,)."""
        return np.sqrt(self.squared.sum(axis=1) / self.n.sum())

    @property
    def by_group(self) -> np.ndarray:
        """The same in each group, (n_guesses, n_groups); NaN where a group has no rating."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(self.squared / self.n)


def by_support(guesses: Sequence[np.ndarray], rating: np.ndarray, count: np.ndarray) -> BySupport:
    """Compare guesses of the same ratings by the training ratings of their items.

    Args:
        guesses: Each float, (n_ratings,), held inside the scale.
        count: Training ratings of each rating's item, int64, (n_ratings,).
    """
    group, groups = np.searchsorted(EDGES, count, side="right") - 1, len(EDGES)
    squares = [np.square(np.subtract(guess, rating, dtype=np.float64)) for guess in guesses]
    return BySupport(
        n=np.bincount(group, minlength=groups),
        squared=np.stack([np.bincount(group, weights=square, minlength=groups) for square in squares]),
    )


def group_names() -> list[str]:
    """The groups of `EDGES` in words: "0", "1–2", …, "100 or more"."""
    ends = [after - 1 for after in EDGES[1:]]
    names = [f"{low}" if low == high else f"{low}–{high}" for low, high in zip(EDGES, ends, strict=False)]
    return [*names, f"{EDGES[-1]} or more"]


@dataclass(frozen=True)
class Cost:
    """What picking one row of a table took, in two ways."""

    rows: int  # of the table
    multiplications: int  # of the product; picking has none
    seconds: Seconds  # both ways on this machine


def costs(dims: int, sizes: Sequence[int] = SIZES) -> Iterator[Cost]:
    """Time both ways on tables of random numbers, float32, of `dims` columns; about 0.3 s in all for 64."""
    rng = np.random.default_rng(0)
    for rows in sizes:
        table = rng.random((rows, dims), np.float32)
        yield Cost(rows, table.size, time_both(table, rows // 2))


@dataclass(frozen=True, eq=False)
class Alike:
    """The two nearest of some items, by two kinds of vectors."""

    rows: tuple[int, int]
    embedding: float  # cosine of their embeddings, -1 … 1
    one_hot: float = 0.0  # cosine of their one-hot vectors, which is 0 for any two


def nearest_pair(matrix: np.ndarray, rows: np.ndarray) -> Alike:
    """The two most alike of some rows of an embedding, by cosine. `rows`: at least two that are not zero, int64."""
    unit = matrix[rows].astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    first, second = np.unravel_index(int(cosines.argmax()), cosines.shape)
    return Alike((int(rows[first]), int(rows[second])), float(cosines[first, second]))
