from dataclasses import replace

import numpy as np
import pytest

from core.config import SplitConfig
from core.data.splits import split
from core.errors import LimitError


@pytest.mark.parametrize("seed", [0, 4])
def test_the_random_split_is_the_published_one(bundled, seed):
    n = 100_004
    p = np.random.default_rng(seed).permutation(n)
    parts = split(bundled, SplitConfig(split_seed=seed))
    np.testing.assert_array_equal(parts.train, p[: int(0.8 * n)])
    np.testing.assert_array_equal(parts.validation, p[int(0.8 * n) :])


@pytest.mark.parametrize("kind", ["random", "temporal"])
@pytest.mark.parametrize("fraction", [0.01, 0.2, 0.5])
def test_every_rating_is_in_one_part(bundled, kind, fraction):
    parts = split(bundled, SplitConfig(split_kind=kind, validation_fraction=fraction))
    assert sorted([*parts.train, *parts.validation]) == list(range(len(bundled)))
    assert len(parts.validation) / len(bundled) == pytest.approx(fraction, abs=0.01)


def test_temporal_keeps_the_latest_of_every_user_for_the_test(bundled):
    parts = split(bundled, SplitConfig(split_kind="temporal"))
    latest_learned = np.zeros(len(bundled.users), np.int64)
    np.maximum.at(latest_learned, bundled.user_index[parts.train], bundled.timestamp[parts.train])
    assert (bundled.timestamp[parts.validation] >= latest_learned[bundled.user_index[parts.validation]]).all()
    kept = np.bincount(bundled.user_index[parts.validation], minlength=len(bundled.users)) / bundled.user_count
    assert kept.min() >= 0.2 and kept.max() < 0.25
    assert parts.unseen_users == 0


def test_temporal_by_hand_with_ties_in_the_order_of_the_data(small):
    parts = split(small, SplitConfig(split_kind="temporal", validation_fraction=0.5))
    # u0 rated at 30, 10, 20; u1 twice at 5; u2 at 1, 2, 3; u3 at 9, 8; u4 and u5 once.
    assert parts.validation.tolist() == [0, 2, 4, 6, 7, 8, 10, 11]
    assert parts.train.tolist() == [1, 3, 5, 9]


def test_ratings_on_things_never_seen_are_counted(small):
    parts = split(small, SplitConfig(split_kind="temporal", validation_fraction=0.5))
    # Learned from: items 1, 0, 1, 1 by users 0, 1, 2, 3.
    assert parts.unseen_items == 5
    assert parts.unseen_users == 2


def test_temporal_without_timestamps_is_refused(small):
    with pytest.raises(LimitError, match="needs timestamps, and Small has none; choose random"):
        split(replace(small, timestamp=None), SplitConfig(split_kind="temporal"))


def test_a_part_without_ratings_is_refused(small):
    one = replace(small, user_index=small.user_index[:1], item_index=small.item_index[:1], rating=small.rating[:1])
    with pytest.raises(LimitError, match="leaves a part empty"):
        split(one, SplitConfig())
