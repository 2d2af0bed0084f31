import base64
import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from core.analysis.components.examined import examine
from core.analysis.components.extremes import ends
from core.analysis.components.pca import pca
from core.data.ratings import Ratings
from core.model.families import run_config
from core.store import study_store
from core.store.runs import RunStore
from core.studies.proofs import ARRAYS, PROOF, ProofSettings
from tests.conftest import with_item_matrix
from tests.dashboard.fields import field
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import found_on, map_of, numbers_of

pytestmark = pytest.mark.few


def figure_of(app, key: str) -> dict:
    """The figure that was sent for the chart with this key."""
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    return json.loads(chart.proto.spec)


def numbers(sent) -> np.ndarray:
    """An array as Plotly sends it."""
    return np.frombuffer(base64.b64decode(sent["bdata"]), sent["dtype"])


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info) for element in kind)


def texts_of(table) -> list[str]:
    return table.value["Title"].tolist()


def tables_of_movies(app) -> list:
    """Both ends, and the selection where there is one."""
    return [frame for frame in app.dataframe if "Title" in frame.value]


def listed_titles(app) -> tuple[list[str], list[str]]:
    lowest, highest = (table.value["Title"].tolist() for table in app.dataframe[:2])
    return lowest, highest


def expected(ratings: Ratings, matrix: np.ndarray, component: int, least: int) -> tuple[list[str], list[str]]:
    found = ends(pca(matrix).scores[:, component], ratings.item_count >= least, 10)
    titles = labels_of(ratings)
    return titles[found.bottom].tolist(), titles[found.top].tolist()


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("components")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)


