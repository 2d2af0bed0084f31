import pytest

from core.access import COMMAND_LINE
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.jobs.study_jobs import KIND, PACES, pace


def done(key: str, seconds: float, **spec: object) -> None:
    """A study that took so long."""
    about = {"study": "film", "run_id": "r", "settings": {}, **spec}
    job = queue.submit(KIND, about, key=f"{key:0>16}-film-{key:0>16}", by=COMMAND_LINE, title=key)
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("done"), seconds=seconds)


def test_a_machine_without_studies_is_as_estimated():
    assert pace(queue.jobs()) == 1


def test_the_median_of_the_newest_says_how_quick_this_machine_is():
    for number, seconds in enumerate([1000, 30, 28, 5, 32, 31]):  # the first is no longer among the newest
        done(f"{number}", seconds, estimate=10)
    assert pace(queue.jobs()) == pytest.approx(3.0)


def test_studies_without_an_estimate_say_nothing_and_no_pace_is_absurd():
    done("a", 50)
    assert pace(queue.jobs()) == 1
    done("b", 1e6, estimate=1.0)
    assert pace(queue.jobs()) == PACES[1]
