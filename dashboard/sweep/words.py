"""What a sweep says, in sentences."""

from collections.abc import Mapping

import numpy as np

from core.data.nouns import count
from core.model.families import SETTINGS
from core.sweeps.plan import CONFIRMED, FRESH_SPLITS, Among, SweepPlan, Value, Vary
from core.sweeps.record import Sweep
from dashboard.shared import model_names, phrases

GOOD = 0.25
"""Share of the trials that count as good."""


def title_of(field: str, noun: str) -> str:
    """What people call a setting, with its unit, in the data's noun."""
    info = SETTINGS[field]
    extra = info.json_schema_extra
    unit = extra.get("unit", "") if isinstance(extra, dict) else ""
    title = phrases.with_noun(str(info.title), noun)
    return f"{title} ({unit})" if unit else title


def name_of(field: str, noun: str) -> str:
    """The setting within a sentence."""
    return phrases.with_noun(str(SETTINGS[field].title), noun).lower()


def values(chosen: Mapping[str, Value], noun: str) -> str:
    """Values of settings in a line: "dimensions 25, penalty 0.1"."""
    return ", ".join(f"{name_of(field, noun)} {model_names.setting(value)}" for field, value in chosen.items())


def course(sweep: Sweep, unit: str) -> str:
    """How far it is, and what is best so far."""
    if not sweep.told:
        return "No trial has ended yet."
    many = f"{count(sweep.told, 'trial')} of {sweep.most:,}"
    out = sum(trial.state == "pruned" for trial in sweep.trials)
    failed = sum(trial.state == "failed" for trial in sweep.trials)
    given_up = f" {out} of them were given up early, as their curves lay above most." if out else ""
    given_up += f" {failed} could not be trained with their settings." if failed else ""
    if not sweep.done:
        return f"{many}, none of them trained to its end.{given_up}"
    best = sweep.done[0]
    text = f"{many}: the best so far is off by {best.val_rmse:.4f} {unit}"
    if sweep.base_rmse is not None and best.val_rmse is not None:
        ahead = sweep.base_rmse - best.val_rmse
        text += f", {ahead:.4f} less than the settings it began with"
        if ahead <= 0:
            text = f"{many}: none is better than the settings it began with, off by {sweep.base_rmse:.4f} {unit}"
    return f"{text}.{given_up}"


def matters(sweep: Sweep) -> list[str]:
    """Settings that set good trials apart by more than chance would, those that do so most first."""
    above = {name: value for name, value in sweep.importance.items() if value > sweep.chance.get(name, np.inf)}
    return sorted(above, key=lambda name: -above[name])


def importance(sweep: Sweep) -> str:
    """Which settings matter, and where the good values lie; empty before there are enough trials."""
    if not sweep.importance:
        return ""
    noun, names = sweep.dataset.noun, matters(sweep)
    others = [vary.field for vary in sweep.plan.vary if vary.field not in names]
    if not names:
        return (
            "None of the settings that vary sets good trials apart from bad ones by more than chance would: within "
            "these ranges it hardly matters which value they have, or there are too few trials to tell."
        )
    first, *more = [name_of(name, noun) for name in names]
    ranges = {vary.field: vary for vary in sweep.plan.vary}
    text = f"What matters most: {first}" + (f", then {' and '.join(more)}" if more else "") + ". "
    text += " ".join(_where(sweep, ranges[name]) for name in names)
    if others:
        listed = " and ".join(f"the {name_of(name, noun)}" for name in others)
        text += f" Of {listed} these trials show no more than chance would."
    return text


def _where(sweep: Sweep, vary: Vary) -> str:
    """Where the good values of a setting lie."""
    good = sweep.done[: max(3, round(GOOD * len(sweep.done)))]
    chosen, name = [trial.values[vary.field] for trial in good], name_of(vary.field, sweep.dataset.noun)
    if isinstance(vary, Among):
        best = max(set(chosen), key=chosen.count)
        return f"Of the best {len(good)} trials {chosen.count(best)} have {name} {model_names.setting(best)}."
    numbers = [float(value) for value in chosen]
    return f"The best {len(good)} trials have {name} {min(numbers):.3g} to {max(numbers):.3g}."


