import numpy as np
import pytest

from core.analysis.components.pca import Pca
from core.analysis.components.predictions import predicted_components, root, scores_from
from core.analysis.gauge import CenteredModel, centered
from core.errors import AnalysisError
from core.model.scoring import Bilinear
from tests.core.analysis.made import scorer
from tests.core.analysis.rewritten import WAYS, exact

USERS, ITEMS = 30, 40
RNG = np.random.default_rng(5)
USER_COUNT, ITEM_COUNT = RNG.integers(0, 9, USERS), RNG.integers(1, 9, ITEMS)


def both(model: Bilinear) -> tuple[CenteredModel, Pca]:
    made = centered(model, USER_COUNT, ITEM_COUNT)
    return made, predicted_components(made)


def places(model: CenteredModel, found: Pca) -> np.ndarray:
    return model.user_embedding @ found.for_users.T


def test_all_components_together_are_the_predicted_taste():
    model, found = both(exact())
    np.testing.assert_allclose(
        places(model, found) @ found.scores.T, model.user_embedding @ model.item_embedding.T, atol=1e-10
    )
    np.testing.assert_allclose(found.project(exact().item_embedding), found.scores, atol=1e-10)


def test_components_are_independent_on_both_sides_and_people_count_in_standard_deviations():
    model, found = both(exact())
    along = places(model, found)
    np.testing.assert_allclose(along.T @ (model.user_weight[:, None] * along), np.eye(5), atol=1e-10)
    power = found.scores.T @ (model.item_weight[:, None] * found.scores)
    np.testing.assert_allclose(power, np.diag(np.diag(power)), atol=1e-10)
    assert (np.diff(np.diag(power)) < 0).all()
    np.testing.assert_allclose(found.variance_ratio, np.diag(power) / np.trace(power))


def test_the_total_is_the_variance_of_predicted_taste_over_all_pairs():
    model, found = both(exact())
    taste = model.user_embedding @ model.item_embedding.T
    total = float(model.user_weight @ np.square(taste) @ model.item_weight)
    assert float((model.item_weight @ np.square(found.scores)).sum()) == pytest.approx(total)


@pytest.mark.parametrize("way", WAYS)
def test_how_the_model_is_written_does_not_matter(way):
    model = exact()
    (_, one), (_, other) = both(model), both(WAYS[way](model))
    np.testing.assert_allclose(other.variance_ratio, one.variance_ratio, atol=1e-9)
    np.testing.assert_allclose(other.scores, one.scores, atol=1e-8)


def test_an_item_that_nobody_rated_has_a_place_and_no_say():
    model = exact()
    moved = scorer(
        model.user_embedding,
        np.vstack([model.item_embedding, 50 * np.ones((1, 5))]),
        model.user_bias,
        np.append(model.item_bias, 0.0),
    )
    found = predicted_components(centered(moved, USER_COUNT, np.append(ITEM_COUNT, 0)))
    np.testing.assert_allclose(found.scores[:-1], both(model)[1].scores, atol=1e-10)
    assert np.abs(found.scores[-1]).max() > 1


def test_fewer_people_than_dimensions_leave_fewer_components():
    model = scorer(RNG.normal(size=(3, 5)), RNG.normal(size=(ITEMS, 5)), np.zeros(3), np.zeros(ITEMS))
    found = predicted_components(centered(model, np.ones(3), ITEM_COUNT))
    assert found.scores.shape == (ITEMS, 2)  # three people differ from their mean in two directions
    assert found.variance_ratio.sum() == pytest.approx(1)


def test_a_model_without_taste_has_no_components():
    model = scorer(np.ones((3, 2)), RNG.normal(size=(ITEMS, 2)), np.zeros(3), np.zeros(ITEMS))
    with pytest.raises(AnalysisError, match="the same taste for everybody"):
        predicted_components(centered(model, np.ones(3), ITEM_COUNT))


def test_numbers_that_are_not_finite_are_refused():
    vectors = RNG.normal(size=(ITEMS, 2))
    vectors[3, 1] = np.nan
    model = scorer(RNG.normal(size=(3, 2)), vectors, np.zeros(3), np.zeros(ITEMS))
    with pytest.raises(AnalysisError, match="not finite"):
        predicted_components(centered(model, np.ones(3), ITEM_COUNT))


@pytest.mark.parametrize("way", WAYS)
def test_scores_follow_from_the_items_and_a_root_of_the_users(way):
    model, found = both(WAYS[way](exact()))
    weight = ITEM_COUNT / ITEM_COUNT.sum()
    scores = scores_from(WAYS[way](exact()).item_embedding, weight, root(model.user_embedding, model.user_weight))
    np.testing.assert_allclose(np.abs(scores), np.abs(found.scores), atol=1e-9)
