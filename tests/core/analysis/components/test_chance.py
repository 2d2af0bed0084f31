"""Components of vectors without structure stand above nothing, and planted groups do."""

import numpy as np
import pytest

from core.analysis.components.chance import above_chance
from core.errors import AnalysisError


@pytest.mark.parametrize("seed", range(5))
def test_random_vectors_have_none(seed: int):
    assert above_chance(np.random.default_rng(seed).normal(size=(300 + 100 * seed, 20))).count == 0


def test_a_few_very_long_rows_are_no_structure():
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        vectors = rng.normal(size=(400, 12)) * np.abs(rng.standard_cauchy((400, 1)))
        found += above_chance(vectors).count > 0
    assert found <= 2


@pytest.mark.parametrize("groups", [2, 3, 6])
def test_groups_have_one_fewer_than_there_are(groups: int):
    rng = np.random.default_rng(groups)
    vectors = rng.normal(size=(groups, 30))[rng.integers(0, groups, 2_500)] + rng.normal(size=(2_500, 30))
    found = above_chance(vectors, rows=1_000)
    assert (found.count, found.rows) == (groups - 1, 1_000)
    assert found.share[-1] <= found.level[-1] and found.share[0] > found.level[0]


def test_no_rotation_and_no_shift_changes_it():
    rng = np.random.default_rng(0)
    vectors = np.diag([3.0, 1, 1, 1])[rng.integers(0, 2, 200)] + rng.normal(size=(200, 4))
    turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    here, there = above_chance(vectors), above_chance(vectors @ turn + 7)
    assert here.count == there.count
    np.testing.assert_allclose(here.share, there.share)


def test_a_few_rows_tell_nothing():
    with pytest.raises(AnalysisError, match="at least 10"):
        above_chance(np.eye(9))
