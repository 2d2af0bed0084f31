"""A newcomer's vector: known answers, limits, and the same minimum that a general optimizer finds."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from core.analysis.new_user.foldin import (
    Prior,
    doubts,
    fold_in,
    learned_prior,
    people_prior,
    prediction_std,
    predictions,
)
from core.model.scale import Scale
from core.model.scoring import Bilinear, Scorer
from core.model.variational import NOISE_COUNT
from tests.core.analysis.made import random_scorer, uncertain_scorer
from tests.core.analysis.made import scorer as made


def scorer_of(n_items=30, n_users=40, dim=4, *, biased=True, seed=0) -> Bilinear:
    return random_scorer(users=n_users, items=n_items, dims=dim, biased=biased, seed=seed, scale=0.7)


def everybody(scorer: Scorer) -> np.ndarray:
    return np.ones(len(scorer.user_embedding), bool)


def test_one_number_has_a_known_answer():
    scorer = made(np.ones((2, 1), np.float32), np.array([[2.0], [1.0]], np.float32), low=0)
    prior = Prior(mean=np.array([1.0]), covariance=np.array([[0.5]]), noise=2.0)  # a penalty of 4
    person = fold_in(scorer, np.array([0, 1]), np.array([4.0, 3.0]), prior)
    # minimize (4 - 2x)^2 + (3 - x)^2 + 4 (x - 1)^2: x = (8 + 3 + 4) / (4 + 1 + 4)
    assert person.vector == pytest.approx([15 / 9])
    assert person.bias == 0
    assert len(person.numbers) == 1
    np.testing.assert_allclose(person.covariance, [[2.0 / 9]])


def test_without_a_sigmoid_it_is_ridge_regression_toward_the_mean():
    scorer = scorer_of(biased=False)
    prior = people_prior(scorer, everybody(scorer), noise=0.8)
    items, rating = np.array([3, 9, 11, 20]), np.array([5.0, 1.0, 4.0, 3.0])
    design = scorer.item_embedding[items].astype(float)
    expected = prior.mean + np.linalg.solve(
        design.T @ design + prior.penalty, design.T @ (rating - design @ prior.mean)
    )
    person = fold_in(scorer, items, rating, prior)
    np.testing.assert_allclose(person.vector, expected, rtol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_with_a_sigmoid_it_is_the_minimum_that_scipy_finds(seed: int):
    scorer = scorer_of(seed=seed)
    prior = people_prior(scorer, everybody(scorer), noise=0.6)
    rng = np.random.default_rng(seed)
    items, rating = rng.permutation(30)[:12], rng.choice(np.arange(1, 11) / 2, 12)
    design = np.column_stack([scorer.item_embedding[items], np.ones(12)]).astype(float)

    def objective(x: np.ndarray) -> float:
        guess = 0.5 + 4.5 / (1 + np.exp(-(design @ x + scorer.item_bias[items])))
        return float(np.sum((rating - guess) ** 2) + (x - prior.mean) @ prior.penalty @ (x - prior.mean))

    best = minimize(objective, prior.mean, method="BFGS", options={"gtol": 1e-8})
    person = fold_in(scorer, items, rating, prior)
    found = np.append(person.vector, person.bias)
    assert objective(found) <= best.fun + 1e-9
    np.testing.assert_allclose(found, best.x, atol=1e-5)


def test_what_is_left_open_follows_the_slopes_at_the_minimum():
    scorer, items = scorer_of(dim=2), np.arange(6)
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    person = fold_in(scorer, items, np.linspace(2, 4.5, 6), prior)
    step = 1e-6 * np.eye(3)
    up, down = (
        np.array([scorer.scale.rating(scorer.score_new_user(person.numbers + sign * one, items)[0]) for one in step])
        for sign in (1, -1)
    )
    slopes = ((up - down) / 2e-6).T
    expected = 0.5 * np.linalg.inv(slopes.T @ slopes + prior.penalty)
    np.testing.assert_allclose(person.covariance, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("biased", [True, False])
def test_without_ratings_one_is_the_typical_person(biased: bool):
    scorer = scorer_of(biased=biased)
    prior = people_prior(scorer, everybody(scorer), noise=0.6)
    person = fold_in(scorer, np.empty(0, int), np.empty(0), prior)
    np.testing.assert_allclose(np.append(person.vector, [person.bias] if biased else []), prior.mean)
    np.testing.assert_allclose(person.covariance, prior.covariance, rtol=1e-6)


def test_endless_repetition_of_what_somebody_feels_finds_their_vector():
    scorer = scorer_of(n_items=400)
    prior = people_prior(scorer, everybody(scorer), noise=1e-6)
    items = np.arange(400)
    felt = scorer.predict(np.full(400, 7), items)
    person = fold_in(scorer, items, felt, prior)
    np.testing.assert_allclose(person.vector, scorer.user_embedding[7], atol=1e-3)
    assert person.bias == pytest.approx(scorer.user_bias[7], abs=1e-3)
    np.testing.assert_allclose(predictions(scorer, person), felt, atol=1e-2)


@pytest.mark.parametrize("said", [0.5, 5.0])
def test_ratings_all_at_one_end_stay_finite(said: float):
    scorer = scorer_of()
    prior = people_prior(scorer, everybody(scorer), noise=1e-4)
    person = fold_in(scorer, np.arange(30), np.full(30, said), prior)
    assert np.isfinite(person.vector).all()
    assert np.isfinite(person.covariance).all()
    found = predictions(scorer, person)
    assert ((found >= 0.5) & (found <= 5)).all()


def test_the_order_of_ratings_does_not_matter():
    scorer = scorer_of()
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    items, rating = np.array([1, 5, 8]), np.array([2.0, 4.5, 3.0])
    one = fold_in(scorer, items, rating, prior)
    other = fold_in(scorer, items[::-1], rating[::-1], prior)
    np.testing.assert_allclose(one.vector, other.vector, atol=1e-7)


def test_rating_something_higher_raises_its_guess():
    scorer = scorer_of()
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    guess = [
        predictions(scorer, fold_in(scorer, np.array([4]), np.array([said]), prior))[4] for said in (1.0, 3.0, 5.0)
    ]
    assert guess[0] < guess[1] < guess[2]


def test_doubt_falls_where_one_has_rated():
    scorer = replace(scorer_of(), scale=Scale(0.5, 5, sigmoid=False))
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    before = prediction_std(scorer, fold_in(scorer, np.empty(0, int), np.empty(0), prior))
    after = prediction_std(scorer, fold_in(scorer, np.array([4]), np.array([3.0]), prior))
    assert (after <= before + 1e-6).all()
    assert np.argmax(1 - after / before) == 4


def test_doubt_is_the_spread_of_guesses_over_people_drawn_from_what_is_left_open():
    scorer = scorer_of(dim=2)
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    person = fold_in(scorer, np.arange(10), np.linspace(2, 4, 10), prior)
    x = np.append(person.vector, person.bias)
    drawn = np.random.default_rng(0).multivariate_normal(x, person.covariance / 100, 20_000)
    score = drawn @ np.column_stack([scorer.item_embedding, np.ones(30)]).T + scorer.item_bias
    np.testing.assert_allclose(prediction_std(scorer, person) / 10, scorer.scale.rating(score).std(axis=0), rtol=0.03)


def test_the_bias_keeps_a_variance_of_its_own_in_the_round_shape():
    rng = np.random.default_rng(0)
    user, bias = (
        (rng.normal(size=(10, 2)) * [1, 3]).astype(np.float32),
        rng.normal(scale=20, size=10).astype(np.float32),
    )
    scorer = made(user, np.zeros((4, 2), np.float32), bias, np.zeros(4, np.float32))
    prior = people_prior(scorer, np.ones(10, bool), noise=0.5)
    covariance = np.cov(np.column_stack([user, bias]).astype(float).T, bias=True)
    vectors = covariance.diagonal()[:2].mean()
    expected = (10 * covariance + 3 * np.diag([vectors, vectors, covariance[2, 2]])) / 13
    np.testing.assert_allclose(prior.covariance, expected, rtol=1e-5)
    np.testing.assert_allclose(prior.mean, [*user.mean(axis=0), bias.mean()], rtol=1e-5)


@pytest.mark.parametrize("people", [1, 3])
def test_fewer_people_than_numbers_leave_a_usable_prior(people: int):
    scorer = scorer_of(dim=6)
    trained = np.arange(40) < people
    prior = people_prior(scorer, trained, noise=0.5)
    assert np.linalg.eigvalsh(prior.covariance).min() > 0
    fold_in(scorer, np.array([1]), np.array([5.0]), prior)


def test_people_whom_training_never_saw_say_nothing():
    scorer = scorer_of()
    trained = np.arange(40) < 20
    odd = made(scorer.user_embedding.copy(), scorer.item_embedding, scorer.user_bias, scorer.item_bias)
    odd.user_embedding[20:] = 1e6
    one, other = (people_prior(w, trained, noise=0.5) for w in (scorer, odd))
    np.testing.assert_array_equal(one.covariance, other.covariance)


def test_what_cannot_be_is_refused():
    scorer = scorer_of()
    prior = people_prior(scorer, everybody(scorer), noise=0.5)
    with pytest.raises(ValueError, match="above zero"):
        people_prior(scorer, ~everybody(scorer), noise=0.5)
    with pytest.raises(ValueError, match="above zero"):
        people_prior(scorer, everybody(scorer), noise=float("nan"))
    with pytest.raises(ValueError, match="as many"):
        fold_in(scorer, np.array([1, 2]), np.array([3.0]), prior)
    with pytest.raises(ValueError, match="finite"):
        fold_in(scorer, np.array([1]), np.array([np.nan]), prior)


def test_many_items_take_a_fraction_of_a_second():
    scorer = scorer_of(n_items=87_585, n_users=500, dim=64)
    prior = people_prior(scorer, everybody(scorer), noise=0.7)
    began = time.process_time()
    person = fold_in(scorer, np.arange(20), np.linspace(1, 5, 20), prior)
    assert predictions(scorer, person).shape == prediction_std(scorer, person).shape == (87_585,)
    assert time.process_time() - began < 2


def test_a_model_that_is_sure_of_itself_gives_the_posterior_of_a_linear_regression():
    scorer = uncertain_scorer(dims=2)
    arrays, items = scorer.arrays, np.array([0, 3, 4])
    rating = np.array([4.5, 2.0, 3.0])
    person = fold_in(scorer, items, rating, learned_prior(scorer, ()))
    design = np.column_stack([scorer.item_embedding[items], np.ones(3)]).astype(float)  # the bias comes last
    doubt = np.diag([*arrays["item_variance"][items, 1:].sum(axis=0), 0.0])
    precision = np.diag(np.roll(arrays["prior_precision"][0], -1)) + (design.T @ design + doubt) / 0.5
    covariance = np.linalg.inv(precision)
    rest = rating - 3.5 - arrays["item_bias"][items]
    np.testing.assert_allclose(person.numbers, covariance @ design.T @ rest / 0.5, rtol=1e-5)
    np.testing.assert_allclose(person.covariance, covariance, rtol=1e-5)


def test_without_ratings_somebody_is_as_the_models_prior_says():
    scorer = uncertain_scorer()
    prior = learned_prior(scorer, ())
    nobody = fold_in(scorer, np.empty(0, int), np.empty(0), prior)
    np.testing.assert_array_equal(nobody.numbers, 0)
    np.testing.assert_allclose(nobody.covariance, prior.covariance)
    assert nobody.noise == pytest.approx(0.5)
    assert prior.covariance[-1, -1] == pytest.approx(1 / scorer.arrays["prior_precision"][0, 0])


def test_variances_shrink_as_ratings_come_in():
    scorer = uncertain_scorer()
    prior = learned_prior(scorer, ())
    told = [fold_in(scorer, np.arange(n), np.full(n, 4.0), prior) for n in range(8)]
    for before, after in pairwise(told):
        assert np.linalg.eigvalsh(before.covariance - after.covariance).min() > -1e-12
        assert (doubts(scorer, after)[0] <= doubts(scorer, before)[0] + 1e-6).all()


def test_the_doubts_are_the_variance_of_drawn_products():
    scorer = uncertain_scorer(items=3)
    person = fold_in(scorer, np.array([0, 1]), np.array([5.0, 1.0]), learned_prior(scorer, ()))
    rng, n = np.random.default_rng(0), 50_000
    people = rng.multivariate_normal(person.numbers, person.covariance, n)
    variance = scorer.arrays["item_variance"]
    drawn = rng.normal(scorer.item_numbers, np.sqrt(variance), (n, *variance.shape))
    score = people[:, -1:] + drawn[:, :, 0] + np.einsum("nd,nid->ni", people[:, :-1], drawn[:, :, 1:])
    np.testing.assert_allclose(sum(doubts(scorer, person)), score.var(axis=0), rtol=0.03)


def test_whose_ratings_agree_with_the_guesses_has_less_noise():
    scorer = uncertain_scorer(items=60)
    prior, items = learned_prior(scorer, ()), np.arange(60)
    guess = predictions(scorer, fold_in(scorer, items[:0], np.empty(0), prior))
    steady = fold_in(scorer, items, guess, prior)
    erratic = fold_in(scorer, items, guess + np.where(items % 2, 1.5, -1.5), prior)
    assert steady.noise < 0.5 < erratic.noise
    assert steady.noise > NOISE_COUNT * 0.5 / (NOISE_COUNT + 60)  # nobody's ratings are without any


def test_a_model_without_uncertainty_keeps_the_noise_of_the_prior():
    scorer = scorer_of()
    prior = people_prior(scorer, everybody(scorer), noise=0.6)
    assert fold_in(scorer, np.array([1]), np.array([5.0]), prior).noise == 0.6


def test_what_somebody_rates_moves_whom_to_expect():
    scorer = uncertain_scorer()
    expected = np.array([0.1, 0.2, 0.3, 0.4])
    prior = replace(learned_prior(scorer, ()), mean_of=lambda items: expected * len(items))
    np.testing.assert_array_equal(fold_in(scorer, np.empty(0, int), np.empty(0), prior).numbers, 0)
    two = np.array([2, 3])
    at_two = replace(prior, mean=expected * 2, mean_of=None)
    np.testing.assert_array_equal(
        fold_in(scorer, two, np.array([4.0, 1.0]), prior).numbers,
        fold_in(scorer, two, np.array([4.0, 1.0]), at_two).numbers,
    )
