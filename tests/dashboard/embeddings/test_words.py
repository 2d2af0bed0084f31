import numpy as np
import pytest

from core.analysis.values import values
from dashboard.embeddings import words
from dashboard.shared.matrix_rows import Rows, distinct
from tests.core.analysis.made import scorer


def rows_of(matrix: list[list[float]], *, bias: list[float] | None = None, trained: list[bool] | None = None) -> Rows:
    n = len(matrix)
    return Rows(
        noun="movie",
        labels=[f"m{row}" for row in range(n)],
        scorer=scorer(*[np.array(matrix, np.float32)] * 2, *([] if bias is None else [np.array(bias)] * 2)),
        matrix=np.array(matrix, np.float32),
        bias=np.zeros(n) if bias is None else np.array(bias, np.float32),
        count=np.arange(n) + 1,
        trained=np.ones(n, bool) if trained is None else np.array(trained),
    )


def test_the_strongest_number_and_the_most_alike_rows_are_named():
    rows = rows_of([[1, 0], [0, -3], [0.9, 0.1]])
    said = words.picture(rows, np.array([0, 1, 2]))
    assert "**−3.00**, **m1** in dimension 2" in said
    assert "**m0** and **m2** (cosine 0.99)" in said


def test_most_alike_can_be_rows_that_point_apart():
    assert "(cosine −1.00)" in words.picture(rows_of([[1, 0], [-1, 0]]), np.array([0, 1]))


def test_one_row_has_nothing_to_be_like():
    assert "alike" not in words.picture(rows_of([[1, 0]]), np.array([0]))


def test_rows_that_training_never_moved_are_counted():
    assert words.untrained(rows_of([[1], [2]])) == ""
    assert words.untrained(rows_of([[1], [2]], trained=[True, False])).startswith("1 movie of 2 has no rating")


@pytest.mark.parametrize(
    ("draw", "shape"),
    [
        (lambda rng: rng.uniform(-1, 1, (500, 20)), "almost evenly"),
        (lambda rng: rng.normal(size=(500, 20)), "like a bell"),
        (lambda rng: rng.laplace(size=(500, 20)), "a few are far out"),
        (lambda rng: rng.choice([-1, 1], (500, 1)) + rng.normal(size=(500, 20)), "flatter on top"),
    ],
)
def test_the_shape_of_a_distribution_is_told_from_its_numbers(draw, shape: str):
    assert shape in words.distribution(values(draw(np.random.default_rng(0))))


def test_a_pair_agrees_in_the_signs_it_agrees_in():
    said = words.pair(rows_of([[1, 1, -1], [1, -4, -1]]), 0, 1, 0.5)
    assert "agree in sign on 2 of 3 dimensions" in said
    assert "dimension 2: 1.00 beside −4.00" in said


def test_a_bias_has_a_side_and_a_rank():
    rows = rows_of([[1], [1], [1], [1]], bias=[-0.2, 0.1, 0.3, 9.0], trained=[True, True, True, False])
    assert "**−0.20**, higher than 0%" in words.bias(rows, 0)
    assert "moves the guess up from that of the average one" in words.bias(rows, 2)
    assert words.bias(rows_of([[1]]), 0) == ""


def test_a_share_near_the_end_is_not_rounded_to_it():
    bias = [0.0] * 999 + [1.0]
    assert "more than 99%" in words.bias(rows_of([[1]] * 1000, bias=bias), 999)


def test_minus_zero_has_no_sign():
    assert words.signed(-0.001) == "0.00"
    assert words.signed(-0.1) == "−0.10"


def test_equal_titles_are_told_apart_by_their_ids():
    assert distinct(["a", "b", "a", ""], ["1", "2", "3", "4"]) == ["a [1]", "b", "a [3]", "[4]"]


def test_labels_are_one_line():
    assert distinct(["a\tb\u202e\0c"], ["1"]) == ["a b c"]
