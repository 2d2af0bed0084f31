import numpy as np
import pytest

from core.analysis.biases import bias as analysis
from core.analysis.biases.bias import average_terms
from core.analysis.gauge import CenteredModel, centered
from tests.conftest import run_on
from tests.core.analysis.rewritten import WAYS, exact


def model_of(ratings, model: str = "dot_with_bias") -> CenteredModel:
    return centered(run_on(ratings, model=model).scorer, ratings.user_count, ratings.item_count)


@pytest.mark.parametrize("users", [False, True])
@pytest.mark.parametrize("block", [4, 500_000])
def test_the_constant_bias_taste_and_others_are_the_mean_score(small, monkeypatch, users, block):
    monkeypatch.setattr(analysis, "BLOCK", block)
    model, given = model_of(small), (small.user_index, small.item_index)
    score = run_on(small).scorer.score(*given)
    index, bias = (small.user_index, model.user_bias) if users else (small.item_index, model.item_bias)
    rows = np.array([3, 0, 2])
    found = average_terms(model, *given, rows, users=users)
    for place, row in enumerate(rows):
        whole = model.constant + bias[row] + found.taste[place] + found.others[place]
        assert whole == pytest.approx(score[index == row].mean(), abs=1e-6)


def test_without_ratings_there_is_no_mean(small):
    given = small.user_index, small.item_index
    found = average_terms(model_of(small, "simple_dot"), *given, np.array([4, 1]))
    assert np.isnan(found.taste[0]) and np.isnan(found.others[0])
    assert np.isfinite(found.others[1])
    none = average_terms(model_of(small), *given, np.array([], int))
    assert len(none.taste) == len(none.others) == 0


@pytest.mark.parametrize("way", WAYS)
def test_taste_does_not_depend_on_how_the_model_is_written(way):
    rng = np.random.default_rng(4)
    user, item = rng.integers(0, 30, 200), rng.integers(0, 40, 200)
    counts = np.bincount(user, minlength=30), np.bincount(item, minlength=40)
    one, other = (
        average_terms(centered(model, *counts), user, item, np.arange(40)).taste
        for model in (exact(), WAYS[way](exact()))
    )
    np.testing.assert_allclose(other, one, atol=1e-9)
    assert np.nanstd(one) > 0.01


def test_who_all_agree_on_its_taste_has_a_high_one(small):
    run = run_on(small)
    run.scorer.item_embedding[0] = 3 * run.scorer.user_embedding[small.user_index[small.item_index == 0]].sum(axis=0)
    model = centered(run.scorer, small.user_count, small.item_count)
    found = average_terms(model, small.user_index, small.item_index, np.arange(4))
    assert np.argmax(found.taste) == 0
