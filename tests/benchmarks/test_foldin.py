"""The ranking that guesses of newcomers are measured by."""

import numpy as np
import pytest

from benchmarks.foldin import ndcg


def test_ndcg_has_a_known_answer():
    gain = np.array([3.0, 2.0, 0.0])
    assert ndcg(np.array([3.0, 2.0, 1.0]), gain) == 1
    worst = (0 / np.log2(2) + 2 / np.log2(3) + 3 / np.log2(4)) / (3 / np.log2(2) + 2 / np.log2(3))
    assert ndcg(np.array([1.0, 2.0, 3.0]), gain) == pytest.approx(worst)
    assert ndcg(np.array([1.0, 2.0, 3.0]), gain, top=1) == 0
    assert ndcg(np.zeros(3), gain) == 1  # equal scores keep their order


def test_ndcg_of_nothing_to_gain_is_zero_and_losses_are_refused():
    assert ndcg(np.array([1.0, 2.0]), np.zeros(2)) == 0
    assert ndcg(np.empty(0), np.empty(0)) == 0
    for gain, top in ((np.array([-1.0]), 10), (np.array([1.0]), 0)):
        with pytest.raises(ValueError, match="allowed"):
            ndcg(np.zeros(1), gain, top=top)
