"""`sweep` trains trials as ordinary runs, confirms the best, goes on where it stopped, and refuses in words."""

import threading
from typing import Self

import pytest

from core.cli import sweep as call
from core.jobs import queue, sweep_training, worker
from core.store.runs import RunStore
from core.sweeps import record
from core.sweeps.plan import FRESH_SPLITS
from tests.core.cli.calling import asked, refused
from tests.core.cli.test_score import imported

VARIATIONAL = ("--dataset", "small", "--model", "variational", "--steps", "25", "--embedding-dim", "1")


class Here:
    """The worker of a pool, as a thread of this process."""

    def __init__(self, workers: int) -> None:
        assert workers > 0

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.wait(0.005):
            for job in queue.jobs():
                if job.state == "queued":
                    worker.run_job(job.job_id)


@pytest.fixture
def small_data(small, monkeypatch):
    monkeypatch.setattr(call, "runner_here", Here)
    monkeypatch.setattr(sweep_training, "POLL_SECONDS", 0.005)
    return imported(small)


def test_trials_are_runs_and_the_best_are_confirmed(small_data, capsys):
    arguments = (*VARIATIONAL, "--vary", "steps=25,30,35,40", "--sampler", "grid", "--no-prune")
    found = asked(capsys, "sweep", *arguments)
    assert sorted(trial["settings"]["steps"] for trial in found["trials"]) == [25, 30, 35, 40]
    for trial in found["trials"]:
        (run_id,) = trial["run_ids"]
        run = RunStore().load(run_id)
        assert (run.config.steps, run.config.test_fraction) == (trial["settings"]["steps"], 0.1)
        assert run.outcome.val_rmse == trial["val_rmse"] and trial["state"] == "done"
    assert found["best"]["val_rmse"] == min(trial["val_rmse"] for trial in found["trials"])
    assert [len(one["run_ids"]) for one in found["confirmed"]] == [FRESH_SPLITS] * 4
    assert found["test_rmse"] == found["confirmed"][0]["test_rmse"] > 0
    trained = len(queue.jobs())
    assert trained == 4 + 4 * FRESH_SPLITS == len(RunStore().list())
    assert asked(capsys, "sweep", *arguments) == found and len(queue.jobs()) == trained  # asked again: nothing to do
    (line,) = asked(capsys, "sweeps")
    assert (line["sweep_id"], line["trials"], line["finished"]) == (found["sweep_id"], 4, True)


def test_it_goes_on_where_it_stopped(small_data, capsys):
    first = asked(capsys, "sweep", *VARIATIONAL, "--vary", "steps=25:60", "--trials", "2")
    more = asked(capsys, "sweep", "--resume", first["sweep_id"], "--trials", "4")
    assert more["trials"][:2] == first["trials"] and len(more["trials"]) == 4
    assert record.load(first["sweep_id"]).result.trials == 4
    assert not any((queue.folder() / job.job_id / "metrics.jsonl").read_text().count('"frame"') for job in queue.jobs())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--vary", "steps=25:60", "--plan", "quick"), "USAGE: --plan and --vary say both"),
        (("--vary", "stepps=25:60"), "LIMIT: stepps cannot vary"),
        (("--vary", "steps"), "LIMIT: --vary steps cannot be read"),
        (("--trials", "0"), "LIMIT: trials is 0; allowed is 1 to 1,000"),
        (("--minutes", "0"), "LIMIT: minutes is 0"),
        (("--splits", "6"), "LIMIT: splits is 6"),
        (("--preset", "none"), "LIMIT: preset is 'none'"),
        (("--dataset", "none"), "UNKNOWN_DATASET"),
    ],
)
def test_what_cannot_be_swept_is_refused(small_data, capsys, arguments, message):
    assert message in refused(capsys, "sweep", *VARIATIONAL, *arguments)


def test_a_plan_is_not_changed_on_the_way(small_data, capsys):
    sweep = asked(capsys, "sweep", *VARIATIONAL, "--vary", "steps=25,30", "--sampler", "grid")
    assert "only --trials and --minutes" in refused(capsys, "sweep", "--resume", sweep["sweep_id"], "--splits", "2")
    assert "there is no sweep" in refused(capsys, "sweep", "--resume", "0" * 16)


def test_no_sweeps_are_an_empty_list(capsys):
    assert asked(capsys, "sweeps") == []
