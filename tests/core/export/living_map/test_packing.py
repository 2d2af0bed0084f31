"""What the browser is sent is what it says, and nothing is believed that comes back."""

import base64
import gzip

import numpy as np
import pytest

from core.export.living_map import packing


def numbers(data: bytes) -> list[int]:
    return np.frombuffer(data, np.uint8).tolist()


def test_marks_of_a_color_bar_are_round_and_inside():
    assert packing.ticks(2.8, 4.2) == [(0.1429, "3.0"), (0.5, "3.5"), (0.8571, "4.0")]
    assert packing.ticks(-0.5, 0.5) == [(0, "−0.5"), (0.5, "0.0"), (1, "0.5")]
    assert packing.ticks(0, 2, [0, 1, 2, 3], ["1", "10", "100", "1,000"]) == [(0, "1"), (0.5, "10"), (1, "100")]
    assert packing.ticks(5, 5) == [(0, "5")]


def test_the_best_known_weigh_most():
    assert numbers(packing.weight(np.array([0, 9, 99]))) == [0, 128, 255]
    assert numbers(packing.weight(np.zeros(2, int))) == [0, 0]


@pytest.mark.parametrize(
    ("title", "kept"), [('<img src=x onerror=alert(1)>"\u2028', None), ("a\0b", "a b"), ("\0", " ")]
)
def test_names_are_words_and_nothing_else(title: str, kept: str | None):
    unpacked = gzip.decompress(packing.names([title, "other"], ["5", ""])).decode()
    assert unpacked.split("\0") == [kept or title, "other", "5", ""]


@pytest.mark.parametrize("titles", [[], [""], ["", ""]])
def test_items_without_a_name_are_counted_too(titles: list[str]):
    assert packing.words(titles, []).decode().split("\0") == (titles or [""])


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1247])
def test_a_selection_comes_back_as_it_was_sent(n: int):
    chosen = np.flatnonzero(np.random.default_rng(n).random(n) < 0.3)
    sent = base64.b64encode(packing.bits(chosen, n)).decode()
    np.testing.assert_array_equal(packing.chosen(sent, n), chosen)


@pytest.mark.parametrize("said", [None, 5, [1], {"a": 1}, "%%%", "AA", "AAAA", "é"])
def test_a_selection_that_cannot_be_meant_is_none(said: object):
    assert packing.chosen(said, 9) is None


def test_nothing_selected_is_a_selection():
    assert packing.chosen("", 9) is not None and len(packing.chosen("", 9)) == 0
