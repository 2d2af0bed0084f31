"""How sure a model is of the places on a map, and where the categories and years themselves lie on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.components.pca import Pca
from core.analysis.posterior import covariances, ellipse
from dashboard.charts.maps import Landmarks
from dashboard.maps.drawn import DrawnMap
from dashboard.shared import elements
from dashboard.shared.matrix_rows import Rows

FAINTEST, SOLID = 0.12, 0.95
"""Opacity of the points the model is least and most sure of."""

TELLING = 1.05
"""Where the least sure place is known hardly worse than the surest, all points are alike."""

NOTHING = "Nothing"


@dataclass(frozen=True, eq=False)
class Sureness:
    """How well the places of the items on a map are known.

    `std` is the deviation of each place, over all directions together, (n,): on a shadow within it, else of the
    whole vector; `spread` that of the places themselves around their middle; `covariance` of each place, (n, k, k),
    is None where the map bends space.
    """

    std: np.ndarray
    spread: float
    covariance: np.ndarray | None

    @property
    def ends(self) -> tuple[float, float]:
        """What the surest and the least sure place are known to, without the outermost twentieth at each end."""
        low, high = np.percentile(self.std, [5, 95])
        return float(low), float(high)

    @property
    def telling(self) -> bool:
        """Whether some places are known better than others at all."""
        low, high = self.ends
        return high > TELLING * low

    @property
    def opacity(self) -> np.ndarray:
        """Of each point, float32, (n,): from the surest to the least sure one."""
        low, high = self.ends
        unsure = np.clip((self.std - low) / (high - low), 0, 1) if self.telling else np.zeros(len(self.std))
        return (SOLID - (SOLID - FAINTEST) * unsure).astype(np.float32)


def sureness(rows: Rows, at: np.ndarray, points: np.ndarray, directions: np.ndarray | None) -> Sureness | None:
    """How sure the model is of the places, (n, k), of the items `at` on a map; None where it does not know.

    `directions` are what the axes multiply a vector by, one axis a row, (k, d); None where the map bends space.
    """
    if rows.variance is None:
        return None
    variance = rows.variance[at]
    if directions is None:
        return Sureness(np.sqrt(variance.sum(axis=1)), _spread(rows.matrix[at]), None)
    covariance = covariances(variance, directions)
    return Sureness(np.sqrt(np.trace(covariance, axis1=1, axis2=2)), _spread(points), covariance)


def _spread(points: np.ndarray) -> float:
    return float(np.sqrt(points.var(axis=0).sum()))


def ellipses(sure: Sureness, at: np.ndarray, points: np.ndarray, searched: Sequence[int]) -> list[np.ndarray]:
    """Outlines of where the searched items lie two times in three; none on a map that bends space, or in space."""
    if sure.covariance is None or points.shape[1] != 2:
        return []
    return [ellipse(points[place], sure.covariance[place]) for place in np.flatnonzero(np.isin(at, searched))]


def choose_landmarks(rows: Rows, drawn: DrawnMap, shadow: Pca | None) -> Landmarks | None:
    """The field that lays the features of one column over a shadow, and where they lie on it."""
    if rows.features is None or shadow is None:
        return None
    features, names = rows.features, [group.name.capitalize() for group in rows.features.groups]
    words = f"Where {rows.nouns} would lie of which one thing is known, and all else is average."
    column = st.selectbox(
        "Names on the map", [NOTHING, *names], key="map_names", bind="query-params", width=160, help=words
    )
    if column == NOTHING:
        return None
    listed = features.listed(names.index(column))
    listed = np.sort(listed[np.argsort(-features.count[listed], kind="stable")][:40])  # for which there is room
    places = shadow.project(features.places(rows.matrix, drawn.rows))[listed, : drawn.points.shape[1]]
    return Landmarks(column, places, [features.labels[place] for place in listed])


def choose_faint(key: str = "map_faint") -> bool:
    """The switch that makes uncertain places faint, on at first."""
    words = "The less sure the model is of a place, the fainter its point."
    return elements.toggle("Faint where unsure", key, words, first=True)
