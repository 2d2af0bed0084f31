"""How the numbers of an embedding matrix are distributed, and in which order rows are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import pca
from core.errors import AnalysisError

MOST_ROWS_FOR_CLUSTERING = 500  # above this, clustering takes longer than a page should wait
BLOCK = 2**20  # numbers looked at together, 8 MiB


MOST_SORTED, FINER = 2**24, 1000
"""Numbers of which quartiles are taken exactly, 64 MiB; of more they are read off bins so many times as fine."""


@dataclass(frozen=True, eq=False)
class Values:
    """Distribution of all numbers in a matrix."""

    counts: np.ndarray  # numbers per bin, int64, (bins,)
    edges: np.ndarray  # ends of the bins, float64, (bins + 1,), symmetric around zero
    # mean, sd, min, max: of all numbers, in embedding units; sd divides by n
    mean: float
    sd: float
    min: float
    max: float
    near_zero: float  # share of numbers closer to zero than a tenth of the root mean square, fraction
    middle_half: tuple[float, float]  # the two values between which the middle half of all numbers lies
    # weight of the tails beside a normal distribution, which has 0; an even one has -1.2, a Laplace distribution 3. NaN
    # where all numbers are equal.
    excess_kurtosis: float


def values(embeddings: np.ndarray, *, bins: int = 60) -> Values:
    """Distribution of the numbers of a matrix.
    Raises AnalysisError: the matrix is empty, a value is not finite, or bins is below 1."""
    if bins < 1:
        raise AnalysisError(f"bins is {bins}; at least 1 is needed")
    flat = np.asarray(embeddings).ravel()
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (np.nan, np.nan)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise AnalysisError(f"a matrix of shape {np.shape(embeddings)} is empty or holds a value that is not finite")
    reach = max(-low, high) or 1.0
    mean = sum(float(some.sum(dtype=np.float64)) for some in _blocks(flat)) / flat.size
    finer = 1 if flat.size <= MOST_SORTED else FINER
    counts, powers = np.zeros(bins * finer, np.int64), np.zeros(2)
    for block in _blocks(flat):
        some = block.astype(np.float64)
        counts += _counted(some, len(counts), reach) if finer > 1 else np.histogram(some, bins, (-reach, reach))[0]
        square = np.square(some - mean)
        powers += square.sum(), np.square(square).sum()
    variance, fourth = powers / flat.size
    small = 0.1 * np.sqrt(mean**2 + variance)
    first, third = np.percentile(flat, [25, 75]) if finer == 1 else _middle_half(counts, reach)
    return Values(
        counts=counts.reshape(bins, finer).sum(axis=1),
        edges=np.histogram_bin_edges([], bins=bins, range=(-reach, reach)),
        mean=mean,
        sd=float(np.sqrt(variance)),
        min=low,
        max=high,
        near_zero=sum(int(np.count_nonzero(np.abs(some) <= small)) for some in _blocks(flat)) / flat.size,
        middle_half=(float(first), float(third)),
        excess_kurtosis=float(fourth / variance**2 - 3) if low < high else float("nan"),
    )


def _counted(numbers: np.ndarray, bins: int, reach: float) -> np.ndarray:
    """Numbers in each of as many bins from -reach to reach, in a third of the time that NumPy's histogram takes."""
    place = ((numbers + reach) * (bins / (2 * reach))).astype(np.int64)
    return np.bincount(np.minimum(place, bins - 1), minlength=bins)


def _middle_half(counts: np.ndarray, reach: float) -> np.ndarray:
    """The first and the third quartile of numbers from -reach to reach, read off their counts in fine bins."""
    share = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
    return np.interp([0.25, 0.75], share, np.linspace(-reach, reach, len(share)))


def _blocks(flat: np.ndarray) -> Iterator[np.ndarray]:
    """The numbers, so many at a time that a matrix larger than memory can be read from its file."""
    for start in range(0, flat.size, BLOCK):
        yield flat[start : start + BLOCK]


def order_by_similarity(embeddings: np.ndarray) -> np.ndarray:
    """Row numbers in an order that puts similar rows side by side, int64, (n_rows,).

    Up to 500 rows: average linkage on cosine distance, leaves ordered so that neighbors are as close as they can be
    (Bar-Joseph et al. 2001). More rows, or a row of zeros, which has no direction: by the first principal component.
    """
    matrix = np.asarray(embeddings, np.float64)
    if len(matrix) < 3 or (matrix == matrix[0]).all():
        return np.arange(len(matrix))
    if len(matrix) > MOST_ROWS_FOR_CLUSTERING or not np.any(matrix, axis=1).all():
        return np.argsort(pca(matrix, n_components=1).scores[:, 0], kind="stable")
    from scipy.cluster import hierarchy  # scipy takes 0.3 s to import, and only this view needs it
    from scipy.spatial.distance import pdist

    distance = np.maximum(pdist(matrix, "cosine"), 0)  # rounding puts equal rows a hair below zero
    return hierarchy.leaves_list(hierarchy.linkage(distance, "average", optimal_ordering=True)).astype(np.int64)
