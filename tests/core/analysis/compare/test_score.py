"""Scores of a split by hand, and what several splits say together."""

import numpy as np
import pytest

from core.analysis.compare.score import Mean, Row, difference_of, is_clear, mean_of, pairs, score_of, split_score
from core.config import SplitConfig
from core.data.splits import split
from tests.conftest import run_on


def test_a_score_by_hand():
    score = split_score(
        np.array([3.0, 6.0, 1.0, 2.0]),
        np.array([4.0, 5.0, 1.0, 5.0]),
        np.array([True, True, True, False]),
        low=1,
        high=5,
    )
    # clipped, the errors are 1, 0 and 0 on what was seen, and 3 on what was not
    assert score.val_rmse == pytest.approx(np.sqrt(10 / 4))
    assert score.warm_rmse == pytest.approx(np.sqrt(1 / 3))
    assert score.cold_rmse == 3
    assert score.raw_rmse == pytest.approx(np.sqrt(11 / 4))
    assert (score.n_warm, score.n_cold, score.within) == (3, 1, 0.75)
    assert score.cold_share == pytest.approx(0.9)


@pytest.mark.parametrize("warm", [True, False])
def test_what_there_is_none_of_has_no_error(warm):
    score = split_score(np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.full(2, warm), low=1, high=5)
    absent = score.cold_rmse if warm else score.warm_rmse
    assert absent is None
    assert score.cold_share == (0 if warm else 1)


def test_a_model_without_an_error():
    score = split_score(np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([True, False]), low=1, high=5)
    assert (score.val_rmse, score.within, score.cold_share) == (0, 1, 0)


@pytest.mark.parametrize("model", ["dot_with_bias", "simple_dot", "bias_only", "neural"])
def test_both_sorts_together_are_the_whole(bundled, model):
    run = run_on(bundled, model=model)
    parts = split(bundled, SplitConfig())
    score = score_of(run, bundled, parts)
    assert (score.n_warm, score.n_cold) == (len(parts.validation) - parts.unseen_items, parts.unseen_items)
    assert score.n_cold == 765
    total = score.n_warm * score.warm_rmse**2 + score.n_cold * score.cold_rmse**2
    assert score.val_rmse == pytest.approx(np.sqrt(total / len(parts.validation)))
    if run.scorer.uses_sigmoid:
        assert score.raw_rmse == score.val_rmse


def test_a_mean_and_its_standard_error_by_hand():
    assert mean_of([1, 3]) == Mean(2, 1, 2)
    assert difference_of([1, 3], [0, 2]) == Mean(1, 0, 2)  # the luck of the splits is in both
    with pytest.raises(ValueError, match="two values or more, and this is 1"):
        mean_of([1])
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        difference_of([1, 2, 3], [1, 2])


def scored(rmse: float):
    return split_score(np.array([rmse, rmse]), np.zeros(2), np.array([True, True]), low=0, high=9)


def test_a_scoreboard_by_hand():
    a = Row("a", own=scored(1), splits=(scored(1), scored(3)))
    b = Row("b", own=scored(9), splits=(scored(2), scored(5)))
    c = Row("c", own=scored(2), splits=(scored(2), scored(2)))
    assert (a.pooled, a.luck, b.luck, c.luck) == (Mean(2, 1, 2), 1, -5.5, 0)
    found = pairs([a, b, c])
    assert [(pair.a, pair.b) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [pair.difference.mean for pair in found] == pytest.approx([-1.5, 0, 1.5])
    assert [pair.difference.se for pair in found] == pytest.approx([0.5, 1, 1.5])


def test_a_difference_is_clear_as_the_corrected_test_has_it():
    """Five differences of standard deviation 1: with a fifth kept aside the bound is 2.776 times the root of 0.45."""
    se = 1 / np.sqrt(5)
    assert is_clear(Mean(1.87, se, 5), 0.2)
    assert is_clear(Mean(-1.87, se, 5), 0.2)
    assert not is_clear(Mean(1.86, se, 5), 0.2)
    assert not is_clear(Mean(1.87, se, 5), 0.3)  # less to learn from, and more of it shared
    assert not is_clear(Mean(0, 0, 5), 0.2)
