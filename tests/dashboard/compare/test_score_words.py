"""A scoreboard read aloud."""

import numpy as np

from core.analysis.compare.score import Mean, Row, split_score
from dashboard.compare import words


def scored(rmse: float):
    return split_score(np.array([rmse, rmse]), np.zeros(2), np.array([True, True]), low=0, high=9)


A = Row("a", own=scored(0.86), splits=(scored(0.86), scored(0.88)))
B = Row("b", own=scored(1.07), splits=(scored(1.05), scored(1.05)))


def test_means_with_their_standard_errors():
    assert words.means("AB", [A, B], "stars") == (
        "Validation RMSE on 2 splits, mean ± standard error: **A** 0.870 ± 0.010, **B** 1.050 ± 0.000 stars."
    )


def test_the_luck_of_a_split():
    said = words.luck("ABC", [A, B, Row("c", scored(0.87), A.splits)], [0, 7, 3])
    assert "A's own (seed 0) came out 0.010 better than its mean" in said
    assert "B's own (seed 7) came out 0.020 worse than its mean" in said
    assert "C's own (seed 3) came out just as good as its mean" in said


def test_what_sets_two_apart():
    found, pairs = [Mean(-0.18, 0.01, 2), Mean(0.001, 0.002, 2)], ["AB", "AC"]
    assert words.apart(pairs, found, [True, False], "stars") == (
        "**A guesses better than B** by 0.180 ± 0.010 stars on the same splits, more than chance would do. "
        "C and A differ by 0.001 ± 0.002 stars on the same splits, too little to tell from chance."
    )
    many = words.apart([*pairs, "BC", "CD"], found * 2, [True, False, True, True], "stars")
    assert many == ("Clearly better: A than B, B than C, D than C. Too near to tell apart from chance: C and A.")
    assert words.apart(["AB"], [Mean(0, 0, 2)], [False], "stars").startswith("They are the same settings")
