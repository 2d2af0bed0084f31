"""Two models on the same ratings: the difference of their errors, and how far it is known."""

import numpy as np
import pytest

from core.analysis.compare.score import Paired, paired
from core.training.baselines import rmse

RNG = np.random.default_rng(0)
N, PEOPLE = 6_000, 150
USER = RNG.integers(0, PEOPLE, N)
RATING = RNG.normal(3, 1, N)


def test_the_difference_is_that_of_the_two_errors():
    one, other = RATING + RNG.normal(scale=0.9, size=N), RATING + RNG.normal(scale=0.8, size=N)
    found = paired(one, other, RATING, USER)
    assert found.difference == pytest.approx(rmse(one, RATING) - rmse(other, RATING))
    assert found.clear and found.n_ratings == N
    back = paired(other, one, RATING, USER)
    assert (back.difference, back.se) == pytest.approx((-found.difference, found.se))


def test_what_both_find_hard_cancels():
    hard = RNG.normal(size=N)
    found = paired(RATING + 1.02 * hard, RATING + hard, RATING, USER)
    assert found.difference == pytest.approx(0.02, abs=0.003) and found.clear
    assert found.se < 0.1 * hard.std() / np.sqrt(N)


def test_models_that_are_equally_good_are_told_apart_one_time_in_twenty():
    def clear() -> bool:
        person = RNG.normal(scale=0.3, size=(2, PEOPLE))[:, USER]
        guesses = RATING + person + RNG.normal(scale=0.8, size=(2, N))
        return paired(*guesses, RATING, USER).clear

    assert sum(clear() for _ in range(200)) / 200 == pytest.approx(0.05, abs=0.045)


def test_the_same_guesses_are_no_difference():
    found = paired(RATING, RATING, RATING, USER)
    assert found == Paired(0.0, 0.0, N) and not found.clear
    with pytest.raises(ValueError, match="no ratings"):
        paired(*[np.empty(0)] * 3, np.empty(0, int))
