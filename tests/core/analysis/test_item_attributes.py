from dataclasses import replace

import numpy as np
import pandas as pd

from core.analysis.item_attributes import item_columns
from core.data.ratings import Ratings, Vocabulary


def small() -> Ratings:
    table = pd.DataFrame(
        {
            "title": ["A (1990)", "B", "C (2001)"],
            "year": [1990.0, np.nan, 2001.0],
            "genres": [["Drama"], [], ["Drama", "War"]],
            "minutes": pd.array([90, None, 120], dtype="Int64"),
            "country": ["fr", None, "us"],
            "seen": [True, False, True],
        }
    )
    return Ratings(
        dataset_id="small",
        name="Small",
        noun="movie",
        users=Vocabulary(np.array(["u", "v"], object)),
        items=Vocabulary(np.array(["a", "b", "c"], object)),
        user_index=np.array([0, 1, 0], np.int32),
        item_index=np.array([0, 0, 2], np.int32),
        rating=np.array([4, 5, 1], np.float32),
        timestamp=None,
        item_table=table,
        min_rating=0.5,
        max_rating=5,
    )


def test_everything_known_is_found_and_the_unknown_is_nan():
    found = item_columns(small())
    np.testing.assert_allclose(found.numbers["mean rating"], [4.5, np.nan, 1])
    np.testing.assert_allclose(found.numbers["log ratings"], [np.log(2), np.nan, 0])
    np.testing.assert_allclose(found.numbers["year"], [1990, np.nan, 2001])
    np.testing.assert_allclose(found.numbers["minutes"], [90, np.nan, 120])
    assert list(found.numbers) == ["year", "mean rating", "log ratings", "minutes"]
    assert found.categories == {"genres": [["Drama"], [], ["Drama", "War"]], "country": [["fr"], [], ["us"]]}


def test_rows_are_taken_in_the_order_asked_for():
    found = item_columns(small()).take(np.array([2, 0]))
    assert found.titles == ["C (2001)", "A (1990)"]
    assert found.categories["country"] == [["us"], ["fr"]]
    np.testing.assert_allclose(found.numbers["minutes"], [120, 90])


def test_a_text_column_of_fifty_values_is_a_category_and_of_fifty_one_is_not():
    rows = np.arange(51)
    table = pd.DataFrame(
        {
            "title": [f"t{row}" for row in rows],
            "year": np.nan,
            "genres": [[] for _ in rows],
            "fifty": [f"v{row % 50}" for row in rows],
            "more": [f"v{row}" for row in rows],
        }
    )
    items = Vocabulary(np.array([f"i{row}" for row in rows], object))
    found = item_columns(replace(small(), items=items, item_table=table))
    assert "fifty" in found.categories
    assert "more" not in found.categories
