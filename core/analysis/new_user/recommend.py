"""Which items to show somebody: the best guesses, spread out on request, and a first set to rate."""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.all_neighbors import comparable
from core.errors import AnalysisError

POOL = 200  # best guesses that a varied list is chosen from


@dataclass(frozen=True, eq=False)
class Steer:
    """A pull toward some items and away from others."""

    # more, less: rows of items, int, (n,) each; none pulls nowhere
    more: np.ndarray
    less: np.ndarray
    strength: float  # rating units that pointing the very same way adds


def steered(guess: np.ndarray, embeddings: np.ndarray, steer: Steer) -> np.ndarray:
    """Scores to rank by: guess + strength * (mean cosine with `more` - mean cosine with `less`), (n_items,).

    In the spirit of relevance feedback (Rocchio 1971), on top of the guess rather than in its place.

    `guess`: guessed ratings, (n_items,), rating units.
    """
    if len(steer.more) == 0 and len(steer.less) == 0:
        return guess
    direction = comparable(embeddings, "cosine")
    pull = np.zeros(len(guess))
    for rows, sign in ((steer.more, 1), (steer.less, -1)):
        if len(rows):
            pull += sign * (direction @ direction[rows].mean(axis=0))
    return guess + steer.strength * pull


def best(
    score: np.ndarray, embeddings: np.ndarray, allowed: np.ndarray, *, top: int = 10, diversity: float = 0.0
) -> np.ndarray:
    """Rows of the items to show, best first, int64, at most `top`.

    With `diversity` above zero by maximal marginal relevance (Carbonell and Goldstein 1998): each place goes to the
    item with the highest

        (1 - diversity) * relevance - diversity * (highest cosine with those placed before),

    chosen from the 200 best scores, relevance being the score brought to 0 … 1 among them. The first is always the
    best; equal scores keep the order of their rows.

    `score`: what to rank by, (n_items,); `diversity`: 0 … 1. Raises AnalysisError: `top` or `diversity` is out of
    range.
    """
    if top < 1 or not 0 <= diversity <= 1:
        raise AnalysisError(f"top is {top} and diversity {diversity}; allowed are 1 or more, and 0 to 1")
    rows = np.flatnonzero(allowed)
    ranked = rows[np.argsort(-score[rows], kind="stable")]
    if diversity == 0:
        return ranked[:top]
    pool = ranked[: max(POOL, top)]
    return pool[_varied(score[pool], comparable(embeddings[pool], "cosine"), top, diversity)]


def _varied(score: np.ndarray, direction: np.ndarray, top: int, diversity: float) -> np.ndarray:
    """Places in the pool, in the order chosen; the first of the pool comes first."""
    if len(score) == 0:
        return np.empty(0, np.int64)
    relevance = (score - score.min()) / (np.ptp(score) or 1.0)
    chosen = [0]
    closest = direction @ direction[0]
    while len(chosen) < min(top, len(score)):
        value = (1 - diversity) * relevance - diversity * closest
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
        closest = np.maximum(closest, direction @ direction[chosen[-1]])
    return np.array(chosen)


def first_set(embeddings: np.ndarray, count: np.ndarray, trained: np.ndarray, *, known: int = 150) -> np.ndarray:
    """Items worth asking a newcomer about, in this order: known to many, and far apart from each other.

    Of the `known` items with the most ratings the first is the one with the most; each further one is that whose
    highest cosine with those before is lowest (farthest-point traversal, Gonzalez 1985).

    `known`: how many count as known to many. Returns rows, int64, at most `known`.
    """
    rows = np.flatnonzero(trained & (count > 0))
    rows = rows[np.argsort(-count[rows], kind="stable")[:known]]
    return rows[_varied(count[rows], comparable(embeddings[rows], "cosine"), len(rows), diversity=1)]
