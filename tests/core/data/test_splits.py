from dataclasses import replace

import numpy as np
import pytest

from core.config import SplitConfig
from core.data.ratings import NO_TIME
from core.data.splits import split
from core.errors import LimitError


@pytest.mark.parametrize("seed", [0, 4])
def test_the_random_split_is_the_published_one(bundled, seed):
    n = 100_004
    p = np.random.default_rng(seed).permutation(n)
    parts = split(bundled, SplitConfig(split_seed=seed))
    np.testing.assert_array_equal(parts.train, p[: int(0.8 * n)])
    np.testing.assert_array_equal(parts.validation, p[int(0.8 * n) :])


@pytest.mark.parametrize("kind", ["random", "temporal", "global_time"])
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


@pytest.mark.parametrize("kind", ["temporal", "global_time"])
@pytest.mark.parametrize("stamps", [None, np.full(12, NO_TIME)])
def test_a_split_by_time_without_timestamps_is_refused(small, kind, stamps):
    with pytest.raises(LimitError, match=f"split_kind {kind} needs timestamps, and Small has none; choose random"):
        split(replace(small, timestamp=stamps), SplitConfig(split_kind=kind))


def by_moment(small, stamps, fraction=0.25):
    parts = split(
        replace(small, timestamp=np.array(stamps, np.int64)),
        SplitConfig(split_kind="global_time", validation_fraction=fraction),
    )
    return parts.train.tolist(), parts.validation.tolist()


def test_global_time_learns_nothing_from_the_future(bundled):
    parts = split(bundled, SplitConfig(split_kind="global_time"))
    assert bundled.timestamp[parts.train].max() < bundled.timestamp[parts.validation].min()
    assert parts.unseen_users > 0  # some came after the moment, and nothing is known of them


def test_global_time_by_hand(small):
    assert by_moment(small, [30, 10, 20, 5, 5, 1, 2, 3, 9, 8, 7, 6]) == ([3, 4, 5, 6, 7, 8, 9, 10, 11], [0, 1, 2])


@pytest.mark.parametrize(
    ("stamps", "learned"),
    [
        ([1] * 7 + [2] * 4 + [3], 7),  # 9 are wanted: 7 are nearer than 11, and equally near is the earlier cut
        ([1] * 6 + [2] * 4 + [3] * 2, 10),  # the four of one moment stay together
        ([1] + [2] * 11, 1),  # neither part is ever empty
        ([1] * 11 + [2], 11),
        ([NO_TIME] * 11 + [4], None),  # there is one moment, and nothing is known to be before it
        ([NO_TIME] * 10 + [4, 5], 11),  # without a time: learned from
    ],
)
def test_ratings_of_one_moment_stay_together(small, stamps, learned):
    if learned is None:
        with pytest.raises(LimitError, match="needs ratings of two moments"):
            by_moment(small, stamps)
        return
    for turn in (1, -1):  # the order in the data does not matter
        train, validation = by_moment(small, stamps[::turn])
        assert (len(train), len(train) + len(validation)) == (learned, 12)
        assert max(stamps[::turn][row] for row in train) < min(stamps[::turn][row] for row in validation)


def test_all_ratings_of_one_moment_are_refused(small):
    with pytest.raises(LimitError, match="two moments, and all of Small with a time have the same one; choose random"):
        by_moment(small, [7] * 12)


def test_a_part_without_ratings_is_refused(small):
    one = replace(small, user_index=small.user_index[:1], item_index=small.item_index[:1], rating=small.rating[:1])
    with pytest.raises(LimitError, match="leaves a part empty"):
        split(one, SplitConfig())


@pytest.mark.parametrize("kind", ["random", "temporal", "global_time"])
def test_ratings_set_aside_are_the_same_whatever_else_is_drawn(bundled, kind):
    parts, other = (
        split(bundled, SplitConfig(split_kind=kind, test_fraction=0.1, split_seed=seed, validation_fraction=share))
        for seed, share in ((0, 0.2), (7, 0.3))
    )
    assert sorted([*parts.train, *parts.validation, *parts.test]) == list(range(len(bundled)))
    assert len(parts.test) / len(bundled) == pytest.approx(0.1, abs=0.01)
    assert len(parts.validation) / (len(bundled) - len(parts.test)) == pytest.approx(0.2, abs=0.01)
    np.testing.assert_array_equal(parts.test, other.test)


def test_by_time_the_test_lies_after_everything_else(bundled):
    parts = split(bundled, SplitConfig(split_kind="global_time", test_fraction=0.1))
    times = bundled.timestamp
    assert times[parts.train].max() < times[parts.validation].min()
    assert times[parts.validation].max() < times[parts.test].min()


def test_without_a_test_fraction_nothing_is_set_aside(bundled):
    assert len(split(bundled, SplitConfig()).test) == 0
