"""What a model learned about categories and years themselves: the vectors that its items' vectors are sums of."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.data.ratings import Ratings
from core.errors import AnalysisError, UnknownItemError
from core.model.item_features import FeatureGroup, item_features
from core.model.scoring import Scorer

SURE = 0.01
"""A feature is clear where its posterior's width alone would put a vector this far from zero more rarely than this."""


@dataclass(frozen=True, eq=False)
class LearnedFeatures:
    """All features of a model, group after group.

    Attributes:
        groups: The columns that they come from.
        group: Which of `groups` each belongs to, (n,).
        labels: What each is called, such as "Horror" or "1990–1994".
        count: How many items have it, (n,).
        numbers: Its bias and its vector, (n, 1 + d), for an item that has no other of its group.
        variance: Posterior variance of each of these, (n, 1 + d).
    """

    groups: tuple[FeatureGroup, ...]
    group: np.ndarray
    labels: tuple[str, ...]
    count: np.ndarray
    numbers: np.ndarray
    variance: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def names(self) -> list[str]:
        """What each is called beside items: "Horror (genres)"."""
        return [f"{label} ({self.groups[place].name})" for label, place in zip(self.labels, self.group, strict=True)]

    def index(self, name: str) -> int:
        """The place of a feature by its name; raises UnknownItemError where there is none."""
        if name not in self.names:
            raise UnknownItemError(
                f"nothing that the model learned is called {name!r:.60}; such as {self.names[0]!r} is"
            )
        return self.names.index(name)

    @property
    def vectors(self) -> np.ndarray:
        """The vector of each, (n, d)."""
        return self.numbers[:, 1:]

    @property
    def clear(self) -> np.ndarray:
        """Whether the posterior of a feature's vector is clearly away from zero, boolean, (n,).

        The sum of m² / s over the dimensions is beyond what a chi-square variable reaches one time in a hundred.
        """
        distance = np.square(self.vectors, dtype=np.float64) / np.maximum(self.variance[:, 1:], 1e-12)
        return np.asarray(distance.sum(axis=1) > _chi_square(self.vectors.shape[1]))

    @property
    def described(self) -> np.ndarray:
        """Whether an item has any feature, boolean, (n_items,): then it has a place even without a rating."""
        return np.asarray(sum(np.diff(group.matrix.indptr) for group in self.groups)) > 0

    def places(self, embeddings: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Where an item would lie that has one feature, and is the average item in all else, (n, d).

        The mean vector of some items, with what one column gives to it exchanged for the vector of one feature.

        Args:
            embeddings: The item matrix, (n_items, d).
            rows: The items that are averaged, at least one.
        """
        average = np.empty_like(self.vectors)
        for place, group in enumerate(self.groups):
            own = self.group == place
            share = np.asarray(group.matrix[rows].mean(axis=0)).ravel()
            average[own] = share @ self.vectors[own]
        return embeddings[rows].mean(axis=0) - average + self.vectors

    def listed(self, place: int) -> np.ndarray:
        """The clear features of one group, in its order, int64."""
        return np.flatnonzero(self.clear & (self.group == place))


def learned_features(scorer: Scorer, ratings: Ratings) -> LearnedFeatures | None:
    """The features of a model; None where it has none.

    Args:
        scorer: The model.
        ratings: The data it learned from.

    Raises:
        AnalysisError: The data have other features than the model learned.
    """
    if not (scorer.knows_unseen_items and len(scorer.arrays["feature_numbers"])):
        return None
    groups = item_features(ratings)
    sizes = [len(group.labels) for group in groups]
    numbers, variance = scorer.arrays["feature_numbers"], scorer.arrays["feature_variance"]
    if sum(sizes) != len(numbers):
        raise AnalysisError(
            f"the model learned {len(numbers)} features, and the data have {sum(sizes)}; train it again"
        )
    return LearnedFeatures(
        groups=groups,
        group=np.repeat(np.arange(len(groups)), sizes),
        labels=tuple(label for group in groups for label in group.labels),
        count=np.concatenate([np.bincount(group.matrix.indices, minlength=len(group.labels)) for group in groups]),
        numbers=numbers,
        variance=variance,
    )


def _chi_square(degrees: int) -> float:
    """What a chi-square variable is beyond with a probability of `SURE`, to a hundredth (Wilson and Hilferty 1931).

    SciPy has it exactly, and takes half a second to import.
    """
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + NormalDist().inv_cdf(1 - SURE) * spread**0.5) ** 3)


def placed_items(scorer: Scorer, ratings: Ratings, trained: np.ndarray) -> np.ndarray:
    """Which items have numbers that mean something, boolean, (n_items,).

    Those with a training rating, `trained`; of a model that learned features, those that have any of them too.

    Raises:
        AnalysisError: As `learned_features`.
    """
    features = learned_features(scorer, ratings)
    return trained if features is None else trained | features.described


def joined(words: Sequence[str]) -> str:
    """Words in a sentence: "genres and year"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
