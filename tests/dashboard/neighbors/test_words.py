"""What is said about neighbors, on vectors one can see through."""

from dataclasses import replace

import numpy as np

from core.analysis.neighbors.of_one import METRICS, analogy, neighbors
from core.model.vectors import Vectors
from dashboard.neighbors import words
from dashboard.shared.matrix_rows import Rows
from tests.core.analysis.made import scorer


def rows_of(matrix: np.ndarray, count: list[int] | None = None) -> Rows:
    n = len(matrix)
    return Rows(
        noun="movie",
        labels=[f"m{row}" for row in range(n)],
        scorer=scorer(matrix, matrix),
        matrix=matrix.astype(np.float32),
        bias=np.zeros(n),
        count=np.array(count or range(1, n + 1)),
        trained=np.ones(n, bool),
    )


def told(matrix: np.ndarray, row: int = 0, top: int = 2) -> str:
    found = {metric: neighbors(matrix, row, metric=metric, top=top) for metric in METRICS}
    length = np.linalg.norm(matrix, axis=1)
    return words.lengths(rows_of(matrix), row, length, found, np.ones(len(matrix), bool))


def test_vectors_of_one_length_agree():
    angle = np.array([0, 0.1, 0.2, 1, 2])
    assert "All three measures list the same 2" in told(np.column_stack([np.cos(angle), np.sin(angle)]))


def test_where_lengths_differ_the_lists_are_counted():
    # Closest in direction: 1 and 2, both short; by product: 3 and 4, long and further off.
    matrix = np.array([[1, 0], [0.1, 0], [0.1, 0.001], [9, 5], [8, 5], [0.9, 0.6]])
    said = told(matrix)
    assert "**1.00** long, longer than 40% of the 5 movies compared" in said
    assert "Of the 2 nearest by cosine, 0 are also among the 2 by dot product" in said


def test_a_neighbor_that_is_not_close_is_called_so():
    matrix = np.array([[1, 0], [0.1, 1], [-1, 0]])
    said = words.lead(rows_of(matrix), 0, neighbors(matrix, 0))
    assert "**m1**" in said and "not close" in said
    near = np.array([[1, 0], [1, 0.1]])
    assert "not close" not in words.lead(rows_of(near), 0, neighbors(near, 0))


def test_vectors_from_elsewhere_are_held_against_directions_drawn_by_chance():
    matrix = np.random.default_rng(0).normal(size=(300, 20)).astype(np.float32)
    opened = Vectors.make({"item_embedding": matrix}, min_rating=0, max_rating=1)
    rows = replace(rows_of(matrix), scorer=opened)
    assert "there by chance" in words.lead(rows, 0, neighbors(matrix, 0))
    matrix[1] = matrix[0] + 0.1
    assert "there by chance" not in words.lead(rows, 0, neighbors(matrix, 0))
    assert "by chance" not in words.lead(rows_of(matrix), 0, neighbors(matrix, 0))


def test_titles_stay_text():
    matrix = np.array([[1, 0], [1, 0.1]])
    rows = replace(rows_of(matrix), labels=["*bold*", "[x](javascript:y)"])
    said = words.lead(rows, 0, neighbors(matrix, 0))
    assert "\\*bold\\*" in said and "[x](" not in said


def test_length_and_ratings_among_all_and_among_the_listed():
    length = np.array([1, 2, 3, 4, 9, 8, 7, 6, 5.0])
    rows = rows_of(np.zeros((9, 2)), [1, 2, 3, 4, 30, 31, 32, 33, 34])
    everywhere, often = np.arange(9), np.arange(4, 9)
    said = words.popularity(rows, length, everywhere, often)
    assert said.startswith("Over all 9 movies, more ratings go with longer vectors")
    assert "Among the 5 with enough ratings, more ratings go with shorter vectors (rank correlation −1.00)" in said
    assert "Among" not in words.popularity(rows, length, everywhere, everywhere)
    assert words.popularity(rows, np.ones(9), everywhere, often) == ""


def test_an_analogy_that_stays_where_it_was_says_so():
    # b is almost a, so a - b + c is almost c, and the answers are c's own neighbors.
    matrix = np.array([[1, 0, 0], [1, 0.01, 0], [0, 0, 1], [0, 0.2, 1], [0, 1, 0.2], [1, 1, 1]])
    said = words.analogy(rows_of(matrix), 2, analogy(matrix, 0, 1, 2, top=2))
    assert "closer to **m2** itself" in said
    assert "2 of the 2 answers are among the 2 nearest to m2 anyway" in said


def test_how_many_of_the_listed_hold():
    said = words.holds(np.array([2, 2, 1, 0]), 8, rows_of(np.ones((4, 2))))
    assert said.startswith("**3 of these 4 movies hold.** In 8 trainings")
    assert "2 of them closer than 99 of 100" in said


def test_hubs_are_named_with_their_ratings_and_titles_made_harmless():
    rows = replace(rows_of(np.ones((40, 2))), labels=["<b>*x*", *(f"m{row}" for row in range(1, 40))])
    lists = np.zeros(40, int)
    assert words.hubs(rows, np.full(40, 10), 40, "dot product") == ""
    lists[[0, 3]], lists[9] = (150, 200), 50
    said = words.hubs(rows, lists, 40, "dot product")
    assert said == (
        "In lists by dot product the same ones stand again and again: **m3** (4 ratings) in 200 and "
        r"**\<b\>\*x\*** (1 rating) in 150 of 40."
    )
    many = np.zeros(400, int)
    many[:5] = 100
    assert ", and 2 more in very many." in words.hubs(rows_of(np.ones((400, 2))), many, 400, "Euclidean distance")


def test_the_penalty_is_told_with_the_lengths_there_are():
    matrix = np.column_stack([[2.0, 4.0, 0.5, 0.7], np.zeros(4)])
    rows = rows_of(matrix, [1, 1, 100, 300])
    said = words.penalty(rows, np.linalg.norm(matrix, axis=1))
    assert "a single rating have vectors longer than 3.00, half of those with 100 and more longer than 0.60" in said
    assert words.penalty(rows_of(matrix, [2, 2, 100, 300]), np.ones(4)) == ""


def test_of_predictions_it_says_how_far_guesses_differ():
    matrix = np.array([[1, 0], [0.1, 0], [0.1, 0.001], [9, 5], [8, 5], [0.9, 0.6]])
    found = {metric: neighbors(matrix, 0, metric=metric, top=2) for metric in METRICS}
    length = np.linalg.norm(matrix, axis=1)
    said = words.lengths(rows_of(matrix), 0, length, found, np.ones(6, bool), predictions=True)
    assert said.startswith("Guesses for **m0** differ by **1.00**")
    assert "Of the 2 nearest by correlation, 0 are also among the 2 by covariance" in said
    near = words.lead(rows_of(matrix), 0, found["cosine"], predictions=True)
    assert "The guesses for **m0** rise and fall most nearly with those for **m1**, correlation 1.00." in near
    reading = words.popularity(rows_of(matrix), length, np.arange(6), np.arange(6), predictions=True)
    assert "guesses that differ" in reading and "vector" not in reading
