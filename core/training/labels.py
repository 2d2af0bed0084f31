"""Training the model of labels: full steps over all cells of the table of items and labels, in NumPy alone."""

import time
from dataclasses import replace

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import TEST_SEED, Split
from core.errors import NotApplicableError
from core.model.events import Epoch, Started
from core.model.labels import LabelsConfig
from core.model.metrics import Measured
from core.model.scale import sigmoid
from core.training.adam import Adam
from core.training.baselines import started
from core.training.progress import Training

STEPS = 10  # steps of an epoch, each over all cells
LEARNING_RATE = 0.05  # Adam's step size


class LabelsTraining(Training[LabelsConfig]):
    """One training; nothing is chosen by the cells that are kept aside."""

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All epochs; the numbers that `Labels.shapes` names, and the number of the last epoch. Raises DivergedError: a
        number stopped being finite; NotApplicableError: the data have no labels to tell apart."""
        config, (rows, has) = self.config, table(self.ratings)
        learned, aside = divided(config, has.shape)
        dim, chance = config.embedding_dim, np.random.default_rng(config.seed)
        self.items = chance.normal(scale=0.1, size=(len(self.ratings.items), dim)).astype(np.float32)
        common = (has * learned).sum(axis=0) + 0.5, learned.sum(axis=0) + 1
        offset = np.log(common[0] / (common[1] - common[0])).astype(np.float32)
        self.numbers = [self.items[rows], chance.normal(scale=0.1, size=(has.shape[1], dim)).astype(np.float32), offset]
        self.adam = Adam(self.numbers, LEARNING_RATE)
        self.items[:] = 0  # of an item without any label nothing is known
        self.labeled = rows
        self.look(0)
        for number in range(1, config.epochs + 1):
            began, loss = time.perf_counter(), 0.0
            for _ in range(STEPS):
                self.progress.heed()
                loss += self._step(has, learned) / STEPS
            self.check_finite(number, *self.numbers)
            self.look(number)
            vectors, labels, offset = self.numbers
            value = auc(vectors @ labels.T + offset, has, aside)
            self.progress.epoch(Epoch(number, time.perf_counter() - began, loss, metric=Measured("auc", value)))
        self.items[rows] = self.numbers[0]
        return {
            "item_embedding": self.items,
            "label_embedding": self.numbers[1],
            "label_offset": self.numbers[2],
        }, config.epochs

    def _step(self, has: np.ndarray, learned: np.ndarray) -> float:
        """One step of Adam; the mean log loss of a cell that is learned from."""
        vectors, labels, offset = self.numbers
        score = vectors @ labels.T + offset
        loss = float((np.logaddexp(0, score) - has * score)[learned].mean(dtype=np.float64))
        off = np.where(learned, sigmoid(score) - has, 0).astype(np.float32)
        penalty = np.float32(self.config.label_penalty)
        share = np.float32(len(vectors) / len(labels))  # an average label stands beside so many items
        slopes = off @ labels + penalty * vectors, off.T @ vectors + penalty * share * labels, off.sum(axis=0)
        self.adam.move(slopes)
        return loss

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' vectors; zeros of those without a label."""
        self.items[self.labeled] = self.numbers[0]
        return self.items[rows]


def table(ratings: Ratings) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the items that have labels, rising, (n,), and which of the labels each has, float32, (n, n_labels).

    Labels are in alphabetical order; one that a single item has, or all of them, tells nothing apart and is left out.

    Raises NotApplicableError: there are fewer than two labels, or two items with some.
    """
    genres = ratings.item_table["genres"]
    names = sorted({name for some in genres for name in some})
    place = {name: column for column, name in enumerate(names)}
    has = np.zeros((len(genres), len(names)), np.float32)
    for row, some in enumerate(genres):
        has[row, [place[name] for name in some]] = 1
    rows = np.flatnonzero(has.any(axis=1))
    often = has.sum(axis=0)
    has = has[rows][:, (often > 1) & (often < len(rows))]
    if len(rows) < 2 or has.shape[1] < 2:
        raise NotApplicableError(
            f"{ratings.name} does not say which genres or other labels its items have, or too few to tell items apart, "
            "and that is what this model learns; choose another model, or import the data with a column of genres"
        )
    return rows, has


def divided(config: LabelsConfig, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Which cells are learned from and which are kept aside, boolean, drawn as ratings are; test cells are neither."""
    cells = np.arange(shape[0] * shape[1])
    if config.test_fraction:
        cells = np.random.default_rng(TEST_SEED).permutation(cells)[: int((1 - config.test_fraction) * len(cells))]
    drawn = np.random.default_rng(config.split_seed).permutation(cells)
    cut = int((1 - config.validation_fraction) * len(drawn))
    parts = np.zeros((2, shape[0] * shape[1]), bool)
    parts[0, drawn[:cut]] = parts[1, drawn[cut:]] = True
    return parts[0].reshape(shape), parts[1].reshape(shape)


def auc(score: np.ndarray, has: np.ndarray, aside: np.ndarray) -> float:
    """Mean over the labels of the area under the ROC curve among the items whose cell is kept aside.

    It is the share of pairs of an item with the label and one without it that the score puts in this order, ties
    counting half (Mann and Whitney 1947). Labels of which the cells aside are all alike say nothing and are left out.
    """
    found = []
    for column in range(has.shape[1]):
        rows = aside[:, column]
        with_it, without = (np.sort(score[rows & (has[:, column] == kind), column]) for kind in (1, 0))
        if len(with_it) and len(without):
            below = [np.searchsorted(without, with_it, side=side).mean() for side in ("left", "right")]
            found.append(sum(below) / 2 / len(without))
    return float(np.mean(found)) if found else 0.5


def expected(config: LabelsConfig, ratings: Ratings, parts: Split) -> Started:
    """Sizes in cells; without a model an AUC is a half, however common each label is."""
    learned, aside = divided(config, table(ratings)[1].shape)
    begin = started(config.epochs, parts, references={"chance": 0.5})
    n, m = int(learned.sum()), int(aside.sum())
    return replace(begin, n_train=n, n_validation=m, unseen_items=0, unseen_users=0)


TRAINING = LabelsTraining
