"""Carrying a sweep out: round by round to its last trial, then the best of them anew, on splits that chose nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.analysis.compare.score import predict_rows
from core.data.ratings import Ratings
from core.data.splits import split
from core.disk.files import locked
from core.store.runs import RunStore
from core.sweeps import record
from core.sweeps.plan import CONFIRMED, FRESH_SPLITS, check
from core.sweeps.record import Confirmed, Result, Sweep, Train, Trained, Trial
from core.sweeps.search import Search, stored_at
from core.training.baselines import rmse

JUDGED_EVERY = 12  # trials after which it is computed anew how much each setting matters
BASE = -1  # stands for the number of the base settings among trials


def carry_out(
    sweep: Sweep,
    ratings: Ratings,
    train: Train,
    *,
    on_change: Callable[[Sweep], None] = lambda sweep: None,
    test: Callable[[str, Ratings], float] | None = None,
) -> Sweep:
    """Make the trials that are missing, then confirm the best; what was done before is not done again.

    Args:
        sweep: As it was begun, with how many trials it makes.
        on_change: Told of the sweep whenever it has changed; it is kept by then.
        test: The error of a run on the ratings that were set aside; `test_rmse` without it.

    Raises as `plan.check` and `Train` do; BusyError: another process carries this sweep out. The sweep can be carried
    on later.
    """
    check(sweep.plan)
    place = record.folder(sweep.sweep_id)
    with locked(place / record.LOCK, 1):
        search = Search(sweep.plan, stored_at(place), sweep.sweep_id)

        def keep(**changes: object) -> Sweep:
            """Change the sweep, keep it, and tell of it."""
            nonlocal sweep
            sweep = replace(sweep, **changes)  # type: ignore[arg-type]
            record.save(sweep)
            on_change(sweep)
            return sweep

        sweep = keep(trials=tuple(search.trials()))
        if sweep.base_rmse is None and not sweep.plan.covers_base:
            keep(base_rmse=train({BASE: sweep.plan.configs({})}, _never)[BASE].val_rmse)
        began, before = time.monotonic(), sweep.seconds
        while (in_time := _has_time(sweep, began)) and (chosen := search.ask(sweep.most)):
            keep(trials=tuple(search.trials()))
            trained = train({trial.number: sweep.plan.configs(trial.values) for trial in chosen}, search.gives_up)
            for trial in chosen:
                search.tell(_outcome(trial, trained[trial.number]))
            trials = tuple(search.trials())
            base_rmse = trials[0].val_rmse if sweep.plan.covers_base else sweep.base_rmse
            keep(trials=trials, base_rmse=base_rmse, seconds=before + time.monotonic() - began)
            if sweep.told % JUDGED_EVERY < len(chosen) or sweep.told >= sweep.most:
                importance = search.importance()  # beside what chance makes of it
                keep(importance=importance, chance=search.chance_importance() if importance else {})
        if sweep.done and not sweep.is_finished:
            result = _confirm(sweep, train, lambda run_id: (test or test_rmse)(run_id, ratings))
            keep(result=result, out_of_time=not in_time)
    return sweep


def _never(number: int, curve: Sequence[float]) -> bool:
    return False


def _has_time(sweep: Sweep, began: float) -> bool:
    return sweep.minutes is None or time.monotonic() - began < 60 * sweep.minutes


def _outcome(trial: Trial, trained: Trained) -> Trial:
    """A trial with what came of it."""
    if trained.errors:
        return replace(trial, state="done", val_rmse=trained.val_rmse, run_ids=trained.run_ids)
    return replace(trial, state="failed" if trained.why else "pruned", why=trained.why)


def _confirm(sweep: Sweep, train: Train, test: Callable[[str], float]) -> Result:
    """Train the best trials and the base on fresh splits, and test the first of them and the base on what was set
    aside."""
    began = time.monotonic()
    best: list[Trial] = []
    for trial in sweep.done:
        if len(best) < CONFIRMED and trial.values not in [other.values for other in best]:
            best.append(trial)
    values = {trial.number: trial.values for trial in best}
    base_values = sweep.plan.base_values
    base_number = next((number for number, chosen in values.items() if chosen == base_values), BASE)
    wanted = values | {base_number: base_values}
    trained = train(
        {number: sweep.plan.configs(chosen, fresh=FRESH_SPLITS) for number, chosen in wanted.items()}, _never
    )
    confirmed = {
        number: Confirmed(None if number == BASE else number, chosen, trained[number].run_ids, trained[number].errors)
        for number, chosen in wanted.items()
        if trained[number].errors
    }
    order = sorted(
        (number for number in values if number in confirmed), key=lambda number: confirmed[number].pooled.mean
    )
    for number in {order[0], base_number}:
        error = float(np.mean([test(run_id) for run_id in confirmed[number].run_ids]))
        confirmed[number] = replace(confirmed[number], test_rmse=error)
    return Result(
        trials=sweep.told,
        best=tuple(confirmed[number] for number in order),
        base=confirmed[base_number],
        seconds=time.monotonic() - began,
    )


def test_rmse(run_id: str, ratings: Ratings) -> float:
    """Root mean squared error of a run's guesses, clipped to the scale, on the ratings that its config set aside.
    Raises UnknownRunError, CorruptRunError: it is not in the store."""
    run = RunStore().load(run_id)
    rows = split(ratings, run.config.split).test
    predicted = predict_rows(run, ratings, rows)
    return rmse(np.clip(predicted, ratings.min_rating, ratings.max_rating), ratings.rating[rows])
