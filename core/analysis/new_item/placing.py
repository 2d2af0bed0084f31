"""Where an item would lie that nobody has rated, who would like it, and how sure that is.

A model that learned numbers for features (`core.model.variational`) places an item by their sum: nobody has rated it,
so its own part has the mean and the variance of the prior, 0 and 1/λ, and who rated it adds nothing. Every guess about
it then is one about an item of the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from core.analysis.gauge import centered
from core.analysis.neighbors.of_one import Neighbors, neighbors
from core.analysis.neighbors.support import resampled
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import LimitError, NotApplicableError
from core.model.item_features import YEARS, FeatureGroup
from core.model.scoring import Scorer, require_item_columns
from core.model.variational import Variational
from core.training.baselines import average_guesses, rmse

MOST_LISTED = 40  # categories that a refusal lists; of more, only their number is said


@dataclass(frozen=True)
class Description:
    """What somebody types in, by the column of the item table."""

    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)  # such as `{"genres": ("Comedy",)}`
    numbers: Mapping[str, float] = field(default_factory=dict)  # such as `{"year": 1994}`


def feature_weights(description: Description, groups: Sequence[FeatureGroup]) -> dict[str, np.ndarray]:
    """How strongly the item has each feature, by column, each float64, (n_features,), of length 1 or 0.

    Raises LimitError: nothing is said of it, a column or a category is none that the model learned, or no item of the
    data has a number in the same bin.
    """
    known = {group.name: group for group in groups}
    said = [*(name for name, labels in description.categories.items() if labels), *description.numbers]
    if not said:
        raise LimitError(f"nothing is said of the item that the model knows; say something of {_listed(list(known))}")
    for name in said:
        if name not in known:
            raise LimitError(f"the model learned nothing from a column {name!r:.40}; it knows {_listed(list(known))}")
        if (known[name].starts is None) != (name in description.categories):
            kind = "categories" if known[name].starts is None else "a number"
            raise LimitError(f"the column {name!r:.40} holds {kind}")
    weights = {}
    for name, group in known.items():
        weight = weights[name] = np.zeros(len(group.labels))
        if group.starts is not None and name in description.numbers:
            weight[_bin(group, group.starts, description.numbers[name])] = 1
        elif labels := dict.fromkeys(description.categories.get(name, ())):
            weight[[_place(group, label) for label in labels]] = 1 / np.sqrt(len(labels))
    return weights


def _place(group: FeatureGroup, label: str) -> int:
    if label not in group.labels:
        raise LimitError(f"{label!r:.40} is none of the {group.name:.40}; there are {_listed(group.labels)}")
    return group.labels.index(label)


def _bin(group: FeatureGroup, starts: np.ndarray, number: float) -> int:
    """The bin of a number; years have bins of their own, which need not follow each other."""
    place = int(np.searchsorted(starts, number, side="right")) - 1
    inside = place >= 0 and (group.name != "year" or number < starts[place] + YEARS)
    if not (np.isfinite(number) and inside):
        known = _listed(group.labels) if group.name == "year" else f"numbers from {starts[0]:g}"
        raise LimitError(f"no item of the data has a {group.name:.40} like {number:g}; there are {known}")
    return place


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(f"{name:.40}" for name in names[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


_OWN = 1  # row of the items' own parts in `prior_precision`


@dataclass(frozen=True, eq=False)
class Placed:
    """An item added to a model as its last row. `parts`: what its stored bias and then its vector are a sum of, by
    column, each float64, (1 + d,), in rating units."""

    scorer: Variational
    parts: Mapping[str, np.ndarray]

    @property
    def row(self) -> int:
        """Its row among the items."""
        return len(self.scorer.item_bias) - 1

    @property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Every user with this item."""
        users = np.arange(len(self.scorer.user_bias))
        return users, np.full(len(users), self.row)

    @cached_property
    def guesses(self) -> np.ndarray:
        """The rating to expect of each user, within the scale, (n_users,)."""
        return np.asarray(self.scorer.predict(*self._pairs), np.float64)

    @cached_property
    def doubts(self) -> np.ndarray:
        """Posterior standard deviation of each user's guess, rating units, (n_users,); without a rating's noise."""
        return np.sqrt(self.scorer.guess_variance(*self._pairs))

    @cached_property
    def misses(self) -> np.ndarray:
        """By how much a rating of each user would typically miss its guess, rating units, (n_users,)."""
        return np.sqrt(self.scorer.rating_variance(*self._pairs))

    def nearest(self, eligible: np.ndarray, *, top: int) -> Neighbors:
        """The items whose vectors point most the same way; `eligible`, (n_items,), without the item itself."""
        allowed = np.append(eligible, False)
        return neighbors(self.scorer.item_embedding, self.row, top=top, eligible=allowed)

    def agreement(self, near: Neighbors, eligible: np.ndarray) -> np.ndarray:
        """How often each of the nearest is among them again, were all vectors drawn again, 0–1, (n_near,)."""
        scorer, allowed = self.scorer, np.append(eligible, False)
        variance = scorer.arrays["item_variance"][:, 1:]
        return resampled(scorer.item_embedding, variance, self.row, {"cosine": near}, eligible=allowed)["cosine"]


