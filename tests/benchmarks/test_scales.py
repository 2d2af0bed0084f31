"""The planted data are what they say."""

import numpy as np

from benchmarks.scales import SCALES, planted, without_table
from core.model.item_features import item_features


def test_ratings_lie_on_their_scale_and_no_pair_comes_twice():
    for name, (low, high, _) in SCALES.items():
        ratings, known = planted(name, 40, 30, 300)
        assert low <= ratings.rating.min() and ratings.rating.max() <= high and len(known) == len(ratings)
        pairs = ratings.user_index * 30 + ratings.item_index
        assert len(np.unique(pairs)) == len(pairs)


def test_without_liking_nothing_is_known():
    _, known = planted(liking=0)
    assert np.ptp(known) == 0


def test_without_a_table_there_is_no_feature():
    ratings, _ = planted("1 to 10", 12, 8, 90)
    assert item_features(ratings) and not item_features(without_table(ratings))
