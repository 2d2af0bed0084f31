"""What is chosen: it follows to every page, stands in the link while it is little, and is kept under a name."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access import COMMAND_LINE
from core.data.ratings import Ratings
from core.model.run import Run
from core.studies import selections
from core.studies.selections import Selection
from dashboard.session import chosen_items
from tests.dashboard.fields import field
from tests.dashboard.map_view.drawn import chosen_on, map_of

pytestmark = pytest.mark.few

Open = Callable[..., AppTest]
TITLES = ["Heat (1995)", "Casino (1995)"]


@pytest.fixture
def ids(bundled: Ratings) -> list[str]:
    """Two movies, in the order of the data."""
    return [bundled.items.ids[bundled.item_table["title"].tolist().index(title)] for title in TITLES]


def link(app: AppTest) -> str | None:
    """What the address bar says is chosen."""
    said = app.query_params.get(chosen_items.PARAMETER)
    return said[0] if isinstance(said, list) else said


def figure_of(app: AppTest, key: str) -> str:
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    return json.dumps(json.loads(chart.proto.spec))


def test_what_a_link_chooses_is_so_on_every_page(open_page: Open, publish, bundled: Ratings, ids: list[str]):
    publish()
    app = open_page("maps", items=",".join(ids))
    rows = sorted(bundled.items.indices(ids).tolist())
    assert chosen_on(map_of(app)) == rows  # all 400 are on the map
    assert "2 selected movies" in [heading.value for heading in app.header]
    app.switch_page("app_pages/neighbors.py").run()
    assert field(app, "near_movie").value == "Heat (1995)"  # the better known
    app.switch_page("app_pages/components.py").run()
    assert chosen_on(map_of(app, "map")) == rows
    assert all(title in figure_of(app, "strip") for title in TITLES)
    app.switch_page("app_pages/embeddings.py").run()
    assert app.multiselect(key="chosen_movie").value == TITLES
    assert field(app, "one_movie").value == "Heat (1995)"
    assert link(app) == ",".join(ids)


def test_the_movie_of_neighbors_is_chosen_everywhere(open_page: Open, publish, bundled: Ratings, ids: list[str]):
    publish()
    app = open_page("neighbors")
    assert link(app) is None  # the page begins with one that nobody has chosen
    field(app, "near_movie").choose("Casino (1995)")
    assert not app.exception
    assert field(app, "near_movie").value == "Casino (1995)"
    assert link(app) == ids[1]
    app.switch_page("app_pages/maps.py").run()
    assert chosen_on(map_of(app)) == bundled.items.indices(ids[1:]).tolist()


@pytest.mark.parametrize("said", ["no-such-id", "../x", "%00", ",,,", "1" * 5000, ",".join(map(str, range(10**4)))])
def test_a_link_that_means_nothing_chooses_nothing_and_says_so(open_page: Open, publish, said: str):
    publish()
    app = open_page("maps", items=said)
    assert not app.exception
    assert len(chosen_on(map_of(app))) <= chosen_items.MOST_LINKED
    assert any("Not all that the link says" in error.value for error in app.error) == (said != ",,,")


def test_many_are_kept_under_a_name_and_opened_again_in_another_session(open_page: Open, publish, bundled: Ratings):
    run: Run = publish()
    many = bundled.items.ids[:30].tolist()
    app = open_page("maps")
    app.session_state["_chosen_items"] = {bundled.dataset_id: many}
    app.run()
    said = chosen_items.unpacked(str(link(app)), len(bundled.items))
    assert said is not None
    assert set(bundled.items.ids[said]) == set(many)
    app.text_input(key="item_map_name").set_value("Mine").run()
    app.button(key="item_map_keep").click().run()
    assert not app.exception
    assert app.selectbox(key="item_map_kept").value == "Mine"
    fresh = open_page("components")
    assert fresh.selectbox(key="map_kept").value is None
    fresh.selectbox(key="map_kept").set_value("Mine").run()
    assert chosen_on(map_of(fresh, "map")) == list(range(30))
    fresh.button(key="map_forget").click().run()
    assert not fresh.exception
    assert selections.saved(run.run_id, by=COMMAND_LINE) == {}
    assert chosen_on(map_of(fresh, "map")) == list(range(30))


def test_a_selection_without_a_name_is_not_kept(open_page: Open, publish, ids: list[str]):
    publish()
    app = open_page("maps", items=ids[0])
    app.button(key="item_map_keep").click().run()
    assert not app.exception
    assert any("has no name" in error.value for error in app.error)


def test_a_new_selection_takes_the_place_of_one_with_its_name(publish):
    run = publish()
    for items in (("1", "x,y"), ("007",)):
        selections.save(run.run_id, Selection("Mine", items), by=COMMAND_LINE)
    assert selections.saved(run.run_id, by=COMMAND_LINE) == {"Mine": Selection("Mine", ("007",))}


def test_a_group_of_one_kind_is_described_and_one_by_chance_is_not(open_page: Open, publish, bundled: Ratings):
    publish()
    horror = ["Horror" in genres for genres in bundled.item_table["genres"]]
    said = {}
    for name, rows in (("horror", np.flatnonzero(horror)), ("chance", np.arange(3, 400, 12))):
        app = open_page("maps")
        app.session_state["_chosen_items"] = {bundled.dataset_id: bundled.items.ids[rows].tolist()}
        app.run()
        said[name] = " ".join(element.value for element in app.markdown)
    assert "**Horror** (100% against 0%)" in said["horror"]
    assert "more surely than chance would" in said["chance"]
