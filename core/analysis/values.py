"""How the numbers of an embedding matrix are distributed, and in which order rows are drawn."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import pca
from core.errors import AnalysisError

MOST_ROWS_FOR_CLUSTERING = 500
"""Above this, clustering takes longer than a page should wait."""


@dataclass(frozen=True, eq=False)
class Values:
    """Distribution of all numbers in a matrix.

    Attributes:
        counts: Numbers per bin, int64, (bins,).
        edges: Ends of the bins, float64, (bins + 1,), symmetric around zero.
        mean, sd, min, max: Of all numbers, in embedding units; sd divides by n.
        near_zero: Share of numbers closer to zero than a tenth of the root mean square, fraction.
        middle_half: The two values between which the middle half of all numbers lies.
        excess_kurtosis: Weight of the tails beside a normal distribution, which has 0; an even one has -1.2, a Laplace
            distribution 3. NaN where all numbers are equal.
    """

    counts: np.ndarray
    edges: np.ndarray
    mean: float
    sd: float
    min: float
    max: float
    near_zero: float
    middle_half: tuple[float, float]
    excess_kurtosis: float


def values(embeddings: np.ndarray, *, bins: int = 60) -> Values:
    """Distribution of the numbers of a matrix.

    Raises:
        AnalysisError: The matrix is empty, a value is not finite, or bins is below 1.
    """
    flat = np.asarray(embeddings, np.float64).ravel()
    if flat.size == 0 or not np.isfinite(flat).all():
        raise AnalysisError(f"a matrix of shape {np.shape(embeddings)} is empty or holds a value that is not finite")
    if bins < 1:
        raise AnalysisError(f"bins is {bins}; at least 1 is needed")
    reach = float(np.abs(flat).max()) or 1.0
    counts, edges = np.histogram(flat, bins=bins, range=(-reach, reach))
    mean, sd = float(flat.mean()), float(flat.std())
    low, high = np.percentile(flat, [25, 75])
    return Values(
        counts=counts,
        edges=edges,
        mean=mean,
        sd=sd,
        min=float(flat.min()),
        max=float(flat.max()),
        near_zero=float(np.mean(np.abs(flat) <= 0.1 * np.sqrt(mean**2 + sd**2))),
        middle_half=(float(low), float(high)),
        excess_kurtosis=float(np.mean(np.square(np.square((flat - mean) / sd))) - 3) if sd > 0 else float("nan"),
    )


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
