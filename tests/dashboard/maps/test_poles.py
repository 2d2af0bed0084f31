"""The poles that an axis of one's own begins with."""

from dataclasses import replace

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import split
from dashboard.maps.poles import example
from dashboard.shared import matrix_rows
from tests.conftest import run_on

GENRES = [["War"], ["War"], ["Western"], ["Noir"], ["Noir"]]


def rows_of(ratings: Ratings, matrix: np.ndarray) -> matrix_rows.Rows:
    run = run_on(ratings, dim=2)
    rows = matrix_rows.item_rows(run, ratings, split(ratings, run.config))
    return replace(rows, matrix=matrix, trained=np.ones(len(rows), bool))


def with_genres(ratings: Ratings, genres: list[list[str]]) -> Ratings:
    return replace(ratings, item_table=ratings.item_table.assign(genres=genres))


def test_without_a_usual_contrast_the_two_genres_lie_furthest_apart(small: Ratings):
    ratings = with_genres(small, GENRES[: len(small.items)])
    place = {"War": [0, 0], "Western": [0, 1], "Noir": [9, 9]}
    matrix = np.array([place[own[0]] for own in GENRES[: len(small.items)]], np.float32)
    (first, first_rows), (second, second_rows) = example(ratings, rows_of(ratings, matrix))
    assert {first, second} == {"War", "Noir"}
    assert sorted([*first_rows, *second_rows]) == [0, 1, 3, 4]


def test_one_genre_has_no_contrast(small: Ratings):
    ratings = with_genres(small, [["War"]] * len(small.items))
    assert example(ratings, rows_of(ratings, np.ones((len(small.items), 2), np.float32))) == (("", []), ("", []))
