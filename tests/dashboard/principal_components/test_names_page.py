"""Names of components on the page: kept with the model, carried by a link, shown as text wherever a component is."""

import json

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.analysis.components.pca import pca
from core.analysis.components.proof import cost
from core.analysis.components.stability import across_seeds
from core.analysis.gauge import centered_on
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS, run_config
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import Name
from core.studies.stability import StabilitySettings
from tests.conftest import with_item_matrix
from tests.dashboard.map_view.drawn import found_on, map_of
from tests.dashboard.name_fields import name_field
from tests.dashboard.principal_components.test_page import figure_of, tables_of_movies, texts

pytestmark = pytest.mark.few

HOSTILE = ["<img src=x onerror=alert(1)>", "%{y} $x^2$ *b* [a](b)"]


def direction(run, component: int, *, centered: bool = False) -> np.ndarray:
    return pca(run.scorer.item_embedding, centered=centered).components[component]


def kept(run, component: int) -> tuple[str, str] | None:
    found = component_names.for_components(component_names.for_everybody(run.run_id), pca(run.scorer.item_embedding))[
        component
    ]
    return None if found is None else (found.low, found.high)


def axis_titles(app) -> list[str]:
    return list(map_of(app, "map")["axes"])


def button(app, label: str):
    return next(found for found in app.button if found.label == label)


def test_a_typed_name_is_kept_and_stands_wherever_the_component_does(open_page, publish):
    run = publish()
    app = open_page("components", basis="pca", component="2")
    name_field(app, "low").set_value("quiet").run()
    name_field(app, "high").set_value("loud").run()
    assert not app.exception
    assert kept(run, 1) == ("quiet", "loud")
    assert axis_titles(app) == [
        "Component 1 · embedding units",
        "quiet ← component 2 → loud · embedding units",
    ]
    assert "quiet ← component 2 → loud" in figure_of(app, "strip")["layout"]["xaxis"]["title"]["text"]
    assert "quiet – loud" in figure_of(app, "scree")["data"][0]["text"][1]
    assert [header.value for header in app.header if "on component" in header.value] == [
        "The 10 lowest on component 2: quiet",
        "The 10 highest on component 2: loud",
    ]
    assert "PC 2 (quiet – loud)" in tables_of_movies(app)[0].value
    assert name_field(open_page("components", basis="pca", component="2"), "high").value == "loud"  # another session


