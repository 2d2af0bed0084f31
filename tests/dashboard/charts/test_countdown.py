"""The error that counts down beside two lines."""

import re
from xml.etree import ElementTree as ET

import pytest

from core.model.events import Epoch, Started
from dashboard.charts.countdown import TALL, countdown, words
from dashboard.train.curve import Curve

STARTED = Started(4, 80, 20, 0, 0, 1.05, 0.88)


def epoch(number: int, error: float) -> Epoch:
    return Epoch(number, 1.0, 1.0, error, error, error**2, error, error)


def dots(picture: str) -> list[tuple[float, float]]:
    """Where the dots of a picture lie: percent from the left, pixels from the top."""
    at = re.findall(r"left:([\d.]+)%;top:([\d.]+)px;border", picture)
    return [(float(left), float(top)) for left, top in at]


def test_dots_fall_from_left_to_right_and_the_last_says_its_number():
    picture = countdown(Curve(STARTED, epochs=(epoch(1, 0.95), epoch(2, 0.84))))
    ET.fromstring(picture)  # one whole element
    (left, top), (next_left, next_top) = dots(picture)
    assert (left, next_left) == (2, 34)
    assert top < next_top < TALL
    assert "0.84" in picture and "always the mean 1.05" in picture and "averages only 0.88" in picture


def test_a_finished_curve_takes_the_whole_width_and_marks_the_kept_epoch():
    curve = Curve(STARTED, epochs=(epoch(1, 0.95), epoch(2, 0.84), epoch(3, 0.86)), kept_epoch=2)
    assert [left for left, _ in dots(countdown(curve))] == [2, 50, 98]
    assert ">0.84<" in countdown(curve)
    assert words(curve).startswith("Error on ratings it has never seen: 0.840 after 2 epochs")


@pytest.mark.parametrize("curve", [Curve(None), Curve(STARTED), Curve(Started(1, 8, 2, 0, 0, 1.0, 1.0))])
def test_before_the_first_epoch_the_room_is_kept(curve: Curve):
    ET.fromstring(countdown(curve))
    assert f"height:{TALL}px" in countdown(curve)
    assert dots(countdown(curve)) == []


def test_labels_of_lines_that_nearly_meet_stand_at_both_ends():
    near = countdown(Curve(Started(1, 8, 2, 0, 0, 1.0, 0.999), epochs=(epoch(1, 0.5),)))
    assert near.count("absolute;right:0;top") == 1
    assert near.count("absolute;left:0;top") == 1
