from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.ratings import Ratings, Vocabulary
from core.model.item_features import center_of, item_features, shares


@pytest.fixture
def described() -> Ratings:
    """Four items with genres, a year, a country, a length, and columns that say nothing."""
    table = pd.DataFrame(
        {
            "title": ["A (1994)", "B (1995)", "C (1999)", "D"],
            "year": [1994, 1995, 1999, np.nan],
            "genres": [["Drama"], ["Drama", "War", "Drama"], [], ["War"]],
            "country": ["fr", "us", "fr", None],
            "minutes": [90.0, 120.0, np.inf, np.nan],
            "same": [1, 1, 1, 1],
            "blank": pd.array([pd.NA] * 4, dtype="Float64"),
        }
    )
    index = np.array([0, 1, 2, 3], np.int32)
    return Ratings(
        dataset_id="d",
        name="D",
        noun="movie",
        users=Vocabulary(np.array(list("uvwx"), object)),
        items=Vocabulary(np.array(list("abcd"), object)),
        user_index=index,
        item_index=index,
        rating=np.array([1, 2, 3, 4], np.float32),
        timestamp=None,
        item_table=table,
        min_rating=1.0,
        max_rating=5.0,
    )


def test_columns_become_groups_of_features(described):
    groups = {group.name: group for group in item_features(described)}
    assert {name: group.labels for name, group in groups.items()} == {
        "genres": ("Drama", "War"),
        "country": ("fr", "us"),
        "year": ("1990–1994", "1995–1999"),
        "minutes": ("minutes from 90", "minutes from 120"),
    }
    half = np.float32(1 / np.sqrt(2))
    np.testing.assert_array_equal(groups["genres"].matrix.toarray(), [[1, 0], [half, half], [0, 0], [0, 1]])
    np.testing.assert_array_equal(groups["country"].matrix.toarray(), [[1, 0], [0, 1], [1, 0], [0, 0]])
    np.testing.assert_array_equal(groups["year"].matrix.toarray(), [[1, 0], [0, 1], [0, 1], [0, 0]])
    np.testing.assert_array_equal(groups["minutes"].matrix.toarray(), [[1, 0], [0, 1], [0, 0], [0, 0]])


def test_many_different_numbers_share_bins(described):
    many = pd.DataFrame(
        {"title": [str(n) for n in range(400)], "year": np.nan, "genres": [[] for _ in range(400)], "x": np.arange(400)}
    )
    (group,) = item_features(replace(described, item_table=many))
    assert len(group.labels) == 5
    np.testing.assert_allclose(np.asarray(group.matrix.sum(axis=0)).ravel(), np.full(5, 80), atol=1)


def test_data_that_know_nothing_of_their_items_have_no_groups(described):
    bare = pd.DataFrame({"title": list("abcd"), "year": np.nan, "genres": [[] for _ in range(4)]})
    assert item_features(replace(described, item_table=bare)) == ()


def test_a_user_is_what_they_rate(described):
    genres = item_features(described)[0]
    rated = shares(genres, np.array([0, 0, 1, 3]), np.array([0, 0, 1, 2]), 4)
    half = np.float32(1 / np.sqrt(2))
    np.testing.assert_allclose(rated.toarray(), [[1, 0], [half, half], [0, 0], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(center_of(rated), [(1 + half) / 2, half / 2], rtol=1e-6)  # of the two who rated
