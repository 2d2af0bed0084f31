"""Training the ranking: alternating least squares over all pairs, seen or not, in NumPy and SciPy alone."""

import time

import numpy as np
import scipy
from scipy import sparse

from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import DivergedError
from core.model.events import Epoch, Started, Step
from core.model.metrics import Measured
from core.model.ranking import RankingConfig
from core.training.full_ranking import ndcg, ndcg_by_chance, pairs_of, started_at
from core.training.progress import STRETCH_SECONDS, Training

AT_ONCE = 2**21
"""Numbers of the systems of equations that are solved together, about: 8 MiB."""

LIBRARIES = (("scipy", scipy.__version__),)
"""Names and versions of what computes here, beside Python and NumPy."""


class RankingTraining(Training[RankingConfig]):
    """One training: in each epoch all users' vectors are solved for, and then all items'."""

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs; the numbers that `Ranking.shapes` names, and the number of the last epoch.

        Raises:
            DivergedError: A number stopped being finite.
        """
        self.seen = self.progress.heeding(lambda: pairs_of(self.ratings, self.parts.train))
        self.wanted = pairs_of(self.ratings, self.parts.validation)
        by_item = sparse.csr_array(self.seen.T)
        dim = self.config.embedding_dim
        chance = np.random.default_rng(self.config.seed)
        self.items = (chance.normal(size=(self.seen.shape[1], dim)) * 0.1 / np.sqrt(dim)).astype(np.float32)
        self._look(0)
        for number in range(1, self.config.epochs + 1):
            began = time.perf_counter()
            self.users = self._solved(self.seen, self.items, number - 1)
            self.items = self._solved(by_item, self.users, number - 0.5)
            if not np.isfinite(self.items).all():
                raise DivergedError(
                    f"a number stopped being finite in epoch {number}; raise the penalty",
                    history=tuple(self.progress.history),
                )
            self._look(number)
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

    def _look(self, number: int) -> None:
        if self.progress.camera is not None:
            self.progress.camera.look(number, lambda rows: self.items[rows])


def expected(config: RankingConfig, ratings: Ratings, parts: Split) -> Started:
    """Sizes, and the NDCG@10 of chance and of showing everybody what most have seen."""
    seen, wanted = pairs_of(ratings, parts.train), pairs_of(ratings, parts.validation)
    popular = parts.training_count(ratings).astype(np.float32)
    lines = {
        "chance": ndcg_by_chance(seen, wanted),
        "popularity": ndcg(seen, wanted, lambda rows: np.tile(popular, (len(rows), 1))),
    }
    return Started(**started_at(config.epochs, parts), references=lines)  # type: ignore[arg-type]


TRAINING = RankingTraining
