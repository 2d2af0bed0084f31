"""How far people agree on what both have rated."""

import numpy as np
import pytest

from core.analysis.neighbors.of_one import agreement
from core.data.ratings import Ratings


def test_only_what_both_have_rated_counts(small: Ratings):
    # user 0: items 0, 1, 2 rated 5, 3, 1; user 1: items 0, 3; user 2: items 1, 2, 3; user 4: item 2; user 5: item 0
    found = agreement(small, 0, np.array([1, 2, 4, 5]))
    assert found.shared.tolist() == [1, 2, 1, 1]
    np.testing.assert_allclose(found.difference, [1, 2, 1, 4.5])


def test_people_without_anything_in_common_have_no_difference(small: Ratings):
    found = agreement(small, 4, np.array([1]))
    assert found.shared.tolist() == [0]
    assert np.isnan(found.difference[0])


def test_a_person_agrees_with_themselves(small: Ratings):
    found = agreement(small, 2, np.array([2]))
    assert found.shared.tolist() == [3]
    assert found.difference.tolist() == [0]


def test_a_person_who_is_not_there_is_refused(small: Ratings):
    with pytest.raises(ValueError, match="user 6 is outside 0 to 5"):
        agreement(small, 6, np.array([0]))
