"""Studies on pages: offered, followed, shown, and told when they fail; in the tray and among the jobs too."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access import Visitor
from core.jobs import queue, study_jobs
from core.jobs.outcome import JobOutcome
from core.model.run import Run
from core.store import study_store
from core.studies.maps import MAP, MapStudySettings
from core.studies.stability import STABILITY, StabilitySettings
from dashboard.cache import loaders
from dashboard.jobs import studies
from dashboard.shared import phrases

SETTINGS = MapStudySettings(min_ratings=100)


def page(run_id: str) -> None:
    """A page with one study on it, as a script of its own."""
    import streamlit as st

    from core.studies.maps import MAP, MapStudySettings
    from dashboard.cache import loaders
    from dashboard.jobs import studies
    from dashboard.session import state

    found = studies.study(
        MAP,
        loaders.run(run_id),
        MapStudySettings(min_ratings=100),
        title="A study",
        button="Make it",
        about_seconds=42,
    )
    if found is not None:
        st.markdown(f"kept {found.facts['kept']}")
    for problem in state.take_problems():
        st.error(problem.message)


@pytest.fixture
def run(publish: Callable[..., Run]) -> Run:
    return publish()


def shown(run: Run) -> AppTest:
    loaders.jobs_now.clear()
    return AppTest.from_function(page, args=(run.run_id,), default_timeout=60).run()


def keep(run: Run) -> None:
    study_store.save(run.run_id, "map", SETTINGS, {"points": np.zeros((2, 2))}, {"kept": 0.25})


def test_a_study_is_offered_asked_for_and_shown(run: Run):
    app = shown(run)
    assert not app.exception
    (button,) = app.button
    assert button.label == "Make it"
    assert "about 40 s" in app.caption[0].value
    button.click().run()
    assert not app.exception
    (job,) = queue.jobs()
    assert (job.kind, job.key) == ("study", study_store.key_of(run.run_id, "map", SETTINGS))
    assert [button.label for button in app.button] == ["Stop"]
    keep(run)
    app.run()
    assert "kept 0.25" in [element.value for element in app.markdown]
    assert not app.button


def test_a_waiting_study_can_be_stopped_and_tried_again(run: Run, open_page: Callable[..., AppTest]):
    studying_job = study_jobs.submit_study(run.run_id, MAP, SETTINGS, by=Visitor("ann"))
    app = open_page("jobs", job=studying_job.job_id)
    assert not app.exception
    app.button(key=f"stop_{studying_job.job_id}").click().run()
    assert queue.get(studying_job.job_id).state == "canceled"
    app = open_page("jobs", job=studying_job.job_id)
    app.button(key="start_again").click().run()
    assert [job.state for job in queue.jobs()] == ["canceled", "queued"]
    assert len({job.key for job in queue.jobs()}) == 1


def test_a_finished_study_leads_to_its_page_from_the_tray_and_the_jobs(run: Run, open_page: Callable[..., AppTest]):
    job = study_jobs.submit_study(run.run_id, STABILITY, StabilitySettings(), by=Visitor("ann"))
    app = open_page("jobs", job=job.job_id)
    study_store.save(run.run_id, "stability", StabilitySettings(), {}, {})
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("done"))
    loaders.jobs_now.clear()
    app.run()
    assert not app.exception
    links = [link.proto for link in app.get("page_link") if link.proto.label == "See what it found"]
    assert len(links) == 2
    assert all("components" in link.page for link in links)
    assert all(f"run={run.run_id}" in link.query_string for link in links)


def test_a_damaged_study_is_offered_again(run: Run):
    keep(run)
    (place,) = study_store.folder(run.run_id).iterdir()
    damaged = (place / "points.npy").read_bytes()
    (place / "points.npy").write_bytes(damaged[:-1] + b"\x01")
    app = shown(run)
    assert [button.label for button in app.button] == ["Make it"]
    keep(run)
    app.run()
    assert not app.button


def test_what_cannot_start_is_said(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", "1")
    spec = {"upload": "", "mapping": {}, "options": {}}
    queue.submit("import", spec, key="another", by=Visitor("bob", administrator=True))
    app = shown(run)
    app.button[0].click().run()
    assert "waiting" in app.error[0].value
    assert len(queue.jobs()) == 1


def test_the_time_left_is_told_once_it_is_known(run: Run):
    job = study_jobs.submit_study(run.run_id, MAP, SETTINGS, by=Visitor("ann"))
    assert studies.progress_words(job) == "About to start."
    claimed = queue.claim(job.job_id)
    assert studies.progress_words(claimed) == "At work."
    assert studies.progress_words(replace(claimed, progress=0.25, seconds=20)) == "25% done, about 1 min left."
    assert studies.progress_words(replace(claimed, canceling=True)) == "Stopping."


def test_estimates_are_rounded():
    assert [phrases.roughly(seconds) for seconds in (0, 7, 8, 22, 54, 58, 150, 3000)] == [
        "a few seconds",
        "a few seconds",
        "about 10 s",
        "about 20 s",
        "about 55 s",
        "about 1 min",
        "about 2 min",
        "about 50 min",
    ]
