"""Training the variational factorization: full steps over all training ratings, in NumPy and SciPy alone."""

import time
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import scipy

from core.model.events import Epoch, Step
from core.model.item_features import center_of, item_features, shares
from core.model.variational import ITEM_GROUP, NOISE_COUNT, STEPS_PER_EPOCH, USER_GROUP, VariationalConfig
from core.training.feature_sums import Pairs, Raters, Table
from core.training.posterior import Posterior
from core.training.progress import STRETCH_SECONDS, Training, measure

FIRST_STEPS = 20
"""Steps in which the precisions stay: numbers that have learned nothing yet would be switched off for good."""

REFRESH_EVERY = 3  # steps between two moves of the variances, which change slowly and cost half of a step

LEARNING_RATE, LAST_RATE = 0.04, 0.05
"""Adam's step size, and the share of it that the last step has; it falls from half way on."""


class VariationalTraining(Training[VariationalConfig]):
    """One training from the first step to the last; nothing is chosen by the validation ratings."""

    libraries = (("scipy", scipy.__version__),)

    def run(self) -> tuple[dict[str, np.ndarray], int]:
        """All steps. Returns the numbers that `Variational.shapes` names, and the number of the last epoch.
        Raises DivergedError: a number stopped being finite."""
        self.posterior = self.progress.heeding(self._posterior)
        self._sums: list[np.ndarray] | None = None  # of this moment, where a frame or an error has needed them
        self.look(0)
        began, told = time.perf_counter(), time.perf_counter()
        for number in range(1, self.config.steps + 1):
            self.progress.heed()
            self._step(number)
            self.look(number / STEPS_PER_EPOCH)
            if number % STEPS_PER_EPOCH == 0 or number == self.config.steps:
                epoch = self._measured(-(-number // STEPS_PER_EPOCH), time.perf_counter() - began)
                self.progress.epoch(epoch)
                began = told = time.perf_counter()
            elif time.perf_counter() - told > STRETCH_SECONDS:
                self.progress.step(Step(at=number / STEPS_PER_EPOCH, loss=self._loss))
                told = time.perf_counter()
        return self._arrays(), len(self.progress.history)

    def _posterior(self) -> Posterior:
        ratings, rows = self.ratings, self.parts.train
        pairs, order = Pairs.of(
            ratings.user_index[rows], ratings.item_index[rows], len(ratings.users), len(ratings.items)
        )
        rating = ratings.rating[rows][order]
        self.mean = float(rating.mean(dtype=np.float64))
        self.unit = float(rating.std(dtype=np.float64)) or 1.0  # ratings that are all equal have no spread
        standard = ((rating - self.mean) / self.unit).astype(np.float32)
        groups: dict[str, Table | Raters] = {}
        user_groups: dict[str, Table] = {}
        if self.config.raters:
            groups["raters"] = Raters(pairs, np.ones_like(standard))
            groups["weighted"] = Raters(pairs, standard - _means(standard, pairs)[pairs.user])
        self.features = item_features(ratings) if self.config.item_columns else ()
        for group in self.features:
            groups[ITEM_GROUP.format(group.name)] = Table(group.matrix)
            if group.describes_users:
                rated = shares(group, pairs.user, pairs.item, pairs.n_users)
                user_groups[USER_GROUP.format(group.name)] = Table(rated, center_of(rated))
        return Posterior(pairs, standard, groups, user_groups, dim=self.config.embedding_dim, seed=self.config.seed)

    @property
    def _loss(self) -> float:
        return self.posterior.expected_square * self.unit**2

    def _step(self, number: int) -> None:
        moves = number > FIRST_STEPS and number % STEPS_PER_EPOCH == 0
        late = max(0.0, 2 * number / self.config.steps - 1)
        rate = LEARNING_RATE * (1 - (1 - LAST_RATE) * late)
        self.posterior.step(rate, refresh=moves or number % REFRESH_EVERY == 0, sums=self._sums)
        self._sums = None
        if moves:
            self.posterior.set_precisions()

    def _measured(self, number: int, seconds: float) -> Epoch:
        user, item = self._scaled(self.posterior.user_means()), self._item()
        self.check_finite(number, user, item, advice="; choose fewer dimensions")
        predict = partial(_predict, user, item, self.mean)
        errors = measure(self.ratings, self.parts, predict, self.progress)
        return Epoch(epoch=number, seconds=seconds, loss=self._loss, **errors)

    def filmed(self, rows: np.ndarray) -> np.ndarray:
        """The items' vectors; the next step needs the same sums."""
        self._sums = self.posterior.item_sums()
        return self._item(rows)[:, 1:]

    def _item(self, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        return self._scaled(self.posterior.item_means(self._sums)[rows])

    def _scaled(self, numbers: np.ndarray) -> np.ndarray:
        """In rating units: biases by the unit, and vectors by its root, as a product has two of them."""
        return numbers * self._units

    @property
    def _units(self) -> np.ndarray:
        units = np.full(self.config.embedding_dim + 1, self.unit**0.5, np.float32)
        units[0] = self.unit
        return units

    def _arrays(self) -> dict[str, np.ndarray]:
        posterior = self.posterior
        posterior.settle()
        user, item = posterior.user_means(), posterior.item_means()
        scale = np.append(np.float32(1), _balance(user[:, 1:], item[:, 1:]))
        of_user, of_item = self._units / scale, self._units * scale
        if self.progress.camera is not None:
            self.progress.camera.rescale(scale[1:])
        user, item = user * of_user, item * of_item
        item_rows = self._rows_of(name for name, group in posterior.groups.items() if isinstance(group, Table))
        users = {"user", *posterior.user_groups}
        units = np.stack([of_user if name in users else of_item for name in posterior.rows])
        arrays = {
            "user_embedding": user[:, 1:],
            "item_embedding": item[:, 1:],
            "user_bias": user[:, 0],
            "item_bias": item[:, 0],
            "mean": np.array([self.mean]),
            "user_variance": posterior.user_variances() * of_user**2,
            "item_variance": posterior.item_variances() * of_item**2,
            "own_numbers": posterior.mean[posterior.rows["own"]] * of_item,
            "feature_numbers": posterior.mean[item_rows] * of_item,
            "feature_variance": posterior.variance[item_rows] * of_item**2,
            "user_feature_numbers": of_user
            * self._of_users(len(of_user), lambda name: posterior.mean[posterior.rows[name]]),
            "user_feature_center": self._of_users(1, lambda name: posterior.user_groups[name].center[:, None])[:, 0],
            "prior_precision": posterior.precision[[rows.start for rows in posterior.rows.values()]] / units**2,
            "noise_variance": self._noise(),
            "typical_noise": np.array([self.unit**2 / posterior.noise_precision]),
        }
        return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}

    def _rows_of(self, names: Iterable[str]) -> np.ndarray:
        rows = [np.arange(len(self.posterior.mean))[self.posterior.rows[name]] for name in names]
        return np.concatenate([np.zeros(0, np.int64), *rows])

    def _of_users(self, width: int, numbers: Callable[[str], np.ndarray]) -> np.ndarray:
        """Each feature's numbers on the side of the users, (n_features, width); zeros where it describes none."""
        parts = [np.zeros((0, width), np.float32)]
        for group in self.features:
            name = USER_GROUP.format(group.name)
            known = name in self.posterior.user_groups
            parts.append(numbers(name) if known else np.zeros((len(group.labels), width), np.float32))
        return np.concatenate(parts)

    def _noise(self) -> np.ndarray:
        """What is left of each user's ratings, squared rating units, (n_users,).

        The expected squared errors of the user's training ratings, pulled to the mean of all by `NOISE_COUNT` ratings
        of it: estimated after training, which leaves the guesses as they are.
        """
        posterior = self.posterior
        users, items = posterior.user_means(), posterior.item_means(training=True)
        squares = posterior.expected_squares(posterior.errors(users, items), users)
        count = np.bincount(posterior.pairs.user, minlength=len(squares))
        return self.unit**2 * (NOISE_COUNT / posterior.noise_precision + squares) / (NOISE_COUNT + count)


TRAINING = VariationalTraining


def _balance(user: np.ndarray, item: np.ndarray) -> np.ndarray:
    """What to multiply the items' vectors by, and divide the users' by, float32, (d,).

    A product leaves open how its size is shared between its factors. Here both sides get the same mean square in each
    dimension, as equal penalties on both would bring about: a dimension that changes no guess is short on both sides,
    so that lengths, cosines and components within a side weigh a dimension by what it does.
    """
    users, items = np.square(user).mean(axis=0), np.square(item).mean(axis=0)
    ratio = np.divide(users, items, out=np.ones_like(users), where=(users > 0) & (items > 0))
    return np.power(ratio, 0.25, dtype=np.float32)


def _means(rating: np.ndarray, pairs: Pairs) -> np.ndarray:
    """Mean rating of each user, float32, (n_users,); 0 for one without any."""
    count = np.bincount(pairs.user, minlength=pairs.n_users)
    total = np.bincount(pairs.user, weights=rating, minlength=pairs.n_users)
    return (total / np.maximum(count, 1)).astype(np.float32)


def _predict(user: np.ndarray, item: np.ndarray, mean: float, users: np.ndarray, items: np.ndarray) -> np.ndarray:
    left, right = user[users], item[items]
    return mean + left[:, 0] + right[:, 0] + np.einsum("ij,ij->i", left[:, 1:], right[:, 1:])
