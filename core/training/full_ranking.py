"""How well a model ranks everything that somebody has not seen in training: never a sample of it."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from core.data.ratings import Ratings
from core.data.splits import Split

TOP = 10  # places of a list that count

MOST_USERS, MOST_CASES = 20_000, 10_000
"""People, and cases of something next, that are ranked for, at most; evenly chosen among those there are."""

CELLS = 2**22  # scores held at once, about


def pairs_of(ratings: Ratings, rows: np.ndarray) -> sparse.csr_array:
    """Which pairs some ratings are about, as ones, (n_users, n_items)."""
    shape = len(ratings.users), len(ratings.items)
    places = ratings.user_index[rows], ratings.item_index[rows]
    found = sparse.csr_array((np.ones(len(rows), np.float32), places), shape=shape)
    found.data[:] = 1
    return found


def ndcg(seen: sparse.csr_array, wanted: sparse.csr_array, scores: Callable[[np.ndarray], np.ndarray]) -> float:
    """Mean NDCG@10 over the people who want something (Järvelin and Kekäläinen 2002), with relevance 0 or 1.

    Args:
        seen: Pairs of the training part, which are left out of the lists, (n_users, n_items).
        scores: From rows of users, (n,), to the scores of all items, (n, n_items).
    """
    users = np.flatnonzero(np.diff(wanted.indptr))
    users = users[:: -(-len(users) // MOST_USERS)] if len(users) else users
    gains, block = [], max(1, CELLS // seen.shape[1])
    for start in range(0, len(users), block):
        some = users[start : start + block]
        score = np.array(scores(some), np.float32)
        score[seen[some].nonzero()] = -np.inf
        relevant = wanted[some].toarray() > 0
        rank = _ranks(score, relevant)
        gain = np.where(rank < TOP, 1 / np.log2(rank + 2), 0)
        per_user = np.bincount(np.nonzero(relevant)[0], weights=gain, minlength=len(some))
        gains.append(per_user / _ideal(relevant.sum(axis=1)))
    return float(np.concatenate(gains).mean()) if gains else 0.0


def ndcg_by_chance(seen: sparse.csr_array, wanted: sparse.csr_array) -> float:
    """What lists in an order drawn by chance reach on average."""
    many, left = np.diff(wanted.indptr), seen.shape[1] - np.diff(seen.indptr)
    some = many > 0
    places = np.minimum(left[some], TOP)
    return float(np.mean(many[some] / left[some] * _discounts()[places - 1] / _ideal(many[some])))


def _ideal(many: np.ndarray) -> np.ndarray:
    return _discounts()[np.clip(many, 1, TOP) - 1]


def _discounts() -> np.ndarray:
    return np.cumsum(1 / np.log2(np.arange(TOP) + 2))


def _ranks(score: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """How many others stand before each relevant cell in its row, of those with an equal score half, (n_relevant,)."""
    row, column = np.nonzero(relevant)
    order = np.sort(score, axis=1)
    rank = np.empty(len(row))
    for place, (one, other) in enumerate(zip(row, column, strict=True)):
        value = score[one, other]
        above = score.shape[1] - np.searchsorted(order[one], value, side="right")
        equal = score.shape[1] - above - np.searchsorted(order[one], value, side="left")
        rank[place] = above + (equal - 1) / 2
    return rank


def recall(cases: np.ndarray, seen: sparse.csr_array, scores: Callable[[np.ndarray], np.ndarray]) -> float:
    """Share of cases in which what came next is among the first ten of what that person had not seen in training.

    Args:
        cases: Rows of the user, the item before, and what came next, int, (n, 3).
        seen: Pairs of the training part, (n_users, n_items).
        scores: From items that came before, (n,), to the scores of all items, (n, n_items).
    """
    cases = cases[:: -(-len(cases) // MOST_CASES)] if len(cases) else cases
    hits, block = 0, max(1, CELLS // seen.shape[1])
    for start in range(0, len(cases), block):
        user, before, after = cases[start : start + block].T
        score = np.array(scores(before), np.float32)
        wanted = score[np.arange(len(user)), after]
        score[seen[user].nonzero()] = -np.inf
        hits += int(np.count_nonzero((score >= wanted[:, None]).sum(axis=1) <= TOP))  # itself is among them
    return hits / len(cases) if len(cases) else 0.0


def by_popularity(ratings: Ratings, parts: Split) -> Callable[[np.ndarray], np.ndarray]:
    """The same scores for everybody: how many have rated an item in training."""
    popular = parts.training_count(ratings).astype(np.float32)
    return lambda rows: np.tile(popular, (len(rows), 1))
