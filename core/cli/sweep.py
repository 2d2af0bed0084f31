"""The calls that sweep: train one model with many settings, and show what came of it."""

import argparse
import sys
from typing import Any

from core import access, data, settings
from core.access import COMMAND_LINE, Action
from core.cli.common import Answer, add_fields, attributes, given, listing, pairs, table
from core.cli.stored import how_to_restore, report_set_aside
from core.cli.train import interrupt_asks_to_stop
from core.config import SplitConfig, TrainConfig
from core.data import BUNDLED
from core.data.nouns import count
from core.errors import LimitError, UsageError
from core.jobs import queue, sweep_jobs
from core.jobs.chosen_runner import runner_here
from core.jobs.sweep_training import steer
from core.model.families import MODEL_SETTINGS, PRESETS, parse_config
from core.sweeps import plan as plans
from core.sweeps import record
from core.sweeps.record import Confirmed, Sweep, Trial

SETTINGS = {**MODEL_SETTINGS, **TrainConfig.model_fields, **SplitConfig.model_fields}


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `sweep` can be told."""
    call.add_argument("--dataset", default=BUNDLED, metavar="ID", help=f"What to learn from (default {BUNDLED}).")
    text = f"Settings to begin with: {', '.join(PRESETS)} (default: default)."
    call.add_argument("--preset", default="default", metavar="P", help=text)
    text = (
        "A ready plan: quick, 12 trials of a few settings; thorough (the default without --vary), 60 of all that "
        "matter."
    )
    call.add_argument("--plan", choices=tuple(plans.TRIALS), help=text)
    text = (
        "A setting that varies, evenly between two numbers; FIELD=LOW:HIGH:log evenly in its logarithm; "
        "FIELD=VALUE,VALUE among a few. May be given several times."
    )
    call.add_argument("--vary", action="append", default=[], metavar="FIELD=LOW:HIGH", help=text)
    call.add_argument(
        "--trials", type=int, metavar="N", help="How many settings to try (default: the plan's, else 60)."
    )
    call.add_argument("--minutes", type=float, metavar="X", help="Begin no round of trials after so many minutes.")
    call.add_argument("--splits", type=int, metavar="K", help="Train every trial on K splits (default 1).")
    call.add_argument(
        "--together", type=int, metavar="N", help="Trials chosen at a time, and trained side by side (default 4)."
    )
    call.add_argument("--sampler", choices=("tpe", "random", "grid"), help="How values are chosen (default tpe).")
    text = "Give up trials whose curves are among the worst quarter of those before (default: yes)."
    call.add_argument("--prune", action=argparse.BooleanOptionalAction, default=None, help=text)
    call.add_argument("--seed", type=int, metavar="N", help="Starting number of what is drawn by chance (default 0).")
    call.add_argument("--resume", metavar="SWEEP", help="Go on with a sweep, by its id; --trials says how far.")
    call.add_argument("--delete", metavar="SWEEP", help="Move a sweep to the trash, with the models of no other.")
    about = "Settings that stay, and what those that vary begin with."
    add_fields(call.add_argument_group("settings", about), SETTINGS)


def sweep(arguments: argparse.Namespace) -> Answer:
    """Make the trials and confirm the best, with workers of this process and those of a dashboard that runs; or delete
    a sweep."""
    if arguments.delete:
        return _deleted(arguments.delete)
    begun = _resumed(arguments) if arguments.resume else _begun(arguments)
    if begun.is_finished:
        return _answer(begun)
    access.check(Action.TRAIN, COMMAND_LINE)
    return _answer(_carry_out(begun))


def _deleted(sweep_id: str) -> Answer:
    entry = sweep_jobs.delete(sweep_id, by=COMMAND_LINE)
    document = {"deleted": sweep_id, "runs": list(entry.runs), "trash_id": entry.entry_id}
    text = f"deleted sweep {sweep_id} with {count(len(entry.runs), 'model')}\n{how_to_restore(entry)}"
    return Answer(document, text)


def list_sweeps(_: argparse.Namespace) -> Answer:
    """The sweeps there are, the newest first."""
    report_set_aside(record.set_aside(), "sweep")
    document = [
        {
            "sweep_id": sweep.sweep_id,
            "dataset": sweep.dataset.name,
            "model": sweep.plan.config.model,
            "vary": [vary.field for vary in sweep.plan.vary],
            "trials": sweep.told,
            "of": sweep.most,
            "finished": sweep.is_finished,
            "best_val_rmse": sweep.done[0].val_rmse if sweep.done else None,
        }
        for sweep in record.listing()
    ]
    shown = [line | {"vary": ", ".join(line["vary"])} for line in document]  # type: ignore[arg-type]
    headings = {"sweep_id": "sweep", "model": "model", "vary": "varies", "trials": "trials", "of": "of"}
    return Answer(document, listing(shown, headings | {"finished": "finished", "best_val_rmse": "best RMSE"}))


def _begun(arguments: argparse.Namespace) -> Sweep:
    if arguments.preset not in PRESETS:
        raise LimitError(f"preset is {arguments.preset!r:.60}; there are {', '.join(PRESETS)}")
    base = parse_config(given(arguments, SETTINGS), base=PRESETS[arguments.preset])
    if arguments.plan and arguments.vary:
        raise UsageError("--plan and --vary say both what varies; give one of them")
    name = arguments.plan or "thorough"
    ready = plans.ready(name, base) if not arguments.vary else None
    vary = ready.vary if ready else tuple(plans.parse_vary(text) for text in arguments.vary)
    chosen = given(arguments, ("splits", "sampler", "prune", "together", "seed"))
    plan = plans.made(base, vary, **chosen)
    ratings = data.load(arguments.dataset)
    trials = plans.TRIALS[name] if arguments.trials is None else arguments.trials
    sweep_jobs.check(plan, ratings, trials=trials, minutes=arguments.minutes)
    return record.begin(plan, ratings.reference, most=trials, minutes=arguments.minutes)


def _resumed(arguments: argparse.Namespace) -> Sweep:
    known = record.load(arguments.resume)
    others = given(arguments, (*SETTINGS, "plan", "splits", "sampler", "prune", "together", "seed"))
    if others or arguments.vary:
        raise UsageError(
            "--resume goes on with the plan of that sweep; only --trials and --minutes can be given with it"
        )
    trials = known.most if arguments.trials is None else arguments.trials
    sweep_jobs.check(known.plan, data.ratings_of(known.dataset), trials=trials, minutes=arguments.minutes)
    return record.begin(known.plan, known.dataset, most=trials, minutes=arguments.minutes)


def _carry_out(begun: Sweep) -> Sweep:
    ratings = data.ratings_of(begun.dataset)
    print(f"sweep {begun.sweep_id}: {begun.most} trials, {begun.told} of them made", file=sys.stderr)
    workers = settings.workers(alone=True)
    with runner_here(workers), interrupt_asks_to_stop() as should_stop:
        told, at_once = _Progress(), None if settings.scheduler() else workers + 1
        return steer(begun, ratings, queue, COMMAND_LINE, on_change=told, should_stop=should_stop, at_once=at_once)


class _Progress:
    """Tells a person on stderr what each trial came to."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, sweep: Sweep) -> None:
        ended = [trial for trial in sweep.trials if trial.state != "running"]
        for trial in ended[self._told :]:
            error = trial.state if trial.val_rmse is None else f"validation RMSE {trial.val_rmse:.4f}"
            print(f"trial {trial.number + 1:>3} of {sweep.most}  {error}  {_words(trial.values)}", file=sys.stderr)
        if len(ended) > self._told and len(ended) == sweep.most:
            print("training the best anew on fresh splits", file=sys.stderr)
        self._told = len(ended)


