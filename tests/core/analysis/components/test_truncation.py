import numpy as np
import pytest

from core.analysis.components.pca import pca
from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import cost, sample
from core.analysis.gauge import centered
from core.model.scoring import Bilinear
from core.training.baselines import rmse
from tests.core.analysis.made import scorer
from tests.core.analysis.rewritten import WAYS, exact

RNG = np.random.default_rng(3)
USERS, ITEMS, DIM, N = 30, 40, 6, 500
USER_INDEX, ITEM_INDEX = RNG.integers(0, USERS, N), RNG.integers(0, ITEMS, N)
RATING = RNG.integers(1, 11, N) / 2
COUNTS = np.bincount(USER_INDEX, minlength=USERS), np.bincount(ITEM_INDEX, minlength=ITEMS)
GIVEN = USER_INDEX, ITEM_INDEX, RATING


def random(*, biased: bool) -> Bilinear:
    vectors = [RNG.normal(0.3, 1, (rows, DIM)) for rows in (USERS, ITEMS)]
    biases = [RNG.normal(size=rows) if biased else None for rows in (USERS, ITEMS)]
    return scorer(*vectors, *biases)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("kind", ["uncentered", "centered", "predictions"])
def test_every_k_is_the_error_of_the_taste_cut_to_k_components(biased, kind):
    full = random(biased=biased)
    model = centered(full, *COUNTS)
    by_predictions = kind == "predictions"
    result = predicted_components(model) if by_predictions else pca(full.item_embedding, centered=kind == "centered")
    found = cost(model, result, *GIVEN)
    assert found.rmse.shape == (DIM + 1,)
    for k in range(DIM + 1):
        taste = model.user_embedding @ result.for_users[:k].T @ result.components[:k] @ model.item_embedding.T
        score = model.biases(USER_INDEX, ITEM_INDEX) + taste[USER_INDEX, ITEM_INDEX]
        assert found.rmse[k] == pytest.approx(rmse(model.guess(score), RATING), rel=1e-6)
    own = rmse(np.clip(full.predict(USER_INDEX, ITEM_INDEX), 0.5, 5.0), RATING)
    assert found.rmse[-1] == pytest.approx(own, rel=1e-6)
    assert found.n_ratings == N


@pytest.mark.parametrize("way", WAYS)
def test_both_ends_do_not_depend_on_how_the_model_is_written(way):
    """What lies between them does for components of the item matrix, and does not for those of predictions."""
    models = [centered(model, *COUNTS) for model in (exact(), WAYS[way](exact()))]
    first, second = (cost(model, pca(model.item_embedding), *GIVEN).rmse for model in models)
    np.testing.assert_allclose(second[[0, -1]], first[[0, -1]], atol=1e-6)
    first, second = (cost(model, predicted_components(model), *GIVEN).rmse for model in models)
    np.testing.assert_allclose(second, first, atol=1e-6)


def test_one_true_component_is_enough():
    line = np.outer(RNG.normal(size=ITEMS), RNG.normal(size=DIM)) + 1e-6 * RNG.normal(size=(ITEMS, DIM))
    full = scorer(RNG.normal(size=(USERS, DIM)), line)
    rating = np.clip(full.predict(USER_INDEX, ITEM_INDEX), 0.5, 5.0)
    found = cost(centered(full, *COUNTS), pca(line), USER_INDEX, ITEM_INDEX, rating)
    assert found.enough() == 1
    assert found.rmse[0] > 0.5


def test_refuses_no_ratings_and_foreign_components():
    full, none = random(biased=True), np.empty(0, int)
    with pytest.raises(ValueError, match="no held-out ratings"):
        cost(centered(full, *COUNTS), pca(full.item_embedding), none, none, none)
    with pytest.raises(ValueError, match="do not fit"):
        cost(centered(full, *COUNTS), pca(full.item_embedding[:, :3]), *GIVEN)


def test_a_sample_is_some_of_the_rows_and_the_same_every_time():
    rows = np.arange(1_000) * 3
    drawn = sample(rows, most=50)
    assert len(set(drawn)) == 50
    assert set(drawn) <= set(rows)
    assert (np.diff(drawn) > 0).all()
    np.testing.assert_array_equal(drawn, sample(rows, most=50))
    np.testing.assert_array_equal(sample(rows, most=1_000), rows)
