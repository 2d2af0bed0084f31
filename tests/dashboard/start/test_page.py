"""The start page: the data in numbers, the first training, and the way on."""

from core.config import run_id
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.model.families import PRESETS


def plots(app):
    return len(app.get("plotly_chart"))


def test_the_data_is_told_in_four_numbers_and_three_charts(open_page):
    app = open_page()
    assert not app.exception
    assert [metric.value for metric in app.metric] == ["100,004", "671", "9,066", "1.6%"]
    assert plots(app) == 4  # the picture on the left is the fourth


def test_the_licence_and_the_citation_are_on_the_page(open_page):
    text = " ".join(element.value for element in open_page().markdown)
    assert "Harper" in text
    assert "commercial" in text


def test_the_first_button_trains_what_suits_the_data_and_shows_that_it_waits(open_page, bundled):
    app = open_page()
    app.button(key="offer_training").click().run()
    assert not app.exception
    (job,) = queue.jobs()
    assert job.state == "queued"
    assert "offer_training" not in [button.key for button in app.button]
    assert app.button(key="stop_training").label == "Stop"
    assert app.query_params["job"] == job.job_id
    assert job.key == run_id(PRESETS["best"], bundled.digest)


def test_a_training_under_way_is_found_by_a_second_session(open_page):
    first = open_page()
    first.button(key="offer_training").click().run()
    second = open_page()
    assert "offer_training" not in [button.key for button in second.button]
    assert len(queue.jobs()) == 1


def test_a_training_that_failed_says_why_and_can_be_started_again(open_page):
    app = open_page()
    app.button(key="offer_training").click().run()
    (job,) = queue.jobs()
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("failed", "DISK_FULL", "the disk is full; delete runs"))
    app.run()
    assert app.error[0].value == "The disk is full; delete runs."
    app.button(key="offer_training").click().run()
    assert [job.state for job in queue.jobs()] == ["failed", "queued"]


def test_with_a_model_the_button_leads_to_its_components(open_page, publish):
    run = publish(PRESETS["default"])
    app = open_page()
    assert not app.exception
    assert "offer_training" not in [button.key for button in app.button]
    assert "Open the components" in [button.label for button in app.button]
    assert app.query_params["run"] == run.run_id
    assert plots(app) == 4


def test_a_model_of_one_dimension_has_no_map_and_breaks_nothing(open_page, publish):
    publish(PRESETS["default"].model_copy(update={"embedding_dim": 1}))
    for name in ("start", "embeddings", "components", "neighbors", "biases"):
        app = open_page(name)
        assert not app.exception, name
