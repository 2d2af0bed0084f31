"""The train page: the form, the live board, and how each ending looks."""

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from core.access import COMMAND_LINE, Visitor
from core.analysis.compare.score import score_of
from core.config import RunConfig
from core.data.splits import split
from core.jobs import queue
from core.jobs.live_film import as_text
from core.jobs.outcome import CANCELED, JobOutcome
from core.model.events import Epoch, Started
from core.model.families import FAMILIES, PRESETS, run_config
from dashboard.session import visitor
from dashboard.shared import phrases
from dashboard.train import form, link
from tests.dashboard.map_view.drawn import map_of, numbers_of

pytestmark = pytest.mark.few

STARTED = Started(PRESETS["default"].epochs, 80_003, 20_001, 812, 0, 1.05, 0.883)
PRUNED = PRESETS["best"].embedding_dim
"""Dimensions that the factorization with a prior of its own begins with."""


def preset_of(app):
    """The field with the presets, whose key says which one the form holds."""
    return next(box for box in app.selectbox if box.label == "Preset")


def measure(job_id, *events):
    """Write measurements as a worker does."""
    lines = [json.dumps({"type": type(event).__name__.lower(), **asdict(event)}) for event in events]
    with (queue.folder() / job_id / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def epoch(number, rmse, val_rmse):
    return Epoch(number, 0.5, 0.9, rmse, 0.6, val_rmse**2, val_rmse, 0.7)


def start(app):
    app.button(key="start_training").click().run()
    assert not app.exception
    return queue.jobs()[-1]


def curve_rows(app):
    """The rows that the learning curve was given."""
    (chart,) = app.get("vega_lite_chart")
    return pa.ipc.open_stream(chart.proto.data.data).read_pandas()


def values(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("learning_rate", 10.0, "to 1"), ("epochs", 0, "from 1 to 500"), ("embedding_dim", 2_000, "to 1,024")],
)
def test_a_number_out_of_range_is_refused_where_it_stands_and_trains_nothing(open_page, name, value, says):
    app = open_page("train")
    assert says in app.number_input(key=name).help
    app.number_input(key=name).set_value(value).run()
    assert not app.exception
    assert app.button(key="start_training").disabled
    assert f"is {value:g}, and can be" in app.error[0].value
    assert any("red" in text.value and says in text.value for text in app.markdown)
    assert not queue.jobs()
    app.number_input(key=name).set_value(1).run()
    assert not app.error
    assert not app.button(key="start_training").disabled


def test_every_setting_has_a_widget(open_page):
    app = open_page("train")
    for name in RunConfig.model_fields:
        assert app.get_by_key(name) is not None


def test_a_preset_fills_the_form_and_is_what_gets_trained(open_page):
    app = open_page("train")
    preset_of(app).set_value("article-simple-dot-diy").run()
    assert app.number_input(key="batch_size").value == 32
    job = start(app)
    spec = json.loads((queue.folder() / job.job_id / "spec.json").read_text())["spec"]
    assert run_config(**spec["config"]) == PRESETS["article-simple-dot-diy"]


def test_a_model_that_solves_takes_its_own_passes_and_the_way_back_those_of_the_start(open_page):
    app = open_page("train")
    began = app.number_input(key="epochs").value
    app.selectbox(key="model").set_value("als").run()
    assert app.number_input(key="epochs").value == 10 != began
    app.selectbox(key="model").set_value("dot_with_bias").run()
    assert app.number_input(key="epochs").value == began
    assert preset_of(app).value == "default"


def test_changing_a_setting_puts_the_preset_out(open_page):
    app = open_page("train")
    assert preset_of(app).value == "default"
    app.number_input(key="embedding_dim").set_value(16).run()
    assert preset_of(app).value is None


def test_choosing_the_hand_written_model_chooses_its_layer(open_page):
    app = open_page("train")
    app.selectbox(key="model").set_value("simple_dot_diy").run()
    assert not app.error
    assert start(app).state == "queued"


def test_settings_survive_a_visit_to_another_page(open_page):
    app = open_page("train")
    app.number_input(key="embedding_dim").set_value(16).run()
    app.switch_page("app_pages/jobs.py").run()
    app.switch_page("app_pages/train.py").run()
    assert app.number_input(key="embedding_dim").value == 16


@pytest.mark.whole
def test_before_training_the_board_holds_its_place_with_the_reference_lines(open_page):
    app = open_page("train")
    assert values(app)["Epoch"] == f"0 of {PRESETS['default'].epochs}"
    assert list(curve_rows(app)["line"]) == [
        "always guess the mean: 1.050",
        "averages only, no embedding: 0.883",
        "consensus and popularity: 0.863",
    ]


