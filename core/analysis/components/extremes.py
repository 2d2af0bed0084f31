"""The items at both ends of a component."""

from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Ends:
    """Row numbers of the items at each end, int64; no item stands at both.

    Attributes:
        top: Highest score first.
        bottom: Lowest score first.
    """

    top: np.ndarray
    bottom: np.ndarray


def ends(scores: np.ndarray, eligible: np.ndarray, top: int) -> Ends:
    """The `top` highest and the `top` lowest scores among the eligible items.

    Equal scores keep the order of the items. With fewer than 2 * top eligible items each end has half of them, the
    highest end one more where they are odd.

    Args:
        scores: Float array, (n_items,), one component's scores.
        eligible: Boolean array, (n_items,), items that may be listed.
        top: Items at each end, at least 1.

    Raises:
        AnalysisError: top is below 1, or the arrays differ in shape.
    """
    if top < 1:
        raise AnalysisError(f"top is {top}; at least 1 item can be listed")
    if scores.shape != eligible.shape or scores.ndim != 1:
        raise AnalysisError(f"scores {scores.shape} and eligible {eligible.shape} must be equally long lists")
    rows = np.flatnonzero(eligible)
    n_top, n_bottom = min(top, (len(rows) + 1) // 2), min(top, len(rows) // 2)
    highest = rows[np.argsort(-scores[rows], kind="stable")[:n_top]]
    rest = np.setdiff1d(rows, highest)
    lowest = rest[np.argsort(scores[rest], kind="stable")[:n_bottom]]
    return Ends(top=highest, bottom=lowest)
