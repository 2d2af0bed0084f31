"""What a sweep tries: the settings that stay, those that vary and from where to where, and how they are chosen."""

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, Self, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from core.config import GradientConfig, RunConfig, Settings, SplitConfig, is_offered, run_id
from core.errors import LimitError, NotApplicableError
from core.model.families import family_of, parse_config

SCHEMA_VERSION = 1  # part of every sweep's id: raise it when the same plan would try other settings
TEST_FRACTION = 0.1  # share of the ratings that a sweep sets aside, unless its settings name one

FRESH_SEED = 10_000
"""What is added to the seeds of the trials, of the split and of the start, to train the best of them anew."""

CONFIRMED, FRESH_SPLITS = 5, 4  # trials that are trained anew after a sweep, the best, and on how many fresh splits

MOST_VARIED, MOST_TRIALS, MOST_SPLITS = 8, 1000, 5
FIXED = frozenset({"model", "seed", *SplitConfig.model_fields})
"""Settings that no sweep varies: which model, which ratings, and what chance draws."""

Value = bool | int | float | str


class Between(Settings):
    """A number from one end to the other, both included.
    `log`: whether it is the number's logarithm that is spread evenly."""

    field: str
    low: float
    high: float
    log: bool = False

    @model_validator(mode="after")
    def _check_ends(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"{self.field} would vary from {self.low:g} to {self.high:g}; the low end comes first")
        if self.log and self.low <= 0:
            raise ValueError(f"{self.field} would vary by its logarithm from {self.low:g}; that begins above 0")
        return self

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values at both ends."""
        return self.low, self.high

    def covers(self, value: Value) -> bool:
        """Whether a value lies between the ends."""
        return not isinstance(value, str) and self.low <= value <= self.high


class Among(Settings):
    """One of a few values. `values`: two or more."""

    field: str
    values: tuple[Value, ...] = Field(min_length=2, max_length=50)

    @field_validator("values")
    @classmethod
    def _check_each_once(cls, values: tuple[Value, ...]) -> tuple[Value, ...]:
        if len(set(values)) < len(values):
            raise ValueError("each value may stand there once")
        return values

    @property
    def ends(self) -> tuple[Value, ...]:
        """All the values."""
        return self.values

    def covers(self, value: Value) -> bool:
        """Whether it is one of the values."""
        return value in self.values


Vary = Between | Among


class SweepPlan(Settings):
    """Everything that decides which settings a sweep tries. Equal plans on equal data are one sweep.

    How many trials it makes is no part of it: a sweep can be extended.
    """

    # all settings of a run; those that vary have their values from here in the first trial, where they lie in the range
    base: dict[str, Value]
    vary: tuple[Vary, ...] = Field(min_length=1, max_length=MOST_VARIED)  # what varies
    # how values are chosen: tpe, by what trials have shown so far (Bergstra et al. 2011); random; grid, all
    # combinations, in an order drawn by chance.
    sampler: Literal["tpe", "random", "grid"] = "tpe"
    splits: int = Field(1, ge=1, le=MOST_SPLITS)  # on how many splits each trial is trained; its error is the mean
    prune: bool = True  # whether a trial is given up whose curve is among the worst quarter at the same epoch
    # trials that are chosen at a time, and may be trained side by side. None of them knows what comes of the others, so
    # the same plan tries the same settings however many are trained at once.
    together: int = Field(4, ge=1, le=64)
    seed: int = Field(0, ge=0, le=2**31 - 1)  # starting number of what is drawn by chance

    @property
    def config(self) -> RunConfig:
        """The settings that stay, with their ratings set aside."""
        return parse_config({"test_fraction": TEST_FRACTION, **self.base})

    def configs(self, values: Mapping[str, Value], *, fresh: int = 0) -> tuple[RunConfig, ...]:
        """The runs of a trial: its settings on each of the splits.
        `fresh`: how many fresh splits to take instead, each with a fresh start."""
        base = self.config
        if not fresh:
            seeds = [{"split_seed": base.split_seed + number} for number in range(self.splits)]
        else:
            first = {"split_seed": base.split_seed + FRESH_SEED, "seed": base.seed + FRESH_SEED}
            seeds = [{name: seed + number for name, seed in first.items()} for number in range(fresh)]
        return tuple(parse_config({**values, **drawn}, base=base) for drawn in seeds)

    @property
    def base_values(self) -> dict[str, Value]:
        """What the settings that vary are in `base`."""
        return {vary.field: getattr(self.config, vary.field) for vary in self.vary}

    @property
    def covers_base(self) -> bool:
        """Whether those are values that the sweep itself could try."""
        return all(vary.covers(self.base_values[vary.field]) for vary in self.vary)

    def grid(self) -> Iterator[dict[str, Value]]:
        """All combinations of the values; every setting is one of a few."""
        values = [[(vary.field, value) for value in vary.ends] for vary in self.vary]
        return (dict(combination) for combination in itertools.product(*values))

    @property
    def size(self) -> int:
        """How many trials it can make at most."""
        return math.prod(len(vary.ends) for vary in self.vary) if self.sampler == "grid" else MOST_TRIALS

    def largest(self) -> RunConfig:
        """The settings that take most memory and time of all that it can come to, as far as each alone decides."""
        numbers = {vary.field: vary.ends for vary in self.vary if not any(isinstance(end, str) for end in vary.ends)}
        most = {name: min(ends) if name == "batch_size" else max(ends) for name, ends in numbers.items()}
        return self.configs(most)[0]

    def identify(self, digest: str) -> str:
        """The sweep's id on data with this digest: 16 hex digits."""
        rest = self.model_dump(mode="json", exclude={"base"})
        text = json.dumps([SCHEMA_VERSION, run_id(self.config, digest), rest], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_splits(plan: SweepPlan, config: RunConfig) -> None:
    if not family_of(config).guesses_ratings:
        raise NotApplicableError(
            f"a sweep compares errors of guessed ratings, and {config.model} guesses none; choose a model that does"
        )
    if not config.is_drawn and plan.splits > 1:
        raise NotApplicableError(
            f"split_kind {config.split_kind} divides the ratings in one way, so there is one split; choose splits 1"
        )


def check(plan: SweepPlan) -> None:
    """Pass if every setting that a plan can come to may be trained.

    Raises LimitError: a setting is none of the family, varies twice, may not vary, or is out of its range;
    NotApplicableError: the family has no validation RMSE to compare trials by.
    """
    config = plan.config
    _check_splits(plan, config)
    names = [vary.field for vary in plan.vary]
    for name in names:
        if name not in variable(config):
            raise LimitError(f"{name:.60} cannot vary; of {config.model} {', '.join(variable(config))} can")
        if names.count(name) > 1:
            raise LimitError(f"{name} varies twice; name it once")
    for vary in plan.vary:
        if isinstance(vary, Between):
            _check_numbers(vary, config)
            if plan.sampler == "grid":
                raise LimitError(f"a grid takes a list of values for each setting, and {vary.field} has a range")
        for value in vary.ends:
            parse_config({vary.field: value}, base=config)
    if plan.size > MOST_TRIALS:
        raise LimitError(f"the grid has {plan.size:,} combinations, {MOST_TRIALS:,} are allowed; name fewer values")


def _check_numbers(vary: Between, config: RunConfig) -> None:
    kind = type(config).model_fields[vary.field].annotation
    if kind not in (int, float):
        raise LimitError(f"{vary.field} is no number; name the values that it may have")
    if kind is int and not (vary.low.is_integer() and vary.high.is_integer()):
        raise LimitError(f"{vary.field} is a whole number, and would vary from {vary.low:g} to {vary.high:g}")


def variable(config: RunConfig) -> list[str]:
    """Names of the settings of a family that a sweep may vary."""
    fields = type(config).model_fields
    return [name for name, field in fields.items() if name not in FIXED and is_offered(field)]


def is_whole(config: RunConfig, vary: Vary) -> bool:
    """Whether a setting is a whole number."""
    return type(config).model_fields[vary.field].annotation is int


def options(config: RunConfig, name: str) -> tuple[Value, ...]:
    """All values of a setting that has few; empty for a number."""
    kind = type(config).model_fields[name].annotation
    return (False, True) if kind is bool else get_args(kind)


def parse_vary(text: str) -> Vary:
    """What `FIELD=LOW:HIGH`, `FIELD=LOW:HIGH:log` or `FIELD=VALUE,VALUE,…` says.
    Raises LimitError: it says nothing of this kind."""
    field, equals, rest = text.partition("=")
    name = field.strip().replace("-", "_")
    try:
        if equals and ":" in rest:
            low, high, *log = rest.split(":")
            if log in ([], ["log"]):
                return Between(field=name, low=float(low), high=float(high), log=bool(log))
        elif equals and "," in rest:
            return Among(field=name, values=tuple(_value(word) for word in rest.split(",")))
    except ValueError as error:
        raise LimitError(f"--vary {text:.80}: {_first_message(error)}") from None
    raise LimitError(
        f"--vary {text:.80} cannot be read; write FIELD=LOW:HIGH, FIELD=LOW:HIGH:log or FIELD=VALUE,VALUE, such as "
        "l2=0.001:1:log or embedding_dim=8,16,32"
    )


def _first_message(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    return str(errors()[0]["msg"]).removeprefix("Value error, ") if errors else str(error)


def _value(word: str) -> Value:
    text = word.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


TRIALS: Mapping[str, int] = MappingProxyType({"quick": 12, "thorough": 60})
"""The ready plans, and how many trials they make."""

_THOROUGH_ALONE = frozenset({"item_columns", "hidden_units"})


def wide(config: RunConfig) -> dict[str, Vary]:
    """From where to where settings of a family vary in the ready plans, widely, by their names.

    Sizes are a few values: a program is compiled for each, which takes longer than a training. A family without one
    has no use for many dimensions and takes longer with each.
    """
    sizes = (8, 16, 32, 64, 128) if isinstance(config, GradientConfig) else (2, 4, 8, 12, 16)
    ranges: tuple[Vary, ...] = (
        Among(field="embedding_dim", values=sizes),
        Between(field="learning_rate", low=5e-4, high=5e-2, log=True),
        Between(field="l2", low=1e-3, high=1.0, log=True),
        Among(field="hidden_units", values=(8, 16, 32, 64)),
        Between(field="steps", low=40, high=100),
        Among(field="raters", values=(False, True)),
        Among(field="item_columns", values=(False, True)),
    )
    return {vary.field: vary for vary in ranges if vary.field in variable(config)}


def ready(name: str, base: RunConfig) -> SweepPlan:
    """One of the ready plans for a model with these settings.

    Args:
        name: quick, a few settings and a single split; or thorough, all that matter.
        base: What stays, and where to begin.

    Raises NotApplicableError: nothing of this family varies in the ready plans.
    """
    ranges = tuple(vary for vary in wide(base).values() if name == "thorough" or vary.field not in _THOROUGH_ALONE)
    if not ranges:
        raise NotApplicableError(f"no ready plan varies a setting of {base.model}; name what to vary")
    return made(base, ranges)


def made(base: RunConfig, vary: tuple[Vary, ...], **others: Any) -> SweepPlan:
    """A plan for a model with these settings; raises LimitError where a number of it is out of range."""
    values = {key: value for key, value in base if key != "test_fraction" or value > 0}
    try:
        return SweepPlan(base=values, vary=vary, **others)
    except ValidationError as error:
        detail = error.errors()[0]
        name = ".".join(map(str, detail["loc"]))
        raise LimitError(f"{name} is {detail['input']!r:.60}: {detail['msg']}") from None
