"""The film on the page of a trained model."""

import numpy as np
import pytest
import streamlit as st

from core.analysis.film import Film, packed, well_known
from core.data.ratings import Ratings
from core.model.families import run_config
from core.store import study_store
from core.studies.films import FILM, FilmSettings, axes_of
from tests.conftest import run_on
from tests.dashboard.map_view.drawn import map_of


def film_of(rows: np.ndarray) -> Film:
    return Film(rows, np.array([0.0, 1.0]), np.random.default_rng(0).normal(size=(2, len(rows), 2)).astype(np.float32))


def test_the_well_known_are_seen_in_the_order_of_their_rows():
    count = np.arange(200)
    film = film_of(np.argsort(-count))
    assert film.rows[well_known(film, count)].tolist() == list(range(21, 200))


def test_of_data_with_few_ratings_all_are_seen():
    film = film_of(np.array([3, 1, 0]))
    assert film.rows[well_known(film, np.array([5, 4, 0, 30]))].tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("model", "says"), [("dot_with_bias", "taste"), ("neural", "embedding"), ("bias_only", "Bias")]
)
def test_axes_say_what_they_are(small: Ratings, model: str, says: str):
    assert says in axes_of(run_on(small, model=model))[0]


def test_a_filmed_training_can_be_watched_and_saved_and_another_be_filmed(
    open_page, publish, bundled: Ratings, monkeypatch: pytest.MonkeyPatch
):
    saved = []
    monkeypatch.setattr(st, "download_button", lambda label, data, **options: saved.append((label, data, options)))
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
    _, data, options = next(one for one in saved if one[0] == "Save the film")
    assert options["file_name"] == f"film-{run.run_id}.html"
    assert data().startswith(b"<!doctype html>")
