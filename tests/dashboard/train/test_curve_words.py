"""Sentences that read a curve: each situation is called by its name."""

from dataclasses import replace

import pytest

from core.analysis.compare.score import SplitScore
from core.model.events import Epoch, Started, Step
from core.model.run import Outcome
from dashboard.train import curve
from dashboard.train.curve import Curve, of_events

STARTED = Started(10, 800, 200, 8, 0, 1.05, 0.88)


def curve_of(*pairs, kept=None):
    epochs = tuple(Epoch(n, 0.5, 0.9, rmse, 0.6, val**2, val, 0.7) for n, (rmse, val) in enumerate(pairs, 1))
    return Curve(STARTED, (), epochs, kept)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (curve_of(), "first epoch is on its way"),
        (curve_of((0.9, 0.95)), "off by about 0.95 stars"),
        (curve_of((0.9, 0.95), (0.8, 0.9)), "still improves: 0.900 after epoch 2, 0.050 better"),
        (curve_of((0.9, 0.9), (0.8, 0.95)), "stopped improving at epoch 1 (0.900): from here it learns the training"),
        (curve_of((0.9, 0.9), (0.9, 0.95)), "wanders without getting better"),
        (curve_of((0.9, 0.9), (0.8, 0.9002)), "leveled off at 0.900 since epoch 1"),
        (curve_of((0.9, 0.95), (0.8, 0.9), kept=2), "still improving at the last epoch, by 0.050"),
        (curve_of((0.9, 0.9001), (0.8, 0.9), kept=2), "leveled off at 0.900: more epochs would change little"),
    ],
)
def test_a_curve_is_read_aloud(shown, words):
    assert words in curve.reading(shown, "stars")


def test_a_curve_that_was_cut_off_is_read_in_the_past():
    assert "was still improving when it ended" in curve.reading(curve_of((0.9, 0.95), (0.8, 0.9)), "stars", ended=True)


def test_the_best_epoch_is_the_one_that_training_keeps():
    first, second = curve_of((0.9, 0.95), (0.9, 0.94)).epochs
    shown = Curve(STARTED, epochs=(first, replace(second, val_loss=2 * first.val_loss)))
    assert shown.best == first  # errors are clipped to the scale, the loss that training goes by is not


def test_a_result_says_stars_before_rmse():
    outcome = Outcome(14, 10, True, 0.8641, 0.66, 0.8641, 3.2)
    words = curve.result_words(outcome, "stars", SplitScore(0.8641, 0.85, 1.06, 0.8641, 90, 10, 0.714))
    assert words.startswith("This model guesses a rating within 0.86 stars 71% of the time (RMSE 0.864")
    assert "stopped early after 14 epochs, kept from epoch 10" in words
    unknown = curve.result_words(outcome, "stars", None)
    assert unknown.startswith("This model guesses a rating within 0.86 stars about two times in three (RMSE 0.864")


@pytest.mark.parametrize(
    ("rmse", "words"), [(0.86, "worth 0.020 stars"), (0.9, "0.020 stars better"), (0.88, "as well as")]
)
def test_a_result_is_held_against_the_averages(rmse, words):
    assert words in curve.against_references(rmse, STARTED, "stars")


def test_time_left_follows_the_latest_pace_and_the_part_of_an_epoch_done():
    shown = of_events([STARTED, *curve_of((0.9, 0.9), (0.8, 0.9)).epochs, Step(2.5, 0.9)])
    assert shown.seconds_left() == pytest.approx(0.5 * 7.5)


def test_nothing_is_known_about_the_time_before_the_first_epoch():
    assert of_events([STARTED, Step(0.5, 1.0)]).seconds_left() is None
