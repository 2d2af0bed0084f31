"""The items at both ends of a component."""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.of_one import closest
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Ends:
    """Row numbers of the items at each end, int64; no item stands at both."""

    top: np.ndarray  # highest score first
    bottom: np.ndarray  # lowest score first


def ends(scores: np.ndarray, eligible: np.ndarray, top: int, *, std: np.ndarray | None = None) -> Ends:
    """The `top` highest and the `top` lowest scores among the eligible items.

    Equal scores keep the order of the items. With fewer than 2 * top eligible items each end has half of them, the
    highest end one more where they are odd.

    With standard deviations the order is that of the sure ends: the highest by what a score reaches at least, score -
    std, and the lowest by score + std. An item that may lie anywhere is then at neither end.

    Args:
        scores: Float array, (n_items,), one component's scores.
        std: How well each score is known, (n_items,), in its units; None takes the scores as they are.

    Raises AnalysisError: top is below 1, or the arrays differ in shape.
    """
    if top < 1:
        raise AnalysisError(f"top is {top}; at least 1 item can be listed")
    if scores.shape != eligible.shape or scores.ndim != 1 or (std is not None and std.shape != scores.shape):
        raise AnalysisError(f"scores {scores.shape} and eligible {eligible.shape} must be equally long lists")
    n, rest = int(np.count_nonzero(eligible)), eligible.copy()
    margin = np.zeros_like(scores) if std is None else std
    highest = closest(scores - margin, top=top, eligible=eligible).index[: (n + 1) // 2]
    rest[highest] = False
    lowest = closest(-(scores + margin), top=top, eligible=rest).index[: n // 2]
    return Ends(top=highest, bottom=lowest)
