"""Training by alternating least squares on what averages leave of the ratings, in NumPy and SciPy alone.

In each half of an epoch every row of one side is solved for, given the other side. Rows are taken in blocks of about as
many ratings each, so that the products of a block are one call and little of it is filling. A row with fewer ratings
than dimensions is solved for through them: (V'V + λ)⁻¹ V'r = V' (VV' + λ)⁻¹ r is a system as small as its ratings are
few. Blocks are worked on by several threads, and their results do not depend on how many.

For 100 ratings a row and 64 dimensions this takes 0.32 µs of a processor for a rating of one side, the solution exact.
TensorFlow's batched Cholesky takes 0.33, compiled by XLA 5.4; three steps of conjugate gradients instead (Takács,
Pilászy and Tikk 2011, "Applications of the conjugate gradient method for implicit feedback collaborative filtering")
would take 0.07 and not be exact.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy
from scipy import sparse
from threadpoolctl import threadpool_limits

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.als import Als, AlsConfig
from core.model.events import Epoch, Step
from core.training.progress import STRETCH_SECONDS, Progress, Training, measure
from core.training.slopes import MainEffects, main_effects

AT_ONCE = 2**19  # numbers of a block, about: 2 MiB, which a processor's cache holds
ROUNDS = 4  # of the averages: from then on they change little, and the vectors take up what is left


@dataclass(frozen=True, eq=False)
class Side:
    """The ratings of one side, row by row, and the rows in blocks."""

    start: np.ndarray  # where each row's ratings begin, (n_rows,)
    count: np.ndarray  # how many it has, (n_rows,)
    other: np.ndarray  # rows of the other side, int32, (n,)
    left: np.ndarray  # what the averages leave of the ratings, float32, (n,)
    # rows with about as many ratings each, those with most first; rows without a rating are in none
    blocks: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, row: np.ndarray, other: np.ndarray, left: np.ndarray, *, size: int, dim: int) -> Self:
        """Ratings in any order, (n,) each, of a side with `size` rows."""
        places = np.arange(len(row), dtype=np.int32)
        by_row = sparse.csr_array((left, (row, places)), shape=(size, len(row)))  # every rating is a column of its own
        count = np.diff(by_row.indptr)
        order = np.argsort(-count, kind="stable")[: np.count_nonzero(count)]
        return cls(by_row.indptr[:-1], count, other[by_row.indices], by_row.data, tuple(_blocks(order, count, dim)))

    def solved(self, rows: np.ndarray, table: np.ndarray, penalty: float) -> tuple[np.ndarray, float, float]:
        """The best vectors of the rows of a block.

        Args:
            table: Vectors of the other side and then one of zeros, float32, (n_other + 1, d).
            penalty: Of a vector, for each of its ratings.

        Returns float32, (b, d); the squared errors of their ratings, and their penalty, both summed.
        """
        longest, dim = int(self.count[rows[0]]), table.shape[1]
        real = np.arange(longest) < self.count[rows, None]
        place = np.where(real, self.start[rows, None] + np.arange(longest), 0)
        seen = np.take(table, np.where(real, self.other[place], len(table) - 1), axis=0)
        wanted = np.where(real, self.left[place], np.float32(0))[..., None]
        weight = (penalty * self.count[rows, None]).astype(np.float32)
        turned = seen.swapaxes(1, 2)
        if longest <= dim:
            share = np.linalg.solve(_raised(seen @ turned, weight), wanted)
            vectors, errors = turned @ share, weight[..., None] * share
        else:
            vectors = np.linalg.solve(_raised(turned @ seen, weight), turned @ wanted)
            errors = wanted - seen @ vectors
        return vectors[..., 0], _squares(errors), _squares(np.sqrt(weight) * vectors[..., 0])


def _raised(systems: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The systems, (b, m, m), with the weights, (b, 1), added on their diagonals."""
    each = range(systems.shape[1])
    systems[:, each, each] += weight
    return systems


def _squares(numbers: np.ndarray) -> float:
    return float(np.square(numbers).sum(dtype=np.float64))


