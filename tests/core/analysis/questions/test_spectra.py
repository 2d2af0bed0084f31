"""Spectra and subspaces: planted ones are found, and both ways to shrink are the minimizers they claim to be."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.questions import spectra
from core.errors import AnalysisError
from core.training.slopes import main_effects
from tests.core.studies.tiny import planted

RNG = np.random.default_rng(0)


def test_angles_of_planted_subspaces():
    basis = np.linalg.qr(RNG.normal(size=(50, 4)))[0]
    tilt = np.radians([0, 30, 75])
    second = np.column_stack(
        [basis[:, 0], np.cos(tilt[1]) * basis[:, 1] + np.sin(tilt[1]) * basis[:, 3], RNG.normal(size=50)]
    )
    found = spectra.angles(basis[:, :2] @ RNG.normal(size=(2, 2)), second[:, :2] @ RNG.normal(size=(2, 2)))
    np.testing.assert_allclose(found.degrees, [0, 30], atol=1e-5)
    assert found.shared == pytest.approx((1 + 0.75) / 2)
    assert found.shared_by_chance < 0.2


def test_angles_need_the_same_rows():
    with pytest.raises(AnalysisError, match="rows"):
        spectra.angles(np.ones((5, 1)), np.ones((6, 1)))
    with pytest.raises(AnalysisError, match="more than columns"):
        spectra.angles(np.eye(3), np.eye(3))


def test_taste_has_the_spectrum_of_the_predictions():
    users, items = RNG.normal(size=(30, 5)), RNG.normal(size=(20, 5)) + 3
    found = spectra.taste(users, items)
    predicted = users @ items.T
    predicted = predicted - predicted.mean(axis=0) - predicted.mean(axis=1, keepdims=True) + predicted.mean()
    _, values, right = np.linalg.svd(predicted)
    np.testing.assert_allclose(found.values, values[:5], atol=1e-9)
    np.testing.assert_allclose(np.abs(np.sum(found.items * right[:5].T, axis=0)), 1, atol=1e-9)


def test_taste_knows_nothing_of_how_vectors_are_written_down():
    users, items, turn = RNG.normal(size=(30, 3)), RNG.normal(size=(20, 3)), RNG.normal(size=(3, 3))
    one, other = spectra.taste(users, items), spectra.taste(users @ turn, items @ np.linalg.inv(turn).T + 4)
    np.testing.assert_allclose(one.values, other.values, atol=1e-9)
    assert spectra.angles(one.items, other.items).degrees.max() < 1e-4


def test_the_factorization_is_the_minimum_it_claims_to_be():
    x, penalty = RNG.normal(size=(8, 6)), 1.5
    left, values, right = np.linalg.svd(x, full_matrices=False)
    root = np.sqrt(spectra.factorization_keeps(values, penalty))
    p, q = left * root, right.T * root
    np.testing.assert_allclose((p @ q.T - x) @ q + penalty * p, 0, atol=1e-9)  # no slope in P
    np.testing.assert_allclose((p @ q.T - x).T @ p + penalty * q, 0, atol=1e-9)  # nor in Q
    assert (root == 0).any()


def test_the_autoencoder_is_the_minimum_it_claims_to_be():
    x, penalty = RNG.normal(size=(8, 6)), 1.5
    w = np.linalg.solve(x.T @ x + penalty**2 * np.eye(6), x.T @ x)
    values = np.linalg.svd(x, compute_uv=False)
    np.testing.assert_allclose(np.linalg.svd(x @ w, compute_uv=False), spectra.autoencoder_keeps(values, penalty))


def test_what_is_as_large_as_the_penalty_is_gone_or_halved():
    values = np.array([2.0, 1.0, 0.0])
    np.testing.assert_allclose(spectra.factorization_keeps(values, 1.0), [1, 0, 0])
    np.testing.assert_allclose(spectra.autoencoder_keeps(values, 1.0), [1.6, 0.5, 0])
    np.testing.assert_array_equal(spectra.autoencoder_keeps(values, 0.0), values)


def test_the_spectrum_of_ratings(monkeypatch: pytest.MonkeyPatch):
    ratings = planted()
    rows = np.arange(len(ratings))
    table = np.zeros((60, 40))
    table[ratings.user_index, ratings.item_index] = ratings.rating - main_effects(ratings, rows).guess(ratings, rows)
    values = np.linalg.svd(table, compute_uv=False)
    np.testing.assert_allclose(spectra.rating_spectrum(ratings, rows), values, atol=1e-6)
    noise = replace(ratings, rating=RNG.permutation(ratings.rating))
    assert values[0] / values[1] > 1.5  # the planted taste
    assert spectra.rating_spectrum(noise, rows)[0] < values[0]
    monkeypatch.setattr(spectra, "MOST_PEOPLE", 25)
    assert len(spectra.rating_spectrum(ratings, rows)) == 25
