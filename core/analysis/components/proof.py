"""Which components help to predict ratings that the model has not seen, how many are needed, and which are mostly the
boring part: how much people go with what is liked and with what is well known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import Pca
from core.analysis.gauge import CenteredModel
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import AnalysisError
from core.training.slopes import main_effects, slopes

PROVEN = 2.0  # gain over its standard error from which a component earns its place
SIGNAL = 3.0  # score over its standard error from which a component carries some signal
FEWEST_EPOCHS = 8
"""Epochs before which a component's score proves nothing: a model stopped early still has a product of the biases in
its first component, whatever people like."""

FEWEST_PEOPLE = 20
"""People with held-out ratings below which nothing is proven: a standard error over fewer is itself too uncertain."""

BLOCK = 100_000  # ratings handled at once: 64 components of so many are 50 MB


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What each component changed in the guesses of ratings that were held out."""

    # user_index, item_index: whose ratings, and of what, (n,)
    user_index: np.ndarray
    item_index: np.ndarray
    # by how much component k lowered the squared error of each, float32, (n, n_components), rating units²
    gain: np.ndarray
    # Error before component k times what it adds, float32, (n, n_components), rating units²: positive where it moves
    # the guess the right way, by whatever amount
    score: np.ndarray
    rmse: np.ndarray  # Error with the first k components, k = 0 … all, float64, (n_components + 1,), rating units


@dataclass(frozen=True, eq=False)
class Proof:
    """How well each component stands the test of held-out ratings."""

    gain: np.ndarray  # mean by which it lowers the squared error, rating units², (n_components,)
    se: np.ndarray  # standard error of that, over people, (n_components,)
    z: np.ndarray  # gain / se; 0 where a component changes nothing
    # the same of the score; the larger of two standard errors, over people and over items, (n_components,)
    score_z: np.ndarray
    rmse: np.ndarray  # Error with the first k components, k = 0 … all, rating units, (n_components + 1,)
    n_ratings: int  # held-out ratings, all splits together
    n_splits: int  # splits that were pooled
    counts_score: bool  # whether a component earns its place by its score rather than its gain
    counts_signal: bool  # whether scores say anything
    n_people: int  # people behind the ratings

    @property
    def enough_people(self) -> bool:
        """Whether there are so many people that a standard error over them means something."""
        return self.n_people >= FEWEST_PEOPLE

    @property
    def proven(self) -> int:
        """Components that earn their place: the first, the second … as long as each does."""
        return self.signal if self.counts_score else self._leading(self.z > PROVEN)

    @property
    def signal(self) -> int:
        """Components that carry some signal: the first, the second … as long as each does."""
        leading = self._leading(self.score_z > SIGNAL) if self.counts_signal else 0
        return leading if self.counts_score else max(leading, self._leading(self.z > PROVEN))

    def _leading(self, passed: np.ndarray) -> int:
        """How many of the first ones passed, up to the first that did not; none of too few people."""
        return int(np.logical_and.accumulate(passed).sum()) if self.enough_people else 0

    @property
    def worth(self) -> np.ndarray:
        """By how much each component, in their order, lowers the error, rating units, (n_components,)."""
        return -np.diff(self.rmse)


