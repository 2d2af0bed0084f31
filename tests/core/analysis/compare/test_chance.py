from itertools import permutations

import numpy as np
import pytest

from core.analysis.compare.measures import (
    cka_by_chance,
    kept_by_chance,
    linear_cka,
    neighbor_overlap,
    overlap_by_chance,
    procrustes,
    procrustes_by_chance,
)

RNG = np.random.default_rng(0)


def test_two_lists_of_one_from_two_others_are_the_same_half_the_time():
    np.testing.assert_allclose(kept_by_chance(3, 1), [0.5, 0.5])
    assert overlap_by_chance(3, 1) == pytest.approx(0.5)


def test_lists_of_all_others_are_always_the_same():
    np.testing.assert_allclose(kept_by_chance(11, 10), [0] * 10 + [1])
    assert overlap_by_chance(11, 10) == 1


@pytest.mark.parametrize("n", [21, 1247, 87_585])
def test_probabilities_sum_to_one_and_their_mean_is_the_hypergeometric(n):
    found = kept_by_chance(n, 10)
    assert found.sum() == pytest.approx(1)
    assert found @ np.arange(11) == pytest.approx(100 / (n - 1))


def test_independent_matrices_overlap_as_chance_says():
    first, second = RNG.normal(size=(2, 400, 20))
    assert neighbor_overlap(first, second, k=40).mean == pytest.approx(overlap_by_chance(400, 40), rel=0.1)


def test_cka_by_chance_is_the_mean_over_all_pairings():
    first, second = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))
    every = [linear_cka(first, second[list(order)]) for order in permutations(range(5))]
    assert cka_by_chance(first, second) == pytest.approx(np.mean(every))


def test_few_items_in_many_dimensions_look_alike_by_chance():
    assert cka_by_chance(RNG.normal(size=(20, 64)), RNG.normal(size=(20, 64))) > 0.7
    assert cka_by_chance(RNG.normal(size=(2000, 64)), RNG.normal(size=(2000, 64))) < 0.05


def test_procrustes_by_chance_is_that_of_independent_matrices():
    first, second = RNG.normal(size=(200, 6)), RNG.normal(size=(200, 9))
    assert procrustes_by_chance(first, first) == pytest.approx(procrustes(first, second[:, :6]).distance, abs=0.04)
    expected = procrustes(first, np.random.default_rng(3).permutation(second)).distance
    assert procrustes_by_chance(first, second, draws=1, seed=3) == pytest.approx(expected)


@pytest.mark.parametrize("k", [0, 5])
def test_refuses_lists_longer_than_there_are_others(k):
    with pytest.raises(ValueError, match="5 items have 1 to 4 neighbors"):
        kept_by_chance(5, k)


@pytest.mark.parametrize("call", [cka_by_chance, procrustes_by_chance])
def test_refuses_what_has_no_spread(call):
    with pytest.raises(ValueError, match="all 4 rows are equal"):
        call(np.full((4, 2), 0.1), RNG.normal(size=(4, 2)))
