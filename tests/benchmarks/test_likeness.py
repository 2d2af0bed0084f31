"""Series found and genres shared, on a handful of movies."""

import numpy as np
import pytest

from benchmarks.findings import name_of
from benchmarks.likeness import as_predicted, by_chance, likeness, series_of
from core.analysis.item_attributes import GENRES, ItemColumns
from core.data.ratings import Ratings
from core.model.dot_with_bias import DotWithBias

TITLES = [
    "Toy Story (1995)",
    "Shrek (2001)",
    "Toy Story 2 (1999)",
    "X2: X-Men United (2003)",
    "X-Men (2000)",
    "Heat (1995)",
]
GENRES_OF = [["Animation", "Children"], ["Animation"], ["Animation", "Children"], ["Action"], ["Action"], []]
COLUMNS = ItemColumns(numbers={}, categories={GENRES: GENRES_OF}, titles=TITLES)


def test_a_series_needs_two_movies():
    series = series_of(TITLES)
    assert series[0] == series[2] >= 0 and series[3] == series[4] >= 0 and series[0] != series[3]
    assert series[1] == series[5] == -1


def test_the_bundled_movies_of_well_known_series(bundled: Ratings):
    titles = bundled.item_table["title"].to_numpy()[bundled.item_count >= 21]
    assert np.count_nonzero(series_of(titles) >= 0) == 124


def test_likeness_is_counted_by_hand():
    lists = np.array([[2, 1], [0, 2], [1, 3], [0, 1], [5, 3], [0, 1]])  # 0 finds 2 and 4 finds 3; 2 and 3 find neither
    found = likeness(lists, COLUMNS)
    assert (found.in_series, found.found) == (4, 0.5)
    assert found.genres == pytest.approx(np.mean([1, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 1, 0, 0]))


def test_all_others_are_found_by_chance():
    found = by_chance(COLUMNS, 5, draws=1)
    assert found.found == 1


def test_vectors_as_predicted_have_the_correlation_of_predictions():
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(4, 3)).astype(np.float32)
    arrays = {"user_embedding": users, "item_embedding": items}
    arrays |= {"user_bias": np.zeros(50, np.float32), "item_bias": rng.normal(size=4).astype(np.float32)}
    vectors = as_predicted(DotWithBias.make(arrays, min_rating=1, max_rating=5))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(unit @ unit.T, np.corrcoef(users @ items.T, rowvar=False), atol=1e-6)


def test_a_title_is_said_as_people_say_it():
    titles = ["Matrix, The (1999)", "Alien³ (a.k.a. Alien 3) (1992)", "Bug's Life, A (1998)", "Up"]
    assert [name_of(title) for title in titles] == ["The Matrix", "Alien³", "A Bug's Life", "Up"]
