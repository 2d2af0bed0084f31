import numpy as np
import pytest
from scipy import sparse

from core.training.feature_sums import Pairs, Raters, Table
from core.training.posterior import Posterior

N_USERS, N_ITEMS, DIM = 25, 18, 3


def posterior_of(*, raters: bool = True, tables: bool = True, seed: int = 0) -> Posterior:
    """300 ratings of one taste, in units of their standard deviation, and every kind of group."""
    chance = np.random.default_rng(seed)
    user, item = np.divmod(chance.permutation(N_USERS * N_ITEMS)[:300], N_ITEMS)
    pairs, order = Pairs.of(user, item, N_USERS, N_ITEMS)
    rating = chance.normal(size=N_USERS)[user] * chance.normal(size=N_ITEMS)[item] + chance.normal(size=300) / 2
    rating = ((rating - rating.mean()) / rating.std()).astype(np.float32)[order]
    groups: dict[str, Table | Raters] = {}
    user_groups = {}
    if raters:
        groups |= {"raters": Raters(pairs, np.ones_like(rating)), "weighted": Raters(pairs, rating)}
    if tables:
        genres = sparse.random_array((N_ITEMS, 4), density=0.4, rng=chance, dtype=np.float32).tocsr()
        groups["genres"] = Table(genres)
        shares = sparse.csr_matrix(chance.random((N_USERS, 4), np.float32))
        user_groups["rates genres"] = Table(shares, shares.toarray().mean(axis=0))
    return Posterior(pairs, rating, groups, user_groups, dim=DIM, seed=seed)


def advanced(posterior: Posterior, steps: int = 12) -> Posterior:
    for _ in range(steps):
        posterior.step(0.05)
    return posterior


def test_pairs_are_sorted_and_their_matrices_transposed():
    user, item = np.array([2, 0, 1, 0]), np.array([1, 2, 0, 0])
    pairs, order = Pairs.of(user, item, 3, 3)
    assert list(zip(pairs.user, pairs.item, strict=True)) == [(0, 0), (0, 2), (1, 0), (2, 1)]
    values = np.array([1, 2, 3, 4], np.float32)
    np.testing.assert_array_equal(user[order], pairs.user)
    np.testing.assert_array_equal(pairs.by_user(values).toarray(), [[1, 0, 2], [3, 0, 0], [0, 4, 0]])
    np.testing.assert_array_equal(pairs.by_item(values).toarray(), pairs.by_user(values).toarray().T)


def test_a_centered_table_is_the_dense_one():
    chance = np.random.default_rng(3)
    dense = chance.random((6, 4), np.float32) * (chance.random((6, 4)) > 0.4)
    dense[2] = 0
    center = chance.random(4).astype(np.float32)
    full = np.where(dense.any(axis=1, keepdims=True), dense - center, 0)
    table = Table(sparse.csr_matrix(dense), center)
    numbers, of_rows = chance.random((4, 2), np.float32), chance.random((6, 2), np.float32)
    np.testing.assert_allclose(table.sums(numbers), full @ numbers, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(table.variances(numbers, training=True), full**2 @ numbers, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(table.slopes(of_rows), full.T @ of_rows, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(table.curvatures(of_rows), (full**2).T @ of_rows, rtol=1e-4, atol=1e-5)


def test_the_slopes_are_those_of_the_bound():
    """Every kind of number, those of the raters with their own user left out, against differences of the bound."""
    posterior = advanced(posterior_of())
    users, items = posterior.user_means(), posterior.item_means(training=True)
    posterior.refresh(users, items)
    slope = posterior.slopes(posterior.errors(users, items), users, items).copy()
    posterior.mean = posterior.mean.astype(np.float64)  # differences of a large sum need the digits
    for name, rows in posterior.rows.items():
        for row, column in ((rows.start + 1, 0), (rows.start + 2, 2)):
            bounds = []
            for change in (1e-4, -1e-4):
                posterior.mean[row, column] += change
                bounds.append(posterior.bound())
                posterior.mean[row, column] -= change
            assert (bounds[0] - bounds[1]) / 2e-4 == pytest.approx(slope[row, column], rel=2e-2, abs=2e-2), name


def test_the_expected_squares_are_those_of_drawn_models():
    posterior = advanced(posterior_of(raters=False))
    users, items = posterior.user_means(), posterior.item_means(training=True)
    posterior.refresh(users, items)
    expected = posterior.expected_squares(posterior.errors(users, items), users).sum()
    chance = np.random.default_rng(1)
    user_spread, item_spread = np.sqrt(posterior.user_variances()), np.sqrt(posterior.item_variances(training=True))
    drawn = [
        np.square(
            posterior.errors(
                (users + user_spread * chance.normal(size=users.shape)).astype(np.float32),
                (items + item_spread * chance.normal(size=items.shape)).astype(np.float32),
            )
        ).sum()
        for _ in range(4000)
    ]
    assert expected == pytest.approx(np.mean(drawn), abs=float(4 * np.std(drawn) / len(drawn) ** 0.5))


def test_the_precisions_move_to_where_the_bound_is_least():
    posterior = advanced(posterior_of())
    users, items = posterior.user_means(), posterior.item_means(training=True)
    posterior.refresh(users, items)
    posterior.expected_square = float(posterior.expected_squares(posterior.errors(users, items), users).mean()) * (
        N_USERS / len(posterior.rating)
    )
    for _ in range(300):
        posterior.set_precisions()
    least = posterior.bound()
    for factor in (0.9, 1.1):
        posterior.noise_precision *= factor
        assert posterior.bound() > least
        posterior.noise_precision /= factor
        for rows in posterior.rows.values():
            posterior.precision[rows] *= np.float32(factor)
            assert posterior.bound() > least - 1e-3
            posterior.precision[rows] /= np.float32(factor)


def test_small_steps_never_raise_the_bound():
    posterior = posterior_of()
    bounds = [posterior.bound()]
    for _ in range(50):
        posterior.step(0.001)
        bounds.append(posterior.bound())
    assert (np.diff(bounds) < 1e-3).all()
    assert bounds[-1] < bounds[0] - 10


def test_who_rated_leaves_the_user_out_of_their_own_guess():
    """The guess about a rating is the same whatever the number of its user as a rater."""
    posterior = advanced(posterior_of(tables=False))

    def guesses() -> np.ndarray:
        """Of the first user's ratings."""
        error = posterior.errors(posterior.user_means(), posterior.item_means(training=True))
        return (posterior.rating - error)[posterior.pairs.user == 0]

    before = guesses()
    for name in ("raters", "weighted"):
        posterior.mean[posterior.rows[name].start] += 3
    np.testing.assert_allclose(guesses(), before, atol=1e-4)
    posterior.mean[posterior.rows["raters"].start + 1] += 3
    assert np.abs(guesses() - before).max() > 0.1
