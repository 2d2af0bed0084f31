"""What page tests share is shared between alike arguments, and those alone."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Ratings
from tests.dashboard import once

NUMBERS = np.arange(6, dtype=np.float32)
OTHERS = (NUMBERS.astype(np.float64), NUMBERS.reshape(2, 3), np.append(NUMBERS[:5], np.float32(7)))


def test_alike_arguments_are_answered_once_and_others_anew():
    calls: list[float] = []
    summed = once.once(lambda numbers, k=1: calls.append(k) or numbers.sum() * k)
    assert [summed(NUMBERS), summed(NUMBERS.copy()), summed(NUMBERS, k=2)] == [15, 15, 30]
    assert calls == [1, 2]
    once.forget()
    assert summed(NUMBERS) == 15
    assert calls == [1, 2, 1]


@pytest.mark.parametrize("other", OTHERS, ids=["dtype", "shape", "number"])
def test_arrays_of_other_content_are_others_wherever_they_are(other: np.ndarray):
    same = once.once(lambda value: object())
    assert same([{"a": NUMBERS}]) is same([{"a": NUMBERS.copy()}])
    assert same([{"a": NUMBERS}]) is not same([{"a": other}])


def test_ratings_are_told_by_what_is_in_them(small: Ratings):
    same = once.once(lambda ratings: object())
    assert same(small) is same(replace(small))
    assert same(small) is not same(replace(small, rating=small.rating[::-1].copy()))
