"""Which twins are trained beside a preset, and how several figures become one cell."""

import numpy as np
import pytest

from benchmarks.beside_twins import _spread, beside
from core.model.families import PRESETS
from tests.conftest import run_on
from tests.families import planted_ratings


def test_each_twin_has_ratings_of_its_own_and_the_first_as_many_seeds_as_the_model():
    ratings, asked = planted_ratings(), []
    runs = [run_on(ratings, PRESETS["default"].model_copy(update={"seed": seed})) for seed in range(3)]

    def fit(config, null):
        asked.append((config.seed, null))
        return config.seed

    found = beside("default", runs, ratings, np.arange(5), twins=2, fit=fit)
    assert [seed for seed, _ in asked] == [1, 2, 3, 2]
    assert [(twin.run, list(twin.again)) for twin in found.twins] == [(1, [2, 3]), (2, [])]
    assert asked[0][1] is asked[2][1] is found.twins[0].ratings
    assert not np.array_equal(found.twins[0].ratings.rating, found.twins[1].ratings.rating)
    assert found.bundled.ratings is ratings


@pytest.mark.parametrize(("values", "digits", "cell"), [([4], 0, "4"), ([0, 1], 0, "0.5 (0–1)"), ([0.5], 2, "0.50")])
def test_several_figures_are_a_mean_with_their_range(values, digits, cell):
    assert _spread(values, digits) == cell
