"""A kind of job without TensorFlow, and a worker that knows no other: `python tests/core/jobs/tiny.py`.

Its jobs measure, wait, fail in every way there is, and publish small runs to
the real store, so that everything around training can be tested in milliseconds.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.access import Action
from core.config import run_id
from core.data.ratings import DatasetRef
from core.errors import CanceledError, DivergedError
from core.jobs import worker
from core.jobs.kinds import KINDS, Kind, Reporter
from core.model.dot_with_bias import DotWithBias
from core.model.events import Epoch, Started, Step
from core.model.families import run_config
from core.model.run import Outcome, Run
from core.store.runs import RunStore

COMMAND = (sys.executable, str(Path(__file__).resolve()))
BEAT_SECONDS = 0.1  # between two heartbeats: with leases of a second, no test waits long for one to run out
DATASET = DatasetRef("tiny", "Tiny", "movie", "0" * 64, users=4, items=6, ratings=24, min_rating=0.5, max_rating=5.0)


def tiny_run(seed: int = 0, *, items: int = 6) -> Run:
    """A small run that fits into the store; equal seeds are equal runs."""
    config = run_config(embedding_dim=3, seed=seed)
    rng = np.random.default_rng(seed)
    dataset = replace(DATASET, items=items)
    return Run(
        run_id=run_id(config, f"{dataset.digest}{items}"),
        config=config,
        dataset=dataset,
        started=Started(2, 19, 5, 1, 0, 1.05, 0.9),
        history=tuple(Epoch(n, 0.1, 0.9 / n, 0.8 / n, 0.6, 0.9, 0.95 / n, 0.7) for n in (1, 2)),
        steps=(Step(0.5, 1.25), Step(1.5, 1 / 3)),
        outcome=Outcome(2, 2, False, 0.475, 0.7, 0.475, 0.2),
        scorer=DotWithBias.make(
            {
                "user_embedding": rng.normal(size=(4, 3)).astype(np.float32),
                "item_embedding": rng.normal(size=(items, 3)).astype(np.float32),
                "user_bias": rng.normal(size=4).astype(np.float32),
                "item_bias": rng.normal(size=items).astype(np.float32),
            },
            min_rating=dataset.min_rating,
            max_rating=dataset.max_rating,
        ),
        created_at="2026-01-01T00:00:00+00:00",
        versions=(("python", "3"),),
    )


def run_tiny(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    """Do what `spec["do"]` says, then publish the run of `spec["seed"]`."""
    reporter.measure("started", {"seed": spec["seed"]})
    _DEEDS[spec.get("do", "wait")](spec, reporter, should_stop)
    RunStore().publish(tiny_run(spec["seed"], items=spec.get("items", 6)))


def _wait(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    steps = spec.get("steps", 1)
    for step in range(1, steps + 1):
        if should_stop():
            raise CanceledError("stopped")
        threading.Event().wait(spec.get("seconds", 0) / steps)
        reporter.measure("step", {"at": step, "loss": 1 / step})
        reporter.progress(step / steps)


def _clock(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    for _ in range(20):
        reporter.measure("clock", {"time": time.time()})
        threading.Event().wait(0.05)


def _deaf(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    threading.Event().wait()


def _diverge(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    raise DivergedError("the loss stopped being a number in epoch 1; lower the learning rate")


def _bug(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    raise ZeroDivisionError("a planted fault")


def _hungry(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    raise MemoryError


def _bad_alloc(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.kill(os.getpid(), signal.SIGABRT)


def _fat(spec: dict[str, Any], reporter: Reporter, should_stop: Callable[[], bool]) -> None:
    _kept.append(bytearray(os.urandom(1)) * 200 * 2**20)


_kept: list[bytearray] = []
_DEEDS = {
    "wait": _wait,
    "clock": _clock,
    "deaf": _deaf,
    "diverge": _diverge,
    "bug": _bug,
    "hungry": _hungry,
    "bad_alloc": _bad_alloc,
    "fat": _fat,
}
TINY = Kind(run=run_tiny, action=Action.TRAIN, finished=lambda key: key in RunStore(), warm=lambda: None)
ASIDE = replace(TINY, group="other")
STEERING = replace(TINY, group="steering")


def key_of(spec: dict[str, Any]) -> str:
    """The run that a tiny job publishes."""
    return tiny_run(spec["seed"], items=spec.get("items", 6)).run_id


if __name__ == "__main__":
    KINDS.clear()
    KINDS.update(tiny=TINY, aside=ASIDE, steering=STEERING)
    worker.BEAT_SECONDS = BEAT_SECONDS
    worker.main()
