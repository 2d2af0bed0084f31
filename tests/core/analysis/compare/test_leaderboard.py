import numpy as np
import pytest

from core.analysis.compare.leaderboard import Measured, leaderboard

MODELS = {"a": 0.85, "b": 0.86, "c": 0.87}
LUCK = {0: -0.02, 1: 0.01, 2: 0.01}


def on(model, *splits, noise=0.0):
    return [Measured(model, split, MODELS[model] + LUCK[split] + noise) for split in splits]


def test_the_luck_of_a_split_is_taken_off():
    found = leaderboard([*on("c", 0), *on("b", 0, 1, 2), *on("a", 1, 2)])
    assert [one.model for one in found] == ["a", "b", "c"]  # by their own errors c would be before a
    assert [one.error for one in found] == pytest.approx([0.85, 0.86, 0.87])
    assert [one.splits for one in found] == [2, 3, 1]
    assert [one.se for one in found] == pytest.approx([0, 0, 0], abs=1e-9)


def test_what_is_left_over_is_how_sure_it_is():
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(300):
        noisy = [
            Measured(one.model, one.split, one.error + rng.normal(scale=0.01)) for m in MODELS for one in on(m, 0, 1, 2)
        ]
        found = {one.model: one for one in leaderboard(noisy)}
        draws.append(((found["a"].error - 0.85) / 0.01, found["a"].se / 0.01))
    errors, told = np.array(draws).T
    assert np.std(errors) == pytest.approx(1 / np.sqrt(3), rel=0.1)
    assert np.sqrt(np.mean(told**2)) == pytest.approx(1 / np.sqrt(3), rel=0.1)


def test_where_nothing_is_left_over_nothing_is_said():
    (only,) = leaderboard(on("a", 0))
    assert (only.error, only.se, only.splits) == (pytest.approx(0.83), None, 1)


def test_models_that_no_split_connects_are_not_ranked_together():
    apart = [Measured("x", 9, 0.1)]
    assert [one.model for one in leaderboard([*apart, *on("a", 0), *on("b", 0)])] == ["a", "b"]


def test_no_runs_have_no_leaderboard():
    assert leaderboard([]) == []