def _blocks(order: np.ndarray, count: np.ndarray, dim: int) -> Iterator[np.ndarray]:
    """Rows in an order in which their ratings become fewer, in pieces of AT_ONCE numbers."""
    first = 0
    while first < len(order):
        longest = int(count[order[first]])
        last = first + max(1, AT_ONCE // (longest * dim + min(longest, dim) ** 2))
        yield order[first:last]
        first = last


class AlsTraining(Training[AlsConfig]):
    """One training; nothing is chosen by the validation ratings."""

    libraries: tuple[tuple[str, str], ...] = (("scipy", scipy.__version__),)

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs; the numbers that `Als.shapes` names, and the number of the last epoch. Raises DivergedError: a
        number stopped being finite; EngineMissingError, WorkerDiedError: Spark is missing, or gave up."""
        ratings, dim = self.ratings, self.config.embedding_dim
        self.effects = self.progress.heeding(lambda: main_effects(ratings, self.parts.train, rounds=ROUNDS))
        self.tables = [np.zeros((len(one) + 1, dim), np.float32) for one in (ratings.users, ratings.items)]
        elsewhere = self.config.engine == "spark"
        (self._by_spark if elsewhere else self._here)()
        return self._arrays(), 1 if elsewhere else self.config.epochs

    def _arrays(self) -> dict[str, np.ndarray]:
        users, items = (table[:-1] for table in self.tables)
        return arrays_of(self.effects, users, items)

    def _here(self) -> None:
        sides = self.progress.heeding(self._sides)
        chance, items = np.random.default_rng(self.config.seed), self.tables[1][:-1]
        items[:] = chance.normal(size=items.shape) * 0.1 / np.sqrt(items.shape[1])
        self.penalties = [0.0, 0.0]  # of the vectors of the users, and of the items
        self.look(0)
        self.threads = ThreadPoolExecutor(os.cpu_count())
        try:
            with threadpool_limits(1, user_api="blas"):
                for number in range(1, self.config.epochs + 1):
                    self._epoch(number, sides)
        finally:
            self.threads.shutdown(cancel_futures=True)

    def _by_spark(self) -> None:
        """All iterations of Spark as one epoch."""
        from core.training import spark, spark_session  # need PySpark, which is not everybody's

        began = time.perf_counter()
        with spark_session.session(self.progress) as session, spark.told():
            self.libraries = (*self.libraries, *spark.libraries())
            model = spark.fitted(session, spark.frame(session, *self._left()), self.config, self.progress)
            for table, factors in zip(self.tables, (model.userFactors, model.itemFactors), strict=True):
                found = factors.toArrow()
                table[found["id"].to_numpy()] = spark.matrix(found["features"])
        spark_epoch(self.config, self.ratings, self.parts, self._arrays(), self.progress, began)

    def _left(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """User, item, and what the averages leave, float32, of each training rating, (n_train,)."""
        ratings, rows = self.ratings, self.parts.train
        left = (ratings.rating[rows] - self.effects.guess(ratings, rows)).astype(np.float32)
        return ratings.user_index[rows], ratings.item_index[rows], left

    def _sides(self) -> tuple[Side, Side]:
        """The training ratings by user and by item."""
        ratings, dim, (user, item, left) = self.ratings, self.config.embedding_dim, self._left()
        return (
            Side.of(user, item, left, size=len(ratings.users), dim=dim),
            Side.of(item, user, left, size=len(ratings.items), dim=dim),
        )

    def _epoch(self, number: int, sides: tuple[Side, Side]) -> None:
        began, loss = time.perf_counter(), 0.0
        for which, side in enumerate(sides):
            loss = self._half(number - 1 + which / 2, which, side)
        self.check_finite(number, loss, advice="; raise the penalty")
        self.look(number)
        measured = measure(self.ratings, self.parts, self._predict, self.progress)
        self.progress.epoch(Epoch(number, time.perf_counter() - began, loss, **measured))

    def _half(self, at: float, which: int, side: Side) -> float:
        """Solve for all rows of one side, `at` epochs from the start; what is minimized, for each training rating."""
        table, other, penalty = self.tables[which], self.tables[1 - which], self.config.vector_penalty
        coming = [self.threads.submit(side.solved, rows, other, penalty) for rows in side.blocks]
        told, ratings, squares, self.penalties[which] = time.perf_counter(), 0, 0.0, 0.0
        for rows, solved in zip(side.blocks, coming, strict=True):
            self.progress.heed()
            vectors, errors, weighed = solved.result()
            table[rows] = vectors
            ratings, squares = ratings + int(side.count[rows].sum()), squares + errors
            self.penalties[which] += weighed
            if time.perf_counter() - told > STRETCH_SECONDS:
                self.progress.step(Step(at=at + ratings / len(side.left) / 2, loss=squares / ratings))
                told = time.perf_counter()
        return (squares + sum(self.penalties)) / len(side.left)

    def _predict(self, user: np.ndarray, item: np.ndarray) -> np.ndarray:
        """Guesses of pairs at this moment, (n,)."""
        effects = self.effects
        product = np.einsum("ij,ij->i", self.tables[0][user], self.tables[1][item])
        return product + (effects.mean + effects.user[user] + effects.item[item])

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' vectors."""
        return self.tables[1][rows]


def arrays_of(effects: MainEffects, users: np.ndarray, items: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers that `Als.shapes` names, from averages and the two tables of vectors."""
    return {
        "user_embedding": np.ascontiguousarray(users),
        "item_embedding": np.ascontiguousarray(items),
        "user_bias": effects.user.astype(np.float32),
        "item_bias": effects.item.astype(np.float32),
        "mean": np.array([effects.mean], np.float32),
    }


def spark_epoch(
    config: AlsConfig,
    ratings: Ratings,
    parts: Split,
    arrays: dict[str, np.ndarray],
    progress: Progress,
    began: float,
) -> None:
    """Measure what Spark has found, and tell of it as the one epoch that began at `began`."""
    scorer = Als.make(arrays, min_rating=ratings.min_rating, max_rating=ratings.max_rating)
    measured = measure(ratings, parts, scorer.predict, progress)
    weighed = sum(
        float(parts.training_count(ratings, users=users) @ np.square(vectors, dtype=np.float64).sum(axis=1))
        for users, vectors in ((True, scorer.user_embedding), (False, scorer.item_embedding))
    )
    loss = measured["rmse"] ** 2 + config.vector_penalty * weighed / len(parts.train)
    progress.epoch(Epoch(1, time.perf_counter() - began, loss, **measured))


TRAINING = AlsTraining
