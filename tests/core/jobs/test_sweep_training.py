from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.access import Visitor
from core.config import run_id
from core.errors import BusyError, CanceledError, DiskFullError, LimitError
from core.jobs import sweep_training
from core.jobs.job_folder import Job
from core.jobs.sweep_training import ATTEMPTS, QueueTrainer
from core.model.events import Epoch
from tests.core.sweeps.planted import plan

SWEEP = "5" * 16


class FakeQueue:
    """Trains at once what it is asked for, one look a job; answers by the run's id can be told."""

    def __init__(self, digest):
        self.digest, self.jobs, self.stopped, self.answers, self.most = digest, {}, [], {}, 0
        self.stored = set()

    def submit_training(self, config, dataset, *, by, title="", part_of=""):
        name = run_id(config, self.digest)
        answer = self.answers.get(name)
        if isinstance(answer, Exception):
            del self.answers[name]
            raise answer
        if name in self.stored:
            return Job("", "train", name, "", by.owner, state="done")
        job = Job(str(len(self.jobs)), "train", name, "", by.owner, state="running", part_of=part_of)
        self.jobs[job.job_id] = job
        self.most = max(self.most, sum(job.active for job in self.jobs.values()))
        return job

    def get(self, job_id):
        job = self.jobs[job_id]
        if job.active:
            state, code = self.answers.get(job.key, ("done", ""))
            job = self.jobs[job_id] = replace(job, state=state, code=code, message="why")
        return job

    def events(self, job_id, after=0):
        return [Epoch(1, 0.1, 1.0, 1.0, 1.0, 1.0, 0.95, 0.7)]

    def cancel(self, job_id, *, by):
        self.stopped.append(job_id)
        self.jobs[job_id] = replace(self.jobs[job_id], state="canceled")


class FakeRun:
    outcome = SimpleNamespace(guess_error=0.9)
    history = (Epoch(1, 0.1, 1.0, 1.0, 1.0, 1.0, 0.95, 0.7), Epoch(2, 0.1, 1.0, 1.0, 1.0, 1.0, 0.9, 0.7))


@pytest.fixture
def queue(small, monkeypatch):
    monkeypatch.setattr(sweep_training, "POLL_SECONDS", 0)
    monkeypatch.setattr(sweep_training.RunStore, "get", lambda store, name: FakeRun)
    return FakeQueue(small.digest)


def trainer(queue, small, **changes):
    return QueueTrainer(queue, small, Visitor("me"), SWEEP, **{"should_stop": lambda: False, "at_once": 2} | changes)


TRIALS = {number: plan(splits=2).configs({"l2": 0.1 * number}) for number in (1, 2, 3)}


def ids(small, number):
    return tuple(run_id(config, small.digest) for config in TRIALS[number])


def never(number, curve):
    return False


def test_all_runs_of_all_trials_are_trained_a_few_at_a_time(queue, small):
    results = trainer(queue, small)(TRIALS, never)
    assert {number: result.run_ids for number, result in results.items()} == {n: ids(small, n) for n in TRIALS}
    assert all(result.errors == (0.9, 0.9) for result in results.values())
    assert queue.most == 2 and {job.part_of for job in queue.jobs.values()} == {SWEEP} and not queue.stopped


def test_what_is_in_the_store_is_not_trained_again(queue, small):
    queue.stored = set(ids(small, 1))
    assert trainer(queue, small)(TRIALS, never)[1].run_ids == ids(small, 1)
    assert len(queue.jobs) == 4


def test_the_curve_decides_even_where_a_training_was_quicker(queue, small):
    results = trainer(queue, small)(TRIALS, lambda number, curve: number == 2 and len(curve) > 1)
    assert results[2].errors == () and results[2].why == ""
    assert results[1].errors and results[3].errors


def test_a_trial_given_up_while_it_runs_is_stopped(queue, small):
    queue.answers = dict.fromkeys(ids(small, 1), ("running", ""))
    results = trainer(queue, small)({1: TRIALS[1]}, lambda number, curve: True)
    assert not results[1].errors and len(queue.stopped) == 2


@pytest.mark.parametrize("code", ["DIVERGED", "OUT_OF_MEMORY", "LIMIT"])
def test_a_trial_whose_settings_do_not_work_has_failed(queue, small, code):
    queue.answers[ids(small, 1)[0]] = ("failed", code)
    results = trainer(queue, small)(TRIALS, never)
    assert (results[1].why, results[1].errors) == (code, ()) and results[2].errors


def test_settings_that_are_refused_have_failed(queue, small):
    queue.answers[ids(small, 1)[0]] = LimitError("too large")
    assert trainer(queue, small)(TRIALS, never)[1].why == "LIMIT"


def test_a_full_queue_is_waited_for(queue, small):
    queue.answers[ids(small, 1)[0]] = BusyError("full")
    assert trainer(queue, small)(TRIALS, never)[1].errors == (0.9, 0.9)


def test_a_worker_that_dies_costs_another_attempt_and_not_the_trial(queue, small):
    name = ids(small, 1)[0]
    died = iter([("failed", "WORKER_DIED")] * (ATTEMPTS - 1))
    get = queue.get

    def dying(job_id):
        queue.answers.pop(name, None)
        if queue.jobs[job_id].key == name and (answer := next(died, None)):
            queue.answers[name] = answer
        return get(job_id)

    queue.get = dying
    assert trainer(queue, small)({1: TRIALS[1]}, never)[1].errors == (0.9, 0.9)
    assert sum(job.key == name for job in queue.jobs.values()) == ATTEMPTS


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (("failed", "DISK_FULL"), DiskFullError),
        (("canceled", "CANCELED"), CanceledError),
        (("failed", "INTERNAL"), RuntimeError),
    ],
)
def test_what_no_other_settings_would_mend_ends_the_sweep_and_stops_the_rest(queue, small, answer, error):
    queue.answers = {ids(small, 1)[0]: ("running", ""), ids(small, 1)[1]: answer}
    with pytest.raises(error):
        trainer(queue, small)(TRIALS, never)
    assert queue.stopped == ["0"] and not any(job.active for job in queue.jobs.values())


def test_stopped_it_stops_what_runs(queue, small):
    queue.answers = dict.fromkeys(ids(small, 1), ("running", ""))
    stops = iter([False, False, True])
    with pytest.raises(CanceledError, match="it can be carried on"):
        trainer(queue, small, should_stop=lambda: next(stops))(TRIALS, never)
    assert sorted(queue.stopped) == ["0", "1"]


def test_somebody_elses_training_is_waited_for_and_not_stopped(queue, small):
    submit = queue.submit_training
    queue.submit_training = lambda *given, **named: replace(submit(*given, **named), part_of="")
    queue.answers = dict.fromkeys(ids(small, 1), ("running", ""))
    queue.get = lambda job_id: replace(queue.jobs[job_id], part_of="")
    assert not trainer(queue, small)({1: TRIALS[1]}, lambda number, curve: True)[1].errors
    assert not queue.stopped