def _words(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )


def _answer(sweep: Sweep) -> Answer:
    result, best = sweep.result, sweep.done[0] if sweep.done else None
    document: dict[str, Any] = {
        "sweep_id": sweep.sweep_id,
        "trials": [_trial(trial) for trial in sweep.trials],
        "best": _trial(best) if best else None,
        "confirmed": [_confirmed(one) for one in result.best] if result else [],
        "base": {"val_rmse": sweep.base_rmse} | (_confirmed(result.base) if result else {}),
        "test_rmse": result.winner.test_rmse if result else None,
        "gain": attributes(result.gain, ("mean", "se")) if result else None,
        "clear": result.is_clear(sweep.plan.config.validation_fraction) if result else None,
        "importance": sweep.importance,
        "chance_importance": sweep.chance,
    }
    return Answer(document, _text(sweep, document))


def _trial(trial: Trial) -> dict[str, Any]:
    return {"run_ids": list(trial.run_ids), "settings": trial.values} | attributes(trial, ("val_rmse", "state", "why"))


def _confirmed(one: Confirmed) -> dict[str, Any]:
    found = {"run_ids": list(one.run_ids), "settings": one.values, "test_rmse": one.test_rmse}
    return found | attributes(one.pooled, ("mean", "se"))


def _text(sweep: Sweep, document: dict[str, Any]) -> str:
    trials = [(trial.number + 1, trial.val_rmse, _words(trial.values)) for trial in sweep.done[:10]]
    parts = [f"sweep {sweep.sweep_id}", table(("trial", "RMSE", "settings"), trials)]
    if sweep.importance:
        rows = [
            (name, value, sweep.chance[name], value > sweep.chance[name]) for name, value in sweep.importance.items()
        ]
        parts.append(table(("setting", "importance", "by chance up to", "matters"), rows))
    if sweep.result:
        anew = [
            (_words(one.values), one.pooled.mean, one.pooled.se, one.test_rmse)
            for one in (*sweep.result.best, sweep.result.base)
        ]
        parts.append(
            table(("on fresh splits (last: the settings it began with)", "mean", "standard error", "test"), anew)
        )
        gain = sweep.result.gain
        parts.append(
            pairs([("better than before by", gain.mean), ("standard error", gain.se), ("clear", document["clear"])])
        )
    return "\n\n".join(parts)
