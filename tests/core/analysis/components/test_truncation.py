import numpy as np
import pytest

from core.analysis.components import truncation as module
from core.analysis.components.pca import pca
from core.analysis.components.truncation import cost, sample
from core.model.scoring import Bilinear
from core.training.baselines import rmse
from tests.core.analysis.made import scorer

RNG = np.random.default_rng(3)
USERS, ITEMS, DIM, N = 30, 40, 6, 500
USER_INDEX, ITEM_INDEX = RNG.integers(0, USERS, N), RNG.integers(0, ITEMS, N)
RATING = RNG.integers(1, 11, N) / 2


def random(*, biased: bool) -> Bilinear:
    vectors = [RNG.normal(0.3, 1, (rows, DIM)).astype(np.float32) for rows in (USERS, ITEMS)]
    biases = [RNG.normal(size=rows).astype(np.float32) if biased else None for rows in (USERS, ITEMS)]
    return scorer(*vectors, *biases)


def direct(of: Bilinear) -> float:
    return rmse(np.clip(of.predict(USER_INDEX, ITEM_INDEX), 0.5, 5.0), RATING)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("side", ["item", "user"])
def test_every_k_is_the_error_of_the_matrix_cut_to_k_components(biased, centered, side):
    full = random(biased=biased)
    matrix = full.item_embedding if side == "item" else full.user_embedding
    result = pca(matrix, centered=centered)
    found = cost(full, result, USER_INDEX, ITEM_INDEX, RATING, side=side)
    assert found.rmse.shape == (DIM + 1,)
    for k in range(DIM + 1):
        cut = result.mean + result.scores[:, :k] @ result.components[:k]
        vectors = (full.user_embedding, cut) if side == "item" else (cut, full.item_embedding)
        biases = (full.user_bias, full.item_bias) if biased else ()
        expected = direct(scorer(*vectors, *biases))
        assert found.rmse[k] == pytest.approx(expected, rel=1e-6)
    assert found.rmse[-1] == pytest.approx(direct(full), rel=1e-6)


def test_blocks_do_not_show(monkeypatch):
    full = random(biased=True)
    result = pca(full.item_embedding)
    whole = cost(full, result, USER_INDEX, ITEM_INDEX, RATING)
    monkeypatch.setattr(module, "BLOCK", 77)
    np.testing.assert_allclose(cost(full, result, USER_INDEX, ITEM_INDEX, RATING).rmse, whole.rmse)


def test_one_true_component_is_enough():
    line = np.outer(RNG.normal(size=ITEMS), RNG.normal(size=DIM)) + 1e-6 * RNG.normal(size=(ITEMS, DIM))
    full = scorer(RNG.normal(size=(USERS, DIM)), line)
    rating = np.clip(full.predict(USER_INDEX, ITEM_INDEX), 0.5, 5.0)
    found = cost(full, pca(line), USER_INDEX, ITEM_INDEX, rating)
    assert found.enough() == 1
    assert found.rmse[0] > 0.5
    assert found.n_ratings == N


def test_refuses_no_ratings_and_foreign_components():
    full = random(biased=True)
    none = np.empty(0, int)
    with pytest.raises(ValueError, match="no ratings"):
        cost(full, pca(full.item_embedding), none, none, none)
    with pytest.raises(ValueError, match="do not fit"):
        cost(full, pca(full.item_embedding[:, :3]), USER_INDEX, ITEM_INDEX, RATING)


def test_a_sample_is_some_of_the_rows_and_the_same_every_time():
    rows = np.arange(1_000) * 3
    drawn = sample(rows, most=50)
    assert len(set(drawn)) == 50
    assert set(drawn) <= set(rows)
    assert (np.diff(drawn) > 0).all()
    np.testing.assert_array_equal(drawn, sample(rows, most=50))
    np.testing.assert_array_equal(sample(rows, most=1_000), rows)
