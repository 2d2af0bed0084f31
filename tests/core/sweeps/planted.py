"""Trainings that cost nothing: what they come to is a formula with a known optimum."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

from core.config import RunConfig, run_id
from core.errors import CanceledError
from core.sweeps.plan import Between, SweepPlan
from core.sweeps.record import GivesUp, Trained

BEST_L2, BEST_RATE, LOWEST = 0.1, 6e-3, 0.86

VARY = (
    Between(field="l2", low=1e-3, high=1, log=True),
    Between(field="learning_rate", low=5e-4, high=5e-2, log=True),
    Between(field="user_dropout", low=0, high=0.5),
)
BASE = {"model": "dot_with_bias", "l2": 0.9, "learning_rate": 0.04}


def plan(**changes: object) -> SweepPlan:
    return SweepPlan.model_validate({"base": BASE, "vary": VARY} | changes)


def error(config: RunConfig) -> float:
    """Lowest at the planted values; dropout does nothing, and each split has a luck of its own."""
    luck = int(hashlib.sha256(f"{config.split_seed} {config.seed}".encode()).hexdigest()[:4], 16) / 2**16
    away = math.log10(config.l2 / BEST_L2) ** 2 + math.log10(config.learning_rate / BEST_RATE) ** 2
    return LOWEST + 0.02 * away + 0.004 * luck


class Planted:
    """The `Train` of a sweep over the formula; keeps what it was asked for.

    Attributes:
        asked: Ids of all trainings, in their order.
        stop_after: Trainings after which it is stopped; None for never.
    """

    def __init__(self, of: Callable[[RunConfig], float] = error) -> None:
        self._of = of
        self.asked: list[str] = []
        self.stop_after: int | None = None

    def __call__(self, trials: Mapping[int, tuple[RunConfig, ...]], gives_up: GivesUp) -> Mapping[int, Trained]:
        results = {}
        for number, configs in trials.items():
            if self.stop_after is not None and len(self.asked) >= self.stop_after:
                raise CanceledError("stopped")
            self.asked += [run_id(config, "digest") for config in configs]
            results[number] = self._trained(number, configs, gives_up)
        return results

    def _trained(self, number: int, configs: Sequence[RunConfig], gives_up: GivesUp) -> Trained:
        errors = [self._of(config) for config in configs]
        if not all(map(math.isfinite, errors)):
            return Trained(why="DIVERGED")
        mean = sum(errors) / len(errors)
        if gives_up(number, [mean + 0.1 / epoch for epoch in range(1, 6)]):
            return Trained()
        return Trained(tuple(run_id(config, "digest") for config in configs), tuple(errors))
