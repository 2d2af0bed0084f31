"""A model that begins at the mean of the training ratings, and what it guesses where it learned nothing."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.model.families import run_config
from core.model.networks import trained_model
from core.model.run import Run
from core.training import gradient
from core.training.average_guess import AverageGuess
from core.training.baselines import rmse
from core.training.trainer import fit
from tests.conftest import scorer_on
from tests.core.training.test_trainer import assert_same_result
from tests.families import GRADIENT, settings
from tests.made_up import ids, made_up

USERS, ITEMS = 60, 300


@pytest.fixture(scope="module")
def sparse() -> Ratings:
    """600 ratings on 1 … 101, most above 80, of items that mostly have one or two of them."""
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, USERS, 600), rng.integers(0, ITEMS, 600)
    rating = 88 + 5 * rng.normal(size=USERS)[user] + 3 * rng.normal(size=ITEMS)[item]
    sides = {"users": ids("u", USERS), "items": ids("i", ITEMS)}
    return made_up(user, item, np.clip(np.round(rating), 1, 101), **sides, ends=(1.0, 101.0), noun="book")


@pytest.fixture(scope="module")
def parts(sparse: Ratings) -> Split:
    """Which of them train; some items have none that does."""
    return split(sparse, run_config())


def trained(model: str, ratings: Ratings, **changes: object) -> Run:
    """A short training of a family."""
    return fit(run_config(**settings(model) | changes), ratings)


@pytest.fixture(scope="module", params=sorted(GRADIENT - {"simple_dot_diy"}))  # which is simple_dot
def both(request: pytest.FixtureRequest, sparse: Ratings) -> dict[str, Run]:
    """One family, begun in the middle of the scale and at the average."""
    return {guess: trained(request.param, sparse, starting_guess=guess) for guess in ("middle", "average")}


def test_by_default_nothing_is_put_in_the_place_of_what_started(both, sparse, monkeypatch):
    plain = both["middle"]
    monkeypatch.setattr(gradient, "AverageGuess", None)
    again = trained(plain.config.model, sparse)
    assert_same_result(plain, again)
    assert plain.run_id == again.run_id


def test_unseen_items_are_guessed_at_the_training_mean(both, sparse, parts):
    scorer, mean = both["average"].scorer, float(sparse.rating[parts.train].mean())
    unseen = np.flatnonzero(~parts.trained(sparse)).astype(np.int32)
    user = sparse.user_index[parts.train]
    guessed = scorer.predict(user, np.full(len(user), unseen[0]))
    if scorer.is_bilinear:  # exactly: the average of a sum is the sum of averages
        assert scorer.scale.score(guessed).mean() == pytest.approx(float(scorer.scale.score(mean)), rel=1e-4)
    assert guessed.mean() == pytest.approx(mean, abs=2)
    assert np.ptp(scorer.predict(np.full(len(unseen), 3, np.int32), unseen)) < 1e-3  # nothing tells them apart


def test_what_a_user_adds_to_the_mean_is_their_own_part(both, sparse, parts):
    scorer = both["average"].scorer
    if not scorer.has_biases:
        return
    unseen = int(np.flatnonzero(~parts.trained(sparse))[0])
    users = np.arange(USERS, dtype=np.int32)
    score = scorer.score(users, np.full(USERS, unseen, np.int32))
    own = scorer.user_bias + scorer.user_embedding @ scorer.item_embedding[unseen]
    level = scorer.scale.score(float(sparse.rating[parts.train].mean()))
    average = np.average(own, weights=parts.training_count(sparse, users=True))
    np.testing.assert_allclose(score - level, own - average, atol=1e-3)


def test_unseen_items_are_guessed_better_than_from_the_middle(both, sparse, parts):
    rows = parts.validation[~parts.trained(sparse)[sparse.item_index[parts.validation]]]
    assert both["average"].started.unseen_items == len(rows) > 20
    errors = {}
    for guess, run in both.items():
        guessed = run.scorer.scale.clip(run.scorer.predict(sparse.user_index[rows], sparse.item_index[rows]))
        errors[guess] = rmse(guessed, sparse.rating[rows])
    assert errors["average"] < 0.9 * errors["middle"]
    assert both["average"].outcome.val_rmse < both["middle"].outcome.val_rmse


def test_the_rows_that_training_moves_are_as_without_the_others(both, sparse, parts, monkeypatch):
    whole = both["average"].scorer
    monkeypatch.setattr(AverageGuess, "unseen_rows", lambda self, scorer: {})
    without = trained(both["average"].config.model, sparse, starting_guess="average").scorer
    seen = {"user": parts.trained(sparse, users=True), "item": parts.trained(sparse)}
    for name in whole.rows & whole.arrays.keys():
        rows = seen[name.partition("_")[0]]
        np.testing.assert_array_equal(whole.arrays[name][rows], without.arrays[name][rows])


def test_the_measured_error_is_that_of_the_kept_numbers(both, sparse, parts):
    run, rows = both["average"], parts.validation
    keras = trained_model(run.scorer, run.config)
    guessed = np.asarray(keras([sparse.user_index[rows], sparse.item_index[rows]], training=False))
    assert run.outcome.val_rmse == pytest.approx(rmse(run.scorer.scale.clip(guessed), sparse.rating[rows]), rel=1e-4)


def test_a_mean_at_the_end_of_the_scale_is_a_finite_guess(sparse, parts):
    equal = replace(sparse, rating=np.full(len(sparse), 101, np.float32))
    scorer, guess = scorer_on(equal, run_config()), AverageGuess.of(equal, parts)
    for arrays in (guess.first_arrays(scorer), guess.unseen_rows(scorer)):
        assert all(np.isfinite(array).all() for array in arrays.values())
    moved = replace(scorer, arrays={**scorer.arrays, **guess.unseen_rows(scorer)})
    unseen = np.flatnonzero(~parts.trained(equal))[:1]
    user = equal.user_index[parts.train]
    assert np.median(moved.predict(user, np.repeat(unseen, len(user)))) == pytest.approx(101, abs=0.1)


def test_a_penalty_in_units_of_the_scale_does_the_same_on_a_wider_one(sparse):
    tenfold = replace(sparse, rating=sparse.rating * 10, min_rating=10.0, max_rating=1010.0)
    changes = {"l2": 0.05, "l2_unit": "scale", "starting_guess": "average", "epochs": 2}
    narrow, wide = (trained("dot_with_bias", ratings, **changes) for ratings in (sparse, tenfold))
    np.testing.assert_allclose(wide.scorer.item_embedding, narrow.scorer.item_embedding, atol=1e-3)
    assert wide.outcome.val_rmse == pytest.approx(10 * narrow.outcome.val_rmse, rel=1e-3)
