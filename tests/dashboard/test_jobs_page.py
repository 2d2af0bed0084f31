"""The jobs page: the list, one job's detail, and its log."""

from core import jobs
from core.config import PRESETS
from core.verdict import Verdict


def submit(preset="default"):
    return jobs.submit_training(PRESETS[preset], "ml-latest-small", owner="test", title=f"Training {preset}")


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
    jobs.claim(job.job_id)
    (jobs.folder() / job.job_id / "log.txt").write_text("it went wrong here")
    jobs.conclude(job.job_id, Verdict("failed", "WORKER_DIED", "the process is gone; start it again"))
    app = open_page("jobs", job=job.job_id)
    assert app.error[0].value == "The process is gone; start it again."
    assert app.code[0].value == "it went wrong here"
    app.button(key="start_again").click().run()
    assert [job.state for job in jobs.jobs()] == ["failed", "queued"]


def test_a_waiting_job_can_be_stopped(open_page):
    job = submit()
    app = open_page("jobs", job=job.job_id)
    app.button(key="stop_training").click().run()
    assert jobs.get(job.job_id).state == "canceled"
