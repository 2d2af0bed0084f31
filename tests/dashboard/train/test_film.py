"""The film on the page of a trained model."""

import numpy as np
import pytest

from core import data
from core.analysis.film import Film, packed
from core.data.ratings import Ratings
from core.model.families import run_config
from core.model.run import Run
from core.store import study_store
from core.studies.films import FILM, FilmSettings, axes_of, train_filmed
from core.studies.moments import MOMENTS, MomentsSettings
from dashboard.charts.points import CLASS_COLORS
from tests.conftest import run_on
from tests.dashboard.fields import field
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of


@pytest.mark.parametrize(
    ("model", "says"), [("dot_with_bias", "taste"), ("neural", "embedding"), ("bias_only", "Bias")]
)
def test_axes_say_what_they_are(small: Ratings, model: str, says: str):
    assert says in axes_of(run_on(small, model=model))[0]


def filmed(run: Run, ratings: Ratings, *, seed: int = 0, frames: int = 2) -> Film:
    """A made-up film of the items rated most, kept beside the run."""
    rows = np.argsort(-ratings.item_count, kind="stable")[:300]
    places = np.random.default_rng(seed).normal(size=(frames, len(rows), 2)).astype(np.float32)
    film = Film(rows, np.arange(frames, dtype=float), places)
    steps, bounds = packed(film.places)
    arrays = {"rows": film.rows, "at": film.at, "places": steps, "bounds": bounds}
    study_store.save(run.run_id, FILM.name, FilmSettings(), arrays, {})
    return film


def test_a_filmed_training_can_be_watched_and_another_be_filmed(open_page, publish, bundled: Ratings):
    run = publish(run_config(model="dot_with_bias", embedding_dim=4))
    app = open_page("train", run=run.run_id)
    assert not app.exception
    assert any(button.label == "Film it" for button in app.button)
    film = filmed(run, bundled)
    app.run()
    assert not app.exception
    drawn = map_of(app, "film")
    assert drawn["film"]["at"] == [0.0, 1.0]
    assert drawn["n"] == np.count_nonzero(bundled.item_count[film.rows] >= 21)
    chosen = app.multiselect(key="followed")
    assert len(chosen.value) == 2
    assert "followed" not in app.query_params
    assert [trail["color"] for trail in drawn["trails"]] == list(CLASS_COLORS[:2])
    assert any(button.label == "Find out" for button in app.button)
    others = [labels_of(bundled)[row] for row in np.sort(film.rows)[[5, 2, 9]]]
    chosen.set_value([]).run()
    for title in others:
        field(app, "followed").choose(title)
    assert [trail["item"] for trail in map_of(app, "film")["trails"]] == [5, 2, 9]
    link = app.query_params["followed"]
    again = open_page("train", run=run.run_id, followed=f"{link},no such id")
    assert [trail["item"] for trail in map_of(again, "film")["trails"]] == [5, 2, 9]
    assert any("no such id" in warning.value for warning in [*again.warning, *again.error])


def test_the_film_of_an_earlier_model_plays_beside(open_page, publish, bundled: Ratings):
    run, earlier = (publish(run_config(model="dot_with_bias", embedding_dim=4, l2=l2)) for l2 in (0.2, 0.1))
    filmed(run, bundled)
    filmed(earlier, bundled, seed=1, frames=3)
    app = open_page("train", run=run.run_id)
    app.selectbox(key="behind").set_value(earlier.run_id).run()
    assert not app.exception
    both = [map_of(app, key) for key in ("film", "film_behind")]
    assert [drawn["title"] for drawn in both] == ["Penalty 0.2", "Penalty 0.1"]
    assert {drawn["link"] for drawn in both} == {"films"}
    assert both[0]["items"] == both[1]["items"]
    assert [drawn["film"]["count"] for drawn in both] == [2, 3]
    assert both[0]["trails"] == both[1]["trails"]


def test_of_very_few_items_a_film_is_watched_and_asked_too(open_page, brought):
    ratings = data.load(brought())
    config = run_config(model="variational", embedding_dim=2, steps=25)
    run = train_filmed(config, ratings, on_event=lambda event: None, should_stop=lambda: False)
    MOMENTS.make(run, ratings, MomentsSettings())
    app = open_page("train", dataset=ratings.dataset_id, run=run.run_id)
    assert not app.exception
    assert map_of(app, "film")["n"] == np.count_nonzero(ratings.item_count)
    said = [text.value for text in [*app.markdown, *app.caption]]
    assert any("Component 1" in text or "found no taste" in text for text in said)
    assert not any(button.label == "Find out" for button in app.button)
