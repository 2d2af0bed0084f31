"""Somebody new in front of a trained model: everything needed to place them, guess for them and say how sure it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.analysis.gauge import Averages, averages
from core.analysis.new_user import foldin
from core.analysis.new_user.explain import personal
from core.analysis.new_user.foldin import NewUser, Prior
from core.analysis.new_user.uncertainty import MissCurve, Sureness, miss_curve, posterior_sureness, sureness
from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.item_features import FeatureGroup, item_features
from core.model.metrics import guess_error
from core.model.run import Run
from core.model.scoring import require_bilinear, require_guesses
from core.training.baselines import rmse

LOOKED_AT = 200_000  # ratings that misses are learned from, at most


@dataclass(frozen=True, eq=False)
class NewUserModel:
    """A run as somebody new meets it. `parts`: which ratings trained it."""

    run: Run
    ratings: Ratings
    parts: Split

    def __post_init__(self) -> None:
        """Raises NotApplicableError where the model guesses no ratings."""
        require_guesses(self.run.scorer)

    @cached_property
    def item_count(self) -> np.ndarray:
        """Training ratings of each item, (n_items,)."""
        return self.parts.training_count(self.ratings)

    @cached_property
    def trained_users(self) -> np.ndarray:
        """Boolean array, (n_users,): whom training has seen."""
        return self.parts.trained(self.ratings, users=True)

    @cached_property
    def prior(self) -> Prior:
        """Whom to expect: as the model itself says, where it has uncertainty.

        Else the people it was trained on say it, and the noise is the model's error: what it does not know even of its
        own people.
        """
        if self.run.scorer.has_uncertainty:
            return foldin.learned_prior(self.run.scorer, self._features)
        return foldin.people_prior(self.run.scorer, self.trained_users, noise=max(self.error, self._min_error) ** 2)

    @property
    def error(self) -> float:
        """RMSE on the validation ratings, rating units; of a model trained elsewhere on `looked_at`."""
        if self.run.scorer.trained_here:
            return self.run.outcome.guess_error
        return rmse(self.validation_guesses, self.ratings.rating[self.looked_at])

    @cached_property
    def looked_at(self) -> np.ndarray:
        """Rows of the validation ratings, or some of them; of all ratings, where the model was trained elsewhere."""
        return looked_at(self.parts)

    @cached_property
    def validation_guesses(self) -> np.ndarray:
        """The model's guesses of `looked_at`, held inside the scale, float32."""
        rows, ratings = self.looked_at, self.ratings
        scorer = self.run.scorer
        return scorer.scale.clip(scorer.predict(ratings.user_index[rows], ratings.item_index[rows]))

    @cached_property
    def curve(self) -> MissCurve:
        """How far guesses miss, by how often the item was rated."""
        rows, ratings = self.looked_at, self.ratings
        return miss_curve(self.item_count[ratings.item_index[rows]], self.validation_guesses - ratings.rating[rows])

    @cached_property
    def averages(self) -> Averages:
        """The average person and item, from which biases and taste are measured."""
        scorer = require_bilinear(self.run.scorer)
        return averages(scorer, self.parts.training_count(self.ratings, users=True), self.item_count)

    @property
    def spread(self) -> float:
        """How far off always guessing the mean is, RMSE on the ratings that `error` is of, rating units."""
        if not self.run.scorer.trained_here:
            return max(float(self.ratings.rating[self.looked_at].std()), self._min_error)
        return max(guess_error(self.run.started.mean_rmse), self._min_error)

    @property
    def _min_error(self) -> float:
        """An error that is above zero even where all ratings are equal, rating units."""
        return 1e-3 * (self.ratings.max_rating - self.ratings.min_rating or 1.0)

    @cached_property
    def _by_user(self) -> tuple[np.ndarray | None, np.ndarray]:
        """Rows sorted by user, None where they already are, and where each user begins among them, (n_users + 1,)."""
        user = self.ratings.user_index
        order = None if (user[1:] >= user[:-1]).all() else np.argsort(user, kind="stable")
        return order, np.concatenate([[0], np.cumsum(self.ratings.user_count)])

    def rows_of_user(self, user: int) -> np.ndarray:
        """Rows of one user's ratings in the whole data, int."""
        order, starts = self._by_user
        mine = np.arange(starts[user], starts[user + 1])
        return mine if order is None else order[mine]

    def place(self, given: Mapping[str, float]) -> NewUser:
        """Fit somebody to their ratings by item id. Raises UnknownItemError: an id does not occur in the data."""
        items = self.ratings.items.indices(given)
        return foldin.fold_in(self.run.scorer, items, np.fromiter(given.values(), np.float64), self.prior)

    def predictions(self, person: NewUser) -> np.ndarray:
        """Rating predicted for every item, (n_items,)."""
        return foldin.predictions(self.run.scorer, person)

    def personal(self, person: NewUser) -> np.ndarray | None:
        """How much of each guess is the person's own taste, (n_items,), rating units.

        None for a model whose guesses are no sum, or which knows no taste, and for somebody of whom nothing is known.
        """
        scorer = self.run.scorer
        if not (scorer.is_bilinear and scorer.has_vectors and person.n_ratings):
            return None
        return personal(require_bilinear(scorer), person, self.averages)

    def sureness(self, person: NewUser) -> Sureness:
        """How far each guess is probably off, (n_items,)."""
        scorer = self.run.scorer
        if not scorer.has_uncertainty:
            return sureness(self.curve, self.item_count, foldin.prediction_std(scorer, person), spread=self.spread)
        score = scorer.score_new_user_on_all(person.numbers)
        return posterior_sureness(score, *foldin.doubts(scorer, person), person.noise, scorer.scale, spread=self.spread)

    @cached_property
    def validation_sureness(self) -> Sureness:
        """The same for the guesses of `looked_at`, about people the model was trained on."""
        rows = self.looked_at
        return self.known_sureness(self.ratings.user_index[rows], self.ratings.item_index[rows])

    def known_sureness(self, users: np.ndarray, items: np.ndarray) -> Sureness:
        """The same for pairs of a person the model was trained on and an item, rows of both, int, (n,) each."""
        scorer, none = self.run.scorer, np.zeros(len(users))
        if not scorer.has_uncertainty:
            return sureness(self.curve, self.item_count[items], none, spread=self.spread)
        score, variance = scorer.score(users, items), scorer.rating_variance(users, items)
        return posterior_sureness(score, none, none, variance, scorer.scale, spread=self.spread)

    @cached_property
    def item_parts(self) -> dict[str, np.ndarray]:
        """What each item's bias and vector are a sum of, by name, each (n_items, 1 + d)."""
        return require_bilinear(self.run.scorer).item_parts(self._features)

    @cached_property
    def _features(self) -> tuple[FeatureGroup, ...]:
        return item_features(self.ratings)


def looked_at(parts: Split) -> np.ndarray:
    """Rows of the validation ratings, or of every second, third … one, where they are very many; where none is kept
    aside, of all."""
    rows = parts.validation if len(parts.validation) else np.sort(parts.train)
    return rows[:: max(1, -(-len(rows) // LOOKED_AT))]


def fitting(
    ratings: Ratings,
    *,
    min_ratings: int = 0,
    genres: Collection[str] = (),
    from_year: float | None = None,
    to_year: float | None = None,
) -> np.ndarray:
    """Items with what somebody asks for, boolean, (n_items,).

    Args:
        min_ratings: At least so many ratings in the whole data.
        genres: Any of these; none allows all.
        from_year, to_year: Both ends included; with either, items without a year are out.
    """
    allowed: np.ndarray = ratings.item_count >= min_ratings
    year = ratings.item_table["year"].to_numpy(np.float64)
    if from_year is not None:
        allowed = allowed & (year >= from_year)
    if to_year is not None:
        allowed = allowed & (year <= to_year)
    if genres:
        wanted = set(genres)
        allowed = allowed & np.fromiter((not wanted.isdisjoint(own) for own in ratings.item_table["genres"]), bool)
    return allowed
