"""A map that can be drawn: at once where it is quick, else from its study."""

from dataclasses import dataclass

import numpy as np

from core.analysis.maps.faithfulness import Faithfulness
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.maps import MAP, MapStudySettings
from dashboard.cache import analyses, loaders
from dashboard.shared.matrix_rows import Rows

QUICK = 3000
"""Items up to which a page measures by itself how faithful a shadow is: a third of a second."""


@dataclass(frozen=True, eq=False)
class Trust:
    """How faithful a map is, as `core.analysis.maps.faithfulness` measures it.

    Attributes:
        kept: Share of its true neighbors that each drawn item keeps, (n,).
        mean, chance, trustworthiness: Of the whole map.
        k: Neighbors looked at.
        measured_on: Items that the trustworthiness was measured around.
    """

    kept: np.ndarray
    mean: float
    chance: float
    trustworthiness: float
    k: int
    measured_on: int


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """Where items lie.

    Attributes:
        rows: The items, (n,), rising.
        points: Their places, float32, (n, 2 or 3).
        settings: How it was made.
        trust: How faithful it is; None where that has not been measured yet.
    """

    rows: np.ndarray
    points: np.ndarray
    settings: MapStudySettings
    trust: Trust | None

    def spread(self, values: np.ndarray, n_items: int) -> np.ndarray:
        """Numbers of the drawn items as numbers of all, NaN for the others, (n_items,)."""
        whole = np.full(n_items, np.nan)
        whole[self.rows] = values
        return whole


def rows_of(rows: Rows, min_ratings: int) -> np.ndarray:
    """The items on a map: those with enough ratings that training has moved; as `items_taking_part` says."""
    return np.flatnonzero(rows.trained & (rows.count >= min_ratings))


def drawn_map(run: Run, settings: MapStudySettings) -> DrawnMap | None:
    """The map; None where it needs a study that has not been made."""
    stored = loaders.study(MAP.key(run.run_id, settings))
    if stored is not None:
        return DrawnMap(stored.arrays["rows"], stored.arrays["points"], settings, _of_study(stored))
    if settings.method != "pca":
        return None
    rows = rows_of(loaders.item_rows(run.run_id), settings.min_ratings)
    points = analyses.shadow(run.run_id, settings).scores.astype(np.float32)
    trust = _of_analysis(analyses.shadow_faithfulness(run.run_id, settings)) if len(rows) <= QUICK else None
    return DrawnMap(rows, points, settings, trust)


def _of_study(stored: Stored) -> Trust:
    facts = stored.facts
    numbers = {name: facts[name] for name in ("chance", "trustworthiness", "k", "measured_on")}
    return Trust(kept=stored.arrays["kept"], mean=facts["kept"], **numbers)


def _of_analysis(result: Faithfulness) -> Trust:
    return Trust(result.kept, result.mean, result.chance, result.trustworthiness, result.k, result.measured_on)
