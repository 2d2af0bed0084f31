"""An axis of one's own: from one chosen set of items to another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import Pca, likeness
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Axis:
    """The line through the means of two sets of items."""

    direction: np.ndarray  # from the low set's mean to the high set's, length one, float64, (embedding_dim,)
    # every item's place, float64, (n_items,): -1 is the mean of the low set, 1 the mean of the high set, 0 halfway
    positions: np.ndarray
    length: float  # distance between the two means, in embedding units

    @property
    def slope(self) -> np.ndarray:
        """How a place changes with an item's vector, (embedding_dim,)."""
        return self.direction * (2 / self.length)


@dataclass(frozen=True)
class ClosestComponent:
    """The component that is most like an axis."""

    index: int  # which component, from 0
    likeness: float  # -1 … 1; negative where its high end is the axis' low end


@dataclass(frozen=True, eq=False)
class AxisPair:
    """Two axes as a map."""

    positions: np.ndarray  # places along the first and the second, (n_items, 2)
    # between the two directions, degrees, 0 … 180. At 90 they say different things; near 0 or 180 the map is one line
    # drawn twice.
    angle: float
    slopes: np.ndarray  # how they change with an item's vector, (2, embedding_dim)


def axis(embeddings: np.ndarray, low: Sequence[int], high: Sequence[int]) -> Axis:
    """The axis from the mean of `low` to the mean of `high`, with every item projected on it.

    `low`, `high`: rows of the items at each pole. Raises AnalysisError: a pole is empty, a row is out of range or at
    both poles, or the means coincide.
    """
    for name, rows in (("low", low), ("high", high)):
        if len(rows) == 0:
            raise AnalysisError(f"the {name} pole has no items; choose at least one")
        if min(rows) < 0 or max(rows) >= len(embeddings):
            raise AnalysisError(f"the {name} pole names rows {min(rows)} to {max(rows)}; there are {len(embeddings):,}")
    both = sorted(set(map(int, low)) & set(map(int, high)))
    if both:
        raise AnalysisError(f"rows {both[:5]} are at both poles; take them out of one")
    matrix = np.asarray(embeddings, np.float64)
    start, end = matrix[list(low)].mean(axis=0), matrix[list(high)].mean(axis=0)
    length = float(np.linalg.norm(end - start))
    if length <= 1e-12 * max(np.linalg.norm(start), np.linalg.norm(end)):
        raise AnalysisError("both poles have the same mean, so no axis runs between them; choose other items")
    direction = (end - start) / length
    positions = (matrix - (start + end) / 2) @ direction * (2 / length)
    return Axis(direction=direction, positions=positions, length=length)


def closest_component(direction: np.ndarray, result: Pca, covariance: np.ndarray | None = None) -> ClosestComponent:
    """The component with the largest |likeness| to a direction: their cosine, or by a covariance the correlation."""
    alike = np.clip(likeness(result.components, direction, covariance), -1, 1)
    index = int(np.argmax(np.abs(alike)))
    return ClosestComponent(index=index, likeness=float(alike[index]))


def combine(first: Axis, second: Axis) -> AxisPair:
    """Two axes over the same items as a map. Raises AnalysisError: the axes are of different items."""
    if first.positions.shape != second.positions.shape:
        raise AnalysisError(
            f"axes of {len(first.positions):,} and {len(second.positions):,} items have no map in common"
        )
    cosine = float(np.clip(first.direction @ second.direction, -1, 1))
    return AxisPair(
        positions=np.column_stack([first.positions, second.positions]),
        angle=float(np.degrees(np.arccos(cosine))),
        slopes=np.stack([first.slope, second.slope]),
    )
