"""Neighbors that hold on the page: marked by the study, offered where there is none, and hubs named."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.components.predictions import predicted_tastes
from core.analysis.gauge import centered
from core.analysis.neighbors.of_one import METRICS, neighbors
from core.data.ratings import Ratings
from core.data.splits import split
from core.jobs import queue
from core.model.families import run_config
from core.model.run import Run
from core.store import study_store
from core.studies.neighbors import NEIGHBORS, PREDICTIONS, VECTORS, NeighborSettings
from dashboard.neighbors import lists
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of
from tests.dashboard.neighbors.test_page import texts
from tests.dashboard.twins import keep_twins

pytestmark = pytest.mark.few

Open = Callable[..., AppTest]


@pytest.fixture
def run(publish: Callable[..., Run]) -> Run:
    return publish(run_config(model="dot_with_bias", embedding_dim=4))


def keep(run: Run, likely: float, sure: float) -> None:
    """A study by which every pair has the support that it has in the run itself."""
    matrix = run.scorer.item_embedding
    limits = {"floor": 0.0, "likely": likely, "sure": sure, "marked": [0.5, 0.4]}
    study_store.save(
        run.run_id,
        NEIGHBORS.name,
        NeighborSettings(trainings=2),
        {
            "rows": np.arange(len(matrix)),
            "matrix": np.stack([matrix, matrix]),
            "mean": np.zeros((2, 4), np.float32),
            "components": np.stack([np.eye(4, dtype=np.float32)] * 2),
        },
        {"val_rmse": [0.9, 0.9], VECTORS: limits, PREDICTIONS: limits},
    )


def test_neighbors_are_marked_by_the_study(open_page: Open, run: Run, bundled: Ratings):
    row = int(np.argmax(bundled.item_count))
    eligible = split(bundled, run.config).trained(bundled)
    near = neighbors(run.scorer.item_embedding, row, eligible=eligible & (bundled.item_count >= 21)).similarity
    keep(run, likely=float(near[7]) - 1e-6, sure=float(near[2]) - 1e-6)
    app = open_page("neighbors")
    assert not app.exception
    tables = [frame.value for frame in app.dataframe[:3]]
    assert tables[0]["Holds"].tolist() == ["surely"] * 3 + ["likely"] * 5 + ["–"] * 2
    assert all("Holds" not in table for table in tables[1:])
    assert "**8 of these 10 movies hold.** In 2 trainings" in texts(app)
    assert "3 of them closer than 99 of 100" in texts(app)
    assert not [button for button in app.button if button.label == "Train it again"]
    app = open_page("neighbors", rows="Users")
    assert not app.exception
    assert "hold" not in texts(app).split("Why the lists differ")[0]


def test_the_study_is_offered_for_items_and_asked_for(open_page: Open, run: Run):
    app = open_page("neighbors", min="5")
    assert not app.exception
    next(button for button in app.button if button.label == "Train it again").click().run()
    assert not app.exception
    (job,) = queue.jobs()
    assert job.key == NEIGHBORS.key(run.run_id, NeighborSettings(min_ratings=5))
    assert "Train it again" not in [button.label for button in open_page("neighbors", rows="Users").button]


def test_on_a_twin_nothing_is_marked_and_it_says_why(open_page: Open, run: Run, bundled: Ratings):
    keep(run, likely=-1, sure=-1)
    keep_twins(run, bundled)
    app = open_page("neighbors", twin="true")
    assert not app.exception
    assert "Holds" not in app.dataframe[0].value
    assert "No neighbor is marked here" in texts(app)


def test_predictions_are_compared_in_the_place_of_vectors(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("neighbors", compare="Predictions")
    assert not app.exception
    parts = split(bundled, run.config)
    model = centered(run.scorer, parts.training_count(bundled, users=True), parts.training_count(bundled))
    row, eligible = int(np.argmax(bundled.item_count)), parts.trained(bundled) & (bundled.item_count >= 21)
    titles = labels_of(bundled)
    for frame, metric in zip(app.dataframe[:3], METRICS, strict=True):
        near = neighbors(predicted_tastes(model), row, metric=metric, eligible=eligible)
        assert frame.value["Title"].tolist() == titles.iloc[near.index].tolist()
    assert [subheader.value for subheader in app.header[:3]] == ["Correlation", "Covariance", "Difference"]
    assert "Standard deviation" in map_of(app, "lengths")["axes"][1]
    assert "guesses differ" in texts(app).lower()
    assert not open_page("neighbors", compare="Predictions", rows="Users").exception


def test_a_model_that_is_no_sum_compares_vectors_alone(open_page: Open, publish: Callable[..., Run]):
    publish(run_config(model="neural", embedding_dim=4))
    app = open_page("neighbors", compare="Predictions")
    assert not app.exception
    assert app.header[0].value == "Cosine"


def test_who_is_in_everybodys_list_is_named(open_page: Open, run: Run, monkeypatch: pytest.MonkeyPatch):
    run.scorer.item_embedding[7] *= 100  # before the server reads it
    monkeypatch.setattr("dashboard.cache.loaders.RunStore.load", lambda self, run_id: run)
    app = open_page("neighbors", min="1")
    assert not app.exception
    assert "In lists by dot product the same ones stand again and again: **" in texts(app)
    monkeypatch.setattr(lists, "QUICK", 100)
    app = open_page("neighbors", min="1")
    assert "again and again" not in texts(app)
    app.toggle(key="hubs").set_value(True).run()
    assert not app.exception
    assert "again and again" in texts(app)
