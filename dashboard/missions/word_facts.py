"""What the pages of the mission on words show, looked up for its questions and for its ending."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.extremes import ends
from core.analysis.neighbors.analogies import analogy
from core.analysis.neighbors.of_one import Neighbors
from core.errors import AnalysisError, LimitError
from core.studies import saved_axes
from core.studies.saved_axes import OwnAxis
from dashboard.cache import loaders
from dashboard.missions import facts
from dashboard.missions.snapshot import Poles, Snapshot
from dashboard.principal_components.proofs import tested

USES = "uses"
"""The column of the sample's table that says how often the novels use a word."""


@dataclass(frozen=True)
class Furthest:
    """The outermost items of an axis, and where they lie: −1 and 1 are the middles of its poles."""

    low: str
    low_place: float
    high: str
    high_place: float


def dimensions(now: Snapshot) -> float | None:
    """Numbers that stand for each item."""
    return None if now.run is None else float(now.run.config.dimensions)


def above_chance(now: Snapshot) -> float | None:
    """Components that stand above chance."""
    found = None if now.run is None else tested(now.run.run_id).chance
    return None if found is None else float(found.count)


def answers(run_id: str, asked: tuple[str, str, str]) -> Neighbors | None:
    """The items closest to a − b + c; None where it cannot be asked."""
    rows = loaders.item_rows(run_id)
    if any(title not in rows.offered for title in asked):
        return None
    a, b, c = (rows.offered[title] for title in asked)
    try:
        found = analogy(rows.matrix, a, b, c, eligible=rows.placed).answers
    except AnalysisError:  # such as b like c
        return None
    return found if len(found.index) else None


def _answers(now: Snapshot) -> Neighbors | None:
    return None if now.run is None else answers(now.run.run_id, now.analogy)


def first_answer(now: Snapshot) -> str | None:
    """Title of the item closest to the sum."""
    found = _answers(now)
    return None if found is None or now.run is None else facts.title(now.run.run_id, found.index[0])


def answers_to_choose_from(now: Snapshot) -> tuple[str, ...]:
    """Titles of three answers, in the order of the alphabet."""
    found = _answers(now)
    return () if found is None or now.run is None else facts.some(now.run.run_id, found.index)


def uses_of_first_answer(now: Snapshot) -> float | None:
    """How often the novels use the word closest to the sum."""
    found = _answers(now)
    if found is None or now.run is None:
        return None
    table = loaders.ratings_of(now.run.run_id).item_table
    return float(table[USES].iloc[found.index[0]]) if USES in table else None


def places(run_id: str, poles: Poles) -> np.ndarray | None:
    """Where every item lies along an axis between poles of titles, (n_items,); None where they make no axis."""
    rows, ratings = loaders.item_rows(run_id), loaders.ratings_of(run_id)
    if any(title not in rows.offered for pole in poles for title in pole):
        return None
    low, high = (tuple(str(ratings.items.ids[rows.offered[title]]) for title in pole) for pole in poles)
    try:
        axis = OwnAxis(low, high, "", "")
        return saved_axes.project(axis, rows.matrix, ratings.items, rows.features).positions
    except LimitError:  # such as equal poles
        return None


def furthest(run_id: str, poles: Poles) -> Furthest | None:
    """The items at both ends of an axis between poles of titles."""
    at = places(run_id, poles)
    if at is None:
        return None
    both = ends(at, loaders.item_rows(run_id).placed, 1)
    low, high = both.bottom[0], both.top[0]
    return Furthest(facts.title(run_id, low), float(at[low]), facts.title(run_id, high), float(at[high]))


def furthest_high(now: Snapshot) -> str | None:
    """Title of the item furthest toward the high pole."""
    found = None if now.run is None else furthest(now.run.run_id, now.poles)
    return None if found is None else found.high


def high_end_to_choose_from(now: Snapshot) -> tuple[str, ...]:
    """Titles of three items at the high end, in the order of the alphabet."""
    at = None if now.run is None else places(now.run.run_id, now.poles)
    if at is None or now.run is None:
        return ()
    return facts.some(now.run.run_id, ends(at, loaders.item_rows(now.run.run_id).placed, 10).top)
