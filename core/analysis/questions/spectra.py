"""How a factorization and an autoencoder shrink what ratings hold, and whether two models find the same directions.

R. Jin, D. Li, J. Gao, Z. Liu, L. Chen and Y. Zhou (2021), "Towards a Better Understanding of Linear Models for
Recommendation", KDD, arXiv:2105.12937: in closed form both keep the singular vectors of the ratings and shrink the
singular values, each in its own way.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import drawn
from core.data.ratings import Ratings
from core.errors import AnalysisError
from core.training.slopes import main_effects

MOST_PEOPLE = 2000  # of more people a sample is looked at: the spectrum takes a matrix of all their pairs
STRONGEST = 8  # directions of two models that are compared, unless others are asked for
DRAWS = 5  # random pairings that say what chance is


def rating_spectrum(ratings: Ratings, rows: np.ndarray) -> np.ndarray:
    """Singular values of some ratings less what averages say of them, 0 where there is no rating, largest first.

    `rows`: which ratings, int64, at least one. Returns rating units, float64, as many as there are people or items,
    whichever are fewer; at most `MOST_PEOPLE`.
    """
    from scipy.sparse import csr_array

    shape = len(ratings.users), len(ratings.items)
    left = ratings.rating[rows] - main_effects(ratings, rows).guess(ratings, rows)
    table = csr_array((left, (ratings.user_index[rows], ratings.item_index[rows])), shape)
    if shape[0] > MOST_PEOPLE:
        table = table[drawn(shape[0], MOST_PEOPLE, 0)]
    across = table @ table.T if table.shape[0] <= shape[1] else table.T @ table
    return np.sqrt(np.maximum(np.linalg.eigvalsh(across.toarray())[::-1], 0))


def factorization_keeps(values: np.ndarray, penalty: float) -> np.ndarray:
    """What a factorization keeps of singular values: each less the penalty, and nothing of smaller ones.

    P and Q that minimize |X - PQ'|² + penalty (|P|² + |Q|²) give PQ' the singular vectors of X and these values.

    `values`: singular values of X, (n,); `penalty`: in their units, from 0.
    """
    return np.maximum(values - penalty, 0)


def autoencoder_keeps(values: np.ndarray, penalty: float) -> np.ndarray:
    """What a linear autoencoder keeps of singular values: large ones nearly whole, and of small ones a little.

    W that minimizes |X - XW|² + penalty² |W|² is V s² / (s² + penalty²) V', so XW has the singular vectors of X, and
    each value s becomes s³ / (s² + penalty²): half of one that is as large as the penalty.

    Args:
        values: Singular values of X, (n,).
        penalty: In their units, from 0; the weight of |W|² is its square.
    """
    square = np.square(values)
    return values * np.divide(square, square + penalty**2, out=np.zeros_like(square), where=square > 0)


@dataclass(frozen=True, eq=False)
class Taste:
    """What the vectors of a model predict beyond averages, u · v less its means over people and over items.

    However the vectors are turned or rescaled between the sides, it stays the same.
    """

    values: np.ndarray  # singular values of the predictions, largest first, (k,)
    items: np.ndarray  # directions of the items that belong to them, of length one, (n_items, k)


def taste(users: np.ndarray, items: np.ndarray) -> Taste:
    """The singular values and directions of what two tables of vectors predict. `users`, `items`: float arrays,
    (n_users, k) and (n_items, k); of the items those that are compared. Raises AnalysisError: a value is not finite."""
    centered = [np.asarray(side, np.float64) - np.mean(side, axis=0, dtype=np.float64) for side in (users, items)]
    if not all(np.isfinite(side).all() for side in centered):
        raise AnalysisError("an embedding value is not finite")
    (_, across), (directions, along) = (np.linalg.qr(side) for side in centered)
    turned, values, _ = np.linalg.svd(along @ across.T)
    kept = min(turned.shape[1], len(values))
    return Taste(values[:kept], directions @ turned[:, :kept])


@dataclass(frozen=True, eq=False)
class Angles:
    """Principal angles between what two models hold to be the strongest directions."""

    degrees: np.ndarray  # from the smallest to the largest, 0 the same … 90 across, (m,)
    by_chance: np.ndarray  # their means where the items of one are paired with those of the other at random, (m,)

    @property
    def shared(self) -> float:
        """The mean squared cosine, 0–1: the share of one space that lies in the other."""
        return float(np.square(np.cos(np.radians(self.degrees))).mean())

    @property
    def shared_by_chance(self) -> float:
        """The same by chance, about."""
        return float(np.square(np.cos(np.radians(self.by_chance))).mean())


def angles(first: np.ndarray, second: np.ndarray, *, seed: int = 0) -> Angles:
    """Principal angles between the spaces that the columns of two matrices span (Björck and Golub 1973).

    `first`, `second`: float arrays of the same items, (n_items, their own number of columns). Raises AnalysisError: the
    numbers of rows differ, or there are not more rows than columns.
    """
    from scipy.linalg import subspace_angles  # 0.15 s to import

    if len(first) != len(second) or len(first) <= max(first.shape[1], second.shape[1]):
        raise AnalysisError(f"{len(first):,} and {len(second):,} rows; the same are needed, and more than columns")
    chance = np.random.default_rng(seed)
    others = [subspace_angles(first, chance.permutation(second)) for _ in range(DRAWS)]
    return Angles(
        degrees=np.degrees(np.sort(subspace_angles(first, second))),
        by_chance=np.degrees(np.sort(np.mean(others, axis=0))),
    )
