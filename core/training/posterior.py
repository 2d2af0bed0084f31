"""The posterior of a variational factorization, and the steps that bring it closer to the ratings.

Every number has a mean m and a variance s, independent normals (Lim and Teh 2007). With P, Q the means of a user's and
an item's vector and S_P, S_Q their variances, the expected squared error of a rating r with guess g is

    E[e²] = (r - g)² + S_bu + S_bi + Σ_d (P² S_Q + S_P Q² + S_P S_Q)

and what is minimized, over the means, the variances, the precision λ of each group's prior in each dimension and the
precision α of the noise, is the negative evidence bound

    α/2 Σ E[e²] - n/2 log α + Σ (λ/2 (m² + s) - ½ log s - ½ log λ)

Means move by Adam; the others have a closed form given the rest. Ratings come in units of their standard deviation
around their mean, so that no setting depends on their scale.

An item's and a user's numbers are sums over groups of features. While it learns, the guess about a user's own rating
leaves this user out of "who rated it" (weights 1/√(n - 1) for n raters): among the ratings to be guessed later they
never are one. The variances do not leave them out, which is a small approximation.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from core.training.feature_sums import Pairs, Raters, Table

FIRST_PRECISION, FIRST_FEATURE_PRECISION, FIRST_NOISE_PRECISION = 16.0, 20.0, 1.4
FIRST_VARIANCE = 0.01
FIRST_SPREAD, FIRST_FEATURE_SPREAD = 0.1, 0.02
"""Where all numbers start: standard deviations of the vectors' means; biases start at zero."""

PRIOR_COUNT, PRIOR_SUM = 8.0, 0.5
"""A weak prior of each precision, as if this many numbers with this sum of squares had been seen before."""

MOMENTUM, SQUARE_MOMENTUM, TINY = 0.9, 0.95, 1e-8  # Adam's
_PIECE = 1 << 14  # ratings whose vectors are looked up at once: few enough for the processor's cache


