"""Principal components of an embedding matrix."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np

from core.data.nouns import count
from core.errors import AnalysisError

Basis = Literal["predictions", "pca"]
"""What components are of: what the model predicts (`predicted_components`), or the item matrix (`pca`)."""

TALL = 20
"""Rows a column from which the components come from the products of the columns: 0.2 s, not 1 s, for 87,585 rows of 64.
What is lost are digits of components that carry less than 1e-15 of the total."""

LARGE = 100_000
"""Rows from which the matrix is read in blocks: it may lie on the disk, and be larger than memory has room for."""

_BLOCK = 2**12

_KEPT = 8  # columns of scores that are kept of very many rows


@dataclass(frozen=True, eq=False)
class Pca:
    """Components in order of falling variance; n_items are the rows that took part."""

    # place of every row along every component, in embedding units, float64, (n_items, n_components); of more than LARGE
    # rows float32, and `Projected`
    scores: np.ndarray
    # what leads from a row to its scores, float64, (n_components, embedding_dim). Of the item matrix: directions of
    # length one, the loading with the largest absolute value positive.
    components: np.ndarray
    variance_ratio: np.ndarray  # share of the total that each component carries, fractions, (n_components,)
    mean: np.ndarray  # what was subtracted from every row first, (embedding_dim,): zeros unless centered
    centered: bool  # whether the column means were subtracted
    # for components of predictions, what leads from a centered user's vector to their place along each, (n_components,
    # embedding_dim). None for components of the item matrix, where the same directions do.
    user_components: np.ndarray | None = None

    @property
    def basis(self) -> Basis:
        """What these are components of."""
        return "pca" if self.user_components is None else "predictions"

    def unit(self, component: int) -> np.ndarray:
        """The direction of one component, counted from 0, of length one, (embedding_dim,)."""
        direction = self.components[component]
        return np.asarray(direction / np.linalg.norm(direction))

    @property
    def for_users(self) -> np.ndarray:
        """What leads from a user's vector to its place along each component, (n_components, embedding_dim).

        The product of a user's place and an item's, summed over all components, is the dot product of the two vectors.
        """
        return self.components if self.user_components is None else self.user_components

    @cached_property
    def cumulative(self) -> np.ndarray:
        """Share of the total carried by the first k components, (n_components,)."""
        return np.cumsum(self.variance_ratio)

    def project(self, embeddings: np.ndarray) -> np.ndarray:
        """Scores of rows that need not have taken part, (len(embeddings), n_components), as `scores` are."""
        if len(embeddings) <= LARGE:
            return (np.asarray(embeddings, np.float64) - self.mean) @ self.components.T
        return cast(np.ndarray, Projected(embeddings, self.mean, self.components))


class Projected:
    """Scores of very many rows, worked out where they are asked for: all together take the memory of the matrix again.

    To be read like an array, (n_rows, n_components), float32: `[rows, components]`, of which one may be left out.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, embeddings: np.ndarray, mean: np.ndarray, components: np.ndarray) -> None:
        self.shape = len(embeddings), len(components)
        self._embeddings, self._mean, self._components = embeddings, mean, components
        self._columns: OrderedDict[int, np.ndarray] = OrderedDict()

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """All of them, as NumPy asks for it."""
        whole = np.empty(self.shape, np.float32)
        for place, block in _blocks(self._embeddings):
            whole[place] = self._along(block, slice(None))
        return whole.astype(dtype or np.float32, copy=False)

    def __getitem__(self, at: Any) -> np.ndarray:
        rows, components = at if isinstance(at, tuple) else (at, slice(None))
        if not isinstance(rows, slice) and np.size(rows) <= _BLOCK:
            return self._along(np.asarray(self._embeddings[rows], np.float64), components)
        wanted = np.arange(self.shape[1])[components]
        if wanted.ndim == 0:
            return self._column(int(wanted))[rows]
        return np.stack([self._column(component)[rows] for component in wanted.tolist()], axis=1)

    def _along(self, block: np.ndarray, components: Any) -> np.ndarray:
        return np.asarray((block - self._mean) @ self._components[components].T, np.float32)

    def _column(self, component: int) -> np.ndarray:
        """One component's scores of all rows; those asked for last are kept."""
        column = self._columns.pop(component, None)
        if column is None:
            column = np.concatenate([self._along(block, component) for _, block in _blocks(self._embeddings)])
        self._columns[component] = column  # at the end
        while len(self._columns) > _KEPT:
            self._columns.popitem(last=False)
        return column


