import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.components.extremes import ends
from core.errors import AnalysisError


def test_the_highest_and_the_lowest_from_the_outside_in():
    found = ends(np.array([0.3, -2.0, 5.0, 1.0, -1.0]), np.ones(5, bool), 2)
    assert found.top.tolist() == [2, 3]
    assert found.bottom.tolist() == [1, 4]


def test_items_that_are_not_eligible_are_passed_over():
    found = ends(np.array([9.0, 1.0, 2.0, -9.0, 0.0]), np.array([False, True, True, False, True]), 1)
    assert found.top.tolist() == [2]
    assert found.bottom.tolist() == [4]


def test_ties_keep_the_order_of_the_items():
    found = ends(np.zeros(6), np.ones(6, bool), 2)
    assert found.top.tolist() == [0, 1]
    assert found.bottom.tolist() == [2, 3]


@pytest.mark.parametrize(("n", "top", "bottom"), [(0, [], []), (1, [0], []), (2, [1], [0]), (3, [2, 1], [0])])
def test_few_items_are_shared_out(n, top, bottom):
    found = ends(np.arange(float(n)), np.ones(n, bool), 10)
    assert found.top.tolist() == top
    assert found.bottom.tolist() == bottom


@given(scores=st.lists(st.integers(-3, 3), max_size=12), top=st.integers(1, 8), data=st.data())
def test_no_item_stands_at_both_ends_and_none_between_is_further_out(scores, top, data):
    scores = np.array(scores, float)
    eligible = np.array(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))), bool)
    found = ends(scores, eligible, top)
    listed = [*found.top, *found.bottom]
    assert len(set(listed)) == len(listed) == min(2 * top, eligible.sum())
    between = np.setdiff1d(np.flatnonzero(eligible), listed)
    for row in between:
        assert (scores[found.top] >= scores[row]).all() and (scores[found.bottom] <= scores[row]).all()


def test_refusals():
    with pytest.raises(ValueError, match="top is 0"):
        ends(np.zeros(3), np.ones(3, bool), 0)
    with pytest.raises(ValueError, match="equally long"):
        ends(np.zeros(3), np.ones(2, bool), 1)


def test_sure_ends_come_before_ends_that_may_lie_anywhere():
    scores, std = np.array([3.0, 2.5, -3.0, -2.0, 0.0]), np.array([2.0, 0.5, 0.1, 3.0, 0.0])
    found = ends(scores, np.ones(5, bool), 2, std=std)
    assert found.top.tolist() == [1, 0]  # 2.0 and 1.0 at least
    assert found.bottom.tolist() == [2, 4]  # -2.9 and 0 at most; the fourth may be above 0
    assert (
        ends(scores, np.ones(5, bool), 2, std=np.full(5, 0.7)).top.tolist()
        == ends(scores, np.ones(5, bool), 2).top.tolist()
    )


def test_deviations_must_fit():
    with pytest.raises(AnalysisError, match="equally long"):
        ends(np.zeros(3), np.ones(3, bool), 1, std=np.zeros(2))
