"""Simulated ratings hold what they say, and answers are counted by the program's own rules."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import svds

from benchmarks.real.proofs import Answer, answered
from benchmarks.real.sets import KINDS, Kind, simulated, uncorrelated
from core.data.ratings import Ratings
from core.training.baselines import main_effects


def left(ratings: Ratings) -> np.ndarray:
    everything = np.arange(len(ratings))
    return ratings.rating - main_effects(ratings, everything).guess(ratings, everything)


def test_numbers_are_uncorrelated_exactly():
    weight = np.random.default_rng(0).dirichlet(np.ones(50))
    drawn = uncorrelated(np.random.default_rng(1), weight, 3)
    np.testing.assert_allclose(weight @ drawn, 0, atol=1e-12)
    np.testing.assert_allclose(drawn.T @ (drawn * weight[:, None]), np.eye(3), atol=1e-12)


@pytest.mark.parametrize("kind", ["none", "equal-8"])
def test_averages_and_spread_stay_and_pairs_too(bundled, kind):
    made = simulated(bundled, KINDS[kind], seed=1)
    assert made.user_index is bundled.user_index and made.item_index is bundled.item_index
    assert set(np.unique(made.rating)) <= set(np.arange(0.5, 5.1, 0.5))
    often = bundled.item_count >= 50
    assert np.corrcoef(made.item_mean[often], bundled.item_mean[often])[0, 1] > 0.95
    assert left(made).std() == pytest.approx(left(bundled).std(), rel=0.05)


@pytest.mark.parametrize(("factors", "found"), [((), 0.0), ((0.5,), 0.35)])
def test_what_is_planted_in_one_half_of_the_ratings_is_in_the_other(bundled, factors, found):
    made = simulated(bundled, Kind("one strong factor", factors), seed=5)
    rest, half = left(made), np.random.default_rng(0).random(len(made)) < 0.5
    shape = len(made.users), len(made.items)
    table = sparse.csr_array((rest[half], (made.user_index[half], made.item_index[half])), shape)
    people, _, things = svds(table, k=1, v0=np.ones(len(made.users)))
    guess = people[made.user_index[~half], 0] * things[0, made.item_index[~half]]
    assert np.corrcoef(guess, rest[~half])[0, 1] == pytest.approx(found, abs=0.08)


def test_people_have_a_noise_of_their_own(bundled):
    made = simulated(bundled, KINDS["own-noise"], seed=2)
    many = np.flatnonzero(bundled.user_count > 200)
    theirs, own = (np.array([left(one)[one.user_index == user].std() for user in many]) for one in (bundled, made))
    assert np.corrcoef(theirs, own)[0, 1] > 0.9


def test_answers_are_counted_by_the_rules_of_the_proof_and_kept(tmp_path):
    answer = Answer([5.0, 2.1, 1.0], [9.0, 4.0, 3.5], [6.0, 1.0, 1.0], [9.0, 1.0, 1.0], [0.01] * 3, 0.86, 9, 12)
    assert [answer.proof(pooled=pooled, by_score=by).proven for pooled in (False, True) for by in (False, True)] == [
        2,
        3,
        1,
        1,
    ]
    early = Answer(**asdict(answer) | {"epochs": 7})
    assert early.proof(pooled=False, by_score=True).proven == 0
    (tmp_path / "best-none-3-1.json").write_text(json.dumps(asdict(answer)))
    assert list(answered(tmp_path, "best", "none", [3], None, splits=1)) == [answer]
