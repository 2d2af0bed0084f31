from dataclasses import replace

import numpy as np
import pytest

from core.config import SplitConfig
from core.data.ratings import Vocabulary
from core.data.splits import Split, split
from core.training.baselines import baselines, mae, rmse
from core.training.slopes import ITEM_SHRINKAGE, USER_SHRINKAGE


def test_errors_by_hand():
    predicted, actual = np.array([1.0, 2.0, 5.0], np.float32), np.array([1.0, 4.0, 4.0], np.float32)
    assert rmse(predicted, actual) == pytest.approx(np.sqrt(5 / 3))
    assert mae(predicted, actual) == pytest.approx(1.0)


def test_many_small_errors_do_not_drown_in_float32():
    actual = np.full(3_000_000, 3.0, np.float32)
    assert rmse(actual + np.float32(0.001), actual) == pytest.approx(0.001, rel=1e-3)


def test_reference_lines_by_hand(small):
    parts = Split(train=np.arange(10), validation=np.array([10, 11]), unseen_items=0, unseen_users=2)
    found = baselines(small, parts)
    mean = 3.2  # of 5 3 1 4 2 3 5 1 4 4
    assert found.mean == pytest.approx(np.sqrt(((2 - mean) ** 2 + (0.5 - mean) ** 2) / 2))
    # Users 4 and 5 were never seen, so only the items' offsets speak: item 2 got 1 and 5, item 0 got 5, 4 and 4.
    item_2 = (1 - mean + 5 - mean) / (2 + ITEM_SHRINKAGE)
    item_0 = (5 + 4 + 4 - 3 * mean) / (3 + ITEM_SHRINKAGE)
    expected = np.sqrt(((2 - mean - item_2) ** 2 + (0.5 - mean - item_0) ** 2) / 2)
    assert found.averages == pytest.approx(expected)


def test_a_users_own_average_counts(small):
    one_item = replace(
        small,
        users=Vocabulary(np.array(["a", "b"], object)),
        user_index=np.array([0] * 10 + [1] * 10 + [0, 1], np.int32),
        item_index=np.zeros(22, np.int32),
        rating=np.array([5.0] * 10 + [1.0] * 10 + [5.0, 1.0], np.float32),
    )
    found = baselines(one_item, Split(np.arange(20), np.array([20, 21]), 0, 0))
    pulled = 3 + 2 * 10 / (10 + USER_SHRINKAGE)
    assert found.mean == pytest.approx(2)
    assert found.averages == pytest.approx(5 - pulled)


def test_what_averages_predict_is_held_inside_the_scale(small):
    # Item and user both lie above the mean by so much that together they leave the scale.
    ends = replace(
        small,
        users=Vocabulary(np.array(["a", "b"], object)),
        items=Vocabulary(np.array(["x", "y"], object)),
        user_index=np.array([0] * 80 + [1] * 80 + [0, 1], np.int32),
        item_index=np.array([0] * 40 + [1] * 40 + [0] * 40 + [1] * 40 + [0, 1], np.int32),
        rating=np.array([5.0] * 40 + [4.0] * 40 + [4.0] * 40 + [0.5] * 40 + [5.0, 0.5], np.float32),
    )
    lines = baselines(ends, Split(np.arange(160), np.array([160, 161]), 0, 0))
    rows = np.array([160, 161])
    mean = float(ends.rating[:160].mean())
    item = np.array([(4.5 - mean), (2.25 - mean)]) * 80 / (80 + ITEM_SHRINKAGE)
    user = np.array([(4.5 - mean) - item.mean(), (2.25 - mean) - item.mean()]) * 80 / (80 + USER_SHRINKAGE)
    free = mean + item + user
    assert free[0] > 5
    assert lines.averages == pytest.approx(rmse(np.clip(free, 0.5, 5), ends.rating[rows]), abs=1e-6)
    assert lines.averages < rmse(free, ends.rating[rows])


def test_reference_lines_of_the_bundled_ratings(bundled):
    found = baselines(bundled, split(bundled, SplitConfig()))
    assert found.mean == pytest.approx(1.050, abs=0.001)
    assert found.averages == pytest.approx(0.883, abs=0.001)
