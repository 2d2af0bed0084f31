"""How the size of a product is shared between the two sides of a variational model."""

import numpy as np
import pytest

from core.data.ratings import Ratings
from core.model.families import run_config
from core.model.scoring import Scorer
from core.training import variational
from core.training.trainer import fit


def _trained(ratings: Ratings) -> Scorer:
    return fit(run_config(model="variational", embedding_dim=3, steps=25), ratings).scorer


def test_sharing_the_size_changes_no_guess_and_no_width(small: Ratings, monkeypatch: pytest.MonkeyPatch):
    balanced = _trained(small)
    monkeypatch.setattr(variational, "_balance", lambda user, item: np.array([1, 0.5, 3], np.float32))
    other = _trained(small)
    pairs = small.user_index, small.item_index
    assert not np.allclose(balanced.item_embedding, other.item_embedding)
    np.testing.assert_allclose(balanced.predict(*pairs), other.predict(*pairs), rtol=1e-5)
    np.testing.assert_allclose(balanced.guess_variance(*pairs), other.guess_variance(*pairs), rtol=1e-4)
    for side, row in (("user", 0), ("item", 1)):  # a variance beside its prior
        mine, theirs = (
            one.arrays[f"{side}_variance"] * one.arrays["prior_precision"][row] for one in (balanced, other)
        )
        np.testing.assert_allclose(mine, theirs, rtol=1e-4)


def test_both_sides_are_equally_long_in_each_dimension(small: Ratings):
    scorer = _trained(small)
    users, items = (np.square(side).mean(axis=0) for side in (scorer.user_embedding, scorer.item_embedding))
    np.testing.assert_allclose(users, items, rtol=1e-4)


def test_a_side_that_is_zero_stays_as_it_is():
    assert variational._balance(np.zeros((2, 2), np.float32), np.ones((3, 2), np.float32)).tolist() == [1, 1]
