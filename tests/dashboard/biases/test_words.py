"""What is said about biases, and the figures beside it."""

import json

import numpy as np
import pytest

from core.analysis.biases.bias import Biases, biases
from core.analysis.components.extremes import Ends
from core.analysis.gauge import CenteredModel, centered
from core.model.scale import Scale
from core.model.scoring import Bilinear
from dashboard.biases import words
from dashboard.charts import biases as charts
from dashboard.charts.points import MOST_DRAWN
from dashboard.shared.matrix_rows import Rows
from tests.core.analysis.made import scorer
from tests.dashboard.charts.hovers import hovers


def planted(n: int = 400, shrinkage: float = 12.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Biases that believe averages as a shrinkage says; their counts and means."""
    rng = np.random.default_rng(0)
    count, mean = rng.integers(1, 400, n), rng.uniform(1, 4.5, n)
    center = np.average(mean, weights=count)
    share = (center + count / (count + shrinkage) * (mean - center) - 0.5) / 4.5
    return np.log(share / (1 - share)), count, mean


def fit(bias: np.ndarray, count: np.ndarray, mean: np.ndarray) -> Biases:
    return biases(bias, count, mean, Scale(0.5, 5.0, sigmoid=True))


def rows_of(bias: np.ndarray, count: np.ndarray, noun: str = "movie") -> Rows:
    n = len(bias)
    labels = [f"m{row}" for row in range(n)]
    return Rows(noun, labels, biased(bias), np.zeros((n, 2)), bias, count, np.ones(n, bool))


def biased(bias: np.ndarray) -> Bilinear:
    nothing = np.zeros((len(bias), 2))
    return scorer(nothing, nothing, bias, bias)


def apart(bias: np.ndarray) -> CenteredModel:
    everybody = np.ones(len(bias), int)
    return centered(biased(bias), everybody, everybody)


def test_one_bias_alone():
    model = apart(np.zeros(1))
    assert words.alone(model, 0) == 2.75
    assert words.alone(model, 100) == pytest.approx(5)


def test_highest_and_lowest_are_told_as_ratings():
    bias = np.array([0.0, 1.0, -1.0])
    said = words.meaning(rows_of(bias, np.ones(3, int)), apart(bias))
    assert "1.00 of m1, guesses 3.79" in said and "−1.00 of m2, 1.71" in said


def test_planted_shrinkage_is_said():
    bias, count, mean = planted()
    said = words.shrinkage(rows_of(bias, count), fit(bias, count, mean))
    assert "With **12 ratings** about half" in said and "a single one 8%" in said


def test_averages_at_face_value():
    bias, count, mean = planted(shrinkage=0)
    assert "at face value" in words.shrinkage(rows_of(bias, count), fit(bias, count, mean))


def test_more_ratings_than_anything_has_are_not_asked_for():
    bias, count, mean = planted(shrinkage=700)
    said = words.shrinkage(rows_of(bias, count), fit(bias, count, mean))
    assert said.endswith(f"of the one with the most, {count.max():,} ratings, 36% is.")


def test_who_departs_furthest_is_named():
    bias, count, mean = planted()
    bias[7] += 1
    bias[9] -= 1
    said = words.picture(
        rows_of(bias, count), fit(bias, count, mean), Ends(top=np.array([7, 1]), bottom=np.array([9, 2]))
    )
    assert "**m7** is furthest above what its average" in said
    assert "**m9** furthest below" in said


def test_biases_that_follow_no_average_are_called_so():
    _, count, mean = planted()
    bias = np.random.default_rng(1).normal(size=len(count))
    for noun, about in (("movie", "being liked"), ("user", "generosity")):
        said = words.picture(
            rows_of(bias, count, noun), fit(bias, count, mean), Ends(top=np.array([], int), bottom=np.array([], int))
        )
        assert f"not about {about}" in said


@pytest.mark.parametrize("n", [9_066, 87_585])
def test_a_picture_of_all_stays_below_two_megabytes(n: int):
    bias, count, mean = planted(n)
    hover = hovers([f"A movie whose title has a usual length, number {row}" for row in range(n)])
    figure = charts.scatter(
        fit(bias, count, mean),
        mean,
        count,
        hover,
        rated=np.arange(n),
        listed=count > 20,
        marked=[3],
        titles=[f"m{row}" for row in range(n)],
        noun="movie",
    )
    assert len(figure.to_json()) < 2e6
    assert ("a sample of" in figure.layout.title.text) == (n > MOST_DRAWN)


def test_the_curve_of_belief_rises_through_a_half():
    bias, count, mean = planted()
    found = fit(bias, count, mean)
    line = charts.believed(found, 400).data[0]
    assert (np.diff(line.y) > 0).all()
    assert np.interp(found.shrinkage, line.x, line.y) == pytest.approx(0.5, abs=0.02)
    assert json.loads(charts.believed(found, 400).to_json())["layout"]["title"]["text"]


@pytest.mark.parametrize("noun", ["movie", "user"])
def test_what_taste_has_to_do_with_it_is_told_from_the_numbers(noun):
    rows = rows_of(np.zeros(3), np.ones(3, int), noun)
    ten, none = np.full(10, 0.4), np.zeros(10)
    explained = words.taste(rows, none, ten)
    assert "Taste explains much of it" in explained and "0.40 on average among those on the left" in explained
    assert ("generosity" in explained) == (noun == "user")
    assert "goes the other way" in words.taste(rows, ten, none)
    assert "hardly explains it" in words.taste(rows, ten, ten)
    assert words.taste(rows, none[:0], ten) == ""


def test_why_nothing_can_be_expected_of_a_bias():
    count, mean = np.array([2, 0, 5, 9]), np.array([3.0, np.nan, 3.0, 3.0])
    assert "All 3 rated movies have the same average, 3.00" in words.no_fit(rows_of(np.zeros(4), count), mean)
    few = words.no_fit(rows_of(np.zeros(4), np.array([0, 0, 1, 0])), mean)
    assert few == "What a bias should be takes three rated movies to say, and there is 1."
