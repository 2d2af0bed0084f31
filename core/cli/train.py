"""The call that trains."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any

from core import access, data, settings
from core.access import COMMAND_LINE, Action
from core.cli.common import Answer, add_count, add_fields, attributes, given, pairs
from core.config import SHARED_FIELDS, GradientConfig, RunConfig, SplitConfig, TrainConfig, run_id
from core.data import BUNDLED
from core.data.nouns import count
from core.data.ratings import Ratings
from core.errors import CorruptRunError, LimitError, UnknownRunError, UsageError
from core.jobs import queue
from core.model.events import Epoch, Event, Started, Step
from core.model.families import MODEL_SETTINGS, PRESETS, SETTINGS, parse_config
from core.model.run import Run
from core.store.runs import RunStore
from core.studies.films import train_filmed
from core.training.budget import check_room, check_size


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `train` can be told."""
    call.add_argument("--dataset", default=BUNDLED, metavar="ID", help=f"What to learn from (default {BUNDLED}).")
    text = "Settings to begin with, overridden by the flags below: " + ", ".join(PRESETS) + " (default: default)."
    call.add_argument("--preset", default="default", metavar="P", help=text)
    call.add_argument("--queue", action="store_true", help="Hand it to the dashboard's workers and return at once.")
    _add_spark_flags(call.add_argument_group("spark", "What goes with --engine spark."))
    about_model = "What the model is; a setting that its family does not have is refused."
    for title, about, fields in (
        ("split", SplitConfig.__doc__, SplitConfig.model_fields),
        ("model", about_model, MODEL_SETTINGS),
        ("training", TrainConfig.__doc__, {**TrainConfig.model_fields, **SHARED_FIELDS}),
    ):
        add_fields(call.add_argument_group(title, about), fields)


def train(arguments: argparse.Namespace) -> Answer:
    """Train in this process, or hand the training to the dashboard's workers."""
    config = _config(arguments)
    if arguments.master is not None:
        if arguments.queue:
            raise UsageError(
                "--master is for a training of this call; set EMBEDDING_EXPLORER_SPARK_MASTER for a server"
            )
        settings.use("SPARK_MASTER", arguments.master)
        settings.spark_master()  # before anything takes its time
    if getattr(config, "table", ""):
        return _train_on_table(config, arguments)
    ratings = data.load(arguments.dataset)
    check_size(config, len(ratings.users), len(ratings.items), len(ratings))
    return _submit(config, ratings) if arguments.queue else _train_here(config, ratings)


def _config(arguments: argparse.Namespace) -> RunConfig:
    if arguments.preset not in PRESETS:
        raise LimitError(f"preset is {arguments.preset!r:.60}; there are {', '.join(PRESETS)}")
    wanted = given(arguments, SETTINGS)
    if "engine" in wanted or "table" in wanted:  # there is one family that Spark trains
        wanted = {"model": "als", **({"engine": "spark"} if "table" in wanted else {}), **wanted}
    return parse_config(wanted, base=PRESETS[arguments.preset])


def _add_spark_flags(group: Any) -> None:
    """What is no setting of the run: where Spark is, and what becomes of a table that is too large to be shown."""
    group.add_argument("--master", metavar="URL", help="Spark's master, as spark://host:7077 (default local[*]).")
    add_count(group, "--keep-items", 100_000, "Most rated items of a table that can be looked at.", minimum=2)
    add_count(group, "--keep-ratings", 10_000_000, "About how many ratings of a table can be looked at.", minimum=20)
    text = "Folder, as Spark writes it, for the numbers of all users and items of a table, as Parquet."
    group.add_argument("--factors", metavar="PATH", default="", help=text)


