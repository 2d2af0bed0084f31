"""Training item2vec: skip-gram with negative sampling over each user's history in order of time, in NumPy and SciPy."""

import time

import numpy as np
import scipy
from scipy import sparse

from core.data.ratings import NO_TIME, Ratings
from core.data.splits import Split
from core.errors import NotApplicableError
from core.model.events import Epoch, Started, Step
from core.model.item2vec import NOISE, Item2vecConfig
from core.model.metrics import Measured
from core.training.adam import Adam
from core.training.baselines import started
from core.training.full_ranking import by_popularity, pairs_of, recall
from core.training.progress import STRETCH_SECONDS, Training

MOST_PAIRS, FEWEST_PAIRS, STEPS = 8_192, 64, 100
"""Pairs of neighbors in one step, at most and at least, and steps of an epoch that there are between these two."""

POWER = 0.75  # of an item's frequency in the noise (Mikolov et al. 2013, arXiv:1310.4546).
LEARNING_RATE = 0.01  # Adam's step size


class Item2vecTraining(Training[Item2vecConfig]):
    """One training from the first batch of pairs to the last; nothing is chosen by the validation ratings."""

    libraries = (("scipy", scipy.__version__),)

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs; the numbers that `Item2vec.shapes` names, and the number of the last epoch. Raises DivergedError:
        a number stopped being finite; NotApplicableError: the data have no times, or nobody has rated two things."""
        config, ratings = self.config, self.ratings
        self.chance = np.random.default_rng(config.seed)
        item, following = neighbors(ratings, self.parts.train, config.window)
        count = self.parts.training_count(ratings)
        often = np.maximum(count, 0.5) ** POWER  # what training has not seen is rarer than what it has seen once
        self.noise = np.where(count > 0, often, 0.0) / often[count > 0].sum()
        self.offset = np.log(often / often.sum()).astype(np.float32)
        shape = 2, len(ratings.items), config.embedding_dim
        self.tables = self.chance.uniform(-0.5, 0.5, shape).astype(np.float32) / np.float32(config.embedding_dim)
        self.tables[1] = 0
        self.adam = Adam([self.tables], LEARNING_RATE)
        cases, seen = next_cases(ratings, self.parts), pairs_of(ratings, self.parts.train)
        self.look(0)
        for number in range(1, config.epochs + 1):
            began = time.perf_counter()
            loss = self._epoch(number, item, following)
            self.check_finite(number, self.tables)
            value = recall(cases, seen, lambda rows: self.tables[0][rows] @ self.tables[1].T + self.offset)
            seconds = time.perf_counter() - began
            self.progress.epoch(Epoch(number, seconds, loss, metric=Measured("recall@10", value)))
        arrays = {"item_embedding": self.tables[0], "next_embedding": self.tables[1], "next_offset": self.offset}
        return {name: np.ascontiguousarray(array) for name, array in arrays.items()}, config.epochs

    def _epoch(self, number: int, item: np.ndarray, following: np.ndarray) -> float:
        """All pairs once; the mean loss of a pair."""
        order = self.chance.permutation(len(item))
        total, told, since, before = 0.0, time.perf_counter(), 0, 0.0
        batch = min(MOST_PAIRS, max(FEWEST_PAIRS, len(order) // STEPS))
        for start in range(0, len(order), batch):
            self.progress.heed()
            rows = order[start : start + batch]
            total += self._step(item[rows], following[rows])
            done = start + len(rows)
            at = number - 1 + done / len(order)
            if time.perf_counter() - told > STRETCH_SECONDS:
                self.progress.step(Step(at=at, loss=(total - before) / (done - since)))
                told, since, before = time.perf_counter(), done, total
            self.look(at)
        return total / len(order)

    def _step(self, item: np.ndarray, following: np.ndarray) -> float:
        """One step of Adam over some pairs; the sum of their losses.

        Of a pair, but for the penalty: -log sigmoid(v · c) - k · mean over the noise of log sigmoid(-v · c).
        """
        config, (items, contexts) = self.config, self.tables
        drawn = self.chance.choice(len(self.noise), NOISE, p=self.noise)
        vector, context, noise = items[item], contexts[following], contexts[drawn]
        right, wrong = np.einsum("ij,ij->i", vector, context), vector @ noise.T
        weight, penalty = np.float32(config.negatives / NOISE), np.float32(2 * config.pair_penalty)
        true, false = _sigmoid(right), _sigmoid(wrong)
        loss = -float(np.log(true).sum() + weight * np.log(1 - false).sum())
        pull, push = true - 1, false * weight
        of_item = pull[:, None] * context + push @ noise + penalty * vector
        of_next = pull[:, None] * vector + penalty * context
        slopes = np.stack(
            [
                _summed(item, of_item, len(items)),
                _summed(following, of_next, len(items)) + _summed(drawn, push.T @ vector, len(items)),
            ]
        )
        self.adam.move([slopes / len(item)])
        return loss

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' vectors."""
        return self.tables[0][rows]


