"""What the tests of pages share keeps apart what differs, and a page that does not end is still found."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.components.examined import examine
from tests.conftest import run_on, small_ratings, with_item_matrix
from tests.dashboard.once import content, once


def test_the_same_numbers_are_computed_with_once():
    asked: list[np.ndarray] = []
    total = once(lambda numbers, *, of: asked.append(numbers) or numbers.sum())
    assert [total(np.array(numbers), of="x") for numbers in ([1.0, 2.0], [1.0, 2.0], [1.0, 3.0])] == [3, 3, 4]
    assert len(asked) == 2 and total(np.array([1.0, 2.0]), of="y") == 3 and len(asked) == 3


def test_runs_under_one_id_are_told_apart_by_their_numbers_and_their_data():
    ratings = small_ratings()
    run = run_on(ratings)
    others = [
        (with_item_matrix(run, run.scorer.item_embedding + 1), ratings),
        (run_on(ratings, seed=1), ratings),
        (run, replace(ratings, rating=ratings.rating[::-1])),
        (replace(run, outcome=replace(run.outcome, kept_epoch=1)), ratings),
    ]
    assert content((run, ratings)) == content((run_on(small_ratings()), small_ratings()))
    assert len({content(one) for one in [(run, ratings), *others]}) == 5
    assert all(other.run_id == run.run_id for other, _ in others)
    assert once(examine)(run, ratings).proof.z.tolist() == examine(run, ratings).proof.z.tolist()


@pytest.mark.parametrize(
    "pair",
    [
        (["ab", "c"], ["a", "bc"]),
        ([np.ones(2), np.ones(1)], [np.ones(1), np.ones(2)]),
        (np.ones(2, np.float32), np.ones(2)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        ([np.zeros((2, 3))], [np.zeros((3, 2))]),
        (np.array(["a", None], object), np.array(["a", "None"], object)),
        ({"a": np.ones(1)}, {"b": np.ones(1)}),
        ([[np.ones(1)], np.ones(1)], [[np.ones(1), np.ones(1)]]),
    ],
)
def test_what_is_nearly_alike_is_told_apart(pair):
    assert content(pair[0]) != content(pair[1])


def test_what_cannot_be_told_is_refused():
    with pytest.raises(TypeError, match="the content of a object"):
        content([np.ones(1), object()])


def test_a_page_that_does_not_end_is_stopped():
    def endless() -> None:
        import time

        import streamlit as st

        while True:
            st.write("still here")
            time.sleep(0.01)

    with pytest.raises(RuntimeError, match="timed out"):
        AppTest.from_function(endless, default_timeout=0.3).run()
