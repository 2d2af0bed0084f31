"""What every scorer answers about somebody new: derivatives that are slopes, and short cuts that change no answer."""

import numpy as np
import pytest
from scipy.optimize import minimize

from core.analysis.new_user.foldin import fold_in, people_prior, predictions
from core.model import scoring
from core.model.families import FAMILIES, run_config
from core.model.scoring import Bilinear, Scorer

USERS, ITEMS = 15, 20
GUESSING = [name for name, family in FAMILIES.items() if family.guesses_ratings]


def scorer_of(model: str, *, seed: int = 0, users: int = USERS) -> Scorer:
    """A scorer of random numbers, large enough for units to be on and off and for the sigmoid to bend."""
    family = FAMILIES[model]
    known = family.config_type.model_fields
    sizes = {name: size for name, size in (("embedding_dim", 3), ("hidden_units", 5)) if name in known}
    rng = np.random.default_rng(seed)
    arrays = {
        name: rng.normal(scale=0.8, size=shape).astype(np.float32)
        for name, shape in family.shapes(run_config(model=model, **sizes), users, ITEMS).items()
    }
    return family.make(arrays, min_rating=0.5, max_rating=5.0)


@pytest.mark.parametrize("model", GUESSING)
def test_somebody_with_a_users_numbers_gets_that_users_scores(model):
    scorer, items = scorer_of(model), np.arange(ITEMS)
    for user in (0, 7):
        expected = scorer.score(np.full(ITEMS, user), items)
        numbers = scorer.user_numbers[user]
        np.testing.assert_allclose(scorer.score_new_user(numbers, items)[0], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(scorer.score_new_user_on_all(numbers), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", GUESSING)
@pytest.mark.parametrize("seed", range(3))
def test_the_change_of_a_score_is_its_slope_in_each_number(model, seed):
    scorer, items = scorer_of(model, seed=seed), np.array([2, 3, 5, 11, 19])
    numbers = scorer.user_numbers[4]
    _, change = scorer.score_new_user(numbers, items)
    assert change.shape == (5, len(numbers))
    step = 1e-6
    for place in range(len(numbers)):
        aside = np.zeros(len(numbers))
        aside[place] = step
        up, down = (scorer.score_new_user(numbers + sign * aside, items)[0] for sign in (1, -1))
        np.testing.assert_allclose(change[:, place], (up - down) / (2 * step), atol=1e-6)


@pytest.mark.parametrize("seed", [5, 7, 16, 17, 25, 27])  # their minimum is at no kink of the units
def test_a_newcomer_to_a_network_is_the_minimum_that_scipy_finds(seed):
    scorer = scorer_of("neural", seed=seed)
    prior = people_prior(scorer, np.ones(USERS, bool), noise=0.6)
    rng = np.random.default_rng(seed)
    items, rating = rng.permutation(ITEMS)[:8], rng.choice(np.arange(1, 11) / 2, 8)

    def objective(x: np.ndarray) -> float:
        guess = scorer.scale.rating(scorer.score_new_user(x, items)[0])
        return float(np.sum((rating - guess) ** 2) + (x - prior.mean) @ prior.penalty @ (x - prior.mean))

    closely = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 9999}
    best = minimize(objective, prior.mean, method="Nelder-Mead", options=closely)
    person = fold_in(scorer, items, rating, prior)
    assert objective(person.numbers) <= best.fun + 1e-6
    np.testing.assert_allclose(person.numbers, best.x, atol=1e-6)
    assert person.bias == 0
    expected = np.clip(scorer.scale.rating(scorer.score_new_user(person.numbers, np.arange(ITEMS))[0]), 0.5, 5)
    np.testing.assert_allclose(predictions(scorer, person), expected)


@pytest.mark.parametrize("model", [name for name, family in FAMILIES.items() if issubclass(family, Bilinear)])
def test_the_short_cuts_of_a_sum_are_the_general_answers(model, monkeypatch):
    scorer = scorer_of(model)
    numbers = scorer.user_numbers.mean(axis=0)
    half = np.random.default_rng(1).normal(size=(len(numbers), len(numbers)))
    monkeypatch.setattr(scoring, "BLOCK", 7)  # the general way goes through the items in blocks
    np.testing.assert_allclose(
        scorer.score_new_user_on_all(numbers), Scorer.score_new_user_on_all(scorer, numbers), atol=1e-5
    )
    np.testing.assert_allclose(
        scorer.score_variance(numbers, half @ half.T), Scorer.score_variance(scorer, numbers, half @ half.T), rtol=1e-4
    )


def test_the_variance_of_a_networks_score_is_that_of_people_drawn_nearby():
    scorer = scorer_of("neural")
    numbers, half = scorer.user_numbers[3], np.random.default_rng(1).normal(size=(3, 3))
    covariance = 1e-8 * half @ half.T  # so near that no unit goes on or off
    drawn = np.random.default_rng(2).multivariate_normal(numbers, covariance, 4000)
    scores = np.array([scorer.score_new_user_on_all(one) for one in drawn])
    np.testing.assert_allclose(scorer.score_variance(numbers, covariance), scores.var(axis=0), rtol=0.12)
