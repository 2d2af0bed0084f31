"""Sweeps as jobs: what is deleted and restored with one."""

from dataclasses import replace

import pytest

from core.access import COMMAND_LINE, Visitor
from core.errors import BusyError, NotAllowedError, UnknownEntryError
from core.jobs import queue, sweep_jobs
from core.store.runs import RunStore
from core.sweeps import record
from core.sweeps.record import Confirmed, Result, Trial
from tests.conftest import run_on
from tests.core.sweeps.planted import plan

VALUES = {"l2": 0.1, "learning_rate": 0.01, "user_dropout": 0.0}


@pytest.fixture
def swept(small):
    """A finished sweep of one trial, with its models in the store, another sweep that has tried the base too, and a
    model that no sweep has trained."""
    one, other = (record.begin(plan(seed=seed), small.reference, most=1, minutes=None) for seed in (0, 1))
    anew = Confirmed(0, VALUES, (), (0.9,) * 4)
    result = Result(1, (anew,), replace(anew, number=None, values=one.plan.base_values), 1.0)
    sweep = replace(one, trials=(Trial(0, VALUES, "done", 0.9),), result=result)
    record.save(sweep)
    record.save(other)
    for config in (*sweep.plan.configs({}), *sweep.plan.configs(VALUES), *sweep.plan.configs(VALUES, fresh=4)):
        RunStore().publish(run_on(small, config))
    RunStore().publish(run_on(small))
    return sweep


def test_a_sweep_goes_with_the_models_it_alone_has_trained_and_comes_back_with_them(swept):
    before = {run.run_id for run in RunStore().list()}
    entry = sweep_jobs.delete(swept.sweep_id, by=COMMAND_LINE)
    assert (entry.kind, len(entry.runs)) == ("sweep", 5) and set(entry.runs) <= swept.run_ids
    assert {run.run_id for run in RunStore().list()} == before - set(entry.runs)
    with pytest.raises(UnknownEntryError):
        record.load(swept.sweep_id)
    RunStore().trash.restore(entry.entry_id, by=COMMAND_LINE)
    assert record.load(swept.sweep_id) == swept
    assert {run.run_id for run in RunStore().list()} == before


def test_one_that_goes_on_is_not_deleted(swept, small):
    _, job = sweep_jobs.submit_sweep(swept.plan, small, by=COMMAND_LINE, trials=2)
    with pytest.raises(BusyError, match="stop it first"):
        sweep_jobs.delete(swept.sweep_id, by=COMMAND_LINE)
    queue.cancel(job.job_id, by=COMMAND_LINE)
    assert sweep_jobs.delete(swept.sweep_id, by=COMMAND_LINE).runs


def test_only_an_administrator_deletes(swept):
    with pytest.raises(NotAllowedError):
        sweep_jobs.delete(swept.sweep_id, by=Visitor("somebody"))
    assert record.load(swept.sweep_id)
