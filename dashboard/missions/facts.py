"""What the pages of a mission show, looked up for its questions: the numbers and titles that are on the screen."""

import numpy as np

from core.analysis.components.extremes import ends
from core.analysis.neighbors.of_one import agreement
from core.model.metrics import guess_error
from core.studies.twins import twin_id
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.missions.questions import Question
from dashboard.missions.snapshot import Snapshot
from dashboard.principal_components.how import current
from dashboard.principal_components.proofs import tested
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

YES, NO = "Yes", "No"


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


def _near(now: Snapshot, *, users: bool) -> tuple[int, np.ndarray] | None:
    """The row asked about on the page of neighbors, and those of its first list, the nearest first."""
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
    return (row, found) if len(found) else None


def nearest_to(run_id: str, asked: str, *, least: int) -> tuple[str, int] | None:
    """Title of the item nearest to one by cosine among those with enough ratings, and how many it has."""
    rows = loaders.item_rows(run_id)
    found = analyses.neighbors(run_id, users=False, row=rows.offered[asked], least=least)["cosine"].index
    return (title(run_id, found[0]), int(rows.count[found[0]])) if len(found) else None


def nearest(now: Snapshot) -> str | None:
    """Title of the first neighbor."""
    near = _near(now, users=False)
    return None if near is None or now.run is None else title(now.run.run_id, near[1][0])


def neighbors_to_choose_from(now: Snapshot) -> tuple[str, ...]:
    """Titles of three neighbors, in the order of the alphabet."""
    near = _near(now, users=False)
    if near is None or now.run is None:
        return ()
    return some(now.run.run_id, near[1])


def which_is_nearest(told: str) -> Question:
    """The question for the first neighbor; `told` is what its answer means."""
    where = "Look at the topmost row of the list on the left."
    return Question("Which of these is first in the first list?", told, where, nearest, neighbors_to_choose_from)


def ratings_of_nearest(now: Snapshot) -> float | None:
    """How many ratings the first neighbor has."""
    near = _near(now, users=False)
    return None if near is None or now.run is None else float(loaders.item_rows(now.run.run_id).count[near[1][0]])


def shared_with_nearest(now: Snapshot) -> float | None:
    """How many items the person and the one nearest to them have both rated."""
    near = _near(now, users=True)
    if near is None or now.run is None:
        return None
    row, found = near
    return float(agreement(loaders.ratings_of(now.run.run_id), row, found).shared[0])


def _low_end(now: Snapshot) -> np.ndarray | None:
    """The items at the low end of the chosen component, the furthest out first."""
    if now.run is None:
        return None
    run_id = now.run.run_id
    rows = loaders.item_rows(run_id)
    listed = rows.count >= _least(now, rows)
    found = component_analyses.components(run_id, current(run_id))
    std = component_analyses.score_std(run_id, current(run_id)) if now.widgets.get("sure") else None
    place = min(now.number("component", 1), found.scores.shape[1]) - 1
    return ends(found.scores[:, place], listed, 10, std=None if std is None else std[:, place]).bottom


def furthest_low(now: Snapshot) -> str | None:
    """Title of the item furthest out at the low end."""
    low = _low_end(now)
    return None if low is None or now.run is None or not len(low) else title(now.run.run_id, low[0])


def low_end_to_choose_from(now: Snapshot) -> tuple[str, ...]:
    """Titles of three items at the low end, in the order of the alphabet."""
    low = _low_end(now)
    return () if low is None or now.run is None else some(now.run.run_id, low)


def which_is_furthest_low(told: str) -> Question:
    """The question for the item furthest out at the low end; `told` is what its answer means."""
    where = "Look at the topmost row of the list of the lowest."
    return Question(
        "Which of these lies furthest out at the low end?", told, where, furthest_low, low_end_to_choose_from
    )


def some(run_id: str, found: np.ndarray) -> tuple[str, ...]:
    """Titles of the first, a middle and the last of some items, in the order of the alphabet."""
    chosen = dict.fromkeys(found[[0, len(found) // 2, len(found) - 1]].tolist()) if len(found) else {}
    return tuple(sorted(title(run_id, row) for row in chosen))


def title(run_id: str, row: int) -> str:
    """Of an item, as Markdown."""
    return escape(loaders.item_rows(run_id).labels[row])
