"""A game that tells whether people see what vectors say: which of five items does not belong?

Word intrusion (Chang et al. 2009, "Reading Tea Leaves", NIPS 22) with items: four that are neighbors, one from
elsewhere. Who guesses is right one time in five.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.of_one import similarities
from core.errors import AnalysisError

TOGETHER = 4  # items that are neighbors
AS_KNOWN = 10  # of so many items from elsewhere that are about as well known one is drawn: fame must not tell it apart
CHANCE = 1 / (TOGETHER + 1)  # share of right answers of those who only guess


@dataclass(frozen=True, eq=False)
class Round:
    """Five items, as they are shown."""

    items: np.ndarray  # their rows, int64, (5,)
    intruder: int  # which of them is from elsewhere, 0 … 4


def draw(matrix: np.ndarray, rows: np.ndarray, count: np.ndarray, *, seed: int) -> Round:
    """Draw an item, its three nearest by cosine, and one of the half that is further away, about as well known. `rows`:
    the items that people may be asked about, int64, at least 10. Raises AnalysisError: there are too few items."""
    if len(rows) < 2 * (TOGETHER + 1):
        raise AnalysisError(f"{len(rows)} items to draw from; the game needs at least {2 * (TOGETHER + 1)}")
    chance = np.random.default_rng(seed)
    place = int(chance.integers(len(rows)))
    by_nearness = np.argsort(-similarities(matrix[rows], place), kind="stable")
    by_nearness = by_nearness[by_nearness != place]
    together = rows[np.append(place, by_nearness[: TOGETHER - 1])]
    elsewhere = rows[by_nearness[len(rows) // 2 :]]
    fame = np.log1p(count)
    apart = np.abs(fame[elsewhere] - fame[together].mean())
    intruder = chance.choice(elsewhere[np.argsort(apart, kind="stable")[:AS_KNOWN]])
    order = chance.permutation(TOGETHER + 1)
    return Round(np.append(together, intruder)[order], int(np.flatnonzero(order == TOGETHER)[0]))
