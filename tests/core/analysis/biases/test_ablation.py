"""Without its dot products a model guesses from its biases."""

import numpy as np
import pytest

from core.analysis.biases.ablation import without_taste
from core.model.run import predict
from core.training.baselines import rmse
from tests.core.analysis.made import weights

SCALE = {"min_rating": 0.5, "max_rating": 5.0}


def test_without_taste_only_the_biases_are_left():
    known = weights()
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 5, 40), rng.integers(0, 7, 40)
    rating = rng.uniform(0.5, 5, 40).astype(np.float32)
    found = without_taste(known, user, item, rating, **SCALE)
    share = 1 / (1 + np.exp(-(known.user_bias[user] + known.item_bias[item]).astype(float)))
    assert found.biases_rmse == pytest.approx(rmse(0.5 + 4.5 * share, rating), abs=1e-6)
    whole = np.clip(predict(known, user, item, 0.5, 5.0), 0.5, 5.0)
    assert found.whole_rmse == pytest.approx(rmse(whole, rating), abs=1e-6)
    assert found.n_ratings == 40


def test_without_taste_needs_biases_and_ratings():
    nothing = np.zeros(0, int)
    with pytest.raises(ValueError, match="no biases"):
        without_taste(weights(biased=False), nothing, nothing, nothing, **SCALE)
    with pytest.raises(ValueError, match="no ratings"):
        without_taste(weights(), nothing, nothing, nothing, **SCALE)