def test_a_running_job_shows_its_numbers_and_reads_its_curve(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    measure(job.job_id, STARTED, epoch(1, 0.95, 0.97), epoch(2, 0.88, 0.91))
    app.run()
    assert values(app) == {
        "Epoch": f"2 of {STARTED.epochs}",
        "Training RMSE": "0.880",
        "Validation RMSE": "0.910",
        "Time left": phrases.duration(0.5 * (STARTED.epochs - 2)),
    }
    assert any("0.060 better than before" in text.value for text in app.markdown)
    assert app.button(key="stop_training").label == "Stop"


def test_another_session_finds_the_running_job_by_its_settings(open_page):
    job = start(open_page("train"))
    second = open_page("train")
    assert second.button(key="stop_training")
    assert len(queue.jobs()) == 1
    assert queue.get(job.job_id).state == "queued"


def test_a_link_to_a_job_opens_its_settings(open_page):
    app = open_page("train")
    preset_of(app).set_value("article-dot-with-bias").run()
    job = start(app)
    other = open_page("train", job=job.job_id)
    assert other.number_input(key="batch_size").value == 32
    assert other.button(key="stop_training")


def test_stop_cancels_a_waiting_job_and_says_so(open_page):
    app = open_page("train")
    job = start(app)
    app.button(key="stop_training").click().run()
    assert queue.get(job.job_id).state == "canceled"
    app.run()
    assert any("Stopped on request" in text.value for text in app.markdown)
    assert app.button(key="start_training")


def test_what_a_stopped_job_measured_stays_on_the_board(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    measure(job.job_id, STARTED, epoch(1, 0.95, 0.97))
    queue.finish(job.job_id, CANCELED, seconds=1.5)
    app.run()
    assert values(app)["Validation RMSE"] == "0.970"


def test_divergence_is_told_in_plain_words_with_the_log_at_hand(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    queue.finish(
        job.job_id, JobOutcome("failed", "DIVERGED", "the loss in epoch 3 was no number; lower the learning rate")
    )
    app.run()
    assert app.error[0].value == "The loss in epoch 3 was no number; lower the learning rate."
    assert "Show its log" in [link.label for link in app.get("page_link")]


def test_a_failure_leaves_the_screen_when_the_settings_change(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("failed", "DIVERGED", "lower the learning rate"))
    app.run()
    app.number_input(key="learning_rate").set_value(0.001).run()
    assert not app.error


@pytest.mark.whole
def test_a_trained_config_comes_from_the_store_at_once_and_says_so(open_page, publish, bundled):
    run = publish(PRESETS["default"])
    app = open_page("train")
    assert not app.exception
    assert values(app)["Kept epoch"] == "2 of 2"
    text = " ".join(element.value for element in app.markdown)
    assert "From the store" in text
    assert "within 0.95 stars" in text
    score = score_of(run, bundled, split(bundled, run.config))
    assert f"off by **{score.warm_rmse:.3f}** stars, on the 765 ratings of movies without" in text
    captions = " ".join(element.value for element in app.caption)
    assert "The kept epoch was chosen on the very validation ratings" in captions
    assert not queue.jobs()
    assert run.run_id


def test_the_form_begins_with_the_selected_model_unless_a_link_says_otherwise(open_page, publish):
    run = publish(PRESETS["best"])
    app = open_page("train")
    assert preset_of(app).value == "best"
    assert any("From the store" in element.value for element in app.markdown)
    app = open_page("train", epochs="7")
    assert (app.session_state["model"], app.session_state["epochs"]) == ("dot_with_bias", 7)
    app = open_page("embeddings", run=run.run_id).switch_page("app_pages/train.py").run()
    app.selectbox(key="model").set_value("simple_dot").run()
    app = app.switch_page("app_pages/runs.py").run().switch_page("app_pages/train.py").run()
    assert app.session_state["model"] == "simple_dot"  # begun once: what somebody chose stays


def test_the_finished_job_becomes_the_selected_model(open_page, publish):
    older = publish(PRESETS["article-simple-dot"])
    app = open_page("train", l2="0.11")
    job = start(app)
    queue.claim(job.job_id)
    run = publish(PRESETS["default"])
    queue.finish(job.job_id, JobOutcome("done"))
    app.run()
    assert app.query_params["run"] == run.run_id != older.run_id


def test_an_earlier_model_can_lie_behind_the_curve(open_page, publish):
    earlier = publish(PRESETS["article-simple-dot"])
    app = open_page("train", l2="0.11")
    app.selectbox(key="behind").set_value(earlier.run_id).run()
    assert "Earlier model" in set(curve_rows(app)["line"])


def test_too_many_jobs_of_one_session_are_refused_in_words(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "1")
    app = open_page("train")
    queue.submit_training(PRESETS["article-simple-dot"], "ml-latest-small", by=Visitor("me"))
    app.session_state["_owner"] = "me"
    app.button(key="start_training").click().run()
    assert not app.exception
    assert "You have 1 job waiting or running" in app.error[0].value
    assert len(queue.jobs()) == 1


def test_a_training_is_watched_beside_its_own_data_alone(open_page, brought):
    other = brought()
    app = open_page("train")
    job = start(app)
    next(field for field in app.sidebar.selectbox if field.label == "Dataset").set_value(other).run()
    assert not app.exception
    assert app.button(key="start_training")
    again = open_page("train", job=job.job_id, dataset="ml-latest-small")
    assert again.button(key="stop_training")


def test_settings_changed_while_it_trains_can_be_trained_when_it_is_done(open_page, publish):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    app.number_input(key="embedding_dim").set_value(32).run()
    assert app.button(key="stop_training")
    publish(PRESETS["default"])
    queue.finish(job.job_id, JobOutcome("done"))
    app.run()
    assert values(app)["Kept epoch"] == "2 of 2"
    app.button(key="start_training").click().run()
    assert queue.spec(queue.jobs()[-1].job_id)["config"]["embedding_dim"] == 32


def test_a_stopped_job_keeps_its_own_length_when_the_settings_have_changed(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    measure(job.job_id, STARTED, epoch(1, 0.95, 0.97))
    app.number_input(key="epochs").set_value(77).run()
    queue.finish(job.job_id, CANCELED, seconds=1.5)
    app.run()
    assert values(app)["Epoch"] == f"1 of {PRESETS['default'].epochs}"


def test_settings_that_do_not_go_together_leave_a_running_training_on_the_screen(open_page):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    measure(job.job_id, STARTED, epoch(1, 0.95, 0.97))
    app.number_input(key="init_min").set_value(0.5).run()
    assert not app.exception
    assert app.error
    assert app.button(key="stop_training")
    assert values(app)["Validation RMSE"] == "0.970"
    queue.finish(job.job_id, CANCELED, seconds=1.5)
    app.run()
    assert app.error
    assert values(app)["Validation RMSE"] == "0.970"
    assert any("Stopped on request" in text.value for text in app.markdown)
    assert app.button(key="start_training").disabled
    assert not app.exception


def test_somebody_who_watches_the_same_settings_is_told_when_it_is_stopped(open_page):
    job = start(open_page("train"))
    queue.claim(job.job_id)
    measure(job.job_id, STARTED, epoch(1, 0.95, 0.97))
    other = open_page("train")
    queue.finish(job.job_id, CANCELED, seconds=1.5)
    other.run()
    assert values(other)["Validation RMSE"] == "0.970"
    assert any("Stopped on request" in text.value for text in other.markdown)


def test_the_title_of_a_job_says_what_is_unusual_about_it(open_page):
    app = open_page("train")
    usual = start(app)
    assert usual.title == "Dot product with biases, 64 dimensions"
    queue.cancel(usual.job_id, by=COMMAND_LINE)
    app.run()
    app.number_input(key="seed").set_value(7)
    app.number_input(key="epochs").set_value(12).run()
    assert start(app).title == "Dot product with biases, 64 dimensions, epochs 12, seed 7"


def test_a_link_lights_the_preset_that_its_settings_are(open_page):
    assert preset_of(open_page("train")).value == "default"
    assert preset_of(open_page("train", epochs="7")).value is None


@pytest.mark.parametrize(
    ("query", "dimensions", "preset"),
    [
        ({"model": "variational"}, PRUNED, "best"),
        ({"model": f"**{FAMILIES['variational'].title}**"}, PRUNED, "best"),
        ({"model": "variational", "embedding_dim": "20"}, 20, None),
        ({"model": "variational", "item_columns": "false"}, PRUNED, "best-ratings"),
        ({"model": "dot_with_bias"}, 64, "default"),
    ],
)
def test_a_link_names_a_model_and_brings_its_own_defaults(open_page, query, dimensions, preset):
    app = open_page("train", **query)
    assert not app.error
    assert app.number_input(key="embedding_dim").value == dimensions
    assert preset_of(app).value == preset


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("selected", ["best", None])
def test_the_address_of_a_form_opens_the_same_form(selected, preset):
    selected, preset = PRESETS[selected] if selected else None, PRESETS[preset]
    fields = FAMILIES[preset.model].config_type.model_fields
    for config in (preset, preset.model_copy(update={"seed": 7, "embedding_dim": 5} if preset.dimensions else {})):
        said = link._link(dict(config), fields, selected)
        assert not any("*" in value for value in said.values())
        assert (link._usable(said) if said else dict(selected or PRESETS[form.START])) == dict(config)


def test_the_address_names_the_model_and_going_back_brings_back_what_it_stood_for(open_page, publish):
    publish(PRESETS["best"])
    app = open_page("train")
    bare = dict(app.query_params)
    assert set(bare) == {"dataset", "run"}, "the settings of the selected model need not be said"
    app.selectbox(key="model").set_value("simple_dot").run()
    app.number_input(key="epochs").set_value(12).run()
    changed = dict(app.query_params)
    assert (changed["model"], changed["epochs"]) == ("simple_dot", "12")
    app.number_input(key="epochs").set_value(13).run()
    for name in set(app.query_params) - set(bare):
        del app.query_params[name]
    app.run()
    assert preset_of(app).value == "best", "an address without settings is the selected model's"
    for name, value in changed.items():
        app.query_params[name] = value
    app.run()
    assert (app.session_state["model"], app.session_state["epochs"]) == ("simple_dot", 12)


def test_only_the_settings_of_the_model_are_shown_and_it_comes_with_its_own_defaults(open_page):
    app = open_page("train")
    app.selectbox(key="model").set_value("variational").run()
    shown = {widget.key for widget in [*app.number_input, *app.toggle]}
    assert {"embedding_dim", "steps", "raters", "item_columns"} <= shown
    assert not shown & {"epochs", "learning_rate", "l2", "batch_size", "user_dropout", "restore_best"}
    assert app.number_input(key="embedding_dim").value == PRUNED
    app.number_input(key="embedding_dim").set_value(5).run()
    app.switch_page("app_pages/jobs.py").run()
    app.switch_page("app_pages/train.py").run()
    assert app.number_input(key="embedding_dim").value == 5, "what somebody chose stays"
    app.selectbox(key="model").set_value("dot_with_bias").run()
    assert app.number_input(key="embedding_dim").value == 64
    assert preset_of(app).value == "default"


def test_a_link_to_a_model_shows_it_whatever_the_form_held(open_page, publish):
    first, second = publish(PRESETS["article-simple-dot"]), publish(PRESETS["best"])
    app = open_page("train", run=first.run_id)
    assert app.session_state["model"] == "simple_dot"
    app.number_input(key="embedding_dim").set_value(5).run()
    app.query_params["run"] = second.run_id
    for name in set(app.query_params) - {"dataset", "run"}:
        del app.query_params[name]
    app.run()
    assert not app.exception
    assert app.session_state["model"] == "variational"
    assert app.button(key="open_trained").label == "Trained before: open"
    assert values(app)["Kept epoch"] == "2 of 2"


def test_a_running_training_shows_where_its_items_are(open_page, bundled):
    app = open_page("train")
    job = start(app)
    queue.claim(job.job_id)
    rows = np.argsort(-bundled.item_count, kind="stable")[:100].astype(np.int32)
    places = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float16)
    told = [{"type": "filmed", "rows": as_text(rows)}, {"type": "frame", "at": 0.5, "places": as_text(places)}]
    with (queue.folder() / job.job_id / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(f"{json.dumps(line)}\n" for line in told))
    app.run()
    assert not app.exception
    drawn = map_of(app, "film")
    assert (drawn["n"], drawn["move"] is None) == (100, False)
    assert drawn["revision"] == job.key
    np.testing.assert_array_equal(numbers_of(drawn["places"], "<f4").reshape(-1, 2), places[np.argsort(rows)])


def test_on_a_phone_the_board_comes_first_and_the_form_is_folded(open_page, monkeypatch):
    app = open_page("train")
    assert "Settings" not in [expander.label for expander in app.expander]
    monkeypatch.setattr(visitor, "on_phone", lambda: True)
    app = open_page("train")
    assert not app.exception
    settings = next(expander for expander in app.expander if expander.label == "Settings")
    assert not settings.proto.expanded
    assert settings.number_input(key="embedding_dim")