def test_emptied_fields_take_the_name_away(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("", "loud", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    app = open_page("components", basis="pca")
    name_field(app, "high").set_value("").run()
    assert kept(run, 0) is None
    assert axis_titles(app)[0] == "Component 1 · embedding units"


def test_the_fields_follow_the_chosen_component(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("quiet", "loud", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    app = open_page("components", basis="pca")
    assert name_field(app, "low").value == "quiet"
    app.number_input(key="component").set_value(2).run()
    assert name_field(app, "low").value == ""
    assert kept(run, 0) == ("quiet", "loud") and kept(run, 1) is None


def test_the_link_carries_the_names_on_the_screen(open_page, publish):
    run = publish()
    for component in (0, 1, 6):
        component_names.set_name(
            run.run_id, Name("", f"high {component}", direction(run, component), component, False, 0), by=COMMAND_LINE
        )
    app = open_page("components", basis="pca", component="7")
    link = {key: value for key, value in app.query_params.items() if key.startswith(("low_", "high_"))}
    assert link == {"high_1": "high 0", "high_2": "high 1", "high_7": "high 6"}
    app.number_input(key="component").set_value(3).run()
    assert "high_7" not in app.query_params


def test_a_link_shows_its_names_without_touching_what_is_kept(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("mine", "", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    app = open_page("components", basis="pca", low_1="theirs", high_1="also theirs")
    assert not app.exception
    assert name_field(app, "low").value == "theirs"
    assert "from the link" in texts(app) and "**mine – not named**" in texts(app)
    assert axis_titles(app)[0].startswith("theirs ← component 1 → also theirs")
    assert kept(run, 0) == ("mine", "")
    app.run()
    assert "from the link" in texts(app)
    button(app, "Keep the link's").click().run()
    assert kept(run, 0) == ("theirs", "also theirs")
    assert "from the link" not in texts(app)


def test_a_links_names_can_be_left(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("mine", "", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    app = open_page("components", basis="pca", low_1="theirs")
    button(app, "Leave them").click().run()
    assert name_field(app, "low").value == "mine"
    assert kept(run, 0) == ("mine", "")
    app.run()
    assert name_field(app, "low").value == "mine"


def test_an_address_from_before_a_change_is_no_link(open_page, publish):
    run = publish()
    app = open_page("components", basis="pca")
    name_field(app, "low").set_value("first").run()
    name_field(app, "low").set_value("second").run()
    app.query_params["low_1"] = "first"  # as a browser says that has not heard of the change yet
    name_field(app, "high").set_value("other").run()
    assert kept(run, 0) == ("second", "other")
    assert name_field(app, "low").value == "second"
    assert "from the link" not in texts(app)


def test_a_link_to_what_is_kept_says_nothing(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("mine", "yours", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    assert "from the link" not in texts(open_page("components", basis="pca", low_1="mine", high_1="yours"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_stays_text_whatever_it_says(open_page, publish, text: str):
    run = publish()
    app = open_page("components", basis="pca", low_1=text, high_2=text)
    assert not app.exception
    assert axis_titles(app)[0].startswith(text[:20])  # on the map, which reads no markup, as it stands
    title = figure_of(app, "strip")["layout"]["xaxis"]["title"]["text"]
    assert "<" not in title.replace("<br>embedding units", "") and "%{" not in title
    heading = next(header.value for header in app.header if "lowest" in header.value)
    assert "<" not in heading.replace("\\<", "") and "$" not in heading.replace("\\$", "")
    button(app, "Keep the link's").click().run()
    assert kept(run, 0) == (text, "")


@pytest.mark.parametrize("text", ["a" * 10_000, "two\nlines\x00"])
def test_what_is_no_name_in_a_link_is_told_and_not_shown(open_page, publish, text: str):
    run = publish()
    app = open_page("components", basis="pca", low_1=f"x{text}x", low_99999="x", high_0="x", low_64="fine")
    assert not app.exception
    assert "link's name for component 1 is not shown" in app.warning[0].value
    assert len(app.warning[0].value) < 300
    assert name_field(app, "low").value == ""
    assert component_names.for_everybody(run.run_id) == ()


def test_a_name_from_other_settings_says_so(open_page, publish):
    run = publish()
    component_names.set_name(
        run.run_id, Name("quiet", "loud", direction(run, 1, centered=True), 1, True, 21), by=COMMAND_LINE
    )
    turned = pca(run.scorer.item_embedding)
    place = next(
        k
        for k, one in enumerate(component_names.for_components(component_names.for_everybody(run.run_id), turned))
        if one
    )
    app = open_page("components", basis="pca", component=str(place + 1))
    assert "as component 2 of the item matrix, centered and shaped by movies with at least 21 ratings" in texts(app)


def test_damaged_names_are_told_and_the_page_shows_the_rest(open_page, publish):
    run = publish()
    component_names.set_name(run.run_id, Name("quiet", "loud", direction(run, 0), 0, False, 0), by=COMMAND_LINE)
    (study_store.folder(run.run_id) / "names.json").write_text("{")
    app = open_page("components", basis="pca")
    assert "cannot be read" in app.warning[0].value
    assert len(tables_of_movies(app)) == 2


@pytest.mark.usefixtures("parts_in_messages")
def test_chosen_movies_are_marked_on_the_strip_and_on_the_map(open_page, publish):
    publish()
    app = open_page("components", basis="pca", mark="Heat (1995)")
    assert figure_of(app, "strip")["data"][-1]["text"] == ["Heat (1995)"]
    assert found_on(map_of(app, "map")) == ["Heat (1995)"]


def test_the_first_components_predict_as_the_analysis_says(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", basis="pca")
    parts = split(bundled, run.config)
    rows = parts.validation
    found = cost(
        centered_on(run.scorer, bundled, parts),
        pca(run.scorer.item_embedding),
        bundled.user_index[rows],
        bundled.item_index[rows],
        bundled.rating[rows],
    )
    assert f"{found.rmse[0]:.3f} stars, the whole model by {found.rmse[-1]:.3f}" in texts(app)
    line = next(trace for trace in figure_of(app, "cost")["data"] if trace["name"] == "error")
    assert line["x"]["dtype"] == "i4"
    table = next(frame.value for frame in app.dataframe if "RMSE up to it" in frame.value)
    np.testing.assert_allclose(table["RMSE up to it"], found.rmse[1:])


def test_a_model_without_biases_starts_from_nothing(open_page, publish):
    publish(PRESETS["article-simple-dot"])
    app = open_page("components", basis="pca")
    assert not app.exception
    assert "Without taste, predictions are off by" in texts(app)


def test_without_a_study_the_page_offers_one(open_page, publish):
    publish()
    app = open_page("components", basis="pca")
    assert "The same model from other seeds" in texts(app)
    button(app, "Train it 4 more times").click().run()
    assert not app.exception
    assert button(app, "Stop")


@pytest.mark.whole
def test_a_stored_study_stands_wherever_the_component_does(open_page, publish, bundled: Ratings):
    run = publish()
    rng = np.random.default_rng(1)
    matrix = run.scorer.item_embedding.copy()
    matrix[:, 0] *= 4
    strong = with_item_matrix(run, matrix, run_id="0123456789abcdef")
    RunStore().publish(strong)
    others = np.stack([matrix @ np.linalg.qr(rng.normal(size=(64, 64)))[0] for _ in range(2)]).astype(np.float32)
    others[:, :, :] += 0.3 * rng.normal(size=others.shape)
    facts = {"seeds": [1, 2], "val_rmse": [0.9, 0.9]}
    study_store.save(strong.run_id, "stability", StabilitySettings(runs=3), {"embeddings": others}, facts)
    app = open_page("components", basis="pca", run=strong.run_id)
    assert not app.exception
    trained = np.bincount(bundled.item_index[split(bundled, run.config).train], minlength=9066) > 0
    found = across_seeds(matrix, list(others), centered=False, shaping=np.ones(9066, bool), measured=trained)
    r = found.median_r[0]
    assert r > 0.9
    assert f"component 1 comes back almost as it was (r = {r:.2f})" in texts(app)
    assert "Trained again from 2 other seeds" in texts(app)
    bars = figure_of(app, "stability")["data"][0]
    assert bars["text"][0].startswith(f"Component 1: <b>r = {r:.2f}</b>")


def test_one_dimension_has_a_name_and_a_cost(open_page, publish):
    run = publish(run_config(embedding_dim=1))
    app = open_page("components", basis="pca")
    name_field(app, "low").set_value("quiet").run()
    assert not app.exception
    assert kept(run, 0) == ("quiet", "")
    assert app.query_params["low_1"] == "quiet"
    assert len(json.dumps(figure_of(app, "cost"))) < 2e5


def test_a_name_for_a_model_that_another_tab_deleted_is_told_and_kept_nowhere(open_page, publish, home):
    run, other = publish(PRESETS["article-dot-with-bias"]), publish()
    app = open_page("components", basis="pca", run=run.run_id)
    RunStore().delete(run.run_id, by=COMMAND_LINE)
    name_field(app, "low").set_value("quiet").run()
    assert not app.exception
    assert any(f"here is no run {run.run_id}" in box.value for box in app.error)
    assert other.run_id in RunStore()
    assert not list((home / "studies").glob("[0-9a-f]*"))
