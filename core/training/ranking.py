"""Training the ranking: alternating least squares over all pairs, seen or not, in NumPy and SciPy alone."""

import time

import numpy as np
import scipy
from scipy import sparse

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.events import Epoch, Started, Step
from core.model.metrics import Measured
from core.model.ranking import RankingConfig
from core.training.baselines import started
from core.training.full_ranking import by_popularity, ndcg, ndcg_by_chance, pairs_of
from core.training.progress import STRETCH_SECONDS, Training

AT_ONCE = 2**21  # numbers of the systems of equations that are solved together, about: 8 MiB


class RankingTraining(Training[RankingConfig]):
    """One training: in each epoch all users' vectors are solved for, and then all items'."""

    libraries = (("scipy", scipy.__version__),)

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs; the numbers that `Ranking.shapes` names, and the number of the last epoch.
        Raises DivergedError: a number stopped being finite."""
        self.seen = self.progress.heeding(lambda: pairs_of(self.ratings, self.parts.train))
        self.wanted = pairs_of(self.ratings, self.parts.validation)
        by_item = sparse.csr_array(self.seen.T)
        dim = self.config.embedding_dim
        chance = np.random.default_rng(self.config.seed)
        self.items = (chance.normal(size=(self.seen.shape[1], dim)) * 0.1 / np.sqrt(dim)).astype(np.float32)
        self.look(0)
        for number in range(1, self.config.epochs + 1):
            began = time.perf_counter()
            self.users = self._solved(self.seen, self.items, number - 1)
            self.items = self._solved(by_item, self.users, number - 0.5)
            self.check_finite(number, self.items, advice="; raise the penalty")
            self.look(number)
            loss = self._loss()
            value = ndcg(self.seen, self.wanted, lambda rows: self.users[rows] @ self.items.T)
            seconds = time.perf_counter() - began
            self.progress.epoch(Epoch(number, seconds, loss, metric=Measured("ndcg@10", value)))
        return {"user_embedding": self.users, "item_embedding": self.items}, self.config.epochs

    def _solved(self, pairs: sparse.csr_array, other: np.ndarray, at: float) -> np.ndarray:
        """The vectors of one side that are best for those of the other, float32, (n, d)."""
        config, (n, width), dim = self.config, pairs.shape, other.shape[1]
        everything = config.unseen_weight * (other.T @ other)
        penalty = config.row_penalty * (np.diff(pairs.indptr) + config.unseen_weight * width)
        wanted = pairs @ other
        solved = np.empty((n, dim), np.float32)
        told, block = time.perf_counter(), max(1, AT_ONCE // dim**2)
        for start in range(0, n, block):
            self.progress.heed()
            end = min(n, start + block)
            systems = np.tile(everything, (end - start, 1, 1))
            for row in range(start, end):
                seen = other[pairs.indices[pairs.indptr[row] : pairs.indptr[row + 1]]]
                systems[row - start] += seen.T @ seen
            systems[:, range(dim), range(dim)] += np.maximum(penalty[start:end], 1e-6)[:, None].astype(np.float32)
            solved[start:end] = np.linalg.solve(systems, wanted[start:end, :, None])[..., 0]
            if time.perf_counter() - told > STRETCH_SECONDS:
                self.progress.step(Step(at=at + end / n / 2, loss=self._loss() if at else 1.0))
                told = time.perf_counter()
        return solved

    def _loss(self) -> float:
        """What is minimized but for the penalty, for each pair that is there."""
        users, items = self.users, self.items
        row = np.repeat(np.arange(len(users)), np.diff(self.seen.indptr))
        squares = total = 0.0
        for start in range(0, len(row), 2**20):
            part = slice(start, start + 2**20)
            score = np.einsum("ij,ij->i", users[row[part]], items[self.seen.indices[part]])
            squares += float(np.square(1 - score, dtype=np.float64).sum())
        total = float(np.sum((users.T @ users).astype(np.float64) * (items.T @ items)))
        return (squares + self.config.unseen_weight * total) / len(row)

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' vectors."""
        return self.items[rows]


def expected(config: RankingConfig, ratings: Ratings, parts: Split) -> Started:
    """Sizes, and the NDCG@10 of chance and of showing everybody what most have seen."""
    seen, wanted = pairs_of(ratings, parts.train), pairs_of(ratings, parts.validation)
    popular = ndcg(seen, wanted, by_popularity(ratings, parts))
    lines = {"chance": ndcg_by_chance(seen, wanted), "popularity": popular}
    return started(config.epochs, parts, references=lines)


TRAINING = RankingTraining
