"""The maps page: what is drawn is what the analyses say, studies are offered and shown, links open the same map."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.access import COMMAND_LINE
from core.analysis.components.bases import PREDICTIONS, components_of
from core.analysis.maps.faithfulness import faithfulness
from core.data.ratings import Ratings
from core.data.splits import split
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.model.families import PRESETS
from core.model.run import Run
from core.store.runs import RunStore
from core.studies import saved_axes, study_kinds
from core.studies.clusters import ClusterSettings
from core.studies.maps import MapStudySettings
from core.studies.saved_axes import OwnAxis
from core.studies.study import MIN_RATINGS, items_taking_part
from dashboard.cache import loaders
from dashboard.jobs.every_kind import study_parameters
from dashboard.map_view import packing
from dashboard.maps import settings
from dashboard.shared import selection, tables
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of, maps_of, numbers_of
from tests.dashboard.neighbors.test_page import figure_of, texts

pytestmark = pytest.mark.few

Open = Callable[..., AppTest]


@pytest.fixture
def run(publish: Callable[..., Run]) -> Run:
    return publish()


def made(run: Run, ratings: Ratings, kind: str, settings_: object) -> None:
    study_kinds.study_named(kind).make(run, ratings, settings_)


def test_without_a_model_the_page_offers_one(open_page: Open):
    app = open_page("maps")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)
    assert not app.get("plotly_chart") and not maps_of(app)


def test_a_shadow_at_once_with_its_faithfulness(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("maps")
    assert not app.exception
    drawn = map_of(app)
    rows = items_taking_part(run, bundled, MIN_RATINGS)
    matrix = run.scorer.item_embedding[rows]
    scores = components_of(run, bundled, split(bundled, run.config), PREDICTIONS).scores[rows, :2].astype(np.float32)
    told = faithfulness(matrix, scores)
    assert f"**{10 * told.mean:.1f} of 10 true neighbors**" in texts(app)
    assert f"Trustworthiness {told.trustworthiness:.2f}" in texts(app)
    assert drawn["title"] == f"{len(rows):,} movies by PCA of what it predicts"
    assert drawn["remark"] == f"{10 * told.mean:.1f} of 10 true neighbors kept"
    np.testing.assert_array_equal(numbers_of(drawn["places"], "<f4"), scores.ravel())
    assert not set("*\\") & set(drawn["alt"])
    assert len(json.dumps(drawn)) < 20_000


@pytest.mark.whole
def test_a_model_without_biases_is_not_colored_by_them(open_page: Open, publish: Callable[..., Run]):
    publish(PRESETS["article-simple-dot"])
    assert "Bias" not in open_page("maps").selectbox(key="map_color").options
    publish(PRESETS["article-dot-with-bias"])
    assert "Bias" in open_page("maps").selectbox(key="map_color").options


def test_a_shadow_in_space(open_page: Open, run: Run):
    app = open_page("maps", map_view="3D", basis="pca", centered="true")
    assert not app.exception
    figure = figure_of(app, "item_map_3d")
    assert {trace["type"] for trace in figure["data"]} == {"scatter3d"}


def test_a_map_by_tsne_is_offered_then_shown(open_page: Open, run: Run, bundled: Ratings):
    settings_ = MapStudySettings(method="tsne", iterations=250, perplexity=5, min_ratings=150)
    query = settings.map_parameters(settings_.model_dump())
    app = open_page("maps", **query)
    assert not app.exception
    assert not app.get("plotly_chart") and not maps_of(app)
    start = next(button for button in app.button if button.label == "Draw this map")
    start.click().run()
    (job,) = queue.jobs()
    assert job.title == "Map by t-SNE"
    assert job.kind == "study"
    made(run, bundled, "map", settings_)
    queue.finish(job.job_id, JobOutcome("done"))
    loaders.jobs_now.clear()
    app = open_page("maps", **query)
    assert not app.exception
    assert "true neighbors" in texts(app)
    assert "t-SNE" in map_of(app)["title"]
    assert not any(button.label == "Draw this map" for button in app.button)
    earlier = [entry.proto for entry in app.get("page_link") if entry.proto.label.startswith("t-SNE, perplexity 5")]
    assert [entry.label for entry in earlier] == ["t-SNE, perplexity 5, 250 steps, seed 0, at least 150 ratings"]
    assert "map_method=t-SNE" in earlier[0].query_string


def test_a_map_that_failed_says_why_and_can_be_tried_again(open_page: Open, run: Run):
    app = open_page("maps", map_method="t-SNE")
    next(button for button in app.button if button.label == "Draw this map").click().run()
    (job,) = queue.jobs()
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("failed", "OUT_OF_MEMORY", "memory ran out; <b>choose</b> fewer"))
    loaders.jobs_now.clear()
    app = open_page("maps", map_method="t-SNE")
    assert not app.exception
    assert app.error[0].value.startswith("Memory ran out; \\<b\\>")
    next(button for button in app.button if button.label == "Try again").click().run()
    assert [job.state for job in queue.jobs()] == ["failed", "queued"]


@pytest.mark.parametrize("here", [True, False])
def test_umap_is_offered_only_where_it_can_run(open_page: Open, run: Run, monkeypatch: pytest.MonkeyPatch, here: bool):
    monkeypatch.setattr(settings, "umap_installed", lambda: here)
    app = open_page("maps", map_method="UMAP")
    assert not app.exception
    (method,) = [group for group in app.get("button_group") if group.label == "Method"]
    assert ("UMAP" in [option.content for option in method.proto.options]) is here
    assert ("requirements-umap.txt" in method.proto.help) is not here
    assert bool(maps_of(app)) is not here  # without it, the link falls back to the shadow


def test_too_few_items_are_said_in_words(open_page: Open, run: Run):
    app = open_page("maps", map_method="t-SNE", map_perplexity="200", map_min="150")
    assert "Perplexity is 200" in app.info[0].value
    assert not any(button.label == "Draw this map" for button in app.button)


@pytest.mark.parametrize(
    "color", ["Mean rating", "Genre", "Year", "Number of ratings", "Bias", "Group", "Faithfulness"]
)
def test_every_color(open_page: Open, run: Run, bundled: Ratings, color: str):
    made(run, bundled, "clusters", ClusterSettings(n_clusters=10))
    app = open_page("maps", map_color=color, map_size="true", group_number="10")
    assert not app.exception
    drawn = map_of(app)
    assert drawn["sizes"]
    if color == "Group":
        assert [name.split()[0] for name in drawn["color"]["names"]] == [str(number) for number in range(1, 11)]
        assert set(numbers_of(drawn["colors"], "u1")) == set(range(1, 11))
    if color == "Bias":
        assert [share for share, text in drawn["color"]["ticks"] if float(text.replace("−", "-")) == 0] == [0.5]
        assert drawn["values"]


def test_groups_before_they_are_found(open_page: Open, run: Run):
    app = open_page("maps", map_color="Group")
    assert not app.exception
    assert "There are no groups yet" in texts(app)
    next(button for button in app.button if button.label == "Find groups").click().run()
    assert [job.title for job in queue.jobs()] == ["Grouping"]


def test_groups_are_a_table(open_page: Open, run: Run, bundled: Ratings):
    made(run, bundled, "clusters", ClusterSettings(n_clusters=4))
    app = open_page("maps", group_number="4")
    table = app.dataframe[0].value
    assert list(table.columns) == ["Group", "Movies", "What stands out", "Nearest its middle"]
    assert table["Movies"].sum() == len(items_taking_part(run, bundled, MIN_RATINGS))


@pytest.mark.whole
def test_a_searched_movie_is_marked_with_lines_to_its_neighbors(open_page: Open, run: Run):
    app = open_page("maps", map_find="Heat (1995)")
    assert not app.exception
    drawn = map_of(app)
    rows = loaders.item_rows(run.run_id)
    on_map = items_taking_part(run, loaders.ratings_of(run.run_id), MIN_RATINGS)
    (found,) = drawn["found"]
    assert rows.labels[on_map[found]] == "Heat (1995)"
    assert len(set(drawn["near"]) - {found}) == 10
    assert "near it here" in texts(app)


@pytest.mark.whole
def test_a_movie_with_too_few_ratings_is_said_to_be_missing(open_page: Open, run: Run, bundled: Ratings):
    rows = loaders.item_rows(run.run_id)
    label = rows.labels[int(np.flatnonzero(rows.count == 1)[0])]
    app = open_page("maps", map_find=label)
    assert "Not on this map" in texts(app)


def test_the_axis_has_two_poles_at_first_and_every_movie_on_it(open_page: Open, run: Run, bundled: Ratings):
    app = open_page("maps", maps="An axis of your own")
    assert not app.exception
    figure = figure_of(app, "axis_strip")
    assert len(figure["data"]) == 3
    assert "Toward Children" in [subheader.value for subheader in app.header]
    places = app.dataframe[0].value["Place"].to_numpy()
    assert (np.diff(places) >= 0).all()


def test_a_link_carries_the_poles(open_page: Open, run: Run, bundled: Ratings):
    titles = labels_of(bundled).tolist()
    app = open_page(
        "maps",
        maps="An axis of your own",
        pole_low="Heat (1995)",
        pole_low_name="<img src=x onerror=alert(1)>",
        pole_high="Toy Story (1995)",
        pole_high_name="%{y} $x$",
    )
    assert not app.exception
    own = OwnAxis(
        (str(bundled.items.ids[titles.index("Heat (1995)")]),),
        (str(bundled.items.ids[titles.index("Toy Story (1995)")]),),
    )
    found = saved_axes.project(own, run.scorer.item_embedding, bundled.items)
    place = app.dataframe[1].value.set_index("Title")["Place"]
    row = titles.index(place.index[0])
    assert place.iloc[0] == pytest.approx(found.positions[row])
    assert "<img" not in json.dumps(figure_of(app, "axis_strip"))
    assert "<img" not in texts(app).replace("\\<img", "")


def test_an_axis_is_kept_opened_crossed_and_deleted(open_page: Open, run: Run):
    app = open_page("maps", maps="An axis of your own")
    app.button(key="axis_keep").click().run()
    (kept,) = saved_axes.saved(run.run_id, by=COMMAND_LINE)
    assert kept.title == "Children – Horror"
    assert app.button(key="axis_keep").disabled
    app = open_page(
        "maps", maps="An axis of your own", pole_low="Heat (1995)", pole_high="Toy Story (1995)", pole_high_name="toys"
    )
    assert not app.exception
    assert "The two axes meet at" in texts(app)
    assert map_of(app, "axes_map")["axes"] == ["Children ← → toys", "Children ← → Horror"]
    app.button(key=f"axis_open_{kept.axis_id}").click().run()
    assert not app.exception
    assert "Toward Children" in [subheader.value for subheader in app.header]
    app.button(key=f"axis_delete_{kept.axis_id}").click().run()
    assert saved_axes.saved(run.run_id, by=COMMAND_LINE) == ()


def test_an_empty_pole_is_said_in_words(open_page: Open, run: Run):
    app = open_page("maps", maps="An axis of your own")
    app.multiselect(key="pole_low").set_value([]).run()
    assert not app.exception
    assert "low pole has 0 items" in app.info[0].value


def test_what_is_selected_on_the_map_becomes_a_table_and_stays_lit(open_page: Open, run: Run):
    app = open_page("maps")
    known = app._session_state._state._new_widget_state.widget_metadata
    name = next(widget for widget in known if widget.endswith("item_map__events"))
    items, n = map_of(app)["items"], map_of(app)["n"]
    marked = base64.b64encode(packing.bits(np.array([0, 7]), n)).decode()
    for said in ({"bits": marked, "items": items}, {"bits": "//8=", "items": items}, {"bits": "", "items": "others"}):
        event = WidgetState(id=name, json_trigger_value=json.dumps([{"event": "selected", "value": said}]))
        app._run(WidgetStates(widgets=[event]))
        assert not app.exception
        assert "2 selected movies" in [heading.value for heading in app.header]
        assert np.flatnonzero(np.unpackbits(numbers_of(map_of(app)["selected"], "u1"))).tolist() == [0, 7]
    for broken in ("{", "[5]", "null", '[{"event": "other"}]', '[{"event": "selected", "value": 5}]'):
        app._run(WidgetStates(widgets=[WidgetState(id=name, json_trigger_value=broken)]))
        assert not app.exception
    app.button(key="item_map_clear").click().run()
    assert map_of(app)["selected"] is None


def test_a_selection_as_a_file_with_ids_and_vectors(run: Run, bundled: Ratings):
    rows = loaders.item_rows(run.run_id)
    chosen = np.array([3, 10])
    table = tables.items(bundled, rows, chosen, {})
    text = tables.csv(selection.for_file(bundled, rows, chosen, table, vectors=True)).decode("utf-8-sig").splitlines()
    head, first = text[0].split(","), text[1]
    width = run.config.embedding_dim
    assert head[0] == "Id" and head[-width:] == [f"e{number}" for number in range(1, width + 1)]
    assert first.split(",")[0] == bundled.items.ids[3]
    assert [float(value) for value in first.split(",")[-width:]] == pytest.approx(
        run.scorer.item_embedding[3].tolist(), rel=1e-6
    )
    assert "e1" not in selection.for_file(bundled, rows, chosen, table, vectors=False).columns


def test_links_to_studies_name_widgets_that_exist(open_page: Open, run: Run, bundled: Ratings):
    given = ClusterSettings(method="hdbscan", min_size=30, min_ratings=100)
    made(run, bundled, "clusters", given)
    app = open_page("maps", **settings.group_parameters(given.model_dump()))
    assert not app.exception
    assert not any(button.label == "Find groups" for button in app.button)
    assert study_parameters("stability", {}) == {}


@pytest.mark.parametrize("key", ["axis_keep", f"axis_delete_{OwnAxis(('1',), ('2',)).axis_id}"])
def test_an_axis_of_a_model_that_another_tab_deleted_is_told_and_kept_nowhere(
    open_page: Open, run: Run, home: Path, key: str
):
    saved_axes.save(run.run_id, OwnAxis(("1",), ("2",)), by=COMMAND_LINE)
    app = open_page("maps", maps="An axis of your own", run=run.run_id)
    RunStore().delete(run.run_id, by=COMMAND_LINE)
    app.button(key=key).click().run()
    assert not app.exception
    assert any(f"here is no run {run.run_id}" in box.value for box in app.error)
    assert not list((home / "studies").glob("[0-9a-f]*"))