class Posterior:
    """Means, variances and precisions of all numbers; column 0 holds biases, the others vectors.

    Args:
        rating: Of each pair, float32, (n,), in units of their standard deviation around their mean.
        groups: What adds to an item's numbers beside its own, by name.
        user_groups: The same for a user's.
    """

    def __init__(
        self,
        pairs: Pairs,
        rating: np.ndarray,
        groups: Mapping[str, Table | Raters],
        user_groups: Mapping[str, Table],
        *,
        dim: int,
        seed: int,
    ) -> None:
        self.pairs, self.rating, self.groups, self.user_groups = pairs, rating, groups, user_groups
        sizes = {"user": pairs.n_users, "own": pairs.n_items}
        sizes |= {name: group.size for name, group in [*groups.items(), *user_groups.items()]}
        ends = np.cumsum([0, *sizes.values()])
        self.rows = {name: slice(*bounds) for name, bounds in zip(sizes, pairwise(ends), strict=True)}
        chance = np.random.default_rng(seed)
        spread = {name: FIRST_SPREAD if name in ("user", "own") else FIRST_FEATURE_SPREAD for name in sizes}
        self.mean = np.concatenate(
            [chance.normal(0, spread[name], (size, dim + 1)) for name, size in sizes.items()]
        ).astype(np.float32)
        self.mean[:, 0] = 0
        self.variance = np.full_like(self.mean, FIRST_VARIANCE)
        self.precision = np.full_like(self.mean, FIRST_FEATURE_PRECISION)
        self.precision[: self.rows["own"].stop] = FIRST_PRECISION
        self.noise_precision = FIRST_NOISE_PRECISION
        self._moments = np.zeros_like(self.mean), np.zeros_like(self.mean)
        self._slope, self._curvature = np.empty_like(self.mean), np.empty_like(self.mean)
        ones = np.ones(len(rating), np.float32)
        self._to_users, self._to_items = pairs.by_user(ones), pairs.by_item(ones)
        self._settled: tuple[np.ndarray, np.ndarray] | None = None
        self._steps = 0
        self.expected_square = 1 / FIRST_NOISE_PRECISION
        self.refresh(self.user_means(), self.item_means(training=True))

    def user_means(self) -> np.ndarray:
        """Bias and vector of each user, float32, (n_users, 1 + dim): its own and what the groups add."""
        total = self.mean[self.rows["user"]].copy()
        for name, group in self.user_groups.items():
            total += group.sums(self.mean[self.rows[name]])
        return total

    def user_variances(self) -> np.ndarray:
        """Their variances: those of the parts added up, or what `settle` made of them."""
        if self._settled:
            return self._settled[0]
        total = self.variance[self.rows["user"]].copy()
        for name, group in self.user_groups.items():
            total += group.variances(self.variance[self.rows[name]], training=True)
        return total

    def item_sums(self) -> list[np.ndarray]:
        """What the features of each group sum up to, (n_items, 1 + dim) each: most of the work of `item_means`."""
        return [group.sums(self.mean[self.rows[name]]) for name, group in self.groups.items()]

    def item_means(self, sums: Sequence[np.ndarray] | None = None, *, training: bool = False) -> np.ndarray:
        """Bias and vector of each item, float32, (n_items, 1 + dim): its own and what the groups add.

        Args:
            sums: `item_sums` of this moment, where they are known already.
            training: Whether each item's raters are weighed as while one of them is guessed.
        """
        total = self.mean[self.rows["own"]].copy()
        for group, of_group in zip(self.groups.values(), sums or self.item_sums(), strict=True):
            total += group.weighed(of_group, training=training)
        return total

    def item_variances(self, *, training: bool = False) -> np.ndarray:
        """Their variances: those of the parts added up, or what `settle` made of them."""
        if self._settled:
            return self._settled[1]
        total = self.variance[self.rows["own"]].copy()
        for name, group in self.groups.items():
            total += group.variances(self.variance[self.rows[name]], training=training)
        return total

    def refresh(self, users: np.ndarray, items: np.ndarray) -> None:
        """Sum up the variances of the other side over each user's and each item's ratings, for what follows.
        `users`, `items`: `user_means`, and `item_means` of training."""
        user, item = _first(users, 1), _first(items, 1)
        self._user_variance, self._item_variance = self.user_variances(), self.item_variances(training=True)
        user_variance = _first(self._user_variance, 0)
        item_variance = _first(self._item_variance, 0)
        of_items = self._to_users @ np.hstack([item_variance, item * item + item_variance])
        of_users = self._to_items @ np.hstack([user_variance, user * user + user_variance])
        width = self.mean.shape[1]
        self._variance_of_items, self._square_of_items = of_items[:, :width], of_items[:, width:]
        self._variance_of_users, self._square_of_users = of_users[:, :width], of_users[:, width:]

    def errors(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Rating less guess of each pair, each without its user among the raters, float32, (n,).
        `users`, `items`: `user_means`, and `item_means` of training."""
        left, right = np.insert(users, 1, 1, axis=1), np.insert(items, 0, 1, axis=1)  # b_u · 1 + 1 · b_v + u · v
        error = np.empty_like(self.rating, dtype=np.result_type(users, items))
        for start in range(0, len(error), _PIECE):
            piece = slice(start, start + _PIECE)
            np.einsum("ij,ij->i", left[self.pairs.user[piece]], right[self.pairs.item[piece]], out=error[piece])
        np.subtract(self.rating, error, out=error)
        for name, group in self._raters():
            error += group.own_part(self.mean[self.rows[name]], _first(users, 1))
        return error

    def _raters(self) -> Sequence[tuple[str, Raters]]:
        return [(name, group) for name, group in self.groups.items() if isinstance(group, Raters)]

    def slopes(self, error: np.ndarray, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """How the bound changes with each mean, in the shape of `mean`; variances as they were refreshed last.
        `users`, `items`: `user_means`, and `item_means` of training."""
        slope = self._slope
        user_ones, item_ones = _first(users, 1), _first(items, 1)
        of_users = users * self._variance_of_items - self.pairs.by_user(error) @ item_ones
        of_items = items * self._variance_of_users - self.pairs.by_item(error) @ user_ones
        slope[self.rows["own"]] = of_items
        for name, group in self.groups.items():
            slope[self.rows[name]] = group.slopes(of_items)
        for name, group in self._raters():
            own = group.own_error(error)
            of_users[:, 1:] += own * self.mean[self.rows[name], 1:]
            slope[self.rows[name]] += own * user_ones
        slope[self.rows["user"]] = of_users
        for name, table in self.user_groups.items():
            slope[self.rows[name]] = table.slopes(of_users)
        slope *= np.float32(self.noise_precision)
        slope += self.precision * self.mean
        return slope

    def step(self, rate: float, *, refresh: bool = True, sums: Sequence[np.ndarray] | None = None) -> None:
        """Move the means once, and the variances too where `refresh`.

        Args:
            refresh: Whether the variances move: they change slowly, and cost half of a step.
            sums: `item_sums` of this moment, where they are known already.
        """
        users, items = self.user_means(), self.item_means(sums, training=True)
        error = self.errors(users, items)
        if refresh:
            self.refresh(users, items)
            self.expected_square = float(self.expected_squares(error, users).sum()) / len(error)
        self._move_means(self.slopes(error, users, items), rate)
        if refresh:
            self._set_variances()

    def _move_means(self, slope: np.ndarray, rate: float) -> None:
        """Adam (Kingma and Ba 2015), in place."""
        self._steps += 1
        first, second = self._moments
        first += np.float32(1 - MOMENTUM) * (slope - first)
        slope *= slope
        second += np.float32(1 - SQUARE_MOMENTUM) * (slope - second)
        root = np.sqrt(second / np.float32(1 - SQUARE_MOMENTUM**self._steps))
        root += np.float32(TINY)
        self.mean -= np.float32(rate / (1 - MOMENTUM**self._steps)) * first / root

    def _set_variances(self) -> None:
        """s = 1 / (λ + α · curvature), where the curvature of a sum is that of its parts, weighted by their squares."""
        curvature = self._curvature
        curvature[self.rows["user"]] = self._square_of_items
        curvature[self.rows["own"]] = self._square_of_users
        for name, group in self.groups.items():
            curvature[self.rows[name]] = group.curvatures(self._square_of_users)
        for name, table in self.user_groups.items():
            curvature[self.rows[name]] = table.curvatures(self._square_of_items)
        curvature *= np.float32(self.noise_precision)
        curvature += self.precision
        np.reciprocal(curvature, out=self.variance)

    def set_precisions(self) -> None:
        """Move the precisions towards those that minimize the bound: the noise as it was before the last refresh.

        A prior's precision goes half way, in its logarithm, between two updates with one fixed point: that of
        expectation maximization, which never raises the bound and creeps where ratings say little of a number, and
        MacKay's (1992, "Bayesian interpolation"), which counts the numbers that ratings do say something of and is
        quick to switch off the others, too quick by itself.
        """
        self.noise_precision = 1 / self.expected_square
        for rows in self.rows.values():
            mean, variance = self.mean[rows], self.variance[rows]
            squares, doubt = np.einsum("ij,ij->j", mean, mean) + PRIOR_SUM, variance.sum(axis=0)
            known = np.maximum(len(mean) - self.precision[rows.start] * doubt, 0)
            careful, quick = (len(mean) + PRIOR_COUNT) / (squares + doubt), (known + PRIOR_COUNT) / squares
            self.precision[rows] = np.sqrt(careful * quick)

    def expected_squares(self, error: np.ndarray, users: np.ndarray) -> np.ndarray:
        """Sum of the expected squared errors of each user's ratings, float64, (n_users,); after a refresh.
        `users`: `user_means`."""
        ones = np.ones(self.pairs.n_items, np.float32)
        total = (self.pairs.by_user(error * error) @ ones).astype(np.float64)
        total += self._to_users @ self._item_variance[:, 0]
        total += np.einsum("ij,ij->i", users[:, 1:] ** 2, self._variance_of_items[:, 1:])
        return total + np.einsum("ij,ij->i", self._user_variance, self._square_of_items)

    def settle(self) -> None:
        """Set each sum's variance to what its own ratings leave of it, and refresh: once, after the last step.

        The parts of a sum are taken to be independent, and added up they say too much: what a hundred raters add to an
        item is held by the item's ratings, not by theirs alone. So the sum as a whole gets a prior variance V, of what
        its own prior and the other parts leave open, and the curvature c of its own ratings: 1 / (1/V + α c).
        What is missing from an item without any rater is as uncertain as what the raters add to others.
        """
        users, items = self.user_means(), self.item_means(training=True)
        self.refresh(users, items)
        user_prior = self._prior_variances("user", self.user_variances())
        item_prior = self._prior_variances("own", self.item_variances())
        for name, group in self._raters():
            parts = group.weighed(group.sums(self.mean[self.rows[name]]), training=False) ** 2
            parts += group.variances(self.variance[self.rows[name]], training=False)
            item_prior[~group.any] += parts[group.any].mean(axis=0)
        noise = np.float32(self.noise_precision)
        self._settled = (
            1 / (1 / user_prior + noise * self._square_of_items),
            1 / (1 / item_prior + noise * self._square_of_users),
        )
        self.refresh(users, items)

    def _prior_variances(self, own: str, total: np.ndarray) -> np.ndarray:
        rows = self.rows[own]
        return total - self.variance[rows] + 1 / self.precision[rows]

    def bound(self) -> float:
        """The negative evidence bound, without what never changes."""
        users, items = self.user_means(), self.item_means(training=True)
        self.refresh(users, items)
        error = self.errors(users, items)
        fit = self.noise_precision / 2 * float(self.expected_squares(error, users).sum())
        fit -= len(error) / 2 * np.log(self.noise_precision)
        prior = self.precision * (self.mean**2 + self.variance) - np.log(self.variance) - np.log(self.precision)
        weak = sum(
            float((PRIOR_SUM * self.precision[rows.start] - PRIOR_COUNT * np.log(self.precision[rows.start])).sum())
            for rows in self.rows.values()
        )
        return fit + float(prior.sum(dtype=np.float64)) / 2 + weak / 2


def _first(numbers: np.ndarray, value: float) -> np.ndarray:
    """A copy whose column of biases holds this value."""
    numbers = numbers.copy()
    numbers[:, 0] = value
    return numbers