def held_out(
    model: CenteredModel, result: Pca, user_index: np.ndarray, item_index: np.ndarray, rating: np.ndarray
) -> HeldOut:
    """Guess held-out ratings by the biases and the first k components, for every k.

    With r̂_k the guess held inside the scale, e_k = r - r̂_k and x_k = r̂_k - r̂_(k-1), the gain is e_(k-1)² - e_k² and
    the score e_(k-1) x_k. About 0.1 s for 20,001 ratings and 64 components.

    `user_index`, `item_index`, `rating`: ratings that neither training nor the choice of its settings has looked at
    further than to choose an epoch, (n,) each. Raises AnalysisError: there are no ratings.
    """
    if len(rating) == 0:
        raise AnalysisError("there are no held-out ratings to test components on")
    n_components = len(result.components)
    gain, score = (np.empty((len(rating), n_components), np.float32) for _ in range(2))
    squares = np.zeros(n_components + 1)
    for start in range(0, len(rating), BLOCK):
        block = slice(start, start + BLOCK)
        users, items = user_index[block], item_index[block]
        taste = (model.user_embedding[users] @ result.for_users.T) * (model.item_embedding[items] @ result.components.T)
        bias = model.biases(users, items)
        total = np.column_stack([bias, bias[:, None] + np.cumsum(taste, axis=1, dtype=np.float64)])
        guess = model.guess(total)
        error = rating[block, None] - guess
        gain[block] = -np.diff(np.square(error), axis=1)
        score[block] = error[:, :-1] * np.diff(guess, axis=1)
        squares += np.square(error).sum(axis=0)
    return HeldOut(user_index, item_index, gain, score, np.sqrt(squares / len(rating)))


def prove(parts: Sequence[HeldOut], *, by_score: bool, epochs: int | None = None) -> Proof:
    """Pool the held-out ratings of one or more splits, component by component in order.

    Standard errors are clustered (Liang and Zeger 1986): ratings of one person are not independent of each other, so
    what is summed are squares of each person's sum, SE² = Σ_u (Σ_(i of u) (d - mean))² / n². The same person's ratings
    in several splits are one cluster.

    Args:
        parts: From `held_out`, at least one; components that not all of them have are left out.
        by_score: Whether components earn their place by the score: for a model that averages over all that fit, whose
            components are larger than what is best for prediction one at a time.
        epochs: Epochs of training behind the numbers; None for a model that is not stopped early.

    Raises AnalysisError: there are no parts.
    """
    if not parts:
        raise AnalysisError("there are no held-out ratings to test components on")
    kept = min(part.gain.shape[1] for part in parts)
    users = np.concatenate([part.user_index for part in parts])
    items = np.concatenate([part.item_index for part in parts])
    gain = np.concatenate([part.gain[:, :kept] for part in parts])
    score = np.concatenate([part.score[:, :kept] for part in parts])
    gains, se = clustered_mean(gain, users)
    scores, score_se = clustered_mean(score, users)
    score_se = np.maximum(score_se, clustered_mean(score, items)[1])
    return Proof(
        gain=gains,
        se=se,
        z=_ratio(gains, se),
        score_z=_ratio(scores, score_se),
        rmse=np.sqrt(np.mean([np.square(part.rmse[: kept + 1]) for part in parts], axis=0)),
        n_ratings=len(users),
        n_splits=len(parts),
        counts_score=by_score,
        counts_signal=epochs is None or epochs >= FEWEST_EPOCHS,
        n_people=len(np.unique(users)),
    )


def _ratio(mean: np.ndarray, se: np.ndarray) -> np.ndarray:
    return np.divide(mean, se, out=np.zeros_like(mean), where=se > 0)


