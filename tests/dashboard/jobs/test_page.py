"""The jobs page: the list, one job's detail, and its log."""

from core import data
from core.access import COMMAND_LINE
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.model.families import PRESETS


def submit(preset="default"):
    return queue.submit_training(PRESETS[preset], "ml-latest-small", by=COMMAND_LINE, title=f"Training {preset}")


def test_without_jobs_the_page_leads_to_training(open_page):
    app = open_page("jobs")
    assert not app.exception
    assert "Train a first model" in [link.label for link in app.get("page_link")]


def test_jobs_are_listed_newest_first(open_page):
    submit()
    submit("article-simple-dot")
    shown = open_page("jobs").dataframe[0].value
    assert list(shown["title"]) == ["Training article-simple-dot", "Training default"]
    assert list(shown["state"]) == ["Waiting", "Waiting"]


def test_a_link_shows_one_job_with_its_log_and_a_way_to_start_it_again(open_page):
    job = submit()
    queue.claim(job.job_id)
    (queue.folder() / job.job_id / "log.txt").write_text("it went wrong here")
    queue.finish(job.job_id, JobOutcome("failed", "WORKER_DIED", "the process is gone; start it again"))
    app = open_page("jobs", job=job.job_id)
    assert app.error[0].value == "The process is gone; start it again."
    assert app.code[0].value == "it went wrong here"
    app.button(key="start_again").click().run()
    assert [job.state for job in queue.jobs()] == ["failed", "queued"]


def test_a_waiting_job_can_be_stopped(open_page):
    job = submit()
    app = open_page("jobs", job=job.job_id)
    app.button(key="stop_training").click().run()
    assert queue.get(job.job_id).state == "canceled"


def stopped(dataset="ml-latest-small"):
    """A training that was asked for and stopped."""
    job = queue.submit_training(PRESETS["default"], dataset, by=COMMAND_LINE, title="Mine")
    return queue.cancel(job.job_id, by=COMMAND_LINE)


def test_a_training_is_started_again_on_its_own_data_whatever_is_selected(open_page, brought):
    job, other = stopped(), brought()
    app = open_page("jobs", job=job.job_id, dataset=other)
    app.button(key="start_again").click().run()
    assert not app.exception
    again = queue.jobs()[-1]
    assert again.key == job.key
    assert queue.spec(again.job_id)["dataset_id"] == "ml-latest-small"
    assert app.query_params["job"] == again.job_id


def test_a_training_whose_data_is_gone_is_not_started_on_other_data(open_page, brought):
    own = brought()
    job = stopped(own)
    data.delete(own, by=COMMAND_LINE)
    app = open_page("jobs", job=job.job_id)
    app.button(key="start_again").click().run()
    assert "import the same files again" in " ".join(error.value for error in app.error)
    assert [known.job_id for known in queue.jobs()] == [job.job_id]


def test_a_job_that_cannot_be_started_again_says_why_at_once(open_page, monkeypatch):
    job = stopped()
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", "1")
    submit("article-simple-dot")
    app = open_page("jobs", job=job.job_id)
    app.button(key="start_again").click().run()
    assert "1 job is waiting, as many as may" in app.error[0].value


def test_what_has_been_trained_since_is_shown_in_place_of_a_new_job(open_page, publish):
    job, again = stopped(), submit()
    queue.claim(again.job_id)
    publish(PRESETS["default"])
    queue.finish(again.job_id, JobOutcome("done"))
    app = open_page("jobs", job=job.job_id)
    app.button(key="start_again").click().run()
    assert len(queue.jobs()) == 2
    assert app.query_params["job"] == again.job_id
    assert "Open the model" in [link.label for link in app.get("page_link")]
