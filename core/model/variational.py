"""variational: rating = mean + b_u + b_v + u · v, where every number is a distribution.

A factorization whose posterior is approximated by independent normals (Lim and Teh 2007, "Variational Bayesian
approach to movie rating prediction"), with a precision of the prior for each group and dimension that the model finds
by itself (MacKay's and Neal's automatic relevance determination). An item's numbers are a sum (Kula 2015,
arXiv:1507.08439): its own, those of who rated it (the flipped SVD++ of Rendle, Zhang and Koren 2019,
arXiv:1905.01395), and those of its categories.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np

from core.config import RunConfig, family_name, setting, vector_size
from core.errors import AnalysisError
from core.model.around_mean import AroundMean
from core.model.item_features import FeatureGroup, shares
from core.model.layers import ANY_LENGTH

STEPS_PER_EPOCH = 5  # steps that count as an epoch: after them the precisions move, and errors are measured

ITEM_GROUP = "column {}"
"""Name of the features that say what an item is, from that of the column: one called "own" is not the items' own."""

NOISE_COUNT = 10  # ratings' worth of everybody's noise in the noise of one user
USER_GROUP = "rates {}"  # name of the features that say what a user rates, from that of the items' features

POSITIVE = ("user_variance", "item_variance", "feature_variance", "prior_precision", "noise_variance", "typical_noise")
"""Arrays of variances and precisions: divided by, and roots are taken of them."""


class VariationalConfig(RunConfig):
    """Settings of the factorization that knows how sure it is."""

    model: Literal["variational"] = family_name("variational")
    embedding_dim: int = vector_size(
        12,
        "Most numbers that describe each user and each item; the model switches off those it has no use for.",
        grows="Slower; what is not needed is pressed to zero, so nothing is learned by heart.",
    )
    steps: int = setting(
        80,
        "How often all numbers are adjusted, each time by all training ratings. The page counts five as an epoch.",
        title="Steps",
        unit="over all ratings",
        grows="More time to settle; after 80 little changes.",
        ge=25,
        le=2000,
    )
    raters: bool = setting(
        True,
        "Also learn from who rated an item, and how that user's rating differed from their mean.",
        title="Who rated it",
    )
    item_columns: bool = setting(
        True,
        "Also learn numbers for what is known of the items: genres, the year, any further column.",
        title="Genres, year and further columns",
    )