def _train_on_table(config: Any, arguments: argparse.Namespace) -> Answer:
    """Learn from a table by Spark, in this process."""
    from core.training.spark_table import Wanted, fit_table

    if arguments.queue:
        raise UsageError("a table is learned from by this call itself; leave --queue out")
    access.check(Action.TRAIN, COMMAND_LINE)
    store = RunStore()
    with interrupt_asks_to_stop() as should_stop:
        wanted = Wanted(config, arguments.keep_items, arguments.keep_ratings, arguments.factors)
        run = fit_table(wanted, on_event=_Progress(), should_stop=should_stop)
    cached = store.get(run.run_id) is not None
    store.publish(run)
    return _answer(run, store, cached=cached)


def _train_here(config: RunConfig, ratings: Ratings) -> Answer:
    store = RunStore()
    run = _stored(store, run_id(config, ratings.digest))
    cached = run is not None
    if run is None:
        access.check(Action.TRAIN, COMMAND_LINE)
        with interrupt_asks_to_stop() as should_stop:
            run = _fit(config, ratings, should_stop)
    return _answer(run, store, cached=cached)


def _answer(run: Run, store: RunStore, *, cached: bool) -> Answer:
    results = attributes(run.outcome, ("epochs", "kept_epoch", "val_rmse", "best_val_rmse", "train_seconds"))
    results["metric"] = run.outcome.metric and asdict(run.outcome.metric)
    document = {"run_id": run.run_id, "cached": cached, **results, "path": str(store.folder / run.run_id)}
    return Answer(document, pairs(document.items()))


def _stored(store: RunStore, wanted: str) -> Run | None:
    try:
        return store.load(wanted)
    except UnknownRunError:
        return None
    except CorruptRunError as error:
        print(f"{error}; training it now", file=sys.stderr)
        return None


def _fit(config: RunConfig, ratings: Ratings, should_stop: Callable[[], bool]) -> Run:
    check_room(config, len(ratings.users), len(ratings.items))
    if isinstance(config, GradientConfig):
        print("starting TensorFlow", file=sys.stderr)
    return train_filmed(config, ratings, on_event=_Progress(), should_stop=should_stop)


def _submit(config: RunConfig, ratings: Ratings) -> Answer:
    job = queue.submit_training(config, ratings, by=COMMAND_LINE)
    document = {"job_id": job.job_id or None, "run_id": job.run_id, "state": job.state}
    if job.state == "done":
        return Answer(document, f"run {job.run_id} is in the store already")
    text = (
        f"job {job.job_id} is {job.state}; a running dashboard trains it, and `python -m core jobs` shows how it stands"
    )
    return Answer(document, text)


class _Progress:
    """Tells a person on stderr how the training goes; a terminal sees one line that changes."""

    def __init__(self) -> None:
        self.alive = sys.stderr.isatty()
        self.epochs = 0

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self.epochs = event.epochs
                self._say(f"{count(event.n_train, 'rating')} to learn from, {event.n_validation:,} to test on")
            case Step() if event.loss is None:
                self._say(f"{event.at:.0%} of the iterations")
            case Step() if self.alive:
                print(f"\r\033[Kepoch {event.at:.1f} of {self.epochs}  loss {event.loss:.3f}", end="", file=sys.stderr)
            case Epoch():
                self._say(
                    f"epoch {event.epoch:>3} of {self.epochs}  {event.seconds:.2f} s  loss {event.loss:.4f}  "
                    f"{_measured(event)}"
                )

    def _say(self, line: str) -> None:
        print(("\r\033[K" if self.alive else "") + line, file=sys.stderr, flush=True)


def _measured(epoch: Epoch) -> str:
    """What an epoch came to: both errors of a model that guesses ratings, else its metric."""
    training = "" if epoch.rmse is None else f"RMSE {epoch.rmse:.4f}  "
    return f"{training}validation {epoch.metric.metric.title} {epoch.value:.4f}" if epoch.metric else training


@contextmanager
def interrupt_asks_to_stop() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C asks the training to stop; a second one ends the process as usual."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        """The first Ctrl-C asks to stop, a second one ends the program."""
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("\nstopping", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