def _sigmoid(score: np.ndarray) -> np.ndarray:
    """That of a score, float32, kept away from 0 and 1; quicker than one that is exact there."""
    shares: np.ndarray = 1 / (1 + np.exp(-np.clip(score, -15, 15)))
    return shares


def _summed(index: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """The sum of the values of each index, (size, d)."""
    ones = np.ones(len(index), np.float32)
    total: np.ndarray = sparse.csr_array((ones, (index, np.arange(len(index)))), shape=(size, len(index))) @ values
    return total.astype(np.float32)


def in_order(ratings: Ratings, rows: np.ndarray) -> np.ndarray:
    """The rows of some ratings, user by user in order of time; those of one moment in an order drawn by chance.
    Raises NotApplicableError: the data have no times."""
    times = ratings.timestamp
    known = np.zeros(0, np.int64) if times is None else rows[times[rows] != NO_TIME]
    if times is None or not len(known):
        raise NotApplicableError(
            f"{ratings.name} does not say when something was rated, and item2vec learns what comes next to what; "
            "choose another model, or import the data with a column of times"
        )
    mixed = np.random.default_rng(len(ratings)).permutation(len(ratings))  # one order whichever part is asked for
    return known[np.lexsort((mixed[known], times[known], ratings.user_index[known]))]


def neighbors(ratings: Ratings, rows: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Items of every two ratings of one user that are at most a window apart, each pair both ways, (n_pairs,).
    Raises NotApplicableError: the data have no times, or nobody has rated two things."""
    order = in_order(ratings, rows)
    user, item = ratings.user_index[order], ratings.item_index[order]
    left, right = [], []
    for apart in range(1, window + 1):
        same = user[apart:] == user[:-apart]
        left.append(item[:-apart][same])
        right.append(item[apart:][same])
    one, other = np.concatenate(left), np.concatenate(right)
    if not len(one):
        raise NotApplicableError(f"nobody in {ratings.name} has rated two things at known times; choose another model")
    return np.concatenate([one, other]), np.concatenate([other, one])


def next_cases(ratings: Ratings, parts: Split) -> np.ndarray:
    """For each validation rating: the user, the item of their training rating just before it, and its own, (n, 3)."""
    order = in_order(ratings, np.concatenate([parts.train, parts.validation]))
    learned = np.isin(order, parts.train)
    place = np.maximum.accumulate(np.where(learned, np.arange(len(order)), -1))  # the last training rating so far
    user = ratings.user_index[order]
    asked = np.flatnonzero(~learned & (place >= 0))
    asked = asked[user[place[asked]] == user[asked]]
    item = ratings.item_index[order]
    return np.column_stack([user[asked], item[place[asked]], item[asked]]).astype(np.int64)


def expected(config: Item2vecConfig, ratings: Ratings, parts: Split) -> Started:
    """Sizes, and the recall@10 of chance and of showing everybody what most have rated."""
    cases, seen = next_cases(ratings, parts), pairs_of(ratings, parts.train)
    left = seen.shape[1] - np.diff(seen.indptr)[cases[:, 0]]
    lines = {
        "chance": float(np.minimum(1, 10 / left).mean()) if len(cases) else 0.0,
        "popularity": recall(cases, seen, by_popularity(ratings, parts)),
    }
    return started(config.epochs, parts, references=lines)


TRAINING = Item2vecTraining
