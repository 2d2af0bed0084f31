"""What the pages of a mission show, looked up for its questions: the numbers and titles that are on the screen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.components.extremes import ends
from core.analysis.neighbors.of_one import Neighbors, agreement, analogy
from core.errors import AnalysisError, LimitError
from core.model.metrics import guess_error
from core.studies import saved_axes
from core.studies.saved_axes import OwnAxis
from core.studies.twins import twin_id
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.missions.snapshot import Poles, Snapshot
from dashboard.missions.task import Question
from dashboard.principal_components.how import current
from dashboard.principal_components.proofs import tested
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

YES, NO = "Yes", "No"

USES = "uses"
"""The column of the words' table that says how often the novels use one."""

Listed = tuple[str, np.ndarray] | None
"""A run and rows of its items in the order of a list on the screen; None where there is no list."""


def which_is_first(ask: str, told: str, where: str, listed: Callable[[Snapshot], Listed]) -> Question:
    """A question for the first item of a list; `told` is what its answer means, `where` to look for it."""

    def first(now: Snapshot) -> str | None:
        found = listed(now)
        return None if found is None or not len(found[1]) else title(found[0], found[1][0])

    def to_choose_from(now: Snapshot) -> tuple[str, ...]:
        """Titles of the first, a middle and the last, in the order of the alphabet."""
        run_id, rows = listed(now) or ("", np.zeros(0, int))
        chosen = dict.fromkeys(rows[[0, len(rows) // 2, len(rows) - 1]].tolist()) if len(rows) else {}
        return tuple(sorted(title(run_id, row) for row in chosen))

    return Question(ask, told, where, first, to_choose_from)


def title(run_id: str, row: int) -> str:
    """Of an item, as Markdown."""
    return escape(loaders.item_rows(run_id).labels[row])


def validation_error(now: Snapshot) -> float | None:
    """Of the finished model on Train, as its board has it; elsewhere of the selected one."""
    if now.history is not None:
        return min(epoch.guess_error for epoch in now.history)
    return None if now.run is None else now.run.outcome.val_rmse


def kept_epoch(now: Snapshot) -> float | None:
    """The epoch with the lowest validation error, of the finished model on Train."""
    if now.history is None:
        return None
    return float(min(now.history, key=lambda epoch: epoch.guess_error).epoch)


def is_below_averages(now: Snapshot) -> str | None:
    """Whether the selected model guesses better than averages do."""
    if now.run is None or now.run.outcome.val_rmse is None:
        return None
    return YES if now.run.outcome.val_rmse < guess_error(loaders.run(now.run.run_id).started.averages_rmse) else NO


def proven(now: Snapshot) -> float | None:
    """Components of the selected model that earn their place."""
    proof = None if now.run is None else tested(now.run.run_id).proof
    return None if proof is None else float(proof.proven)


def first_earns(now: Snapshot) -> str | None:
    """Whether the first component does."""
    count = proven(now)
    return None if count is None else YES if count else NO


def proven_on_twin(now: Snapshot) -> float | None:
    """Components that earn their place without taste."""
    if now.run is None or loaders.twins(now.run.run_id) is None:
        return None
    proof = tested(twin_id(now.run.run_id)).proof
    return None if proof is None else float(proof.proven)


def _least(now: Snapshot, rows: Rows) -> int:
    """The ratings that a row needs to be listed; where nobody rated anything, none."""
    return now.number("min", 1) if rows.rated else 0


def _near(now: Snapshot, *, users: bool) -> tuple[str, int, np.ndarray] | None:
    """The run and row asked about on the page of neighbors, and the rows of its first list, the nearest first."""
    if now.run is None:
        return None
    rows = loaders.rows_of(now.run.run_id, users=users)
    row = rows.offered.get(str(now.widgets.get(f"near_{rows.noun}")))
    if row is None:
        return None
    near = analyses.neighbors(
        now.run.run_id,
        users=users,
        row=row,
        least=_least(now, rows),
        predictions=now.widgets.get("compare") == "Predictions",
    )
    found = near["cosine"].index
    return (now.run.run_id, row, found) if len(found) else None


def nearest_to(run_id: str, row: int, *, least: int) -> tuple[str, int] | None:
    """Title of the item nearest to one by cosine among those with enough ratings, and how many it has."""
    found = analyses.neighbors(run_id, users=False, row=row, least=least)["cosine"].index
    return (title(run_id, found[0]), int(loaders.item_rows(run_id).count[found[0]])) if len(found) else None


def _near_items(now: Snapshot) -> Listed:
    near = _near(now, users=False)
    return None if near is None else (near[0], near[2])


def which_is_nearest(told: str) -> Question:
    """The question for the first neighbor."""
    where = "Look at the topmost row of the list on the left."
    return which_is_first("Which of these is first in the first list?", told, where, _near_items)


def ratings_of_nearest(now: Snapshot) -> float | None:
    """How many ratings the first neighbor has."""
    near = _near_items(now)
    return None if near is None else float(loaders.item_rows(near[0]).count[near[1][0]])


def shared_with_nearest(now: Snapshot) -> float | None:
    """How many items the person and the one nearest to them have both rated."""
    near = _near(now, users=True)
    if near is None:
        return None
    run_id, row, found = near
    return float(agreement(loaders.ratings_of(run_id), row, found).shared[0])


def _low_end(now: Snapshot) -> Listed:
    """The items at the low end of the chosen component, the furthest out first."""
    if now.run is None:
        return None
    run_id = now.run.run_id
    rows = loaders.item_rows(run_id)
    listed = rows.count >= _least(now, rows)
    found = component_analyses.components(run_id, current(run_id))
    std = component_analyses.score_std(run_id, current(run_id)) if now.widgets.get("sure") else None
    place = min(now.number("component", 1), found.scores.shape[1]) - 1
    return run_id, ends(found.scores[:, place], listed, 10, std=None if std is None else std[:, place]).bottom


def which_is_furthest_low(told: str) -> Question:
    """The question for the item furthest out at the low end."""
    where = "Look at the topmost row of the list of the lowest."
    return which_is_first("Which of these lies furthest out at the low end?", told, where, _low_end)


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


def closest_to_sum(now: Snapshot) -> Listed:
    """The answers to what is asked on the page, the closest first."""
    found = None if now.run is None else answers(now.run.run_id, now.analogy)
    return None if found is None or now.run is None else (now.run.run_id, found.index)


def uses_of_first_answer(now: Snapshot) -> float | None:
    """How often the novels use the word closest to the sum."""
    found = closest_to_sum(now)
    if found is None:
        return None
    table = loaders.ratings_of(found[0]).item_table
    return float(table[USES].iloc[found[1][0]]) if USES in table else None


@dataclass(frozen=True)
class Furthest:
    """The outermost items of an axis, and where they lie: −1 and 1 are the middles of its poles."""

    low: str
    low_place: float
    high: str
    high_place: float


def _places(run_id: str, poles: Poles) -> np.ndarray | None:
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
    at = _places(run_id, poles)
    if at is None:
        return None
    both = ends(at, loaders.item_rows(run_id).placed, 1)
    low, high = both.bottom[0], both.top[0]
    return Furthest(title(run_id, low), float(at[low]), title(run_id, high), float(at[high]))


def high_end(now: Snapshot) -> Listed:
    """The items toward the high pole of the axis on the page, the furthest first."""
    at = None if now.run is None else _places(now.run.run_id, now.poles)
    if at is None or now.run is None:
        return None
    return now.run.run_id, ends(at, loaders.item_rows(now.run.run_id).placed, 10).top
