"""Scoreboards: which runs they take, that nothing is trained twice, and what cannot be scored."""

from dataclasses import replace

import pytest

from core.access import Visitor
from core.config import run_id
from core.errors import CanceledError, LimitError, NotApplicableError, UsageError
from core.jobs import kinds, queue, score_jobs, sweep_training, worker
from core.model.families import run_config
from core.model.run import Origin
from core.store.runs import RunStore
from core.studies import scoreboard
from core.training import trainer
from tests.conftest import run_on
from tests.core.cli.test_score import imported

ADA = Visitor("ada")


@pytest.fixture
def fitted(monkeypatch):
    """The configs that were trained, in order; each training gives made-up numbers at once."""
    configs = []

    def fit(config, ratings, *, on_event, should_stop):
        if should_stop():
            raise CanceledError("stopped")
        configs.append(config)
        run = run_on(ratings, config, seed=config.split_seed)
        for event in (run.started, *run.steps, *run.history):
            on_event(event)
        return run

    monkeypatch.setattr(trainer, "fit", fit)
    return configs


def stored(ratings, **settings):
    run = run_on(ratings, run_config(**{"model": "bias_only"} | settings))
    RunStore().publish(run)
    return run


def test_only_what_is_missing_is_trained(small, fitted):
    first, second = stored(small), stored(small, split_seed=2, seed=7)
    shares = []
    scoreboard.train_missing([first, second], small, 3, on_progress=shares.append)
    assert [(config.seed, config.split_seed) for config in fitted] == [(0, 1), (0, 2), (7, 0), (7, 1)]
    assert shares == sorted(shares) and shares[-1] == 1
    assert not scoreboard.missing([first, second], 3)
    assert len(scoreboard.missing([first, second], 4)) == 2
    fitted.clear()
    scoreboard.train_missing([first, second], small, 3)
    assert not fitted


def test_a_run_on_another_split_stands_for_its_settings(small, fitted):
    run, away = stored(small), stored(small, split_seed=9)
    scoreboard.train_missing([run, away], small, 2)
    rows = scoreboard.rows([run, away], 2, lambda name: scoreboard.score_stored(name, small))
    assert rows[0].splits == rows[1].splits
    assert rows[0].own == rows[0].splits[0]
    assert rows[1].own not in rows[1].splits


def test_what_was_trained_before_a_stop_stays(small, fitted):
    run = stored(small)
    with pytest.raises(CanceledError):
        scoreboard.train_missing([run], small, 5, should_stop=lambda: len(fitted) == 2)
    assert {one.config.split_seed for one in RunStore().list()} == {0, 1, 2}


def test_a_damaged_run_is_trained_again(small, fitted, home):
    run = stored(small)
    other = run_id(run.config.model_copy(update={"split_seed": 1}), small.digest)
    place = home / "runs" / other
    place.mkdir(parents=True)
    (place / "manifest.json").write_text("{")
    scoreboard.train_missing([run], small, 2)
    assert [config.split_seed for config in fitted] == [1]
    assert RunStore().load(other)


@pytest.mark.parametrize("splits", [-1, 0, 1, 21])
def test_too_few_or_too_many_splits(small, splits):
    with pytest.raises(LimitError, match=f"splits is {splits}; allowed is 2 to 20"):
        scoreboard.check([run_on(small)], splits)


@pytest.mark.parametrize("kind", ["temporal", "global_time"])
def test_a_split_by_time_has_no_other_seed(small, kind):
    with pytest.raises(NotApplicableError, match=f"has split_kind {kind}, where chance has no part"):
        scoreboard.check([run_on(small), run_on(small, run_config(split_kind=kind))], 5)


def test_vectors_from_elsewhere_cannot_be_trained_again(small):
    with pytest.raises(NotApplicableError, match="was trained elsewhere"):
        scoreboard.check([replace(run_on(small), origin=Origin("imported"))], 5)


