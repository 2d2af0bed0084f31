"""What errors mean, in words: apart by what training has seen, and which ratings chose the epoch."""

from dataclasses import replace

import pytest

from core.analysis.compare.score import SplitScore
from core.model.families import PRESETS, run_config
from core.model.run import Outcome
from dashboard.shared import score_words

DOT = SplitScore(1.0678, 0.9262, 2.8746, 1.0711, 19236, 765, 0.714)
BIASED = SplitScore(0.8605, 0.8514, 1.0642, 0.8605, 19236, 765, 0.711)
"""The article's dot product, and this program's default, on the bundled ratings and split seed 0."""


def test_the_famous_error_is_that_of_two_sorts_of_ratings():
    assert score_words.seen_and_unseen(DOT, "movie", "stars") == (
        "On movies that it has seen it is off by **0.926** stars, on the 765 ratings of movies without a training "
        "rating by **2.875**: 3.8% of the validation ratings make up 28% of the squared error."
    )


def test_what_there_is_none_of_is_said():
    all_seen = replace(DOT, cold_rmse=None, n_cold=0)
    assert score_words.seen_and_unseen(all_seen, "book", "points").startswith("Every book in the validation")
    assert score_words.side_by_side("AB", [all_seen, all_seen], "book", "points").startswith("Every book")
    none_seen = replace(DOT, warm_rmse=None, n_warm=0)
    assert score_words.seen_and_unseen(none_seen, "book", "points").startswith("None of the books")


def test_the_raw_error_is_said_where_it_is_another():
    assert score_words.raw(DOT).startswith("RMSE 1.071 before guesses beyond the scale")
    assert score_words.raw(BIASED) == ""


def test_how_often_a_guess_is_that_near_is_measured_or_the_rule():
    assert (
        score_words.how_often(0.8605, "stars", BIASED)
        == "This model guesses a rating within 0.86 stars 71% of the time"
    )
    assert score_words.how_often(0.8605, "stars", None).endswith("within 0.86 stars about two times in three")


@pytest.mark.parametrize(
    ("config", "stopped", "words"),
    [
        (PRESETS["default"], True, "The kept epoch was chosen on the very validation ratings"),
        (PRESETS["default"], False, "The kept epoch was chosen"),
        (run_config(), True, "When to stop was chosen on the very validation ratings"),
        (run_config(), False, ""),
    ],
)
def test_which_ratings_chose_is_said_where_they_did(config, stopped, words):
    said = score_words.chosen(config, Outcome(8, 6, stopped, 0.9, 0.7, 0.9, 1.0))
    assert said.startswith(words) and bool(said) == bool(words)


def test_biases_did_not_cure_what_was_seen():
    words = score_words.side_by_side("AB", [BIASED, DOT], "movie", "stars")
    assert "seen they are off by 0.851 (A) and 0.926 (B) stars" in words
    assert "on the 765 ratings of movies without a training rating by 1.064 (A) and 2.875 (B)" in words
    assert words.endswith("Of what sets B apart from A, in squared errors, 68% are those 765 ratings.")


def test_where_the_unseen_set_nothing_apart_it_is_not_said():
    worse = replace(BIASED, val_rmse=0.9, warm_rmse=0.893)
    assert "sets" not in score_words.side_by_side("ABC", [BIASED, worse, BIASED], "movie", "stars")
    assert "sets" not in score_words.side_by_side("AB", [BIASED, BIASED], "movie", "stars")
