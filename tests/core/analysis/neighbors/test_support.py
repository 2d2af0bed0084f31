import numpy as np
import pytest

from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import centered
from core.analysis.neighbors.all_neighbors import nearest
from core.analysis.neighbors.of_one import similarities
from core.analysis.neighbors.support import Thresholds, mean_square, support, thresholds
from core.errors import AnalysisError
from tests.core.analysis.rewritten import WAYS, exact

RNG = np.random.default_rng(5)
BASE = RNG.normal(size=(40, 6))
ROWS = np.array([3, 17, 39])
NEAR = nearest(BASE, 4)[ROWS]


def test_support_is_the_mean_cosine_in_the_other_trainings():
    others = [RNG.normal(size=(40, 6)), RNG.normal(size=(40, 2))]
    found = support(BASE, others, ROWS, NEAR)
    assert found.shape == (3, 4)
    for place, row in enumerate(ROWS):
        expected = np.mean([similarities(other, row)[NEAR[place]] for other in others], axis=0)
        np.testing.assert_allclose(found[place], expected, atol=1e-6)


def test_a_training_that_only_turns_the_axes_supports_all_and_chance_none():
    turn, _ = np.linalg.qr(RNG.normal(size=(6, 6)))
    own = np.array([similarities(BASE, row)[near] for row, near in zip(ROWS, NEAR, strict=True)])
    np.testing.assert_allclose(support(BASE, [BASE @ turn], ROWS, NEAR), own, atol=1e-6)
    others = [RNG.normal(size=(40, 6)) for _ in range(200)]
    assert np.abs(support(BASE, others, ROWS, NEAR)).max() < 0.15


@pytest.mark.parametrize("way", ["as it was", *WAYS])
def test_scores_of_predicted_components_have_the_similarity_of_predictions_as_their_cosine(way):
    """v'C w / sqrt(v'C v · w'C w), and that is the correlation over people of what is predicted beyond averages."""
    model = exact() if way == "as it was" else WAYS[way](exact())
    counts = RNG.integers(1, 9, 30), RNG.integers(1, 9, 40)
    form = centered(model, *counts)
    scores = predicted_components(form).scores
    found = np.array([similarities(scores, row) for row in range(40)])
    covariance = (form.user_embedding * form.user_weight[:, None]).T @ form.user_embedding
    product = form.item_embedding @ covariance @ form.item_embedding.T
    length = np.sqrt(np.diag(product))
    np.testing.assert_allclose(found, product / np.outer(length, length), atol=1e-9)
    taste = form.user_embedding @ form.item_embedding.T
    weighted = np.cov(taste, rowvar=False, aweights=form.user_weight)
    spread = np.sqrt(np.diag(weighted))
    np.testing.assert_allclose(found, weighted / np.outer(spread, spread), atol=1e-9)


def test_five_and_one_in_a_hundred_of_the_null_are_marked():
    null = RNG.permutation(np.arange(1000.0)).reshape(100, 10)
    found = thresholds(null)
    marks = found.marks(null)
    assert ((marks >= 1).sum(), (marks == 2).sum()) == (50, 10)
    np.testing.assert_array_equal(Thresholds(0.4, 0.5).marks(np.array([0.3, 0.45, 0.6])), [0, 1, 2])


def test_refuses_trainings_of_other_items_and_none():
    with pytest.raises(AnalysisError, match="each of 40"):
        support(BASE, [BASE, BASE[:-1]], ROWS, NEAR)
    with pytest.raises(AnalysisError, match="none"):
        support(BASE, [], ROWS, NEAR)
    with pytest.raises(AnalysisError, match="no neighbors"):
        thresholds(np.zeros((0, 10)))


def test_a_floor_holds_down_what_is_alike_in_next_to_nothing():
    others = [BASE, 1e-3 * BASE]
    plain, tiny = (support(BASE, [other], ROWS, NEAR) for other in others)
    np.testing.assert_allclose(plain, tiny, atol=1e-12)
    floor = mean_square([BASE])
    assert floor == pytest.approx((BASE**2).sum(axis=1).mean())
    large, small = (support(BASE, [other], ROWS, NEAR, floor=floor) for other in others)
    length = np.sqrt((BASE**2).sum(axis=1) + floor)
    expected = np.einsum("nd,nkd->nk", BASE[ROWS], BASE[NEAR]) / (length[ROWS, None] * length[NEAR])
    np.testing.assert_allclose(large, expected)
    assert np.abs(small).max() < 1e-5


def test_an_item_without_a_vector_has_no_support():
    """A model that predicts nothing of an item beyond averages has a row of zeros for it."""
    gone = BASE.copy()
    gone[NEAR[0, 0]] = 0
    assert support(BASE, [gone], ROWS, NEAR)[0, 0] == 0
