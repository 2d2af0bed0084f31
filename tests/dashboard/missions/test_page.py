"""The page of missions, the bar on every page, and the quieter app for a class."""

import json
from pathlib import Path

import pytest

from core.access import COMMAND_LINE, Visitor
from core.analysis.components.pca import pca
from core.data.ratings import Ratings
from core.jobs import queue
from core.model.families import PRESETS
from core.store import journeys
from core.studies import component_names
from dashboard.jobs import trainings
from dashboard.missions.tours import MISSIONS
from dashboard.session import visitor
from tests.dashboard.fields import field
from tests.dashboard.name_fields import name_field
from tests.dashboard.twins import keep_twins

pytestmark = pytest.mark.few


def bar(app) -> str:
    """What the bar says; empty where there is none."""
    said = [element.value for element in app.markdown]
    return next((text for text in said if ":small[step " in text or "Mission done" in text), "")


def said(app) -> str:
    """All that the bar says of a step that is done."""
    words = [element.value for element in app.markdown]
    starts = (":material/check_circle: **Done.**", ":material/check:", ":material/search:", "Your model", "You called")
    return "\n".join(text for text in words if text.startswith(starts))


def pointed_at(app) -> str:
    """What the mission draws its line around."""
    sent = [element.proto for element in app.get("bidi_component")]
    return next(json.loads(one.json)["place"] for one in sent if one.component_name == "mission_pointer")


def answer(app, text: str) -> None:
    """Type an answer to the question."""
    next(field for field in app.text_input if str(field.key).startswith("answer_")).set_value(text).run()


def test_seven_cards_with_steps_minutes_and_a_start(open_page):
    app = open_page("missions")
    assert not app.exception
    assert [button.key for button in app.button if button.label == "Start"] == [f"start_{key}" for key in MISSIONS]
    assert sum("minutes" in caption.value for caption in app.caption) == 7


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


def go_on(app) -> None:
    """Press Next."""
    app.button(key="mission_next").click().run()


def test_a_mission_goes_on_across_pages_and_ends(open_page, publish):
    run = publish(trainings.first_config())
    app = open_page("start", mission="first-model")
    assert "step 1 of 4" in bar(app)
    assert app.button(key="offer_training").label == "Train your first model", "though somebody else has trained it"
    app.button(key="offer_training").click().run()
    assert said(app).startswith(":material/check_circle: **Done.** The dots began")
    assert "step 1 of 4" in bar(app), "it stays readable"
    go_on(app)
    assert app.query_params["task"] == "2"
    app.switch_page("app_pages/train.py").run()
    answer(app, "7")
    assert "Not quite. It is the last of the four numbers" in said(app)
    answer(app, f"{run.outcome.val_rmse:.2f}")
    assert f"Right, {run.outcome.val_rmse:.3f}." in said(app)
    go_on(app)
    app.switch_page("app_pages/components.py").run()
    app.number_input(key="component").set_value(2).run()
    app.number_input(key="component").set_value(1).run()
    assert "**Done.**" in said(app), "what was done stays done"
    go_on(app)
    app.switch_page("app_pages/neighbors.py").run()
    field(app, "near_movie").choose("Heat (1995)")
    assert "**Done.** Three lists" in said(app)
    go_on(app)
    assert "Mission done: **Your first model**" in bar(app)
    assert f"Your model is off by **{run.outcome.val_rmse:.3f}** stars" in said(app)
    app.button(key="next_mission").click().run()
    assert "step 1 of 3" in bar(app)
    assert app.title[0].value == "Train a model"
    app.switch_page("app_pages/missions.py").run()
    assert sum("finished" in caption.value for caption in app.caption) == 1
    app.button(key="leave_mission").click().run()
    assert not bar(app)
    assert "mission" not in app.query_params


def test_a_link_opens_the_first_button_s_model_and_not_a_neighbor_s(open_page, publish):
    mine = publish(trainings.first_config())
    other = publish(PRESETS["default"])
    assert open_page("neighbors").query_params["run"] == other.run_id
    assert open_page("neighbors", mission="neighbors").query_params["run"] == mine.run_id
    assert open_page("neighbors", mission="neighbors", run=other.run_id).query_params["run"] == other.run_id


def test_a_refresh_in_the_middle_of_the_first_training_goes_on_with_it(open_page, monkeypatch: pytest.MonkeyPatch):
    app = open_page(mission="first-model")
    assert pointed_at(app) == ".st-key-offer_training"
    app.button(key="offer_training").click().run()
    assert pointed_at(app) == ".st-key-start_map"  # what is to be watched
    (job,) = queue.jobs()
    for owner, offered in ((job.owner, False), ("somebody else", True)):
        monkeypatch.setattr(visitor, "_owner_of_session", lambda owner=owner: owner)
        again = open_page(mission="first-model", job=job.job_id)
        assert ("offer_training" in [button.key for button in again.button]) == offered


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