def test_the_tables_hold_both_ends_of_the_first_component(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", basis="pca")
    assert not app.exception
    assert listed_titles(app) == expected(bundled, run.scorer.item_embedding, 0, 21)
    assert {"Title", "PC 1", "PC 2", "Mean", "Ratings", "Genres"} <= set(app.dataframe[0].value.columns)
    assert (app.dataframe[0].value["Ratings"] >= 21).all()


def test_a_link_opens_the_same_component(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", basis="pca", component="5", min="100")
    assert listed_titles(app) == expected(bundled, run.scorer.item_embedding, 4, 100)
    assert "Component 5 carries" in texts(app)


def test_what_each_component_is_worth_leads_the_page(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", component="64")
    found = examine(run, bundled)
    assert f"biases alone are off by {found.proof.rmse[0]:.3f} stars" in texts(app)
    assert "**None of 64 components earns its place**" in texts(app)  # numbers that no rating has shaped
    np.testing.assert_allclose(numbers(figure_of(app, "proof")["data"][0]["y"]), found.proof.worth, atol=1e-6)
    assert f"Component 64 carries {found.result.variance_ratio[63]:.1%}" in texts(app)
    assert "omponent 64 (unproven) · predicted taste" in figure_of(app, "strip")["layout"]["xaxis"]["title"]["text"]
    table = next(frame.value for frame in app.dataframe if "Gain z" in frame.value)
    np.testing.assert_allclose(table["RMSE up to it"], found.proof.rmse[1:])
    assert "Centered" not in {toggle.label for toggle in app.toggle}


def test_the_study_on_several_splits_takes_the_place_of_one(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components")
    assert "The same model on 5 splits" in texts(app)
    one = examine(run, bundled).proof
    pooled = replace(one, n_splits=5, z=one.z + 3, gain=one.se * (one.z + 3))
    arrays = {name: getattr(pooled, name) for name in ARRAYS}
    facts = {name: value for name, value in asdict(pooled).items() if name not in ARRAYS}
    study_store.save(run.run_id, PROOF.name, ProofSettings(), arrays, {"proof": facts})
    app = open_page("components")
    assert "five splits, each of five models" in texts(app)
    assert "The same model on 5 splits" not in texts(app)


def test_the_basis_is_the_same_on_all_pages(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components")
    app.segmented_control(key="basis_switch").set_value("pca").run()
    assert app.query_params["basis"] == "pca"
    app.toggle(key="centered").set_value(True).run()
    ratio = pca(run.scorer.item_embedding, centered=True).variance_ratio[0]
    assert f"Component 1 carries {ratio:.1%}" in texts(app)
    app.switch_page("app_pages/maps.py").run()
    assert not app.exception
    assert app.query_params["basis"] == "pca"
    assert app.toggle(key="centered").value is True
    places = numbers_of(map_of(app)["places"], "<f4")[::2]
    wanted = pca(run.scorer.item_embedding, centered=True).scores[:, 0]
    assert set(places.round(4)) <= set(wanted.astype(np.float32).round(4))


def test_a_model_that_is_no_sum_has_the_item_matrix_alone(open_page, publish):
    run = publish(run_config(model="neural", embedding_dim=2))
    app = open_page("components")
    assert not app.exception
    assert "not a sum of terms" in texts(app)
    assert not app.get("button_group") or "basis_switch" not in {group.key for group in app.get("button_group")}
    ratio = pca(run.scorer.item_embedding).variance_ratio[0]
    assert f"Component 1 carries {ratio:.1%}" in texts(app)


def test_an_earlier_link_with_a_choice_of_the_item_matrix_is_of_that(open_page, publish):
    run = publish()
    app = open_page("components", centered="true")
    ratio = pca(run.scorer.item_embedding, centered=True).variance_ratio[0]
    assert f"Component 1 carries {ratio:.1%}" in texts(app)
    assert app.query_params["basis"] == "pca"


def test_a_basis_that_a_link_makes_up_is_told(open_page, publish):
    publish()
    app = open_page("components", basis="<b>x</b>")
    assert not app.exception
    assert "it may be predictions or pca" in app.error[0].value
    assert "basis" not in app.query_params


def test_hints_in_words_stand_at_both_ends(open_page, publish, bundled: Ratings):
    """People differ in how much they like what is new, as their ratings say: held-out ratings confirm it."""
    run = publish()
    age = np.nan_to_num(bundled.item_table["year"].to_numpy() - 1990) / 30
    rated, user = age[bundled.item_index], bundled.user_index
    mean, n = np.nan_to_num(bundled.user_mean, nan=3), len(bundled.users)
    left = bundled.rating - mean[user]
    liking = np.bincount(user, left * rated, n) / (np.bincount(user, rated**2, n) + 10)
    people, items = (0.01 * getattr(run.scorer, name) for name in ("user_embedding", "item_embedding"))
    people[:, 0], items[:, 0] = liking, age
    generous = run.scorer.scale.score(mean, nearest=0.1)
    arrays = {"user_embedding": people, "user_bias": generous, "item_bias": 0 * run.scorer.item_bias}
    planted = with_item_matrix(run, items, run_id="0123456789abcdef")
    arrays = planted.scorer.arrays | {name: values.astype(np.float32) for name, values in arrays.items()}
    RunStore().publish(replace(planted, scorer=replace(planted.scorer, arrays=arrays)))
    app = open_page("components", run=planted.run_id, centered="true")
    assert not app.exception
    told = [text.value for text in app.markdown if text.value.startswith("Toward this end")]
    assert len(told) == 2
    assert {"newer", "older"} == {word for text in told for word in ("newer", "older") if word in text}
    table = next(frame.value for frame in app.dataframe if "Corrected p" in frame.value)
    assert table["What"][0] == "year"
    assert abs(table["Effect"][0]) > 0.9


def test_nothing_is_said_of_the_ends_of_what_held_out_ratings_do_not_confirm(open_page, publish, bundled: Ratings):
    run = publish()
    matrix = run.scorer.item_embedding.copy()
    matrix[:, 0] += 5 * np.nan_to_num(bundled.item_table["year"].to_numpy() - 1990) / 30
    planted = with_item_matrix(run, matrix, run_id="0123456789abcdef")
    RunStore().publish(planted)
    app = open_page("components", run=planted.run_id, centered="true")
    assert texts(app).count("Held-out ratings do not confirm") == 2
    assert "Toward this end" not in texts(app)


def test_centering_changes_the_components(open_page, publish):
    publish()
    app = open_page("components", basis="pca", centered="true")
    assert not app.exception
    assert app.toggle(key="centered").value is True


@pytest.mark.whole
def test_only_well_known_movies_can_shape_the_components(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", basis="pca", shaped="true", min="50")
    kept = bundled.item_count >= 50
    ratio = pca(run.scorer.item_embedding[kept]).variance_ratio[0]
    assert f"Component 1 carries {ratio:.1%}" in texts(app)
    assert "9,066 movies along component 1" in figure_of(app, "strip")["layout"]["title"]["text"]


@pytest.mark.parametrize("color", ["Mean rating", "Genre", "Year", "Number of ratings"])
@pytest.mark.parametrize("view", ["2D", "3D"])
def test_every_color_in_the_plane_and_in_space(open_page, publish, bundled, color: str, view: str):
    publish()
    app = open_page("components", color=color, view=view, x="3", y="2", all="true")
    assert not app.exception
    key = "map" if view == "2D" else "map_3d"
    title = map_of(app, key)["title"] if view == "2D" else figure_of(app, key)["layout"]["title"]["text"]
    assert title.startswith(f"{len(bundled.items):,} movies on components 3")


@pytest.mark.usefixtures("parts_in_messages")
def test_searched_movies_are_marked(open_page, publish):
    publish()
    app = open_page("components")
    for title in ("Heat (1995)", "Casino (1995)"):
        field(app, "find_field").choose(title)
        assert field(app, "find_field").value == ""
        assert title in app.query_params["find"]
        assert title in found_on(map_of(app, "map"))
    assert found_on(map_of(app, "map")) == ["Heat (1995)", "Casino (1995)"]
    app.multiselect(key="find").set_value(["Casino (1995)"]).run()
    assert found_on(map_of(app, "map")) == ["Casino (1995)"]


def test_selected_movies_are_shown_in_a_table_and_can_be_dropped(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("components")
    app.session_state["_chosen_items"] = {bundled.dataset_id: bundled.items.ids[[0, 5]].tolist()}
    app.run()
    assert not app.exception
    assert texts_of(tables_of_movies(app)[2]) == labels_of(bundled)[[0, 5]].tolist()
    app.button[[button.label for button in app.button].index("Clear")].click().run()
    assert len(tables_of_movies(app)) == 2


def test_what_is_chosen_of_other_data_is_not_shown(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("components")
    app.session_state["_chosen_items"] = {"other": bundled.items.ids[[0, 5]].tolist()}
    app.run()
    assert len(tables_of_movies(app)) == 2


def test_one_dimension_has_no_map(open_page, publish):
    publish(run_config(embedding_dim=1))
    app = open_page("components")
    assert not app.exception
    assert "one dimension" in texts(app)
    assert len(tables_of_movies(app)) == 2


def test_two_dimensions_have_no_space(open_page, publish):
    publish(run_config(embedding_dim=2))
    app = open_page("components", view="3D", component="2")
    assert not app.exception
    assert map_of(app, "map")["n"] == 400


def test_a_component_that_a_smaller_model_does_not_have(open_page, publish):
    publish(run_config(embedding_dim=4))
    app = open_page("components", component="60", x="60", y="-1", color="Nothing", find="No such movie", min="1000000")
    assert not app.exception
    assert app.number_input(key="component").value in range(1, 5)


def test_every_chart_has_a_title_axes_and_a_text(open_page, publish):
    publish()
    for name, charts in (("components", 3), ("embeddings", 3)):
        app = open_page(name)
        assert len(app.get("plotly_chart")) == charts
        for chart in app.get("plotly_chart"):
            layout = json.loads(chart.proto.spec)["layout"]
            assert layout["title"]["text"]
            assert layout["xaxis"]["title"]["text"]
            assert len(chart.proto.alt) > 20


@pytest.mark.usefixtures("parts_in_messages")
def test_a_link_marks_the_same_movies(open_page, publish):
    publish()
    app = open_page("components", find="Toy Story (1995)")
    assert found_on(map_of(app, "map")) == ["Toy Story (1995)"]
