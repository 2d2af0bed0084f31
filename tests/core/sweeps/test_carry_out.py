from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.config import run_id
from core.disk.files import locked
from core.errors import BusyError, CanceledError, UnknownEntryError
from core.sweeps import record
from core.sweeps.carry_out import carry_out
from core.sweeps.plan import CONFIRMED, FRESH_SPLITS
from tests.core.sweeps.planted import BASE, Planted, error, plan


@pytest.fixture
def begun(small):
    def begin(made=None, most=8, minutes=None):
        return record.begin(made or plan(), small.reference, most=most, minutes=minutes)

    return begin


def carried(sweep, small, train=None):
    return carry_out(sweep, small, train or Planted(), test=lambda name, ratings: 0.9)


def test_a_sweep_makes_its_trials_and_confirms_the_best(begun, small):
    train = Planted()
    sweep = carried(begun(most=16), small, train)
    assert sweep.is_finished and sweep == record.load(sweep.sweep_id)
    assert len(sweep.trials) == 16 and {trial.state for trial in sweep.trials} <= {"done", "pruned"}
    assert sweep.base_rmse == sweep.trials[0].val_rmse == error(sweep.plan.config)
    best = sweep.result.best
    assert [trial.number for trial in sweep.done[:CONFIRMED]] == sorted(
        (confirmed.number for confirmed in best), key=[trial.number for trial in sweep.done].index
    )
    assert [confirmed.pooled.mean for confirmed in best] == sorted(confirmed.pooled.mean for confirmed in best)
    fresh = sweep.plan.configs(best[0].values, fresh=FRESH_SPLITS)
    assert best[0].run_ids == tuple(run_id(config, "digest") for config in fresh)
    assert best[0].errors == tuple(map(error, fresh))
    assert best[0].test_rmse == sweep.result.base.test_rmse == 0.9 and best[1].test_rmse is None
    assert sweep.result.gain.mean > 0.01 and sweep.result.is_clear(0.2)


def test_what_only_luck_sets_apart_is_not_called_better(begun, small):
    def luck(config, draw):
        drawn = np.random.default_rng(abs(hash((config.l2, config.split_seed, config.seed, draw))))
        return float(drawn.normal(0.9, 0.01))

    found = [carried(begun(plan(seed=k), most=7), small, Planted(partial(luck, draw=k))) for k in range(10)]
    assert sum(sweep.done[0].val_rmse < sweep.base_rmse for sweep in found) >= 7
    assert sum(sweep.result.is_clear(0.2) for sweep in found) <= 1


def test_killed_again_and_again_it_ends_with_the_same_trials(begun, small, monkeypatch):
    whole = carried(begun(most=20), small)
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(record.folder(whole.sweep_id).parents[1] / "other"))
    train, generator = Planted(), np.random.default_rng(0)
    for _ in range(10):
        train.stop_after = len(train.asked) + int(generator.integers(0, 6))
        with pytest.raises(CanceledError):
            carried(begun(most=20), small, train)
    train.stop_after = None
    again = carried(begun(most=20), small, train)
    assert (again.trials, again.result.best) == (whole.trials, whole.result.best)
    assert carried(again, small, train) == again  # there is nothing left to do


def test_it_can_be_carried_on_to_more_trials(begun, small):
    first = carried(begun(most=4), small)
    more = begun(most=8)
    assert not more.is_finished and more.result == first.result  # what is known stays on the screen
    second = carried(more, small)
    assert second.trials[:4] == first.trials and len(second.trials) == 8 and second.result.trials == 8


def test_out_of_time_it_confirms_what_there_is(begun, small):
    first = carried(begun(most=4), small)
    ended = carried(begun(most=400, minutes=1e-9), small)
    assert ended.is_finished and ended.out_of_time and ended.trials == first.trials
    assert not begun(most=400, minutes=1).is_finished  # to go on was asked for


def test_a_trial_that_diverges_is_a_failed_one(begun, small):
    sweep = carried(
        begun(), small, Planted(lambda config: float("nan") if config.user_dropout > 0.2 else error(config))
    )
    failed = [trial for trial in sweep.trials if trial.state == "failed"]
    assert failed and all(trial.why == "DIVERGED" and trial.val_rmse is None for trial in failed)
    assert sweep.is_finished


def test_where_nothing_was_trained_to_its_end_there_is_no_result(begun, small):
    sweep = carried(begun(most=4), small, Planted(lambda config: float("nan")))
    assert sweep.result is None and not sweep.is_finished and sweep.told == 4


def test_a_base_outside_the_ranges_is_compared_all_the_same(begun, small):
    sweep = carried(begun(plan(base=BASE | {"l2": 5.0})), small)
    assert sweep.base_rmse == error(sweep.plan.config) and sweep.result.base.number is None


def test_one_process_at_a_time_carries_a_sweep_out(begun, small):
    sweep = begun()
    with locked(record.folder(sweep.sweep_id) / record.LOCK), pytest.raises(BusyError):
        carried(sweep, small)


def test_a_damaged_record_is_told(begun):
    sweep = begun()
    assert record.listing() == [sweep]
    (record.folder(sweep.sweep_id) / record.FILE).write_text("{}")
    with pytest.raises(UnknownEntryError, match="cannot be read"):
        record.load(sweep.sweep_id)
    assert record.listing() == []
    assert [(one.name, one.path.name) for one in record.set_aside()] == [(sweep.sweep_id, sweep.sweep_id)]
    with pytest.raises(UnknownEntryError, match="there is no sweep"):
        record.load("0" * 16)
    with pytest.raises(UnknownEntryError, match="is no id of a sweep"):
        record.load("../x")


def test_progress_ends_with_the_confirmation(begun):
    sweep = begun(most=4)
    assert sweep.progress == 0 and replace(sweep, most=4).progress < 1
