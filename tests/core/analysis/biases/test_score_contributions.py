import numpy as np
import pytest

from core.analysis.biases import bias as analysis
from core.analysis.biases.bias import average_terms
from tests.conftest import run_on


@pytest.mark.parametrize("users", [False, True])
@pytest.mark.parametrize("block", [4, 500_000])
def test_bias_taste_and_others_are_the_mean_score(small, monkeypatch, users, block):
    monkeypatch.setattr(analysis, "BLOCK", block)
    weights = run_on(small).scorer
    score = (
        np.einsum("ij,ij->i", weights.user_embedding[small.user_index], weights.item_embedding[small.item_index])
        + weights.user_bias[small.user_index]
        + weights.item_bias[small.item_index]
    )
    index, bias = (small.user_index, weights.user_bias) if users else (small.item_index, weights.item_bias)
    rows = np.array([3, 0, 2])
    found = average_terms(weights, small, rows, users=users)
    for place, row in enumerate(rows):
        whole = bias[row] + found.taste[place] + found.others[place]
        assert whole == pytest.approx(score[index == row].mean(), abs=1e-6)


def test_without_ratings_and_without_biases(small):
    found = average_terms(run_on(small, model="simple_dot").scorer, small, np.array([4, 1]))
    assert np.isnan(found.taste[0]) and np.isnan(found.others[0])
    assert found.others[1] == 0
    none = average_terms(run_on(small).scorer, small, np.array([], int))
    assert len(none.taste) == len(none.others) == 0


def test_who_all_agree_on_its_taste_has_a_high_one(small):
    run = run_on(small)
    run.scorer.item_embedding[0] = 3 * run.scorer.user_embedding[small.user_index[small.item_index == 0]].sum(axis=0)
    found = average_terms(run.scorer, small, np.arange(4))
    assert np.argmax(found.taste) == 0
