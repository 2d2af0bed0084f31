"""Sentences about two models say what their numbers say."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.compare.comparison import Comparison, Shared, compare
from core.analysis.compare.measures import Overlap
from core.analysis.compare.score import Paired
from core.model.families import parse_config, run_config
from core.store.run_files import RunSummary
from core.store.runs import RunStore
from dashboard.compare import words as compare_words

RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(200, 6))


@pytest.fixture
def summary(publish) -> RunSummary:
    publish(run_config(embedding_dim=2))
    return RunStore().list()[0]


def guessing(summary: RunSummary, val_rmse: float, **config) -> RunSummary:
    outcome = replace(summary.outcome, val_rmse=val_rmse)
    return replace(summary, outcome=outcome, config=summary.config.model_copy(update=config))


def test_who_guesses_better(summary):
    two, clear, unclear = [guessing(summary, 0.9), guessing(summary, 0.86, seed=3)], apart(0.04), apart(0.004)
    assert compare_words.errors("AB", two, [clear, None]).startswith(
        "**B guesses better**: it is off by about 0.860 stars, A by 0.040 ± 0.005 more."
    )
    three = [*two, guessing(summary, 0.8)]
    assert "**C guesses best**" in compare_words.errors("ABC", three, [clear, clear, None])
    said = compare_words.errors("ABC", three, [clear, unclear, None])
    assert "**C is off by the least**" in said and "Too little to tell from the luck of who was asked: B by" in said
    assert "about equally well" in compare_words.errors("AB", two, [unclear, None])


def apart(difference: float) -> Paired:
    return Paired(difference, 0.005, 20_001)


@pytest.mark.parametrize("other", [{"split_seed": 4}, {"validation_fraction": 0.3}, {"split_kind": "temporal"}])
def test_errors_on_other_ratings_are_not_compared(summary, other):
    said = compare_words.errors("AB", [guessing(summary, 0.9), guessing(summary, 0.5, **other)], [None, None])
    assert "not of the same ratings" in said and "0.9" not in said


@pytest.mark.parametrize("kind", ["temporal", "global_time"])
def test_a_split_by_time_draws_nothing_so_its_seed_does_not_matter(summary, kind):
    two = [guessing(summary, 0.9, split_kind=kind, split_seed=seed) for seed in (0, 1)]
    assert compare_words.same_test(two)


def test_a_turned_copy_and_a_stranger():
    turn = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
    same = compare_words.alike("A", "B", compare(MATRIX, MATRIX @ turn), "movie")
    assert "B keeps **10.0**" in same and "nearly the same" in same and "100% of the spread" in same
    other = compare_words.alike("A", "B", compare(MATRIX, RNG.normal(size=(200, 6))), "movie")
    assert "hardly more alike than by chance**, whichever way it is measured" in other


def test_the_weakest_measure_decides():
    """Wholes that are much alike with neighbors that are not are not much alike."""
    comparison = compare(MATRIX, MATRIX)
    measured = replace(comparison.measured, cka=0.62, cka_by_chance=0.05, cka_rest=0.5, distance=0.4, kept=2.0)
    said = compare_words.alike("A", "B", replace(comparison, measured=measured), "movie")
    assert said.startswith("The two spaces are **alike in little** in who is near whom")
    assert "much alike" not in said and "0.50 without the strongest direction" in said
    measured = replace(measured, kept=9.5, cka_rest=0.06)
    said = compare_words.alike("A", "B", replace(comparison, measured=measured), "movie")
    assert said.startswith("The two spaces are **hardly more alike than by chance** beyond the strongest direction")


def test_what_is_left_out():
    rows = np.arange(30)
    found = Shared(rows, rows, in_both=40, untrained=4, rare=6)
    assert compare_words.left_out(found, 21, None, "movie") == (
        "Compared on 30 movies. Left out: 6 with fewer than 21 ratings and 4 without a rating in the training part of "
        "one of the models."
    )
    whole = Shared(rows, rows, in_both=30, untrained=0, rare=0)
    assert compare_words.left_out(whole, 1, None, "book") == "Compared on 30 books."
    assert "with 50 and 1,000 movies; 40 occur in both" in compare_words.left_out(found, 21, (50, 1000), "movie")


def test_who_moved_furthest_is_named_harmlessly():
    moved = MATRIX.copy()
    moved[7] += 9
    labels = [f"[{number}](x)" for number in range(200)]
    said = compare_words.maps("A", "B", compare(MATRIX, moved), labels)
    assert r"**\[7\](x)** lies furthest" in said


def test_the_histogram_is_counted():
    comparison = replace(compare(MATRIX, MATRIX), overlap=Overlap(np.array([0] * 50 + [6] * 30 + [5] * 120), 10))
    assert isinstance(comparison, Comparison)
    said = compare_words.histogram(comparison, np.bincount(comparison.overlap.kept, minlength=11), "movie")
    assert said.startswith("50 of 200 movies (25%) keep none of the 10 nearest, 30 (15%) keep more than half.")
    assert "By chance 59% would keep none" in said


@pytest.mark.parametrize(("kept", "says"), [(0, "agree on none"), (10, "name the same 10"), (3, "**3 of the 10**")])
def test_two_lists(kept, says):
    assert says in compare_words.two_lists("Heat (1995)", "A", "B", kept, 10)


def test_a_curve_that_is_not_drawn_is_named(summary):
    ranking = replace(summary, config=parse_config({"model": "ranking"}))
    assert compare_words.curves("AB", [summary, summary]) == "Solid: validation. Dotted: training."
    said = compare_words.curves("ABC", [summary, ranking, ranking])
    assert said.endswith("training. B and C are judged by something else, and not on this picture.")
    assert compare_words.curves("A", [ranking]) == "Measured on what was kept aside."
