from dataclasses import replace

import pytest

from core.data.ratings import DatasetRef
from core.sweeps.plan import Among, Between
from core.sweeps.record import Confirmed, Result, Sweep, Trial
from dashboard.sweep import words
from tests.core.sweeps.planted import plan

DATASET = DatasetRef("tiny", "Tiny", "book", "0" * 64, 4, 6, 24, 0.5, 5.0)
VALUES = ({"l2": 0.9}, {"l2": 0.1}, {"l2": 0.2})


@pytest.fixture
def sweep():
    errors = (0.90, 0.86, 0.87)
    trials = tuple(Trial(n, VALUES[n], "done", errors[n], (f"{n}" * 16,)) for n in range(3))
    made = plan(vary=[Between(field="l2", low=0.01, high=1, log=True), Between(field="user_dropout", low=0, high=0.5)])
    return Sweep("5" * 16, made, DATASET, 3, None, "", trials=trials, base_rmse=0.90)


def confirmed(number, *errors, test=None):
    return Confirmed(number, VALUES[number], ("a", "b", "c"), errors, test)


def test_the_course_says_how_far_ahead_the_best_is(sweep):
    assert words.course(sweep, "stars") == (
        "3 trials of 3: the best so far is off by 0.8600 stars, 0.0400 less than the settings it began with."
    )
    out = replace(sweep, trials=(*sweep.trials[:1], replace(sweep.trials[1], state="pruned", val_rmse=None)))
    assert words.course(out, "stars") == (
        "2 trials of 3: none is better than the settings it began with, off by 0.9000 stars. 1 of them were "
        "given up early, as their curves lay above most."
    )
    assert words.course(replace(sweep, trials=()), "stars") == "No trial has ended yet."


def test_what_matters_is_what_chance_does_not_reach(sweep):
    judged = replace(sweep, importance={"l2": 0.5, "user_dropout": 0.2}, chance={"l2": 0.3, "user_dropout": 0.3})
    assert words.importance(judged) == (
        "What matters most: penalty. The best 3 trials have penalty 0.1 to 0.9. Of the user dropout these trials show "
        "no more than chance would."
    )
    assert words.importance(replace(judged, importance={"l2": 0.2, "user_dropout": 0.2})).startswith("None of the")
    assert words.importance(sweep) == ""


def test_a_clear_gain_is_called_so_and_luck_is_said(sweep):
    base = confirmed(0, 0.900, 0.901, 0.902, 0.901, test=0.91)
    best = confirmed(1, 0.880, 0.881, 0.882, 0.8811, test=0.89)
    text = " ".join(
        words.result(replace(sweep, result=Result(3, (best, confirmed(2, 0.89, 0.9, 0.9, 0.9)), base, 1.0)), "stars")
    )
    assert "penalty 0.1: off by 0.8810 ± 0.0004 stars, where those it began with are off by 0.9010 ± 0.0004" in text
    assert "That is more than the luck of splits would give." in text
    assert "ahead by 0.0400 stars: 50% of that was luck." in text
    assert "On the 10% of the ratings that no trial has seen it is off by 0.8900 stars" in text
    assert text.endswith("the settings it began with by 0.9100.")


def test_a_gain_that_splits_could_give_is_called_so(sweep):
    base = confirmed(0, 0.90, 0.88, 0.91, 0.89)
    best = confirmed(1, 0.89, 0.89, 0.88, 0.90)
    said = words.result(replace(sweep, result=Result(3, (best,), base, 1.0)), "stars")
    assert "That is no more than the luck of splits can give: keep what you have, or try more." in said


def test_where_the_settings_it_began_with_are_best_they_are_to_be_kept(sweep):
    base = confirmed(0, 0.90, 0.88, 0.91, 0.89)
    said = words.result(
        replace(sweep, result=Result(3, (base, confirmed(1, 0.99, 0.99, 0.99, 0.99)), base, 1.0)), "stars"
    )
    assert said[1] == "None of them is better there than the settings it began with: keep those."


def test_what_varies_in_a_line():
    made = plan(vary=[Between(field="l2", low=0.01, high=1), Among(field="restore_best", values=(False, True))])
    assert words.plan(made, "book") == "penalty 0.01 to 1, keep the best epoch off or on"


def test_a_promise_counts_the_confirmation():
    assert words.promise(12, 1, 2.0, 1) == (
        "12 trials: about 25 s; then the best 5 are trained anew on fresh splits, about 50 s."
    )
