"""What a model learned of categories and years."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.features import _chi_square, joined, learned_features, placed_items
from core.data.ratings import Ratings
from core.errors import AnalysisError, UnknownItemError
from core.model.families import run_config
from core.model.item_features import item_features
from core.model.scoring import Scorer
from tests.conftest import scorer_on
from tests.core.analysis.made import random_scorer


@pytest.fixture
def scorer(small: Ratings) -> Scorer:
    return scorer_on(small, run_config(model="variational", embedding_dim=3))


def test_they_are_named_in_the_order_of_the_groups(small: Ratings, scorer: Scorer):
    features = learned_features(scorer, small)
    assert features is not None
    labels = [label for group in item_features(small) for label in group.labels]
    assert list(features.labels) == labels
    assert features.names[0] == f"{labels[0]} ({features.groups[0].name})"
    assert features.index(features.names[2]) == 2
    assert features.count.sum() == sum(group.matrix.nnz for group in features.groups)
    with pytest.raises(UnknownItemError, match="nothing"):
        features.index("Horro (genres)")


def test_two_of_one_column_lie_apart_by_their_vectors_and_the_average_is_that_of_the_items(
    small: Ratings, scorer: Scorer
):
    features = learned_features(scorer, small)
    assert features is not None
    rows = np.arange(len(small.items))
    places = features.places(scorer.item_embedding, rows)
    for place, group in enumerate(features.groups):
        own = np.flatnonzero(features.group == place)
        apart = features.vectors[own] - features.vectors[own[0]]
        np.testing.assert_allclose(places[own] - places[own[0]], apart, atol=1e-6)
        # With each feature as strong as in the average item, the average item comes out.
        share = np.asarray(group.matrix.mean(axis=0)).ravel()
        average = places[own[0]] - features.vectors[own[0]] + share @ features.vectors[own]
        np.testing.assert_allclose(average, scorer.item_embedding.mean(axis=0), atol=1e-6)


def test_only_what_stands_out_of_its_own_width_is_clear(small: Ratings, scorer: Scorer):
    numbers = np.zeros_like(scorer.arrays["feature_numbers"])
    numbers[0, 1], numbers[1, 1], numbers[2, 0] = 5.0, 4.0, 99.0  # the bias of the third is no place
    groups = item_features(small)
    sums = np.split(numbers, np.cumsum([len(group.labels) for group in groups])[:-1])
    total = sum(group.matrix @ part for group, part in zip(groups, sums, strict=True))
    changed = {
        "feature_numbers": numbers,
        "feature_variance": np.ones_like(numbers),
        "own_numbers": 0 * total,
        "item_bias": total[:, 0],
        "item_embedding": total[:, 1:],
        "prior_precision": np.full_like(
            scorer.arrays["prior_precision"], 1e9
        ),  # so items differ by their features alone
    }
    sure = replace(scorer, arrays={**scorer.arrays, **changed})
    features = learned_features(sure, small)
    assert features is not None
    assert np.flatnonzero(features.clear).tolist() == [
        0
    ]  # 25 / 2 is beyond the 99% point of chi-square(3), 11.3; 16 / 2 is not
    assert features.listed(0).tolist() == [0]
    assert features.listed(1).tolist() == []


def test_items_without_a_rating_have_a_place_where_something_describes_them(small: Ratings, scorer: Scorer):
    trained = np.zeros(len(small.items), bool)
    placed = placed_items(scorer, small, trained)
    described = [any(group.matrix[row].nnz for group in item_features(small)) for row in range(len(small.items))]
    assert placed.tolist() == described
    assert any(described)


def test_models_without_features_have_none(small: Ratings):
    trained = np.zeros(len(small.items), bool)
    ratings_alone = scorer_on(small, run_config(model="variational", embedding_dim=3, item_columns=False))
    for one in (random_scorer(), ratings_alone):
        assert learned_features(one, small) is None
        assert placed_items(one, small, trained) is trained


def test_other_data_are_refused(small: Ratings, scorer: Scorer):
    fewer = small.item_table.assign(genres=[[] for _ in range(len(small.items))])
    with pytest.raises(AnalysisError, match="train it again"):
        learned_features(scorer, replace(small, item_table=fewer))


def test_words_are_joined():
    assert [joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(("degrees", "beyond"), [(2, 9.21), (3, 11.34), (10, 23.21), (64, 93.22)])
def test_the_limit_is_that_of_the_tables(degrees: int, beyond: float):
    assert _chi_square(degrees) == pytest.approx(beyond, rel=0.01)