def clustered_mean(values: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each column, and its standard error clustered by these row numbers, (n_columns,) each.

    Ratings of one person, or of one item, are not independent of each other, so what is summed are squares of each
    one's sum: SE² = Σ_u (Σ_(i of u) (x - mean))² / n² (Liang and Zeger 1986).

    `values`: (n, n_columns); `cluster`: whose each row is, int, (n,).
    """
    mean = values.mean(axis=0, dtype=np.float64)
    squares = np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        sums = np.bincount(cluster, weights=values[:, column] - mean[column])
        squares[column] = np.square(sums).sum()
    return mean, np.sqrt(squares) / len(values)


MOST_MEASURED = 100_000
"""Ratings that tell the error well enough (to about 0.002 rating units) and within half a second."""


@dataclass(frozen=True, eq=False)
class Cost:
    """Error by number of components kept."""

    # with the first k components, k = 0 … all, float64, (n_components + 1,), in rating units; predictions are clipped
    rmse: np.ndarray
    n_ratings: int  # ratings it was measured on

    def enough(self, tolerance: float = 0.001) -> int:
        """The fewest components whose error is at most `tolerance` rating units above that with all."""
        return int(np.argmax(self.rmse <= self.rmse[-1] + tolerance))


def sample(rows: np.ndarray, most: int = MOST_MEASURED) -> np.ndarray:
    """At most so many of the rows, rising, drawn without looking; the same ones every time."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(0).choice(len(rows), most, replace=False, shuffle=False)
    return rows[np.sort(chosen)]


def cost(model: CenteredModel, result: Pca, user_index: np.ndarray, item_index: np.ndarray, rating: np.ndarray) -> Cost:
    """Error on some ratings when only the first k components of taste are kept.

    Biases stay as they are; with k = 0 only they are left. A component adds the product of the places that the two
    vectors have along it, measured from the average person and item, be it one of predictions or of the item matrix.
    The last entry equals the model's own error if the components span its vectors.

    `result`: components, from `predicted_components` or `pca`. Raises AnalysisError: there are no ratings, or the
    components do not fit the vectors.
    """
    widths = result.components.shape[1], model.item_embedding.shape[1]
    if widths[0] != widths[1]:
        raise AnalysisError(f"components of {widths[0]} numbers do not fit vectors of {widths[1]}")
    return Cost(rmse=held_out(model, result, user_index, item_index, rating).rmse, n_ratings=len(rating))


LEAST_EXPLAINED = 0.15
"""Share of a component's scores from which on its items are said to follow consensus and popularity (a multiple
correlation of 0.39). Chosen on split seeds 100 to 102 of the bundled ratings, where components of predictions lie at
0.24 and more or at 0.12 and less, of `best` and of `best-ratings`."""

MOST_LEFT = 0.5
"""A component is mostly consensus and popularity where less than this share of its gain is left without them."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """How much of each component is consensus and popularity, (n_components,) each."""

    # share of the variance of the items' scores, over the training ratings, that how liked and how well known they are
    # explains, fractions
    explained: np.ndarray
    gain: np.ndarray  # by how much a component lowers the squared error of held-out ratings, rating units²
    left: np.ndarray  # the same when what each person makes of the two is taken out of the ratings first

    @property
    def mostly(self) -> np.ndarray:
        """Whether a component is mostly this, boolean: its items follow the two, and without them half of its gain is
        gone. A component without any gain is nothing, and not this either."""
        return (self.explained >= LEAST_EXPLAINED) & (self.gain > 0) & (self.left < MOST_LEFT * self.gain)


def consensus(model: CenteredModel, result: Pca, ratings: Ratings, parts: Split, rows: np.ndarray) -> Consensus:
    """Hold components against averages with two slopes a person (`core.training.slopes`), fitted to the same ratings.
    Raises AnalysisError: there are no held-out ratings."""
    boring = slopes(ratings, parts.train, main_effects(ratings, parts.train))
    users, items, rating = ratings.user_index[rows], ratings.item_index[rows], ratings.rating[rows]
    whole = held_out(model, result, users, items, rating)
    beyond = held_out(model, result, users, items, rating - boring.leaning(ratings, rows))
    return Consensus(
        explained=explained(result.scores, boring.places, model.item_weight),
        gain=whole.gain.mean(axis=0, dtype=np.float64),
        left=beyond.gain.mean(axis=0, dtype=np.float64),
    )


def explained(scores: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """R² of the weighted least-squares fit of each component's scores by some columns, fractions, (n_components,).

    Args:
        scores: Of items along components, (n_items, n_components).
        columns: What may explain them, (n_items, n_columns).
        weight: Of each item, (n_items,), which sum to 1.
    """
    root = np.sqrt(weight)[:, None]
    known, target = ((matrix - weight @ matrix) * root for matrix in (columns, np.asarray(scores, np.float64)))
    fit, *_ = np.linalg.lstsq(known, target, rcond=None)
    total = np.square(target).sum(axis=0)
    rest = np.square(target - known @ fit).sum(axis=0)
    return 1 - np.divide(rest, total, out=np.ones_like(total), where=total > 0)