def result(sweep: Sweep, unit: str) -> list[str]:
    """What the best trials came to on fresh splits, and how much of their lead was luck; empty before."""
    if sweep.result is None:
        return []
    winner, base, gain = sweep.result.winner, sweep.result.base, sweep.result.gain
    noun = sweep.dataset.noun
    many = f"the best {count(len(sweep.result.best), 'trial')}" if len(sweep.result.best) > 1 else "the best trial"
    where = f"from fresh starts on {FRESH_SPLITS} fresh splits"
    said = [f"Then {many} and the settings it began with were trained anew, {where}."]
    if winner.values == base.values:
        said.append("None of them is better there than the settings it began with: keep those.")
        return [*said, *_test(sweep, unit)]
    said.append(
        f"The best there is {values(winner.values, noun)}: off by {winner.pooled.mean:.4f} ± {winner.pooled.se:.4f} "
        f"{unit}, where those it began with are off by {base.pooled.mean:.4f} ± {base.pooled.se:.4f}."
    )
    if gain.mean <= 0:
        said.append("That is no better: keep the settings it began with.")
    elif sweep.result.is_clear(sweep.plan.config.validation_fraction):
        said.append("That is more than the luck of splits would give.")
    else:
        said.append("That is no more than the luck of splits can give: keep what you have, or try more.")
    return [*said, *_luck(sweep, unit), *_test(sweep, unit)]


def _luck(sweep: Sweep, unit: str) -> list[str]:
    """How much of a trial's lead was gone on fresh splits."""
    if sweep.result is None or sweep.base_rmse is None:
        return []
    numbers = {trial.number: trial for trial in sweep.trials}
    winner = sweep.result.winner
    then = None if winner.number is None else numbers[winner.number].val_rmse
    if then is None:
        return []
    ahead, now = sweep.base_rmse - then, sweep.result.gain.mean
    if ahead <= 0 or now >= ahead:
        return [f"Its lead of {ahead:.4f} {unit} in the sweep itself was no luck."] if ahead > 0 else []
    share = min(1.0, (ahead - now) / ahead)
    return [f"In the sweep itself it was ahead by {ahead:.4f} {unit}: {share:.0%} of that was luck."]


def _test(sweep: Sweep, unit: str) -> list[str]:
    if sweep.result is None or sweep.result.winner.test_rmse is None or sweep.result.base.test_rmse is None:
        return []
    share = sweep.plan.config.test_fraction
    winner, base = sweep.result.winner.test_rmse, sweep.result.base.test_rmse
    seen = f"On the {share:.0%} of the ratings that no trial has seen"
    if sweep.result.winner.values == sweep.result.base.values:
        return [f"{seen} they are off by {base:.4f} {unit}."]
    return [f"{seen} it is off by {winner:.4f} {unit}; the settings it began with by {base:.4f}."]


def promise(trials: int, splits: int, seconds_each: float, workers: int) -> str:
    """How long a plan will take: the trials, and the confirmation after them."""
    first = trials * splits * seconds_each / workers
    after = (CONFIRMED + 1) * FRESH_SPLITS * seconds_each / workers
    return (
        f"{count(trials, 'trial')}: {phrases.roughly(first)}; then the best {CONFIRMED} are trained anew on fresh "
        f"splits, {phrases.roughly(after)}."
    )


def plan(plan: SweepPlan, noun: str) -> str:
    """What varies, in a line."""
    return ", ".join(f"{name_of(vary.field, noun)} {_range(vary)}" for vary in plan.vary)


def _range(vary: Vary) -> str:
    numbers = all(type(value) in (int, float) for value in vary.ends)
    if numbers:
        return f"{vary.ends[0]:g} to {vary.ends[-1]:g}"
    return " or ".join(model_names.setting(value) for value in vary.ends)