class Variational(AroundMean):
    """Means and variances of all numbers, and what an item's numbers are a sum of.

    Beside the arrays of every model with biases (the means of the sums, in rating units) there are

    - `user_variance`, `item_variance`: (n_rows, 1 + d), of the bias and then of the vector;
    - `own_numbers`: (n_items, 1 + d), the item's own part of its bias and vector;
    - `feature_numbers`, `feature_variance`: (n_features, 1 + d), of all feature groups one after another;
    - `user_feature_numbers`, `user_feature_center`: what the features of the items that somebody rates say about them,
      (n_features, 1 + d), counted from everybody's mean share of each, (n_features,);
    - `prior_precision`: (n_groups, 1 + d), of the groups `user`, `own`, who rated it where that is on (`raters`,
      `weighted`), the items' feature groups and the users';
    - `noise_variance`: (n_users,), what is left of a user's ratings however sure the model is, squared rating units;
    - `typical_noise`: (1,), the same for somebody unknown.

    In each dimension the vectors of both sides have the same mean square, and what belongs to them is in their units.
    """

    config_type: ClassVar[type[RunConfig]] = VariationalConfig
    title: ClassVar[str] = "Factorization that knows how sure it is"
    short_title: ClassVar[str] = "how sure"
    summary: ClassVar[str] = (
        "Averages over all models that fit, instead of choosing one; may also look at who rated, genres and years."
    )
    rows: ClassVar[frozenset[str]] = AroundMean.rows | {
        "user_variance",
        "item_variance",
        "own_numbers",
        "noise_variance",
    }
    training: ClassVar[str] = "variational"
    has_uncertainty: ClassVar[bool] = True

    @classmethod
    def epochs(cls, config: Any) -> int:
        """Every five steps are an epoch; the last may be shorter."""
        return -(-int(config.steps) // STEPS_PER_EPOCH)

    @property
    def knows_item_columns(self) -> bool:
        """Whether there was anything to learn features from, and the settings allowed it."""
        return len(self.arrays["feature_numbers"]) > 0

    @classmethod
    def shapes(cls, config: Any, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """The sums, their variances and their parts; how many features there are depends on the data."""
        width = config.embedding_dim + 1
        return super().shapes(config, n_users, n_items) | {
            "user_variance": (n_users, width),
            "item_variance": (n_items, width),
            "own_numbers": (n_items, width),
            "feature_numbers": (ANY_LENGTH, width),
            "feature_variance": (ANY_LENGTH, width),
            "user_feature_numbers": (ANY_LENGTH, width),
            "user_feature_center": (ANY_LENGTH,),
            "prior_precision": (ANY_LENGTH, width),
            "noise_variance": (n_users,),
            "typical_noise": (1,),
        }

    @classmethod
    def misfit(cls, arrays: Mapping[str, np.ndarray]) -> str | None:
        """A variance or a precision that is not above 0, or arrays of the same features that differ in length."""
        for name in POSITIVE:
            if not (arrays[name] > 0).all():
                return f"{name} holds numbers that are not above 0"
        known = len(arrays["feature_numbers"])
        for name in ("feature_variance", "user_feature_numbers", "user_feature_center"):
            if len(arrays[name]) != known:
                return f"{name} is of {len(arrays[name])} features, {known} were expected"
        if len(arrays["prior_precision"]) < 2:  # of the users' and of the items' own numbers at least
            return f"prior_precision is of {len(arrays['prior_precision'])} groups, 2 or more were expected"
        return None

    @property
    def item_numbers(self) -> np.ndarray:
        """The bias and then the vector of each item, float32, (n_items, 1 + d)."""
        return np.column_stack([self.item_bias, self.item_embedding])

    def guess_variance(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Posterior variance of the guesses of pairs, squared rating units, float64, (n,); without a rating's noise.

        The variance of a product of independent normals: P² S_Q + S_P Q² + S_P S_Q, summed over the dimensions, and
        the variances of the two biases.
        """
        users, items = self.arrays["user_variance"][user_index], self.arrays["item_variance"][item_index]
        user_square, item_square = self.user_embedding[user_index] ** 2, self.item_embedding[item_index] ** 2
        product = np.einsum("ij,ij->i", user_square, items[:, 1:])
        product += np.einsum("ij,ij->i", users[:, 1:], item_square + items[:, 1:])
        return product.astype(np.float64) + users[:, 0] + items[:, 0]

    def item_doubt(self, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of biases and vectors, as the posterior has them; what a user's bias changes is certain."""
        variance = self.arrays["item_variance"][items].astype(np.float64)
        return variance[:, 0], np.column_stack([variance[:, 1:], np.zeros(len(variance))])

    def rating_variance(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Variance of the ratings to expect of pairs, squared rating units, (n,): the guess's and the user's noise."""
        return self.guess_variance(user_index, item_index) + self.arrays["noise_variance"][user_index]

    def feature_rows(self, groups: Sequence[FeatureGroup]) -> dict[str, slice]:
        """Where the numbers of each group are in `feature_numbers`.

        `groups`: `item_features` of the data the model learned from; empty where it did not look at them. Raises
        AnalysisError: the data have other features than the model learned.
        """
        ends = np.cumsum([0, *(len(group.labels) for group in groups)]).tolist()
        known = len(self.arrays["feature_numbers"])
        if not known:
            return {}
        if ends[-1] != known:
            raise AnalysisError(f"the model learned {known} features, and the data have {ends[-1]}; train it again")
        return {group.name: slice(*bounds) for group, bounds in zip(groups, pairwise(ends), strict=True)}

    def expected_user(self, groups: Sequence[FeatureGroup], item_index: np.ndarray) -> np.ndarray:
        """Bias and vector to expect of somebody who rated these items, before their ratings are looked at.

        `item_index`: rows of the items, (n,); without any nothing is known. Returns float64, (1 + d,): the prior mean
        of their numbers.
        """
        expected = np.zeros(self.item_embedding.shape[1] + 1)
        if len(item_index):
            for group in groups if len(self.arrays["user_feature_numbers"]) else ():
                rated = shares(group, np.zeros(len(item_index), np.int64), item_index, 1).toarray()[0]
                if rated.any():
                    rows = self.feature_rows(groups)[group.name]
                    center = self.arrays["user_feature_center"][rows]
                    expected += (rated - center) @ self.arrays["user_feature_numbers"][rows]
        return expected

    def item_parts(self, groups: Sequence[FeatureGroup]) -> dict[str, np.ndarray]:
        """What each item's bias and vector are a sum of, by name, each float32, (n_items, 1 + d).

        `own` comes first, then `raters` where the model looked at them, then the feature groups, those of a column that
        is called like these as "column own". They add up to `item_numbers`: who rated it is what the others leave.
        """
        parts = {"own": self.arrays["own_numbers"]}
        where = self.feature_rows(groups)
        features = {
            _part_name(group.name): group.matrix @ self.arrays["feature_numbers"][where[group.name]]
            for group in groups
            if where
        }
        others = 2 + sum(1 + group.describes_users for group in groups if where)
        if len(self.arrays["prior_precision"]) > others:
            parts["raters"] = self.item_numbers - parts["own"] - sum(features.values())
        return parts | features


def _part_name(column: str) -> str:
    """What the part of an item that a column tells is called."""
    return ITEM_GROUP.format(column) if column in ("own", "raters") else column