def place(scorer: Scorer, groups: Sequence[FeatureGroup], description: Description) -> Placed:
    """Add an item of which somebody says something to a model. `description`: what is known of the item.
    Raises NotApplicableError: the model learned nothing from columns of the items; LimitError as `feature_weights`."""
    require_item_columns(scorer)
    if not isinstance(scorer, Variational):
        raise NotApplicableError(f"the model “{scorer.title}” does not say what its items' numbers are a sum of")
    weights, where, arrays = feature_weights(description, groups), scorer.feature_rows(groups), scorer.arrays
    parts = {name: weight @ arrays["feature_numbers"][where[name]] for name, weight in weights.items()}
    numbers = np.sum(list(parts.values()), axis=0)
    variance = 1 / arrays["prior_precision"][_OWN].astype(np.float64)
    for name, weight in weights.items():
        variance = variance + weight**2 @ arrays["feature_variance"][where[name]]
    added = {
        "item_bias": numbers[:1],
        "item_embedding": numbers[None, 1:],
        "item_variance": variance[None],
        "own_numbers": np.zeros((1, len(numbers))),
    }
    longer = {name: np.concatenate([arrays[name], rows]).astype(np.float32) for name, rows in added.items()}
    return Placed(scorer=replace(scorer, arrays={**arrays, **longer}), parts=parts)


@dataclass(frozen=True)
class BeforeTaste:
    """How liked an item is whoever rates it: its bias in the centered model, in rating units."""

    bias: float  # how far it lies above the average item, each item counting as often as it was rated in training
    spread: float  # standard deviation of that
    # what each column that something is said of adds, beside what it adds to the average item
    by_column: Mapping[str, float]
    # the rest: negative where the average item is better liked than those columns of it say. With the sum of
    # `by_column` it is the bias.
    beyond: float


def before_taste(
    placed: Placed, groups: Sequence[FeatureGroup], user_count: np.ndarray, item_count: np.ndarray
) -> BeforeTaste:
    """Take apart how liked an item is whoever rates it, as `core.analysis.gauge` does for all others.

    Part of what everybody shares lies in the vectors of a model, where the average person is not at zero; the stored
    bias is without it.

    `user_count`, `item_count`: training ratings of each user, (n_users,), and of each item of the model, (n_items,).
    Raises AnalysisError: there are no training ratings.
    """
    scorer, row = placed.scorer, placed.row
    model = centered(scorer, user_count, np.append(item_count, 0))
    lean = np.concatenate([[1.0], model.averages.user])  # of the average person, toward each number of an item
    where, numbers = scorer.feature_rows(groups), scorer.arrays["feature_numbers"]
    usual = {group.name: (model.item_weight[:-1] @ group.matrix) @ numbers[where[group.name]] for group in groups}
    by_column = {name: float(lean @ (part - usual[name])) for name, part in placed.parts.items() if part.any()}
    bias = float(model.item_bias[row])
    spread = np.sqrt(np.square(lean) @ scorer.arrays["item_variance"][row])
    return BeforeTaste(bias, float(spread), by_column, beyond=bias - sum(by_column.values()))


@dataclass(frozen=True, eq=False)
class Fans:
    """Who would like an item."""

    # share of the people who would rate it above their own mean, 0–1: the mean of everybody's probability, as the
    # item's own part is unknown
    share: float
    # how far each guess lies above the user's own mean, rating units, (n_users,); NaN for somebody left out
    above: np.ndarray
    order: np.ndarray  # rows of the users, those first whose guess lies furthest above, (n,)


def fans(placed: Placed, user_mean: np.ndarray, eligible: np.ndarray) -> Fans:
    """Compare everybody's guess with what they usually give.

    Args:
        user_mean: Mean rating of each user, (n_users,).
        eligible: Users to count, boolean, (n_users,): those whom training has seen.
    """
    from scipy.special import ndtr  # not before it is needed

    above = np.where(eligible, placed.guesses - user_mean, np.nan)
    rows = np.flatnonzero(eligible)
    order = rows[np.argsort(-above[rows], kind="stable")]
    liked = ndtr(above[rows] / placed.doubts[rows])
    return Fans(share=float(liked.mean()) if len(rows) else 0.0, above=above, order=order)


@dataclass(frozen=True)
class Unseen:
    """Errors on the validation ratings of items without a training rating."""

    # items, ratings: how many there are
    items: int
    ratings: int
    model_rmse: float  # of the model's guesses, clipped, in rating units
    averages_rmse: float  # of plain averages, which know nothing but how generous a user is


def unseen(scorer: Scorer, ratings: Ratings, parts: Split) -> Unseen | None:
    """Compare a model with plain averages on what neither has seen; None where training has seen every item."""
    item = ratings.item_index[parts.validation]
    cold = ~parts.trained(ratings)[item]
    if not cold.any():
        return None
    rows = parts.validation[cold]
    guess = np.clip(
        scorer.predict(ratings.user_index[rows], ratings.item_index[rows]), ratings.min_rating, ratings.max_rating
    )
    return Unseen(
        items=len(np.unique(item[cold])),
        ratings=len(rows),
        model_rmse=rmse(guess, ratings.rating[rows]),
        averages_rmse=rmse(average_guesses(ratings, parts)[cold], ratings.rating[rows]),
    )
