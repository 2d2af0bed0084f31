"""The page of missions, the bar on every page, and the quieter app for a class."""

from pathlib import Path

import pytest

from core.access import COMMAND_LINE
from core.analysis.components.pca import pca
from core.data.ratings import Ratings
from core.model.families import PRESETS
from core.studies import component_names
from dashboard.missions.tours import MISSIONS
from tests.dashboard.name_fields import name_field
from tests.dashboard.twins import keep_twins

pytestmark = pytest.mark.few


def bar(app) -> str:
    """What the bar says; empty where there is none."""
    said = [element.value for element in app.markdown]
    return next((text for text in said if ":small[step " in text or "Mission done" in text), "")


def test_six_cards_with_steps_minutes_and_a_start(open_page):
    app = open_page("missions")
    assert not app.exception
    assert [button.key for button in app.button if button.label == "Start"] == [f"start_{key}" for key in MISSIONS]
    assert sum("minutes" in caption.value for caption in app.caption) == 6


@pytest.mark.parametrize("key", list(MISSIONS))
def test_every_mission_starts_from_its_link(open_page, key: str):
    app = open_page("start", mission=key)
    assert not app.exception
    assert f"step 1 of {len(MISSIONS[key].tasks)}" in bar(app)
    assert app.query_params["mission"] == key


def test_a_start_leads_to_the_first_page(open_page, publish):
    publish()
    app = open_page("missions")
    app.button(key="start_neighbors").click().run()
    assert not app.exception
    assert app.title[0].value == "Which movies are alike, and which people?"
    assert "step 1 of 5" in bar(app)


def test_a_mission_goes_on_across_pages_and_ends(open_page, publish):
    app = open_page("start", mission="first-model")
    assert "step 1 of 4" in bar(app)
    publish()
    app.run()
    assert "step 2 of 4" in bar(app)
    assert "Next: Open **Train**" in app.toast[0].value
    assert app.query_params["task"] == "2"
    app.switch_page("app_pages/train.py").run()
    assert "step 3 of 4" in bar(app)
    app.switch_page("app_pages/components.py").run()
    app.number_input(key="component").set_value(2).run()
    assert "step 4 of 4" in bar(app)
    app.switch_page("app_pages/neighbors.py").run()
    app.selectbox(key="near_movie").set_value("Heat (1995)").run()
    assert "Mission done: **Your first model**" in bar(app)
    assert [toast.value for toast in app.toast] == ["Mission done: **Your first model**"]
    app.run()
    assert not app.toast
    app.switch_page("app_pages/missions.py").run()
    assert any("finished" in caption.value for caption in app.caption)
    app.button(key="leave_mission").click().run()
    assert not bar(app)
    assert "mission" not in app.query_params


def test_what_was_done_stays_done(open_page, publish):
    publish()
    app = open_page("components", mission="first-model", task="3", component="2")
    app.run()
    assert "step 4 of 4" in bar(app)
    app.number_input(key="component").set_value(1).run()
    assert "step 4 of 4" in bar(app)


def test_leaving_takes_the_bar_away(open_page, publish):
    publish()
    app = open_page("components", mission="noise")
    app.button(key="leave_mission").click().run()
    assert not bar(app)
    assert "mission" not in app.query_params


@pytest.mark.parametrize("said", ["no-such", "../x", "\x00", "<b>", "a" * 5000])
def test_a_link_to_no_mission_is_said_in_words(open_page, said: str):
    app = open_page("start", mission=said)
    assert not app.exception
    assert "a mission that is not here" in app.error[0].value
    assert len(app.error[0].value) < 400
    assert not bar(app)


@pytest.mark.parametrize(
    ("said", "step"), [("3", "step 3"), ("0", "step 1"), ("x", "step 1"), ("-1", "step 1"), ("²", "step 1")]
)
def test_a_link_says_where_to_go_on(open_page, publish, said: str, step: str):
    app = open_page("start", mission="neighbors", task=said)
    assert not app.exception
    assert step in bar(app)
    ignored = [f"Not all that the link says can be used: task='{said}' (it may be a number from 1 to 6)."]
    assert [error.value for error in app.error] == ([] if said == "3" else ignored)


