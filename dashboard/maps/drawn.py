"""A map that can be drawn, at once or from its study, what its points are colored by, and how sure their places are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.analysis.components.pca import Pca
from core.analysis.maps.faithfulness import Faithfulness
from core.analysis.posterior import covariances, ellipse
from core.data.ratings import Ratings
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.maps import MAP, MapStudySettings, shadow
from core.studies.twins import real_id
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts.maps import Landmarks
from dashboard.charts.points import Classes, Coloring
from dashboard.shared import coloring, elements
from dashboard.shared.matrix_rows import Rows

BIAS, GROUP, KEPT = "Bias", "Group", "Faithfulness"
"""What can give a map its colors beside what is known of the items."""

QUICK = 3000
"""Items up to which a page measures by itself how faithful a shadow is: a third of a second."""


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """Where items lie: their rows, (n,), rising, and places, float32, (n, 2 or 3), made with `settings`.

    `trust` is None where its faithfulness has not been measured yet. The method laid out the rows `laid_out`, among
    which the rest was placed; None where that was all.
    """

    rows: np.ndarray
    points: np.ndarray
    settings: MapStudySettings
    trust: Faithfulness | None
    laid_out: int | None = None

    def spread(self, values: np.ndarray, n_items: int) -> np.ndarray:
        """Numbers of the drawn items as numbers of all, NaN for the others, (n_items,)."""
        whole = np.full(n_items, np.nan)
        whole[self.rows] = values
        return whole


def rows_of(rows: Rows, min_ratings: int) -> np.ndarray:
    """The items on a map: those with enough ratings that have a place; as `items_taking_part` says."""
    return np.flatnonzero(rows.placed & (rows.count >= min_ratings))


def drawn_map(run: Run, settings: MapStudySettings) -> DrawnMap | None:
    """The map; None where it needs a study that has not been made."""
    stored = loaders.study(MAP.key(real_id(run.run_id), settings))
    if stored is not None:
        measured = {name: stored.facts[name] for name in ("trustworthiness", "measured_on", "k")}
        trust = Faithfulness(kept=stored.arrays["kept"], **measured, metric=settings.metric)
        return DrawnMap(stored.arrays["rows"], stored.arrays["points"], settings, trust, stored.facts.get("laid_out"))
    if settings.method != "pca":
        return None
    rows = rows_of(loaders.item_rows(run.run_id), settings.min_ratings)
    points = shadow(component_analyses.components(run.run_id, settings.how), settings, rows)
    quick = len(rows) <= QUICK
    return DrawnMap(rows, points, settings, analyses.shadow_faithfulness(run.run_id, settings) if quick else None)


def color_of(
    choice: str, ratings: Ratings, rows: Rows, drawn: DrawnMap, clusters: Stored | None, genres: list[str]
) -> Coloring | Classes:
    """The color of every item; where groups or faithfulness are not known yet, all are in the background."""
    if choice == coloring.GENRE:
        return coloring.by_genre(ratings, genres)
    if choice == BIAS:
        return Coloring("Bias", rows.bias.astype(float), form="+.2f", around_zero=True)
    if choice == GROUP:
        return by_group(clusters, len(rows))
    if choice == KEPT:
        return by_faithfulness(drawn, len(rows))
    return coloring.by_column(ratings, choice)


def by_group(clusters: Stored | None, n_items: int) -> Classes:
    """The group of every item, in the words of its label."""
    member = np.full(n_items, -1)
    if clusters is None:
        return Classes(GROUP, member, [])
    member[clusters.arrays["rows"]] = clusters.arrays["label"]
    names = [group_name(number, group) for number, group in enumerate(clusters.facts["groups"])]
    found_on = clusters.facts.get("found_on")
    return Classes(f"{GROUP} (found among {found_on:,})" if found_on else GROUP, member, names)


def regions(drawn: DrawnMap, groups: Classes) -> Landmarks:
    """The middle of each group on a map of two dimensions, and its name."""
    member = groups.member[drawn.rows]
    there = [number for number in range(len(groups.names)) if (member == number).any()]
    middles = [np.median(drawn.points[member == number], axis=0) for number in there]
    return Landmarks(groups.label, np.reshape(middles, (-1, 2)), [groups.names[number] for number in there])


def group_name(number: int, group: Mapping[str, Any]) -> str:
    """A group's number, from 1, and its label."""
    return f"{number + 1} {group['label'] or '(nothing stands out)'}"


def by_faithfulness(drawn: DrawnMap, n_items: int) -> Coloring:
    """How many of its true neighbors each item keeps on this map."""
    if drawn.trust is None:
        return Coloring(KEPT, np.full(n_items, np.nan))
    label = f"Of {drawn.trust.k} true neighbors near here"
    return Coloring(label, drawn.spread(drawn.trust.kept * drawn.trust.k, n_items), form=".0f")


def choose_color(ratings: Ratings, rows: Rows) -> str:
    """The field with what the points can be colored by on this data and model."""
    of_model = [BIAS, GROUP, KEPT] if rows.scorer.has_biases else [GROUP, KEPT]
    return st.selectbox(
        "Color", [*coloring.choices(ratings), *of_model], key="map_color", bind="query-params", width=190
    )


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
