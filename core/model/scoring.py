"""What a trained model answers: scores and ratings, the rows behind them, and what may be asked of it.

A scorer holds the learned numbers of one run. Each model family has a scorer of its own, in a file of its own; the
analyses ask it and never look at the name of the family.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from core.config import RunConfig
from core.errors import NotApplicableError
from core.model.item_features import FeatureGroup
from core.model.layers import Network
from core.model.metrics import RMSE, Metric
from core.model.scale import Scale

BLOCK = 100_000  # rows for which derivatives are held at once


@dataclass(frozen=True, eq=False)
class Scorer(ABC):
    """The learned numbers of one run, and everything that follows from them.

    A family says what it can: `has_vectors` (a row of numbers for each item, and often for each user), `has_biases`
    (one more number for each), `is_bilinear` (the score is a sum, and the dot product of the two vectors is one of its
    terms), `has_uncertainty` (it knows how sure each number is), `guesses_ratings` (a score stands for a rating;
    `metric` is what the family is judged by), `trained_here` (else nobody knows which ratings it learned from). What
    depends on the run as well are properties: `has_user_vectors`, `knows_item_columns`, `knows_unseen_items`.
    """

    arrays: Mapping[str, np.ndarray]  # what was learned, float32, by the names in `shapes`
    scale: Scale  # how a score becomes a rating

    config_type: ClassVar[type[RunConfig]]
    title: ClassVar[str]
    short_title: ClassVar[str]
    summary: ClassVar[str]
    score_latex: ClassVar[str]
    weights: ClassVar[Mapping[str, tuple[str, int]]]  # array: the Keras layer that holds it, and its place there
    recorded: ClassVar[str] = "item_embedding"  # the array in which items move while the model learns
    level: ClassVar[str] = ""  # the array that moves every score alike, where the family has one
    folded: ClassVar[frozenset[str]] = frozenset()  # arrays that exports add to the items' biases
    uses_sigmoid: ClassVar[bool] = False
    has_vectors: ClassVar[bool] = True
    has_biases: ClassVar[bool] = False
    is_bilinear: ClassVar[bool] = False
    has_uncertainty: ClassVar[bool] = False
    training: ClassVar[str] = "gradient"  # the module of core.training that trains it
    rating_bytes: ClassVar[int] = 120  # that a training without batches holds for a rating, beside the data
    metric: ClassVar[Metric] = RMSE
    guesses_ratings: ClassVar[bool] = True
    trained_here: ClassVar[bool] = True

    @property
    def has_user_vectors(self) -> bool:
        """Whether there is a row for each user too."""
        return len(self.user_embedding) > 0

    @property
    def knows_item_columns(self) -> bool:
        """Whether it also learned from what the data say of the items: genres, the year, further columns."""
        return False

    @property
    def knows_unseen_items(self) -> bool:
        """Whether its numbers for an item without a training rating mean something, as the item's columns give them."""
        return self.knows_item_columns

    def learned_items(self, trained: np.ndarray) -> np.ndarray:
        """Which items training has moved, boolean, (n_items,); `trained` are those with a training rating."""
        return trained

    @classmethod
    def make(cls, arrays: Mapping[str, np.ndarray], *, min_rating: float, max_rating: float) -> Self:
        """A scorer of these numbers on a rating scale."""
        return cls(arrays, Scale(min_rating, max_rating, cls.uses_sigmoid))

    @classmethod
    @abstractmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """Shape of each array that a model of these settings learns, by name; an axis may be ANY_LENGTH."""

    @classmethod
    def misfit(cls, arrays: Mapping[str, np.ndarray]) -> str | None:
        """What is wrong with finite arrays of these shapes that no training makes; None where nothing is."""
        return None

    @classmethod
    @abstractmethod
    def build(cls, config: RunConfig, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """The untrained Keras model, and what of it the penalty weighs; every random number follows from `seed`."""

    def rebuilt(self, config: RunConfig) -> Network:
        """The Keras model with as many rows as there are numbers, which are still to be put into it."""
        rows = {"n_users": len(self.user_embedding), "n_items": len(self.item_embedding)}
        return self.build(config, **rows, scale=self.scale, seed=0)

    @abstractmethod
    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """The model's score of pairs, float, (n,)."""

    @abstractmethod
    def formula(self) -> str:
        """How a rating follows from the exported numbers, as one line of text."""

    @abstractmethod
    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores of items for somebody with these numbers, and how each score changes with each number.

        `numbers`: a row such as those of `user_numbers`, float64, (p,); `items`: rows of items, int, (n,). Returns
        scores, float64, (n,), and derivatives, float64, (n, p).
        """

    @classmethod
    def why_no_guesses(cls) -> str:
        """Why it guesses no ratings, where it does not, as the middle of a sentence about it."""
        return f"it guesses no ratings, and is judged by its {cls.metric.title}"

    @classmethod
    def trained_elsewhere(cls, config: Any) -> bool:
        """Whether another program than this one does the training: neither time nor memory is needed for it here."""
        return False

    @classmethod
    def epochs(cls, config: Any) -> int:
        """Most epochs that a training of these settings has."""
        return int(config.epochs)

    @classmethod
    def products(cls, config: RunConfig, n_users: int, n_items: int, n_trained: int) -> int:
        """Multiplications of an epoch where products of matrices decide how long it takes; else 0."""
        return 0

    @classmethod
    def numbers_per_rating(cls, config: RunConfig) -> int:
        """Numbers that one rating of a step goes through side by side, for estimates of memory and time."""
        return config.dimensions

    @classmethod
    def rating_latex(cls) -> str:
        """The formula of a rating for people, in TeX."""
        scaled = ", scaled" if cls.uses_sigmoid else ""
        return f"rating $= {Scale(0, 1, cls.uses_sigmoid).latex(cls.score_latex)}${scaled}"

    def predict(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Predicted ratings of pairs, float32, (n,), not clipped."""
        return np.asarray(self.scale.rating(self.score(user_index, item_index)), np.float32)

    @property
    def user_embedding(self) -> np.ndarray:
        """A vector for each user, float32, (n_users, d); no columns where the family has no vectors, and no rows where
        it has none of users."""
        none = np.zeros((0, self.item_embedding.shape[1]), np.float32)
        return self.arrays.get("user_embedding", none)

    @property
    def item_embedding(self) -> np.ndarray:
        """A vector for each item, float32, (n_items, d); no columns where the family has no vectors."""
        return self.arrays["item_embedding"]

    @cached_property
    def user_bias(self) -> np.ndarray:
        """A bias for each user, float32, (n_users,); zeros where the family has none."""
        return self.arrays["user_bias"] if self.has_biases else np.zeros(len(self.user_embedding), np.float32)

    @cached_property
    def item_bias(self) -> np.ndarray:
        """A bias for each item, float32, (n_items,); zeros where the family has none."""
        return self.arrays["item_bias"] if self.has_biases else np.zeros(len(self.item_embedding), np.float32)

    @property
    def exported_item_bias(self) -> np.ndarray:
        """The items' biases as exports hold them, float32, (n_items,)."""
        return self.item_bias

    rows: ClassVar[frozenset[str]] = frozenset({"user_embedding", "item_embedding", "user_bias", "item_bias"})
    """Names of the arrays with one row for each user or item; the others belong to the model as a whole."""

    @cached_property
    def user_numbers(self) -> np.ndarray:
        """What is learned about each user, and fitted for a new one: the vector, and the bias where there is one."""
        vectors = np.asarray(self.user_embedding, np.float64)
        return np.column_stack([vectors, self.user_bias]) if self.has_biases else vectors

    def item_doubt(self, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How uncertain the items' own numbers are: 0 everywhere where the family does not know.

        `items`: rows of items, int, (n,). Returns variance of what each item adds by itself, (n,), and of how its score
        changes with each of a new user's numbers (the derivatives of `score_new_user`), (n, p); float64.
        """
        width = self.user_embedding.shape[1] + self.has_biases
        return np.zeros(len(items)), np.zeros((len(items), width))

    def expected_user(self, groups: Sequence[FeatureGroup], item_index: np.ndarray) -> np.ndarray:
        """Bias and vector to expect of somebody who rated these items, whatever the ratings, float64, (1 + d,): zeros,
        unless the family learns what that says. `groups` are the `item_features` of the data it learned from.
        """
        return np.zeros(self.user_embedding.shape[1] + 1)

    def rating_variance(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Variance of the ratings to expect of pairs before they are held inside the scale, squared rating units, (n,).
        Raises NotApplicableError: the family has no uncertainty."""
        refuse(self, "it does not know how sure its numbers are")

    def score_new_user_on_all(self, numbers: np.ndarray) -> np.ndarray:
        """Scores of all items for somebody with these numbers, float64, (n_items,)."""
        return np.concatenate([self.score_new_user(numbers, items)[0] for items in self._blocks()])

    def score_variance(self, numbers: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        """Variance of each item's score for somebody whose numbers have this covariance (delta method), (n_items,)."""
        parts = []
        for items in self._blocks():
            _, change = self.score_new_user(numbers, items)
            parts.append(np.einsum("ij,jk,ik->i", change, covariance, change))
        return np.maximum(np.concatenate(parts), 0)

    def _blocks(self) -> list[np.ndarray]:
        items = np.arange(len(self.item_embedding))
        return np.array_split(items, max(1, -(-len(items) // BLOCK)))


@dataclass(frozen=True, eq=False)
class Bilinear(Scorer):
    """score = constant + b_u + b_v + u · v: a sum that can be taken apart, along any axes of the vectors."""

    is_bilinear: ClassVar[bool] = True

    @property
    def constant(self) -> float:
        """What is added for every pair alike; 0 where the family has no such number."""
        return 0.0

    @property
    def exported_item_bias(self) -> np.ndarray:
        """Biases with the constant in them, float32, (n_items,): with the vectors all that a guess needs."""
        return self.item_bias + np.float32(self.constant)

    @classmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """Two tables of vectors, and the biases where there are any."""
        tables: dict[str, tuple[int, ...]] = {
            "user_embedding": (n_users, config.dimensions),
            "item_embedding": (n_items, config.dimensions),
        }
        return tables | ({"user_bias": (n_users,), "item_bias": (n_items,)} if cls.has_biases else {})

    def item_parts(self, groups: Sequence[FeatureGroup]) -> dict[str, np.ndarray]:
        """What each item's bias and vector are a sum of, by name, each float32, (n_items, 1 + d): itself alone, where
        the family learns one row for each item; `groups` as for `expected_user`."""
        return {"own": np.column_stack([self.item_bias, self.item_embedding])}

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """The sum, (n,)."""
        product = np.einsum("ij,ij->i", self.user_embedding[user_index], self.item_embedding[item_index])
        return self.complete(product, user_index, item_index)

    def complete(self, product: np.ndarray, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """The score of pairs whose dot products are given, (n,): the other terms are added."""
        if not self.has_biases:
            return product + self.constant if self.constant else product
        return product + self.user_bias[user_index] + self.item_bias[item_index] + self.constant

    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The item's vector is how its score changes with the user's, and 1 how it changes with the bias."""
        change = np.asarray(self.item_embedding[items], np.float64)
        if self.has_biases:
            change = np.column_stack([change, np.ones(len(change))])
        return change @ numbers + self.item_bias[items] + self.constant, change

    def score_new_user_on_all(self, numbers: np.ndarray) -> np.ndarray:
        """One product of the item matrix, without a copy of it."""
        dim = self.item_embedding.shape[1]
        score = (self.item_embedding @ numbers[:dim].astype(np.float32)).astype(np.float64)
        return score + self.item_bias + (numbers[dim] if self.has_biases else 0.0) + self.constant

    def score_variance(self, numbers: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        """v' C v and, where there is a bias, its variance and twice its covariance with the vector."""
        vectors, dim = self.item_embedding, self.item_embedding.shape[1]
        inner = covariance[:dim, :dim].astype(np.float32)
        variance = np.einsum("ij,ij->i", vectors @ inner, vectors).astype(np.float64)
        if self.has_biases:
            variance += 2 * (vectors @ covariance[:dim, dim].astype(np.float32)) + covariance[dim, dim]
        return np.maximum(variance, 0)

    def formula(self) -> str:
        """The sum of the terms the family has, the constant in the items' biases as exports hold it."""
        terms = ["dot(user.embedding, item.embedding)"] if self.has_vectors else []
        terms += ["user.bias", "item.bias"] if self.has_biases else []
        return f"rating = {self.scale.text(' + '.join(terms))}"


def require_bilinear(scorer: Scorer) -> Bilinear:
    """The scorer as a sum of terms of a rating; raises NotApplicableError where its score is none."""
    require_guesses(scorer)
    if not isinstance(scorer, Bilinear):
        refuse(scorer, "its score is not a sum of terms, so it cannot be taken apart into averages and components")
    return scorer


def require_guesses(scorer: Scorer) -> Scorer:
    """The scorer itself; raises NotApplicableError where it guesses no ratings."""
    if not scorer.guesses_ratings:
        refuse(scorer, scorer.why_no_guesses())
    return scorer


def require_vectors(scorer: Scorer) -> Scorer:
    """The scorer itself; raises NotApplicableError where it has no vectors."""
    if not scorer.has_vectors:
        refuse(scorer, "it has no vectors, so there is nothing to compare, to draw or to take components of")
    return scorer


def require_user_vectors(scorer: Scorer) -> Scorer:
    """The scorer itself; raises NotApplicableError where it has no vectors of users."""
    if not require_vectors(scorer).has_user_vectors:
        refuse(scorer, "it has vectors of items alone, and learned nothing about users")
    return scorer


def require_biases(scorer: Scorer) -> Scorer:
    """The scorer itself; raises NotApplicableError where it has no biases of ratings."""
    require_guesses(scorer)
    if not scorer.has_biases:
        refuse(scorer, "it has no biases: how liked something is has to fit into its vectors")
    return scorer


def require_item_columns(scorer: Scorer) -> Scorer:
    """The scorer itself; raises NotApplicableError where it learned nothing from columns of the items."""
    if not scorer.knows_item_columns:
        require_guesses(scorer)
        reason = "it learned from ratings alone, and knows nothing of what nobody has rated"
        refuse(scorer, f"{reason}, as the preset best does where the data say more of what is rated")
    return scorer


def refuse(scorer: Scorer | type[Scorer], reason: str) -> NoReturn:
    """Raise the NotApplicableError that says why a family cannot do what was asked."""
    name = f"{scorer.title[0].lower()}{scorer.title[1:]}"
    raise NotApplicableError(f"this does not apply to the model “{name}”: {reason}; choose a model of another kind")
