"""The rated pairs as sparse matrices, and the groups of features whose numbers add up to an item's or a user's."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False)
class Pairs:
    """The rated pairs, sorted by user and then by item, as sparse matrices whose values may change."""

    # user, item: int32, (n,)
    user: np.ndarray
    item: np.ndarray
    # n_users, n_items: rows and columns
    n_users: int
    n_items: int
    to_items: np.ndarray  # places of the pairs when sorted by item, (n,)
    _by_user: sparse.csr_matrix
    _by_item: sparse.csr_matrix

    @classmethod
    def of(cls, user: np.ndarray, item: np.ndarray, n_users: int, n_items: int) -> tuple["Pairs", np.ndarray]:
        """The pairs in order, and the places of the given ones in it, (n,)."""
        order = np.lexsort((item, user)).astype(np.int32)
        user, item = (index[order].astype(np.int32) for index in (user, item))
        to_items = np.argsort(item, kind="stable").astype(np.int32)
        ones = np.ones(len(user), np.float32)
        by_user = sparse.csr_matrix((ones, item, _starts(user, n_users)), shape=(n_users, n_items))
        by_item = sparse.csr_matrix((ones, user[to_items], _starts(item, n_items)), shape=(n_items, n_users))
        return cls(user, item, n_users, n_items, to_items, by_user, by_item), order

    def by_user(self, values: np.ndarray) -> sparse.csr_matrix:
        """The matrix of these values, (n_users, n_items)."""
        return _filled(self._by_user, values)

    def by_item(self, values: np.ndarray) -> sparse.csr_matrix:
        """Its transpose."""
        return _filled(self._by_item, values[self.to_items])


def _starts(index: np.ndarray, size: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(index, minlength=size))]).astype(np.int32)


def _filled(pattern: sparse.csr_matrix, values: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix((values, pattern.indices, pattern.indptr), shape=pattern.shape)


class Table:
    """A group of features whose strengths are known: the genres of an item, or of what a user rates.

    Args:
        matrix: Strength of each feature, float32 CSR, (n_rows, n_features).
        center: What is taken off each row that has any feature, float32, (n_features,); the matrix stays sparse.
    """

    def __init__(self, matrix: sparse.csr_matrix, center: np.ndarray | None = None) -> None:
        self.size = matrix.shape[1]
        self.center = np.zeros(self.size, np.float32) if center is None else center
        self._any = (np.diff(matrix.indptr) > 0).astype(np.float32)[:, None]
        square = (matrix.multiply(matrix) - 2 * matrix.multiply(self.center)).tocsr()  # (x - c)^2 - c^2
        self._matrix, self._square = matrix, square.astype(np.float32)
        self._back, self._square_back = self._matrix.T.tocsr(), self._square.T.tocsr()

    def sums(self, mean: np.ndarray) -> np.ndarray:
        """What the features of each row sum up to, (n_rows, width)."""
        return self._matrix @ mean - self._any * (self.center @ mean)

    def weighed(self, sums: np.ndarray, *, training: bool) -> np.ndarray:
        """What these sums add to each row: themselves."""
        return sums

    def variances(self, variance: np.ndarray, *, training: bool) -> np.ndarray:
        """What they add to its variance."""
        return self._square @ variance + self._any * (self.center**2 @ variance)

    def slopes(self, of_rows: np.ndarray) -> np.ndarray:
        """Slopes for the features from those for the rows."""
        return self._back @ of_rows - np.outer(self.center, self._any[:, 0] @ of_rows)

    def curvatures(self, of_rows: np.ndarray) -> np.ndarray:
        """Curvatures for the features from those for the rows."""
        return self._square_back @ of_rows + np.outer(self.center**2, self._any[:, 0] @ of_rows)


class Raters:
    """Who rated an item, each user with a weight in each pair: 1, or how the rating differed from the user's mean."""

    def __init__(self, pairs: Pairs, weight: np.ndarray) -> None:
        self.size = pairs.n_users
        self._pairs = pairs
        square = weight * weight
        self._to_items, self._square_to_items = pairs.by_item(weight), pairs.by_item(square)
        self._to_users, self._square_to_users = pairs.by_user(weight), pairs.by_user(square)
        count = np.bincount(pairs.item, minlength=pairs.n_items)
        self.any = count > 0
        self._known = _inverse_root(count)[:, None]
        self._learning = _inverse_root(count - 1)[:, None]
        self._own = weight * self._learning[pairs.item, 0]

    def sums(self, mean: np.ndarray) -> np.ndarray:
        """What the raters of each item sum up to, (n_items, width)."""
        return self._to_items @ mean

    def weighed(self, sums: np.ndarray, *, training: bool) -> np.ndarray:
        """What these sums add to each item."""
        return self._strength(training) * sums

    def variances(self, variance: np.ndarray, *, training: bool) -> np.ndarray:
        """What they add to its variance."""
        return self._strength(training) ** 2 * (self._square_to_items @ variance)

    def slopes(self, of_items: np.ndarray) -> np.ndarray:
        """Slopes for the raters from those for the items."""
        return self._to_users @ (self._learning * of_items)

    def curvatures(self, of_items: np.ndarray) -> np.ndarray:
        """Curvatures for the raters from those for the items."""
        return self._square_to_users @ (self._learning**2 * of_items)

    def own_part(self, mean: np.ndarray, user: np.ndarray) -> np.ndarray:
        """What each pair's own user adds to its guess, (n,); `user` has a column of ones first, (n_users, width)."""
        return self._own * np.einsum("ij,ij->i", mean, user)[self._pairs.user]

    def own_error(self, error: np.ndarray) -> np.ndarray:
        """Sum of a user's errors, weighted as they are in their own guesses, (n_users, 1)."""
        weighted = self._pairs.by_user(error * self._own)
        return (weighted @ np.ones(self._pairs.n_items, np.float32))[:, None]

    def _strength(self, training: bool) -> np.ndarray:
        return self._learning if training else self._known


def _inverse_root(count: np.ndarray) -> np.ndarray:
    return np.where(count > 0, 1 / np.sqrt(np.maximum(count, 1)), 0).astype(np.float32)