def test_runs_that_were_not_tested_alike(small):
    other = replace(run_on(small), dataset=replace(small.reference, name="Other", digest="0" * 64))
    with pytest.raises(UsageError, match=r"different data \(Small, Other\)"):
        scoreboard.check([run_on(small), other], 5)
    with pytest.raises(UsageError, match=r"different shares aside \(validation_fraction 0.2, 0.3\)"):
        scoreboard.check([run_on(small), run_on(small, run_config(validation_fraction=0.3))], 5)


class Shares(list[float]):
    """A reporter that keeps what it is told."""

    progress = list.append


def test_a_job_trains_what_a_scoreboard_takes(bundled, fitted):
    first, second = stored(bundled), stored(bundled, seed=1)
    names = [first.run_id, second.run_id]
    job = score_jobs.submit_score(names, 2, by=ADA)
    assert score_jobs.submit_score(names[::-1], 2, by=ADA).job_id == job.job_id
    assert (job.kind, job.run_id, kinds.group_of(job.kind)) == ("score", None, "training")
    assert score_jobs.asked_for(job.job_id) == (names, 2)
    assert not kinds.KINDS[job.kind].finished(job.key)
    reported = Shares()
    kinds.KINDS[job.kind].run(queue.spec(job.job_id), reported, lambda: False)
    assert len(fitted) == 2
    assert reported[-1] == 1
    assert kinds.KINDS[job.kind].finished(job.key)
    assert score_jobs.submit_score(names, 2, by=ADA).state == "done"
    RunStore().delete(first.run_id, by=Visitor("grace", administrator=True))
    assert not kinds.KINDS[job.kind].finished(job.key)


class Asking(Shares):
    """A reporter whose queue does at once what it is asked for."""

    queue = queue

    def progress(self, share):
        self.append(share)
        for job in queue.jobs():
            if job.state == "queued" and job.part_of:
                worker.run_job(job.job_id)


@pytest.fixture
def on_a_cluster(monkeypatch, small):
    monkeypatch.setenv("EMBEDDING_EXPLORER_SCHEDULER", "tcp://127.0.0.1:1")
    monkeypatch.setattr(sweep_training, "POLL_SECONDS", 0)
    return imported(small)


def test_where_a_cluster_trains_a_scoreboard_asks_for_all_its_trainings_at_once(on_a_cluster, monkeypatch):
    first, second = stored(on_a_cluster, model="variational"), stored(on_a_cluster, model="variational", seed=1)
    names = [first.run_id, second.run_id]
    job = score_jobs.submit_score(names, 3, by=Visitor("ada", address="10.1.2.3"))
    assert kinds.group_of(job.kind) == "steering", "it waits for others, and takes no worker from them"
    reported, waiting = Asking(), []
    run_job = worker.run_job
    monkeypatch.setattr(worker, "run_job", lambda job_id: (waiting.append(len(queue.jobs())), run_job(job_id)))
    kinds.KINDS[job.kind].run(queue.spec(job.job_id), reported, lambda: False)
    assert waiting[0] == 5 and len(waiting) == 4
    assert kinds.KINDS[job.kind].finished(job.key) and reported[-1] == 1
    asked = [one for one in queue.jobs() if one.kind == "train"]
    assert {(one.owner, one.network, one.part_of) for one in asked} == {("ada", "10.1.2.3", job.key)}


def test_what_ends_one_of_them_ends_the_scoreboard_in_its_own_words(on_a_cluster, monkeypatch):
    run = stored(on_a_cluster, model="variational")
    job = score_jobs.submit_score([run.run_id], 2, by=ADA)
    with pytest.raises(CanceledError, match="the scoreboard was stopped"):
        kinds.KINDS[job.kind].run(queue.spec(job.job_id), Asking(), lambda: True)

    def refuse(*asked, **how):
        raise LimitError("too large by far")

    monkeypatch.setattr(queue, "submit_training", refuse)
    with pytest.raises(LimitError, match="too large by far"):
        kinds.KINDS[job.kind].run(queue.spec(job.job_id), Asking(), lambda: False)
