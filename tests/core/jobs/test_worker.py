"""The real worker: warmed up, a training from click to stored run."""

import io
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from core import data
from core.access import COMMAND_LINE, Visitor
from core.jobs import queue, worker
from core.jobs.pool import Pool
from core.model.events import Epoch, Started, Step
from core.model.families import PRESETS
from core.store.runs import RunStore

PATIENCE = 120
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    return tmp_path


def finish(job_id: str) -> None:
    end, tick = time.monotonic() + PATIENCE, threading.Event()
    while queue.get(job_id).active:
        assert time.monotonic() < end, queue.log(job_id)
        tick.wait(0.02)


def test_a_training_goes_from_the_queue_into_the_store():
    ratings = data.load()
    config = PRESETS["default"].model_copy(update={"epochs": 2, "embedding_dim": 4})
    slow = config.model_copy(update={"epochs": 500})  # what is compiled for the one serves the other
    with Pool(1) as pool:
        job = queue.submit_training(config, ratings, by=Visitor("ann"))
        assert pool.wait_ready(PATIENCE)
        finish(job.job_id)
        ended = queue.get(job.job_id)
        assert (ended.state, ended.progress) == ("done", 1.0), queue.log(job.job_id)

        stopped = queue.submit_training(slow, ratings, by=Visitor("ann"))
        tick = threading.Event()
        while not any(isinstance(event, Step) for event in queue.events(stopped.job_id)):
            assert queue.get(stopped.job_id).active, queue.log(stopped.job_id)
            tick.wait(0.02)
        queue.cancel(stopped.job_id, by=COMMAND_LINE)
        finish(stopped.job_id)
        assert queue.get(stopped.job_id).state == "canceled"
    run = RunStore().load(job.key)
    events = queue.events(job.job_id)
    assert events[0] == run.started
    assert isinstance(events[0], Started)
    assert tuple(event for event in events if isinstance(event, Epoch)) == run.history
    assert tuple(event for event in events if isinstance(event, Step)) == run.steps
    assert len(run.history) == 2
    assert queue.submit_training(config, ratings, by=Visitor("bob")).job_id == "", "no job for what is stored"


def test_a_worker_takes_time_for_itself_only_when_no_job_follows_one_that_was_done(monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    waits: list[float | None] = []

    class Waiting(SimpleQueue[str]):
        def get(self, block: bool = True, timeout: float | None = None) -> str:
            waits.append(timeout)
            return super().get(block, timeout)

    def run_job(job_id: str) -> bool:
        done.append(job_id)
        return job_id != "stopped"

    monkeypatch.setattr(worker, "run_job", run_job)
    monkeypatch.setattr(worker, "QUIET_SECONDS", 0.001)
    waiting, answers = Waiting(), io.StringIO()
    for job in ("stopped", "first", "second"):
        waiting.put(job)
    worker._serve(waiting, answers, until_quiet=True)
    assert done == ["stopped", "first", "second"]
    assert waits == [None, None, 0.001, 0.001]
    assert answers.getvalue() == "idle\nidle\nidle\n"


def test_whoever_submits_and_watches_and_the_first_click_need_no_tensorflow():
    program = (
        "import sys; import core.jobs.queue, core.jobs.kinds, core.jobs.pool, core.store.runs, core.jobs.worker\n"
        "import core.jobs.chosen_runner; core.jobs.chosen_runner.runner_here(1).stop()\n"
        "assert not {'pandas', 'core.data.importing.building'} & set(sys.modules), 'whoever waits needs neither'\n"
        "core.jobs.kinds.KINDS['train'].warm()\n"
        "heavy = ('tensorflow', 'keras', 'streamlit', 'plotly', 'distributed')\n"
        "sys.exit(sum(name.split('.')[0] in heavy for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