@pytest.mark.parametrize("number", ["99", "9" * 5000])
def test_a_link_past_the_end_leads_to_what_is_open(open_page, number: str):
    app = open_page("start", mission="neighbors", task=number)
    assert not app.exception
    assert "step 1 of 5" in bar(app)


def test_a_factor_that_is_nothing_is_named_and_left(open_page, publish, bundled: Ratings):
    run = publish()
    keep_twins(run, bundled)
    app = open_page("components", mission="noise")
    app.run()
    go_on(app)
    app.toggle(key="twin").set_value(True).run()
    app.run()
    go_on(app)
    name_field(app, "low").set_value("nothing").run()
    app.run()
    go_on(app)
    assert "step 4 of 4" in bar(app)
    assert component_names.for_everybody(run.run_id) == ()
    app.toggle(key="twin").set_value(False).run()
    app.run()
    go_on(app)
    assert "Mission done" in bar(app)
    ending = next(element.value for element in app.markdown if element.value.startswith("You called it"))
    assert ending.startswith("You called it **nothing**.")
    assert "component 1 of your model" in ending
    assert name_field(app, "low").value == ""


def test_a_name_counts_for_whoever_gave_it(open_page, publish, bundled: Ratings):
    run = publish()
    direction = pca(run.scorer.item_embedding).components[0]
    component_names.set_name(run.run_id, component_names.Name("old", "new", direction, 0, False, 0), by=COMMAND_LINE)
    app = open_page("components", mission="first-component", task="4")
    app.run()
    assert "Done" not in said(app)
    name_field(app, "high").set_value("loud").run()
    app.run()
    assert "**Done.** From now on" in said(app)


def test_overfitting_sets_the_form_and_sees_the_curve_turn(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("train", mission="overfitting", **{"class": "on"})
    app.button(key="set_careless").click().run()
    config = form_of(app)
    assert {name: config[name] for name in ("l2", "patience", "learning_rate", "epochs")} == {
        "l2": 0.0,
        "patience": 20,
        "learning_rate": 0.004,
        "epochs": 20,
    }
    assert app.query_params["patience"] == "20"
    assert "set_careless" not in [button.key for button in app.button]


def form_of(app) -> dict[str, object]:
    """What the form on Train holds."""
    return dict(app.session_state["_form"])


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
    assert app.code[0].value.endswith("/train?mission=overfitting&learning_rate=0.004&l2=0.0&patience=20")
    app.selectbox(key="hand_out").set_value("you").run()
    assert app.code[0].value.endswith("/for_you?mission=you")


@pytest.mark.usefixtures("parts_in_messages")
def test_ratings_of_one_s_own_are_counted(open_page, publish, bundled: Ratings):
    publish()
    ids = [str(bundled.items.ids[row]) for row in bundled.item_count.argsort()[::-1][:10]]
    app = open_page("for_you", mission="you", rated=",".join(f"{item}:4" for item in ids))
    app.run()
    go_on(app)
    app.run()
    go_on(app)
    assert "Done" not in said(app)
    other = next(name for name in field(app, "item").names if name != field(app, "item").value)
    field(app, "item").choose(other)
    app.run()
    assert "**Done.** The sum begins" in said(app)
    go_on(app)
    assert "You have given 10 ratings, 4.00 on average" in next(
        element.value for element in app.markdown if element.value.startswith("You have given")
    )


def test_the_teacher_sees_who_is_where(open_page, publish):
    publish()
    bob = Visitor("bob")
    journeys.change(bob, lambda journey: journey.at("noise", 2).with_steps("noise", frozenset({0, 1})).called("Bob"))
    app = open_page("jobs")
    table = app.dataframe[-1].value
    assert table.drop(columns="seen").to_numpy().tolist() == [
        ["1 Bob", "One factor that is noise", "3 of 4", "2 of 4", 0]
    ]


def test_a_nickname_is_one_s_own(open_page, home: Path):
    app = open_page("missions", mission="you")
    app.text_input(key="_nickname").set_value("Ada").run()
    assert [one.nickname for one in journeys.everybody()] == ["Ada"]


def test_a_damaged_model_is_reported_and_the_mission_goes_on(open_page, publish, home: Path):
    run = publish()
    path = home / "runs" / run.run_id / "item_embedding.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")  # the same size: only the checksum tells
    app = open_page("start", mission="neighbors")
    assert not app.exception
    assert run.run_id in app.error[0].value
    assert "step 1 of 5" in bar(app)
