import io

import numpy as np
import pandas as pd
import pytest

from core.data.ratings import Ratings
from core.data.splits import Split
from dashboard.shared import tables
from dashboard.shared.matrix_rows import item_rows
from tests.conftest import run_on


def test_a_table_of_items_says_what_the_data_knows(small: Ratings):
    nobody = np.array([], np.int64)
    parts = Split(train=np.arange(len(small)), validation=nobody, unseen_items=0, unseen_users=0)
    table = tables.items(
        small, item_rows(run_on(small), small, parts), np.array([4, 0]), {"PC 1": np.array([0.5, -0.5])}
    )
    assert table[tables.TITLE].tolist() == ["@ nobody saw it (untrained)", "Plain (1999)"]
    assert table["PC 1"].tolist() == [0.5, -0.5]
    assert table[tables.COUNT].tolist() == [0, 4]
    assert table[tables.MEAN].isna().tolist() == [True, False]
    assert pd.isna(table[tables.YEAR][0])


def test_a_file_holds_no_formulas_and_keeps_its_numbers():
    table = pd.DataFrame({"Title": ["=1+1", "plain", "-5"], "PC 1": [-0.25, 1.5, 0.0]})
    text = tables.csv(table).decode("utf-8-sig")
    assert "'=1+1" in text
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(text))["PC 1"], [-0.25, 1.5, 0.0])


def test_a_column_named_like_a_formula_is_made_harmless_too():
    assert tables.csv(pd.DataFrame({"=cmd": [1.0]})).decode("utf-8-sig").startswith("'=cmd")


def test_lists_below_each_other_keep_their_order_and_their_tables():
    shown = {"Cosine": pd.DataFrame({"Title": ["b", "a"]}), "Distance": pd.DataFrame({"Title": ["c"]})}
    for _ in range(2):  # a file can be asked for twice
        found = tables.ranked("Measure", shown)
        assert found.to_numpy().tolist() == [["Cosine", 1, "b"], ["Cosine", 2, "a"], ["Distance", 1, "c"]]
        assert list(found.columns) == ["Measure", "Rank", "Title"]


def test_no_zero_has_a_sign():
    table = pd.DataFrame({"Title": ["-0.001"], "a": [-0.004], "b": [-0.005], "n": [-1], "none": [np.nan]})
    shown = tables.unsigned_zeros(table)
    assert (shown["Title"][0], shown["b"][0], shown["n"][0]) == ("-0.001", -0.005, -1)
    assert str(shown["a"][0]) == "0.0"
    assert np.isnan(shown["none"][0])


@pytest.mark.parametrize(
    ("numbers", "title", "mean"), [(1, 170, True), (2, 164, True), (3, 170, False), (4, 120, False)]
)
def test_where_tables_face_each_other_no_column_up_to_the_ratings_is_cut(numbers: int, title: int, mean: bool):
    names = [f"n{number}" for number in range(numbers)]
    shown = [tables.TITLE, *names, tables.COUNT, tables.MEAN]
    found = tables.beside(tables.COLUMNS | tables.number(*names, width=52), shown)
    *needed, last = [found[name]["width"] for name in shown]
    assert needed[0] == title
    assert sum(needed) <= tables.FACING + 4
    assert (sum(needed) + last <= tables.FACING) is mean
