"""Biases as a model with uncertainty knows them: the shrinkage it chose, and parts that add up."""

import numpy as np
import pytest

from core.analysis.biases.bias import BiasPosterior, bias_posterior
from core.analysis.gauge import centered
from tests.core.analysis.made import uncertain_scorer

COUNTS = np.arange(1, 6), np.arange(1, 8)


@pytest.mark.parametrize("users", [True, False])
def test_what_is_known_of_a_bias_is_that_of_the_bias_and_of_the_vector_toward_the_average(users: bool):
    scorer = uncertain_scorer(noise=0.8)
    model = centered(scorer, *COUNTS)
    found = bias_posterior(scorer, scorer.item_parts(()), model, users=users)
    average = model.averages.item if users else model.averages.user
    drawn = (
        np.random.default_rng(0).normal(size=(200_000, 4)) * scorer.arrays["prior_precision"][0 if users else 1] ** -0.5
    )
    assert found.prior_std == pytest.approx((drawn[:, 0] + drawn[:, 1:] @ average).std(), rel=0.01)
    assert found.doubt == pytest.approx(0.8 / found.prior_std**2)
    assert found.believed(np.array([found.doubt]))[0] == pytest.approx(0.5)
    variance = scorer.arrays["user_variance" if users else "item_variance"]
    np.testing.assert_allclose(found.std**2, variance[:, 0] + variance[:, 1:] @ average**2, rtol=1e-6)
    assert list(found.parts) == ([] if users else ["own", "raters"])


def test_the_parts_add_up_to_the_bias_and_their_shares_to_one():
    scorer = uncertain_scorer()
    model = centered(scorer, *COUNTS)
    found = bias_posterior(scorer, scorer.item_parts(()), model, users=False)
    np.testing.assert_allclose(sum(found.parts.values()), model.item_bias, atol=1e-6)
    assert sum(found.shares(np.arange(7)).values()) == pytest.approx(1)


def test_a_part_that_is_the_same_for_all_has_no_share():
    parts = {"own": np.array([1.0, 2.0, 4.0]), "year": np.full(3, 0.3)}
    found = BiasPosterior(np.ones(3), 1.0, 1.0, parts)
    assert found.shares(np.arange(3)) == pytest.approx({"own": 1.0, "year": 0.0})
    assert found.shares(np.array([1])) == {}  # one bias does not differ from itself
    assert found.shares(np.empty(0, int)) == {}
