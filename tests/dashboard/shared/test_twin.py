"""The switch that shows a model's twin: offered, explained, everything on the screen the twin's, and gone with it."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.item_attributes import MEAN_RATING
from core.analysis.neighbors.of_one import neighbors
from core.data.ratings import Ratings
from core.data.splits import split
from core.disk.files import remove
from core.errors import UnknownRunError
from core.jobs import queue
from core.model.families import run_config
from core.model.run import Run
from core.store import study_store
from core.studies import component_names
from core.studies.clusters import CLUSTERS, ClusterSettings
from core.studies.twins import TWINS, shown_twin, twin_id
from dashboard.cache import component_analyses, loaders
from dashboard.shared import twin
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of
from tests.dashboard.name_fields import name_field
from tests.dashboard.neighbors.test_page import texts
from tests.dashboard.twins import TWO, keep_twins

pytestmark = pytest.mark.few

Open = Callable[..., AppTest]


@pytest.fixture
def run(publish: Callable[..., Run]) -> Run:
    return publish(run_config(model="dot_with_bias", embedding_dim=4))


def test_a_twin_is_loaded_by_its_id_and_everything_about_it_is_its_own(run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    stored = TWINS.load(run.run_id, TWO)
    assert stored is not None
    name, (expected, its_ratings) = twin_id(run.run_id), shown_twin(run, bundled, stored)
    np.testing.assert_array_equal(loaders.run(name).scorer.item_embedding, expected.scorer.item_embedding)
    np.testing.assert_array_equal(loaders.ratings_of(name).rating, its_ratings.rating)
    np.testing.assert_array_equal(loaders.item_rows(name).matrix, expected.scorer.item_embedding)
    row = int(np.argmax(bundled.item_count))
    assert f"rated {its_ratings.item_mean[row]:,.2f}" in loaders.hover(name).facts[row]
    assert f"rated {bundled.item_mean[row]:,.2f}" in loaders.hover(run.run_id).facts[row]
    columns = component_analyses.columns_of_items(loaders.run(name).dataset.dataset_id)
    np.testing.assert_array_equal(columns.numbers[MEAN_RATING], its_ratings.item_mean)
    parts = loaders.split_of_run(loaders.run(name))
    np.testing.assert_array_equal(parts.validation, split(bundled, run.config).validation)


def test_a_twin_is_forgotten_when_its_study_goes(run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    assert loaders.run(twin_id(run.run_id)).run_id == twin_id(run.run_id)
    (place,) = study_store.folder(run.run_id).glob("twins-*")
    remove(place)
    for load in (loaders.run, loaders.ratings):
        with pytest.raises(UnknownRunError, match="no twin yet"):
            load(twin_id(run.run_id))


@pytest.mark.parametrize("page", ["maps", "neighbors"])
def test_the_twins_are_offered_and_the_page_shows_the_model_meanwhile(open_page: Open, run: Run, page: str):
    app = open_page(page, twin="true")
    assert not app.exception
    assert not app.warning
    next(button for button in app.button if button.label == "Train it without taste").click().run()
    assert not app.exception
    (job,) = queue.jobs()
    assert job.key.startswith(f"{run.run_id}-twins-")


def test_the_page_of_neighbors_is_the_twins(open_page: Open, run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    app = open_page("neighbors", twin="true")
    assert not app.exception
    assert twin.banner(run) in [warning.value for warning in app.warning]
    its = loaders.run(twin_id(run.run_id))
    row = int(np.argmax(bundled.item_count))
    eligible = loaders.item_rows(its.run_id).trained & (bundled.item_count >= 21)
    near = neighbors(its.scorer.item_embedding, row, eligible=eligible).index
    assert app.dataframe[0].value["Title"].tolist() == labels_of(bundled).iloc[near].tolist()
    app.toggle(key=twin.KEY).set_value(False).run()
    assert not app.exception
    assert not app.warning
    real = neighbors(run.scorer.item_embedding, row, eligible=eligible).index
    assert app.dataframe[0].value["Title"].tolist() == labels_of(bundled).iloc[real].tolist()


def test_the_map_and_the_groups_are_the_twins(open_page: Open, run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    settings = ClusterSettings(n_clusters=3, min_ratings=21, twin=True)
    CLUSTERS.make(run, bundled, settings)
    app = open_page("maps", twin="true", group_number="3", map_color="Group")
    assert not app.exception
    assert "taste here" in texts(app)
    table = next(frame.value for frame in app.dataframe if "What stands out" in frame.value)
    stored = CLUSTERS.load(run.run_id, settings)
    assert stored is not None
    assert table["Movies"].tolist() == [group["size"] for group in stored.facts["groups"]]
    drawn = map_of(app)["places"]
    app.toggle(key=twin.KEY).set_value(False).run()
    assert not app.exception
    assert map_of(app)["places"] != drawn
    assert any(button.label == "Find groups" for button in app.button)  # those of the model are other ones
    assert not app.warning


def test_an_axis_of_ones_own_is_not_kept_with_a_twin(open_page: Open, run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    app = open_page("maps", twin="true", maps="An axis of your own")
    assert not app.exception
    assert "is not kept" in texts(app)
    assert not [button for button in app.button if "Keep" in button.label]
    (link,) = [entry.proto for entry in app.get("page_link") if entry.proto.label.startswith("Look at component")]
    assert f"run={run.run_id}" in link.query_string.split("&") and "twin=true" in link.query_string.split("&")


def test_what_a_model_is_told_beside_ratings_is_told_on_its_twin_too(publish: Callable[..., Run]):
    best = publish(run_config(model="variational", embedding_dim=3))
    assert "is chance, or follows from genres and years and who rated what, which the model is told" in twin.banner(
        best
    )
    plain = publish(run_config(model="variational", embedding_dim=3, raters=False, item_columns=False))
    assert "on this page is chance. What you name" in twin.banner(plain)


def test_a_model_that_is_no_sum_has_no_switch(open_page: Open, publish: Callable[..., Run]):
    publish(run_config(model="neural", embedding_dim=4))
    app = open_page("neighbors")
    assert not app.exception
    assert twin.KEY not in [toggle.key for toggle in app.toggle]


def naming_page(run_id: str) -> None:
    """Fields that name the first component, as a script of its own."""
    import streamlit as st

    from core.analysis.components.bases import PREDICTIONS
    from dashboard.cache import component_analyses
    from dashboard.principal_components import naming
    from dashboard.session import state

    result = component_analyses.components(run_id, PREDICTIONS)
    names = naming.look_up(run_id, result, PREDICTIONS)
    for end in naming.ENDS:
        naming.field(end, run_id, 0, PREDICTIONS, names)
    st.markdown(f"called {naming.kept_labels(run_id, result)[0].ends}")
    for problem in state.take_problems():
        st.error(problem.message)


def test_names_given_on_a_twin_stay_in_the_session(run: Run, bundled: Ratings):
    keep_twins(run, bundled)
    app = AppTest.from_function(naming_page, args=(twin_id(run.run_id),), default_timeout=60).run()
    name_field(app, "low").set_value("Gore").run()
    name_field(app, "high").set_value(" Musicals ").run()
    assert not app.exception
    assert not app.error
    assert app.markdown[0].value == "called Gore – Musicals"
    assert component_names.for_everybody(run.run_id) == ()
    fresh = AppTest.from_function(naming_page, args=(twin_id(run.run_id),), default_timeout=60).run()
    assert fresh.markdown[0].value == "called"
    name_field(app, "high").set_value("").run()
    name_field(app, "low").set_value("").run()
    assert app.markdown[0].value == "called"
    name_field(app, "low").set_value("a" + chr(0x2028) + "b").run()
    assert len(app.error) == 1
