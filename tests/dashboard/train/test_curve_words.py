"""Sentences that read a curve: each situation is called by its name."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.compare.score import SplitScore
from core.analysis.new_item.placing import Unseen
from core.model.events import Epoch, Started, Step
from core.model.families import FAMILIES, PRESETS, parse_config, run_config
from core.model.metrics import Measured
from core.model.run import Outcome
from dashboard.train import curve
from dashboard.train.curve import Curve, of_events
from tests.conftest import run_on

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
    assert words in curve.against_references(Measured("rmse", rmse), STARTED, "stars")


@pytest.mark.parametrize(
    ("rmse", "words"),
    [
        (0.86, "off by 0.863: 0.003 stars worse than this model"),
        (0.87, "0.007 stars better than"),
        (0.863, "as good as"),
    ],
)
def test_a_result_is_held_against_consensus_and_popularity(rmse, words):
    assert words in curve.against_references(Measured("rmse", rmse), replace(STARTED, slopes_rmse=0.863), "stars")


def test_a_run_of_old_says_nothing_of_what_was_not_measured():
    assert "two more numbers" not in curve.against_references(Measured("rmse", 0.86), STARTED, "stars")


def test_time_left_follows_the_latest_pace_and_the_part_of_an_epoch_done():
    shown = of_events([STARTED, *curve_of((0.9, 0.9), (0.8, 0.9)).epochs, Step(2.5, 0.9)])
    assert shown.seconds_left() == pytest.approx(0.5 * 7.5)


def test_nothing_is_known_about_the_time_before_the_first_epoch():
    assert of_events([STARTED, Step(0.5, 1.0)]).seconds_left() is None


@pytest.mark.parametrize(
    ("model_rmse", "averages_rmse", "words"),
    [
        (0.905, 1.02, "0.115 stars better than plain averages, which are off by 1.020"),
        (1.02, 0.905, "0.115 stars worse than"),
        (0.905, 0.9051, "as good as plain averages"),
    ],
)
def test_what_nobody_has_rated_is_compared_with_averages(model_rmse, averages_rmse, words):
    found = Unseen(items=1, ratings=765, model_rmse=model_rmse, averages_rmse=averages_rmse)
    text = curve.unseen_known(found, "genres and years", "movie", "stars")
    assert text.startswith("Of the 1 movie without a single training rating only genres and years tell it anything")
    assert words in text


def test_full_steps_are_explained_and_batches_are_not():
    assert "5 steps" in curve.epochs_words(PRESETS["best"], "movie")
    assert "their error is one for ratings" in curve.epochs_words(PRESETS["best"], "movie")
    assert curve.epochs_words(PRESETS["default"], "movie") == ""


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_an_epoch_is_explained_as_the_family_counts_it(family: str):
    said = curve.epochs_words(parse_config({"model": family}), "book")
    assert ("5 steps, each over all training ratings" in said) == (family == "variational")
    assert "movie" not in said and "{" not in said
    assert ("rating" in said.partition("kept:")[2]) == (bool(said) and FAMILIES[family].guesses_ratings)


@pytest.mark.parametrize(
    ("strengths", "words"),
    [
        ([0.5, 0.4, 0.3], "uses all of them"),
        ([0.5, 0.0, 0.001], "uses 1 of them, and switched off the others"),
        ([0.0, 0.0, 0.0], "found no taste"),
    ],
)
def test_dimensions_without_a_use_are_counted(small, strengths, words):
    run = run_on(small, run_config(model="variational", embedding_dim=3))
    strong = np.ones_like(run.scorer.item_embedding) * np.float32(strengths)
    vectors = {"item_embedding": strong, "user_embedding": np.ones_like(run.scorer.user_embedding)}
    assert words in curve.dimensions_words(replace(run.scorer, arrays={**run.scorer.arrays, **vectors}))
    assert curve.dimensions_words(run_on(small).scorer) == ""
