"""The film on the page of a trained model."""

import numpy as np
import pytest

from core.analysis.film import Film, packed
from core.data.ratings import Ratings
from core.model.families import run_config
from core.store import study_store
from core.studies.films import FILM, FilmSettings
from dashboard.train.film import axes
from tests.conftest import run_on
from tests.dashboard.map_view.drawn import map_of


def film_of(rows: np.ndarray) -> Film:
    return Film(rows, np.array([0.0, 1.0]), np.random.default_rng(0).normal(size=(2, len(rows), 2)).astype(np.float32))


@pytest.mark.parametrize(
    ("model", "says"), [("dot_with_bias", "taste"), ("neural", "embedding"), ("bias_only", "Bias")]
)
def test_axes_say_what_they_are(small: Ratings, model: str, says: str):
    assert says in axes(run_on(small, model=model))[0]


def test_a_filmed_training_can_be_watched_and_another_be_filmed(open_page, publish, bundled: Ratings):
    run = publish(run_config(model="dot_with_bias", embedding_dim=4))
    app = open_page("train", run=run.run_id)
    assert not app.exception
    assert any(button.label == "Film it" for button in app.button)
    film = film_of(np.argsort(-bundled.item_count)[:300])
    steps, bounds = packed(film.places)
    arrays = {"rows": film.rows, "at": film.at, "places": steps, "bounds": bounds}
    study_store.save(run.run_id, FILM.name, FilmSettings(), arrays, {})
    app.run()
    assert not app.exception
    drawn = map_of(app, "film")
    assert drawn["film"]["at"] == [0.0, 1.0]
    assert drawn["n"] == np.count_nonzero(bundled.item_count[film.rows] >= 21)
