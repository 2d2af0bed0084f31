"""The second view of Train: what varies, a sweep that goes on, and what came of it."""

import json
from dataclasses import replace

import pytest

from core.access import Visitor
from core.jobs import queue, sweep_jobs
from core.jobs.outcome import CANCELED
from core.model.families import PRESETS
from core.sweeps import record
from core.sweeps.plan import TRIALS, Between, ready
from core.sweeps.record import Confirmed, Result, Trial
from dashboard.cache import loaders
from dashboard.session import visitor
from dashboard.sweep import all_models

pytestmark = pytest.mark.few

QUICK = ready("quick", PRESETS["best-ratings"])
VALUES = [{"embedding_dim": (2, 4, 8, 12)[n % 4], "steps": 44 + n, "raters": bool(n % 2)} for n in range(8)]


def shown(app):
    """Everything that the page says."""
    return " ".join(element.value for element in (*app.markdown, *app.caption))


@pytest.fixture
def swept(bundled, publish):
    """A finished quick look; its first trial leads into a model."""
    run = publish()
    sweep = record.begin(QUICK, bundled.reference, most=8, minutes=None)
    errors = [0.88, 0.87, 0.89, 0.86, 0.85, 0.88, 0.87, 0.9]
    trials = [Trial(n, VALUES[n], "done", errors[n], (run.run_id,)) for n in range(8)]
    fresh = [Confirmed(n, VALUES[n], ("a",) * 4, (0.86 + n / 1e3,) * 4, 0.87) for n in (4, 3)]
    base = Confirmed(0, VALUES[0], ("a",) * 4, (0.88, 0.881, 0.882, 0.883), 0.89)
    done = replace(
        sweep,
        trials=tuple(trials),
        base_rmse=0.88,
        seconds=10.0,
        importance={"steps": 0.5, "embedding_dim": 0.1, "raters": 0.0},
        chance=dict.fromkeys(VALUES[0], 0.2),
        result=Result(8, tuple(fresh), base, 5.0),
    )
    record.save(done)
    return done


def test_before_the_first_sweep_the_page_says_what_one_is(open_page):
    app = open_page("train", many="true")
    assert not app.exception
    assert "A sweep trains the same model again and again" in shown(app)
    assert "Varies dimensions 8 to 128" in shown(app) and "12 trials:" in shown(app)


def test_a_press_asks_for_the_sweep_and_its_board_follows_it(open_page, bundled):
    app = open_page("train", many="true")
    app.button(key="start_sweep").click().run()
    assert not app.exception
    (job,) = queue.jobs()
    (sweep,) = record.listing()
    assert (job.kind, job.key, job.state) == (sweep_jobs.KIND, sweep.sweep_id, "queued")
    assert sweep.plan == ready("quick", PRESETS["default"]) and sweep.most == TRIALS["quick"]
    assert sweep.dataset.digest == bundled.digest
    assert {metric.label: metric.value for metric in app.metric}["Trials"] == "0 of 12"
    queue.finish(job.job_id, CANCELED)
    app.run()
    app.button(key="carry_on").click().run()
    assert [one.state for one in queue.jobs()] == ["canceled", "queued"]


def test_a_finished_sweep_says_what_matters_and_what_was_luck(open_page, swept):
    app = open_page("train", many="true")
    assert not app.exception
    said = shown(app)
    assert "What matters most: steps. The best 3 trials have steps 45 to 48." in said
    assert "That is more than the luck of splits would give." in said
    assert "On the 10% of the ratings that no trial has seen it is off by 0.8700 stars" in said
    assert {metric.label: metric.value for metric in app.metric}["Confirmed"] == "0.864"
    for view in ("One setting", "Two settings", "All at once"):
        app.segmented_control(key="sweep_view").set_value(view).run()
        assert not app.exception
        assert json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    app.button(key="delete").click().run()
    app.button(key="confirm_delete").click().run()
    assert not app.exception and not record.listing()
    app.button(key="undo_delete").click().run()
    app.button(key="more_trials").click().run()
    assert record.load(swept.sweep_id).most == 20 and queue.jobs()[-1].key == swept.sweep_id


def test_a_choice_of_ones_own_is_what_is_swept(open_page):
    app = open_page("train", many="true")
    app.segmented_control(key="sweep_plan").set_value("Own").run()
    app.multiselect(key="sweep_vary").set_value(["l2"]).run()
    app.number_input(key="sweep_trials").set_value(8).run()
    app.select_slider(key="sweep_l2").set_value((0.001, 1.0)).run()
    app.button(key="start_sweep").click().run()
    assert not app.exception
    (sweep,) = record.listing()
    assert sweep.plan.vary == (Between(field="l2", low=0.001, high=1.0, log=True),) and sweep.most == 8


def test_where_nothing_varies_that_is_said(open_page):
    app = open_page("train", many="true")
    app.segmented_control(key="sweep_plan").set_value("Own").run()
    app.multiselect(key="sweep_vary").set_value([]).run()
    assert "Nothing varies yet" in app.error[0].value


def test_who_may_not_train_may_not_sweep(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    app = open_page("train", many="true")
    assert app.button(key="start_sweep").disabled


def test_trials_stay_out_of_the_choice_of_models(open_page, publish):
    plain = publish()
    trial = publish(PRESETS["default"].model_copy(update={"test_fraction": 0.1, "l2": 0.2}))
    app = open_page("runs")
    assert len(next(field for field in app.sidebar.selectbox if field.label == "Model").options) == 1
    assert app.session_state["_selected_run"] == plain.run_id
    app = open_page("runs", run=trial.run_id)  # asked for, it is there
    assert app.session_state["_selected_run"] == trial.run_id
    assert len(next(field for field in app.sidebar.selectbox if field.label == "Model").options) == 2
    assert isinstance(visitor.current(), Visitor)


def test_all_models_are_ranked_by_their_error_on_the_average_split(open_page, publish):
    for seed in (0, 1):
        publish(PRESETS["default"].model_copy(update={"split_seed": seed}))
    publish(PRESETS["article-simple-dot"])
    runs = loaders.runs_of("ml-latest-small")
    found = all_models.standings(runs)
    assert [one.splits for one in sorted(found, key=lambda one: -one.splits)] == [2, 1]
    app = open_page("train", many="true")
    assert not app.exception
    (table,) = [frame.value for frame in app.dataframe if "Splits" in frame.value]
    assert table["RMSE"].tolist() == pytest.approx([one.error for one in found])
