from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components import proof as module
from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import HeldOut, Proof, held_out, prove
from core.analysis.gauge import CenteredModel, centered
from core.errors import AnalysisError
from core.training.baselines import rmse
from tests.core.analysis.rewritten import WAYS, exact

USERS, ITEMS, N = 30, 40, 600
RNG = np.random.default_rng(8)
USER, ITEM = RNG.integers(0, USERS, N), RNG.integers(0, ITEMS, N)
COUNTS = np.bincount(USER, minlength=USERS), np.bincount(ITEM, minlength=ITEMS)
RATING = np.clip(exact().predict(USER, ITEM) + RNG.normal(scale=0.8, size=N), 0.5, 5.0)


def model_of(written=None) -> CenteredModel:
    return centered(exact() if written is None else written, *COUNTS)


def held_out_of(model: CenteredModel, rating: np.ndarray = RATING) -> HeldOut:
    return held_out(model, predicted_components(model), USER, ITEM, rating)


def test_gain_and_score_by_hand():
    model = model_of()
    found, parts = predicted_components(model), held_out_of(model)
    places, scores = model.user_embedding @ found.for_users.T, found.scores
    for k in range(5):
        before, after = (
            model.guess(model.biases(USER, ITEM) + (places[USER, :n] * scores[ITEM, :n]).sum(axis=1))
            for n in (k, k + 1)
        )
        np.testing.assert_allclose(parts.gain[:, k], (RATING - before) ** 2 - (RATING - after) ** 2, atol=1e-5)
        np.testing.assert_allclose(parts.score[:, k], (RATING - before) * (after - before), atol=1e-5)
        assert parts.rmse[k] == pytest.approx(rmse(before, RATING))
    whole = model.guess(model.score(USER, ITEM))
    assert parts.rmse[-1] == pytest.approx(rmse(whole, RATING))


def test_the_standard_error_is_that_of_drawing_people_anew():
    parts = held_out_of(model_of())
    found = prove([parts], by_score=False)
    sums = np.array([parts.gain[user == USER, 0].sum() for user in range(USERS)])
    sizes = np.array([(user == USER).sum() for user in range(USERS)])
    drawn = RNG.integers(0, USERS, (4000, USERS))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    assert found.se[0] == pytest.approx(means.std(), rel=0.08)


@pytest.mark.parametrize("way", WAYS)
def test_how_the_model_is_written_does_not_matter(way):
    one, other = (prove([held_out_of(model_of(written))], by_score=False) for written in (exact(), WAYS[way](exact())))
    np.testing.assert_allclose(other.z, one.z, atol=1e-5)
    np.testing.assert_allclose(other.score_z, one.score_z, atol=1e-5)
    assert (other.proven, other.signal) == (one.proven, one.signal)


def test_a_split_that_is_pooled_with_itself_is_no_new_evidence():
    parts = held_out_of(model_of())
    once, twice = prove([parts], by_score=False), prove([parts, parts], by_score=False)
    np.testing.assert_allclose(twice.z, once.z, rtol=1e-9)
    assert (once.n_splits, twice.n_splits, twice.n_ratings) == (1, 2, 2 * N)


def test_taste_that_nobody_has_earns_no_place():
    """Ratings of biases and noise alone: the model's vectors are then noise, whatever their size."""
    model, rng, found = model_of(), np.random.default_rng(4), []
    for _ in range(40):
        rating = model.guess(model.biases(USER, ITEM)) + rng.normal(scale=0.8, size=N)
        found.append(prove([held_out_of(model, rating)], by_score=False))
    assert sum(one.proven > 0 for one in found) == 0
    assert sum(one.signal > 0 for one in found) <= 1


def test_counts_stop_at_the_first_that_fails():
    z = np.array([5.0, 2.5, 1.0, 9.0])
    found = Proof(z, z, z, z + 1, np.arange(5.0), N, 1, counts_score=False, counts_signal=True, n_people=50)
    assert (found.proven, found.signal) == (2, 2)
    assert (replace(found, counts_score=True).proven, replace(found, z=z * 0, counts_signal=False).signal) == (2, 0)
    np.testing.assert_array_equal(found.worth, -np.ones(4))
    few = replace(found, n_people=19)
    assert (few.proven, few.signal) == (0, 0)


@pytest.mark.parametrize(("epochs", "says"), [(7, False), (8, True), (None, True)])
def test_scores_of_a_training_that_stopped_early_say_nothing(epochs, says):
    assert prove([held_out_of(model_of())], by_score=False, epochs=epochs).counts_signal is says


def test_splits_with_fewer_components_shorten_the_list():
    parts = held_out_of(model_of())
    short = replace(parts, gain=parts.gain[:, :2], score=parts.score[:, :2], rmse=parts.rmse[:3])
    assert prove([parts, short], by_score=False).z.shape == (2,)


def test_blocks_do_not_show(monkeypatch):
    whole = held_out_of(model_of())
    monkeypatch.setattr(module, "BLOCK", 77)
    np.testing.assert_allclose(held_out_of(model_of()).gain, whole.gain)


def test_without_held_out_ratings_there_is_no_proof():
    model = model_of()
    none = np.zeros(0, int)
    with pytest.raises(AnalysisError, match="no held-out ratings"):
        held_out(model, predicted_components(model), none, none, np.zeros(0))
    with pytest.raises(AnalysisError, match="no held-out ratings"):
        prove([], by_score=False)
