"""Of planted components the one that is consensus is named, and no other."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import Consensus, consensus, explained
from core.analysis.gauge import centered_on
from core.config import SplitConfig
from core.data.ratings import Ratings, Vocabulary
from core.data.splits import split
from core.model.scoring import Bilinear
from tests.core.analysis.made import scorer
from tests.core.analysis.rewritten import WAYS

USERS, ITEMS, N = 300, 200, 20_000


def planted(bundled: Ratings, *, following: float, popularity: float, taste: float) -> tuple[Ratings, Bilinear]:
    """Ratings by people who differ in how much they follow either, and in a taste; and the model that made them."""
    rng = np.random.default_rng(0)
    liked, kind, (follow, known, lean) = rng.normal(size=ITEMS), rng.normal(size=ITEMS), rng.normal(size=(3, USERS))
    often = rng.permutation(np.geomspace(1, 50, ITEMS))
    pairs = rng.choice(USERS * ITEMS, N, replace=False, p=np.tile(often / often.sum() / USERS, USERS))
    fame = np.log(often) - np.log(often).mean()
    user = np.column_stack([following * follow, popularity * known, taste * lean, np.ones(USERS)])
    item = np.column_stack([liked, fame, kind, 0.5 * liked + 3])
    users, items = np.divmod(pairs, ITEMS)
    rating = np.einsum("ij,ij->i", user[users], item[items]) + rng.normal(scale=0.5, size=N)
    ratings = replace(
        bundled,
        users=Vocabulary(np.arange(USERS).astype(str).astype(object)),
        items=Vocabulary(np.arange(ITEMS).astype(str).astype(object)),
        user_index=users.astype(np.int32),
        item_index=items.astype(np.int32),
        rating=rating.astype(np.float32),
    )
    return ratings, scorer(user, item, low=-9, high=15)


def found_in(ratings: Ratings, model: Bilinear) -> Consensus:
    parts = split(ratings, SplitConfig())
    apart = centered_on(model, ratings, parts)
    return consensus(apart, predicted_components(apart), ratings, parts, parts.validation)


@pytest.mark.parametrize(
    ("strengths", "named"),
    [
        ((0.6, 0.0, 0.3), [True, False]),
        ((0.3, 0.0, 0.6), [False, True]),
        ((0.0, 0.5, 0.2), [True, False]),
        ((0.0, 0.0, 0.5), [False]),
    ],
)
def test_following_is_named_and_taste_is_not(bundled: Ratings, strengths, named):
    following, popularity, taste = strengths
    found = found_in(*planted(bundled, following=following, popularity=popularity, taste=taste))
    assert found.mostly.tolist() == named
    assert (found.explained[found.mostly] > 0.9).all() and (found.explained[~found.mostly] < 0.1).all()


@pytest.mark.parametrize("way", WAYS)
def test_nothing_depends_on_how_the_model_is_written(bundled: Ratings, way: str):
    ratings, model = planted(bundled, following=0.6, popularity=0.0, taste=0.3)
    model = scorer(model.user_embedding, model.item_embedding, np.zeros(USERS), np.zeros(ITEMS))
    one, other = found_in(ratings, model), found_in(ratings, WAYS[way](model))
    np.testing.assert_allclose(other.explained, one.explained, atol=1e-6)
    np.testing.assert_allclose(other.left, one.left, atol=1e-6)


def test_what_changes_nothing_is_nothing():
    found = Consensus(np.array([0.9, 0.9]), np.array([-0.1, 0.2]), np.array([-0.2, 0.0]))
    assert found.mostly.tolist() == [False, True]


def test_explained_by_hand():
    columns, weight = np.array([[-1.0], [0.0], [1.0]]), np.array([0.25, 0.5, 0.25])
    scores = np.column_stack([3 * columns[:, 0] + 7, [1.0, -1.0, 1.0], [2.0, 2.0, 2.0]])
    np.testing.assert_allclose(explained(scores, columns, weight), [1, 0, 0], atol=1e-12)
