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
from tests.families import GRADIENT, N_ITEMS, N_USERS, planted_ratings, settings

NEW = 10  # of the items: nobody has rated them before the ratings that are kept aside
BY_TIME = {"split_kind": "global_time"}


@pytest.fixture(scope="module")
def high() -> Ratings:
    """As many ratings as `families` has, for its programs, most of them close to the upper end of their scale."""
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, N_USERS, 700), rng.integers(0, N_ITEMS - NEW, 700)
    item[560:] = rng.integers(0, N_ITEMS, 140)
    rating = 4.4 + 0.22 * rng.normal(size=N_USERS)[user] + 0.13 * rng.normal(size=N_ITEMS)[item]
    return replace(
        planted_ratings(),
        user_index=user.astype(np.int32),
        item_index=item.astype(np.int32),
        rating=np.clip(rating, 0.5, 5).astype(np.float32),
        timestamp=np.arange(700, dtype=np.int64),
    )


@pytest.fixture(scope="module")
def parts(high: Ratings) -> Split:
    """Which of them train; some items have none that does."""
    return split(high, run_config(**BY_TIME))


def trained(model: str, ratings: Ratings, **changes: object) -> Run:
    """A short training of a family."""
    return fit(run_config(**settings(model) | BY_TIME | changes), ratings)


@pytest.fixture(scope="module", params=sorted(GRADIENT - {"simple_dot_diy"}))  # which is simple_dot
def both(request: pytest.FixtureRequest, high: Ratings) -> dict[str, Run]:
    """One family, begun in the middle of the scale and at the average."""
    return {guess: trained(request.param, high, starting_guess=guess) for guess in ("middle", "average")}


def test_by_default_nothing_is_put_in_the_place_of_what_started(both, high, monkeypatch):
    plain = both["middle"]
    monkeypatch.setattr(gradient, "AverageGuess", None)
    again = trained(plain.config.model, high)
    assert_same_result(plain, again)
    assert plain.run_id == again.run_id


def test_unseen_items_are_guessed_at_the_training_mean(both, high, parts):
    scorer, mean = both["average"].scorer, float(high.rating[parts.train].mean())
    unseen = np.flatnonzero(~parts.trained(high)).astype(np.int32)
    user = high.user_index[parts.train]
    guessed = scorer.predict(user, np.full(len(user), unseen[0]))
    if scorer.is_bilinear:  # exactly: the average of a sum is the sum of averages
        assert scorer.scale.score(guessed).mean() == pytest.approx(float(scorer.scale.score(mean)), rel=1e-4)
    assert guessed.mean() == pytest.approx(mean, abs=0.09)
    assert np.ptp(scorer.predict(np.full(len(unseen), 3, np.int32), unseen)) < 5e-5  # nothing tells them apart


def test_what_a_user_adds_to_the_mean_is_their_own_part(both, high, parts):
    scorer = both["average"].scorer
    if not scorer.has_biases:
        return
    unseen = int(np.flatnonzero(~parts.trained(high))[0])
    users = np.arange(N_USERS, dtype=np.int32)
    score = scorer.score(users, np.full(N_USERS, unseen, np.int32))
    own = scorer.user_bias + scorer.user_embedding @ scorer.item_embedding[unseen]
    level = scorer.scale.score(float(high.rating[parts.train].mean()))
    average = np.average(own, weights=parts.training_count(high, users=True))
    np.testing.assert_allclose(score - level, own - average, atol=1e-3)


def test_unseen_items_are_guessed_better_than_from_the_middle(both, high, parts):
    rows = parts.validation[~parts.trained(high)[high.item_index[parts.validation]]]
    assert both["average"].started.unseen_items == len(rows) > 20
    errors = {}
    for guess, run in both.items():
        guessed = run.scorer.scale.clip(run.scorer.predict(high.user_index[rows], high.item_index[rows]))
        errors[guess] = rmse(guessed, high.rating[rows])
    assert errors["average"] < 0.9 * errors["middle"]
    assert both["average"].outcome.val_rmse < both["middle"].outcome.val_rmse


def test_the_rows_that_training_moves_are_as_without_the_others(both, high, parts, monkeypatch):
    whole = both["average"].scorer
    monkeypatch.setattr(AverageGuess, "unseen_rows", lambda self, scorer: {})
    without = trained(both["average"].config.model, high, starting_guess="average").scorer
    seen = {"user": parts.trained(high, users=True), "item": parts.trained(high)}
    for name in whole.rows & whole.arrays.keys():
        rows = seen[name.partition("_")[0]]
        np.testing.assert_array_equal(whole.arrays[name][rows], without.arrays[name][rows])


def test_the_measured_error_is_that_of_the_kept_numbers(both, high, parts):
    run, rows = both["average"], parts.validation
    keras = trained_model(run.scorer, run.config)
    guessed = np.asarray(keras([high.user_index[rows], high.item_index[rows]], training=False))
    assert run.outcome.val_rmse == pytest.approx(rmse(run.scorer.scale.clip(guessed), high.rating[rows]), rel=1e-4)


def test_a_mean_at_the_end_of_the_scale_is_a_finite_guess(high, parts):
    equal = replace(high, rating=np.full(len(high), 5, np.float32))
    scorer, guess = scorer_on(equal, run_config()), AverageGuess.of(equal, parts)
    for arrays in (guess.first_arrays(scorer), guess.unseen_rows(scorer)):
        assert all(np.isfinite(array).all() for array in arrays.values())
    moved = replace(scorer, arrays={**scorer.arrays, **guess.unseen_rows(scorer)})
    unseen = np.flatnonzero(~parts.trained(equal))[:1]
    user = equal.user_index[parts.train]
    assert np.median(moved.predict(user, np.repeat(unseen, len(user)))) == pytest.approx(5, abs=0.005)


def test_a_penalty_in_units_of_the_scale_does_the_same_on_a_wider_one(high):
    hundred, thousand = (
        replace(high, rating=high.rating * times, min_rating=0.5 * times, max_rating=5.0 * times) for times in (20, 200)
    )  # on narrow scales the steps of Adam feel what it adds to its roots
    changes = {"l2": 0.05, "l2_unit": "scale", "starting_guess": "average", "epochs": 2}
    narrow, wide = (trained("dot_with_bias", ratings, **changes) for ratings in (hundred, thousand))
    np.testing.assert_allclose(wide.scorer.item_embedding, narrow.scorer.item_embedding, atol=1e-3)
    assert wide.outcome.val_rmse == pytest.approx(10 * narrow.outcome.val_rmse, rel=1e-3)
