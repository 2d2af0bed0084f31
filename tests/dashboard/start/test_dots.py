"""The points of the map on Start."""

import numpy as np
import pytest

from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS, run_config
from core.training.camera import Camera
from core.training.trainer import fit
from dashboard.start import dots


def test_the_dots_before_a_training_are_those_that_it_films(small: Ratings):
    config = PRESETS["best"].model_copy(update={"steps": 4})
    camera = Camera()
    fit(config, small, camera=camera)
    np.testing.assert_array_equal(dots.filmed_rows(config, small, split(small, config)), camera.rows)


@pytest.mark.parametrize("model", ["bias_only", "neural"])
def test_every_family_has_dots(small: Ratings, model: str):
    config: RunConfig = run_config(model=model)
    assert len(dots.filmed_rows(config, small, split(small, config))) > 0


def test_places_by_chance_are_the_same_each_time():
    np.testing.assert_array_equal(dots.by_chance(9), dots.by_chance(9))
    assert dots.by_chance(9).shape == (9, 2)


def test_a_turned_and_mirrored_map_is_turned_back():
    places = np.random.default_rng(1).normal(size=(30, 2))
    mirrored = np.array([[0.6, 0.8], [0.8, -0.6]])
    np.testing.assert_allclose(dots.turn(places, 3 * places @ mirrored + 7), mirrored, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_no_groups(seed: int):
    random = np.random.default_rng(seed)
    belongs = random.random((1200, 18)) < np.linspace(0.02, 0.5, 18)
    assert dots.groups(random.normal(size=(1200, 2)), belongs, [str(name) for name in range(18)])[1] == []


def test_a_group_that_lies_together_is_named_where_it_lies_and_one_that_is_everywhere_is_not():
    random = np.random.default_rng(0)
    places, belongs = random.normal(size=(600, 2)), np.zeros((600, 2), bool)
    belongs[:80, 0], belongs[::6, 1] = True, True
    places[:80] = [5, -4] + 0.3 * random.normal(size=(80, 2))
    at, names = dots.groups(places, belongs, ["together", "everywhere"])
    assert names == ["together"]
    np.testing.assert_allclose(at, [[5, -4]], atol=0.3)


def test_few_items_and_no_names_have_no_groups():
    assert dots.groups(dots.by_chance(8), np.ones((8, 1), bool), ["all"])[1] == []
    assert dots.groups(dots.by_chance(300), np.zeros((300, 0), bool), [])[1] == []