@pytest.mark.parametrize("said", ["99", "9" * 5000])
def test_a_link_past_the_end_is_a_finished_mission(open_page, said: str):
    app = open_page("start", mission="neighbors", task=said)
    assert not app.exception
    assert "Mission done" in bar(app)


def test_a_factor_that_is_nothing_is_named_and_left(open_page, publish, bundled: Ratings):
    run = publish()
    keep_twins(run, bundled)
    app = open_page("components", mission="noise")
    app.run()
    assert "step 2 of 4" in bar(app)
    app.toggle(key="twin").set_value(True).run()
    app.run()
    assert "step 3 of 4" in bar(app)
    name_field(app, "low").set_value("nothing").run()
    app.run()
    assert "step 4 of 4" in bar(app)
    assert component_names.for_everybody(run.run_id) == ()
    app.toggle(key="twin").set_value(False).run()
    app.run()
    assert "Mission done" in bar(app)
    ending = next(element.value for element in app.markdown if element.value.startswith("You called it"))
    assert ending.startswith("You called it **nothing**.")
    assert "component 1 of your model" in ending
    assert name_field(app, "low").value == ""


def test_a_name_given_to_the_first_component_is_seen(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("components", mission="first-component", task="4")
    assert "step 4 of 4" in bar(app)
    direction = pca(run.scorer.item_embedding).components[0]
    component_names.set_name(run.run_id, component_names.Name("old", "new", direction, 0, False, 0), by=COMMAND_LINE)
    app.run()
    assert "Mission done" in bar(app)


def test_overfitting_is_followed_through_the_form(open_page, publish):
    publish(PRESETS["default"])
    app = open_page("train", mission="overfitting")
    assert "step 1 of 4" in bar(app)
    app.number_input(key="l2").set_value(0.0).run()
    assert "step 2 of 4" in bar(app)


def test_a_class_sees_no_pages_to_manage(open_page):
    app = open_page("start", **{"class": "on"})
    assert not app.exception
    assert not [link for link in app.sidebar.get("page_link") if "Bring your own" in link.label]
    assert app.query_params["class"] == "on"
    app.switch_page("app_pages/train.py").run()
    assert "All settings" not in [expander.label for expander in app.expander]
    assert app.button(key="start_training").label == "Train"
    app.switch_page("app_pages/missions.py").run()
    assert app.toggle(key="hide_controls").value
    assert app.code[0].value.endswith("?mission=first-model&class=on")
    app.toggle(key="hide_controls").set_value(False).run()
    assert "class" not in app.query_params
    assert app.code[0].value.endswith("?mission=first-model")
    assert [link for link in app.sidebar.get("page_link") if "Bring your own" in link.label]


def test_the_link_to_hand_out_opens_the_mission_s_first_page(open_page):
    app = open_page("missions")
    app.selectbox(key="hand_out").set_value("overfitting").run()
    assert app.code[0].value.endswith("/train?mission=overfitting")


def test_ratings_of_one_s_own_are_counted(open_page, publish, bundled: Ratings):
    publish()
    ids = [str(bundled.items.ids[row]) for row in bundled.item_count.argsort()[::-1][:10]]
    app = open_page("for_you", mission="you", rated=",".join(f"{item}:4" for item in ids[:3]))
    app.run()
    assert "step 2 of 3" in bar(app)
    app = open_page("for_you", mission="you", rated=",".join(f"{item}:4" for item in ids))
    app.run()
    assert "step 3 of 3" in bar(app)
    other = next(name for name in app.selectbox(key="item").options if name != app.selectbox(key="item").value)
    app.selectbox(key="item").set_value(other).run()
    assert "Mission done" in bar(app)


def test_a_damaged_model_is_reported_and_the_mission_goes_on(open_page, publish, home: Path):
    run = publish()
    path = home / "runs" / run.run_id / "item_embedding.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")  # the same size: only the checksum tells
    app = open_page("start", mission="neighbors")
    assert not app.exception
    assert run.run_id in app.error[0].value
    assert "step 1 of 5" in bar(app)
