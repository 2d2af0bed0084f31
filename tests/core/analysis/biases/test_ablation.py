"""Without taste a model guesses from its biases."""

import numpy as np
import pytest

from core.analysis.biases.bias import bias_ablation
from core.analysis.gauge import centered
from core.training.baselines import rmse
from tests.core.analysis.made import random_scorer
from tests.core.analysis.rewritten import WAYS, exact

RNG = np.random.default_rng(0)
USER, ITEM = RNG.integers(0, 5, 40), RNG.integers(0, 7, 40)
RATING = RNG.uniform(0.5, 5, 40).astype(np.float32)
COUNTS = np.arange(1, 6), np.arange(1, 8)


@pytest.mark.parametrize("biased", [True, False])
def test_without_taste_only_what_each_shares_with_the_average_is_left(biased: bool):
    known = random_scorer(biased=biased)
    found = bias_ablation(centered(known, *COUNTS), USER, ITEM, RATING)
    users, items = (count / count.sum() for count in COUNTS)
    score = known.score(*(grid.ravel() for grid in np.indices((5, 7)))).reshape(5, 7).astype(float)
    # of a table of scores the row's mean, plus the column's, less that of all: its best sum of two numbers
    alone = (score @ items)[USER] + (users @ score)[ITEM] - users @ score @ items
    assert found.biases_rmse == pytest.approx(rmse(known.scale.clip(known.scale.rating(alone)), RATING), abs=1e-6)
    whole = np.clip(known.predict(USER, ITEM), 0.5, 5.0)
    assert found.whole_rmse == pytest.approx(rmse(whole, RATING), abs=1e-6)
    assert found.n_ratings == 40


@pytest.mark.parametrize("way", WAYS)
def test_what_taste_is_worth_does_not_depend_on_how_the_model_is_written(way: str):
    counts = np.arange(30), np.arange(40)
    one, other = (
        bias_ablation(centered(model, *counts), USER, ITEM, RATING) for model in (exact(), WAYS[way](exact()))
    )
    assert other.biases_rmse == pytest.approx(one.biases_rmse, abs=1e-9)
    assert one.biases_rmse != pytest.approx(one.whole_rmse, abs=0.01)


def test_without_ratings_there_is_no_error():
    nothing = np.zeros(0, int)
    with pytest.raises(ValueError, match="no ratings"):
        bias_ablation(centered(random_scorer(), *COUNTS), nothing, nothing, nothing)
