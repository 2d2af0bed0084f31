"""Four pages with a model that knows how sure it is and was told genres and years: what only they show then."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.components.bases import PREDICTIONS, components_of
from core.analysis.components.extremes import ends
from core.analysis.features import learned_features
from core.analysis.neighbors.of_one import neighbors
from core.analysis.neighbors.support import resampled
from core.analysis.posterior import covariances, ellipse, std_along
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS
from core.model.run import Run
from core.studies.study import items_taking_part
from dashboard.cache import loaders
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of, numbers_of
from tests.dashboard.neighbors.test_page import figure_of, texts

Open = Callable[..., AppTest]


@pytest.fixture
def run(publish: Callable[..., Run]) -> Run:
    return publish(PRESETS["best"])


def _variance(run: Run) -> np.ndarray:
    return run.scorer.arrays["item_variance"][:, 1:]


def _row(ratings: Ratings, title: str) -> int:
    return labels_of(ratings).tolist().index(title)


def test_a_map_is_faint_where_it_is_unsure_and_says_where_genres_lie(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("maps", map_find="Toy Story (1995)", map_names="Genres")
    assert not app.exception
    drawn = map_of(app)
    rows = items_taking_part(run, bundled, 21)
    shadow = components_of(run, bundled, split(bundled, run.config), PREDICTIONS)
    covariance = covariances(_variance(run)[rows], shadow.components[:2])
    faint = numbers_of(drawn["opacity"], "u1")
    unsure = np.trace(covariance, axis1=1, axis2=2)
    assert faint[unsure.argmax()] == faint.min() < faint.max() == faint[unsure.argmin()]
    (outline,) = drawn["outlines"]
    at = int(np.flatnonzero(rows == _row(bundled, "Toy Story (1995)"))[0])
    first = ellipse(shadow.scores[rows[at], :2].astype(np.float32), covariance[at])[0]
    assert outline[:2] == pytest.approx(first, abs=1e-6)
    features = learned_features(run.scorer, bundled)
    assert features is not None
    (names,) = drawn["named"]
    assert names["names"] == [features.labels[place] for place in features.listed(0)]
    assert "lies two times in three" in texts(app)
    app.toggle(key="map_faint").set_value(False).run()
    assert map_of(app)["opacity"] is None


def test_an_axis_runs_between_genres(open_page: Open, run: Run):
    app = open_page(
        "maps", maps="An axis of your own", pole_low="Children (genres)", pole_high="Horror (genres)", map_min="1"
    )
    assert not app.exception
    assert "±" in app.dataframe[0].value.columns
    assert app.multiselect(key="pole_high").value == ["Horror (genres)"]


def test_ends_stand_in_the_order_of_what_is_sure(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("components")
    assert not app.exception
    result = components_of(run, bundled, split(bundled, run.config), PREDICTIONS)
    scores, std = result.scores[:, 0], std_along(_variance(run), result.components)[:, 0]
    titles, known = labels_of(bundled), bundled.item_count >= 21

    def listed() -> list[list[str]]:
        return [
            table.value["Title"].str.replace(r" \(placed by.*", "", regex=True).tolist() for table in app.dataframe[:2]
        ]

    both = ends(scores, known, 10, std=std)
    assert listed() == [titles[both.bottom].tolist(), titles[both.top].tolist()]
    np.testing.assert_allclose(app.dataframe[1].value["±"], std[both.top], rtol=1e-3)
    bars = next(trace for trace in figure_of(app, "strip")["data"] if trace["name"] == "known to")
    assert len(bars["error_x"]["array"]["bdata"]) > 0
    app.toggle(key="sure").set_value(False).run()
    both = ends(scores, known, 10)
    assert listed() == [titles[both.bottom].tolist(), titles[both.top].tolist()]


def test_neighbors_say_whether_another_sample_agrees(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("neighbors", near_movie="Toy Story (1995)")
    assert not app.exception
    row, eligible, matrix = _row(bundled, "Toy Story (1995)"), bundled.item_count >= 21, run.scorer.item_embedding
    near = {
        metric: neighbors(matrix, row, metric=metric, eligible=eligible) for metric in ("cosine", "dot", "euclidean")
    }
    again = resampled(matrix, _variance(run), row, near, eligible=eligible)
    for table, share in zip(app.dataframe[:3], again.values(), strict=True):
        np.testing.assert_allclose(table.value["Again"], np.round(share, 2))
    assert f"{again['cosine'].sum():.1f} of these 10 movies" in texts(app)
    assert "Nobody told the model" not in texts(app)


def test_what_has_no_training_rating_is_placed_by_what_is_known_of_it(
    open_page: Open, run: Run, bundled: Ratings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.analysis.features.SURE", 0.9)  # numbers drawn by chance say little
    rows = items_taking_part(run, bundled, 1)
    assert len(rows) == len(bundled.items)  # every movie has a genre or a year
    app = open_page("embeddings", rows="Features")
    assert not app.exception
    features = learned_features(run.scorer, bundled)
    assert features is not None
    clear = [label for label, sure in zip(features.labels, features.clear, strict=True) if sure]
    assert figure_of(app, "heatmap")["data"][0]["y"] == clear
    assert "left out" in texts(app)
    app.segmented_control(key="rows").set_value("Movies").run()
    assert "placed by genres and year alone" in texts(app)
    unrated = loaders.item_rows(run.run_id)
    row = int(np.flatnonzero(~unrated.trained)[0])
    assert [unrated.mark(row), unrated.mark(row, short=True)] == [" (placed by genres and year alone)", " (unrated)"]
    app = open_page("neighbors", near_movie=unrated.labels[row], min="1")
    assert "it is placed by genres and year alone" in texts(app)
    assert not app.warning


def test_other_models_show_none_of_this(open_page: Open, publish: Callable[..., Run]):
    publish()
    app = open_page("maps")
    assert {toggle.key for toggle in app.toggle} == {"twin", "map_size"}
    app = open_page("neighbors")
    assert "Again" not in app.dataframe[0].value.columns
    assert "Nobody told the model" in texts(app)
