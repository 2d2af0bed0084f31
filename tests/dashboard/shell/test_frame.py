"""The frame: links that lead nowhere, the choosers, the tray, and pages without a model."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from core.access import Visitor
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.model.families import PRESETS, run_config
from core.model.run import Origin
from core.store.runs import RunStore
from dashboard.shell import frame
from tests.conftest import run_on

pytestmark = pytest.mark.few


def chooser(app: AppTest, label: str) -> Selectbox:
    """The field in the sidebar in which the dataset or the model is chosen."""
    return next(field for field in app.sidebar.selectbox if field.label == label)


@pytest.mark.parametrize(
    "said", ["../x", "0123456789abcdef", "..%2Fx", "\x00", "a" * 5000, "<script>alert(1)</script>"]
)
@pytest.mark.parametrize("name", ["run", "dataset", "job"])
def test_a_link_that_leads_nowhere_is_said_in_words(open_page, bundled, name, said):
    app = open_page("start", **{name: said})
    assert not app.exception
    assert "that is not here" in app.error[0].value
    assert len(app.error[0].value) < 400
    assert app.metric[0].value == f"{len(bundled):,}"  # the page is there all the same


def test_the_message_about_a_link_is_shown_once(open_page):
    app = open_page("start", run="../x")
    app.run()
    assert not app.error


def test_a_link_to_a_model_selects_it(open_page, publish):
    wanted = publish(PRESETS["article-simple-dot"])
    publish(PRESETS["default"])
    app = open_page("runs", run=wanted.run_id)
    assert not app.error
    assert chooser(app, "Model").value == wanted.run_id


def test_of_a_model_that_learned_from_more_than_is_shown_that_is_said(open_page, bundled):
    part = Origin("trained", {"table": "x", "part": "Shown is a part of [x](http://y.z)."})
    run = replace(run_on(bundled, run_config(model="als", embedding_dim=2)), origin=part)
    RunStore().publish(run)
    app = open_page("runs", run=run.run_id)
    assert r"Shown is a part of \[x\]" in "".join(caption.value for caption in app.sidebar.caption)


def test_models_that_read_alike_are_told_apart(open_page, publish):
    alike = [publish(PRESETS["default"].model_copy(update={"seed": seed})) for seed in (1, 2, 3)]
    app = open_page("runs", run=alike[1].run_id)
    assert len(set(chooser(app, "Model").options)) == 3
    assert any("(seed 2)" in words for words in chooser(app, "Model").options)
    app.run()  # the browser answers with the words it shows
    assert app.query_params["run"] == alike[1].run_id


def test_choosing_a_model_changes_the_link(open_page, publish):
    first, second = publish(PRESETS["article-simple-dot"]), publish(PRESETS["default"])
    app = open_page("runs", run=first.run_id)
    chooser(app, "Model").set_value(second.run_id).run()
    assert app.query_params["run"] == second.run_id


def test_a_request_sent_before_a_change_was_heard_of_does_not_undo_it(open_page, publish):
    first, second = publish(PRESETS["article-simple-dot"]), publish(PRESETS["default"])
    app = open_page("runs", run=first.run_id)
    chooser(app, "Model").set_value(second.run_id).run()
    app.query_params["run"] = first.run_id  # the browser's address, until the change arrives there
    app.run()
    assert chooser(app, "Model").value == second.run_id
    assert app.query_params["run"] == second.run_id


def test_going_back_brings_the_earlier_choice_again(open_page, publish):
    first, second = publish(PRESETS["article-simple-dot"]), publish(PRESETS["default"])
    app = open_page("runs", run=first.run_id)
    chooser(app, "Model").set_value(second.run_id).run()
    app.run()  # the browser names the new address
    app.query_params["run"] = first.run_id
    app.run()
    assert chooser(app, "Model").value == first.run_id


@pytest.mark.parametrize("page", [name for pages in frame.PAGES.values() for name, _, _ in pages])
def test_every_page_opens_with_and_without_a_model(open_page, publish, page):
    assert not open_page(page).exception
    publish()
    app = open_page(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", ["embeddings", "components"])
def test_a_page_that_needs_a_model_offers_to_train_one(open_page, page):
    app = open_page(page)
    app.button(key="offer_training").click().run()
    assert not app.exception
    assert [job.state for job in queue.jobs()] == ["queued"]


def test_the_tray_shows_a_job_and_how_it_ended(open_page):
    job = queue.submit_training(PRESETS["default"], "ml-latest-small", by=Visitor("test"), title="A training")
    app = open_page("runs")
    assert any("A training" in bar.proto.text for bar in app.sidebar.get("progress"))
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("failed", "DIVERGED", "lower the learning rate"))
    from dashboard.cache import loaders

    loaders.jobs_now.clear()
    app.run()
    assert "See why" in [link.label for link in app.sidebar.get("page_link")]


def test_the_server_answers_before_the_libraries_of_the_data_are_loaded():
    code = "import sys, dashboard.app; print(*{'pandas', 'pyarrow', 'numpy', 'core.data'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_first_page_needs_no_pandas(home):
    script = Path(frame.__file__).parents[1] / "main.py"
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"page = AppTest.from_file({str(script)!r}, default_timeout=60).run(); "
        "assert not page.exception and page.get('bidi_component'), page; "
        "print(*{'pandas', 'pyarrow.compute', 'scipy', 'sklearn'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "", "each would keep the first visitor waiting"


def test_the_server_side_never_imports_tensorflow():
    code = (
        "import sys; from dashboard.cache import loaders; from dashboard.shell import frame, needs_run; "
        "from dashboard.jobs import trainings; from dashboard.train import form; "
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('tensorflow', 'keras')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_where_trainings_wait_every_page_says_so_and_administrators_are_told_why(open_page, monkeypatch):
    trouble = "the scheduler at tcp://10.0.0.5:8786 does not answer; start it"
    monkeypatch.setattr(type(frame.loaders.runner()), "trouble", property(lambda pool: trouble))
    app = open_page("start")
    assert "10.0.0.5" in app.warning[0].value and app.warning[0].value.endswith(" does not answer; start it.")
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", "a token of the administrators")
    app.run()
    assert "the machines that train are away" in app.warning[0].value.lower() and "10.0.0.5" not in app.warning[0].value
