"""Without its dot products a model guesses from its biases."""

import numpy as np
import pytest

from core.analysis.biases.bias import bias_ablation
from core.training.baselines import rmse
from tests.core.analysis.made import random_scorer


def test_without_taste_only_the_biases_are_left():
    known = random_scorer()
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 5, 40), rng.integers(0, 7, 40)
    rating = rng.uniform(0.5, 5, 40).astype(np.float32)
    found = bias_ablation(known, user, item, rating)
    share = 1 / (1 + np.exp(-(known.user_bias[user] + known.item_bias[item]).astype(float)))
    assert found.biases_rmse == pytest.approx(rmse(0.5 + 4.5 * share, rating), abs=1e-6)
    whole = np.clip(known.predict(user, item), 0.5, 5.0)
    assert found.whole_rmse == pytest.approx(rmse(whole, rating), abs=1e-6)
    assert found.n_ratings == 40


def test_without_taste_needs_biases_and_ratings():
    nothing = np.zeros(0, int)
    with pytest.raises(ValueError, match="no biases"):
        bias_ablation(random_scorer(biased=False), nothing, nothing, nothing)
    with pytest.raises(ValueError, match="no ratings"):
        bias_ablation(random_scorer(), nothing, nothing, nothing)