def pca(embeddings: np.ndarray, *, n_components: int | None = None, centered: bool = False) -> Pca:
    """Principal components of an embedding matrix.

    Without centering this is R's `prcomp(center = FALSE)`: the "variance" of a component is its mean squared score, and
    the first component often points from the origin to the middle of all items.

    Args:
        n_components: Components kept, 1 … min(n_items, embedding_dim); None keeps all.
        centered: Subtract the column means first.

    Returns scores (n_items, n_components) in embedding units, components (n_components, embedding_dim), variance ratios
    (n_components,) as fractions of the total. Raises AnalysisError: a value is not finite, all rows are equal, or
    n_components is out of range.
    """
    if len(embeddings) > LARGE:
        return _in_blocks(embeddings, n_components, centered)
    matrix = np.array(embeddings, np.float64)  # a copy: the caller's array stays as it is
    kept = _check(matrix, n_components)
    mean = matrix.mean(axis=0) if centered else np.zeros(matrix.shape[1])
    matrix -= mean
    matrix /= (size := np.abs(matrix).max())  # the squares of tiny embeddings would underflow
    components, power = _of_products(matrix.T @ matrix) if len(matrix) >= TALL * matrix.shape[1] else _of_matrix(matrix)
    components = components[:kept] * _signs(components[:kept])[:, None]
    return Pca(
        scores=matrix @ components.T * size,
        components=components,
        variance_ratio=power[:kept] / power.sum(),
        mean=mean,
        centered=centered,
    )


def _blocks(embeddings: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Places of rows, and the rows as float64."""
    for start in range(0, len(embeddings), _BLOCK):
        place = slice(start, start + _BLOCK)
        yield place, np.asarray(embeddings[place], np.float64)


def _in_blocks(embeddings: np.ndarray, n_components: int | None, centered: bool) -> Pca:
    """`pca` of a matrix of which a few blocks of rows are held at a time; where it is mapped, no more of it."""
    kept, mean, size = _check(embeddings, n_components), np.zeros(embeddings.shape[1]), 0.0
    for _, block in _blocks(embeddings):
        size = max(size, float(np.abs(block).max()))
        if centered:
            mean += block.sum(axis=0) / len(embeddings)
    products = np.zeros((embeddings.shape[1],) * 2)
    for _, block in _blocks(embeddings):
        scaled = (block - mean) / size
        products += scaled.T @ scaled
    components, power = _of_products(products)
    components = components[:kept] * _signs(components[:kept])[:, None]
    found = Pca(np.zeros((0, kept)), components, power[:kept] / power.sum(), mean, centered)
    return replace(found, scores=found.project(embeddings))


def _of_matrix(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions and what they carry, largest first, by the singular value decomposition."""
    _, singular, components = np.linalg.svd(matrix, full_matrices=False)
    return components, np.square(singular)


def _of_products(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same by the eigenvectors of the columns' products with each other."""
    power, vectors = np.linalg.eigh(products)
    return vectors.T[::-1], np.maximum(power[::-1], 0)


def _check(matrix: np.ndarray, n_components: int | None) -> int:
    """Number of components to keep."""
    if matrix.ndim != 2 or matrix.size == 0:
        raise AnalysisError(f"embeddings have shape {matrix.shape}; two dimensions and at least one number are needed")
    if strange := sum(np.count_nonzero(~np.isfinite(block)) for _, block in _blocks(matrix)):
        raise AnalysisError(f"{strange:,} of {matrix.size:,} embedding values are not finite")
    if all((block == block[0]).all() and (block[0] == matrix[0]).all() for _, block in _blocks(matrix)):
        raise AnalysisError(f"all {count(len(matrix), 'row')} are equal; components need at least two different rows")
    most = min(matrix.shape)
    kept = most if n_components is None else n_components
    if not 1 <= kept <= most:
        raise AnalysisError(f"n_components is {kept}; for a matrix of shape {matrix.shape} it can be 1 to {most}")
    return kept


def _signs(components: np.ndarray) -> np.ndarray:
    """1 or -1 a component, so that its largest absolute loading becomes positive.

    Loadings equal but for rounding count as ties, and the first one decides, so that another processor's last digit
    does not turn a component around.
    """
    size = np.abs(components)
    first_largest = np.argmax(size >= size.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
    return np.where(components[np.arange(len(components)), first_largest] < 0, -1.0, 1.0)


def likeness(directions: np.ndarray, direction: np.ndarray, covariance: np.ndarray | None = None) -> np.ndarray:
    """How alike each of some directions is to one, -1 … 1, whatever their lengths, (n,).

    The cosine, or with a covariance of vectors C the Pearson correlation of the places of those vectors along two
    directions c and d, c C d / √(c C c · d C d); 0 where all lie at one place.

    Args:
        directions: (n, embedding_dim).
        direction: (embedding_dim,).
        covariance: (embedding_dim, embedding_dim); None for the cosine.
    """
    metric = np.eye(len(direction)) if covariance is None else covariance
    towards = metric @ direction
    length = np.einsum("ij,jk,ik->i", directions, metric, directions) * (direction @ towards)
    return np.divide(directions @ towards, np.sqrt(np.maximum(length, 0)), out=np.zeros(len(length)), where=length > 0)


def item_covariance(embeddings: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Covariance of vectors, each counting as often as it was rated, (embedding_dim, embedding_dim); zero without."""
    products, total = np.zeros((embeddings.shape[1],) * 2), count.sum()
    if total == 0:
        return products
    mean = sum(count[place] @ block for place, block in _blocks(embeddings)) / total
    for place, block in _blocks(embeddings):
        apart = block - mean
        products += (apart * count[place][:, None]).T @ apart
    return products / total
