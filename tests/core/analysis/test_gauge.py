import numpy as np
import pytest

from core.analysis.gauge import averages, centered, centered_biases, centered_on
from core.config import SplitConfig
from core.data.splits import split
from core.errors import AnalysisError
from tests.core.analysis.made import random_scorer
from tests.core.analysis.rewritten import WAYS, exact

USERS, ITEMS = 30, 40
RNG = np.random.default_rng(5)
USER_COUNT, ITEM_COUNT = RNG.integers(0, 9, USERS), RNG.integers(0, 9, ITEMS)
PAIRS = np.repeat(np.arange(USERS), ITEMS), np.tile(np.arange(ITEMS), USERS)


def test_scores_are_the_models_own():
    model = exact()
    np.testing.assert_allclose(centered(model, USER_COUNT, ITEM_COUNT).score(*PAIRS), model.score(*PAIRS), atol=1e-12)


def test_over_the_training_ratings_everything_but_the_constant_has_mean_zero():
    found = centered(exact(), USER_COUNT, ITEM_COUNT)
    for weight, vectors, bias in (
        (found.user_weight, found.user_embedding, found.user_bias),
        (found.item_weight, found.item_embedding, found.item_bias),
    ):
        assert weight.sum() == pytest.approx(1)
        np.testing.assert_allclose(weight @ vectors, 0, atol=1e-12)
        assert weight @ bias == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_biases_do_not_depend_on_how_the_model_is_written(way):
    model = exact()
    one, other = (centered(written, USER_COUNT, ITEM_COUNT) for written in (model, WAYS[way](model)))
    np.testing.assert_allclose(other.user_bias, one.user_bias, atol=1e-9)
    np.testing.assert_allclose(other.item_bias, one.item_bias, atol=1e-9)
    assert other.constant == pytest.approx(one.constant)


@pytest.mark.parametrize("users", [True, False])
def test_the_biases_alone_are_those_of_the_whole_form(small, users):
    parts, model = split(small, SplitConfig()), random_scorer(users=6, items=5)
    whole = centered_on(model, small, parts)
    found = centered_biases(model, small, parts, users=users)
    np.testing.assert_allclose(found, whole.user_bias if users else whole.item_bias, atol=1e-6)


def test_the_vectors_keep_their_type():
    assert centered(exact(), USER_COUNT, ITEM_COUNT).item_embedding.dtype == np.float64


def test_the_unit_of_a_score_is_the_slope_of_the_scale_at_the_average_pair():
    found = centered(exact(), USER_COUNT, ITEM_COUNT)
    step = 1e-5
    scale = found.scale
    slope = (scale.rating(found.constant + step) - scale.rating(found.constant - step)) / (2 * step)
    assert found.unit == pytest.approx(slope, rel=1e-6)


def test_without_training_ratings_there_is_no_average():
    with pytest.raises(AnalysisError, match="no training ratings"):
        averages(exact(), np.zeros(USERS), ITEM_COUNT)
