"""Which calls there are, and what each may be told."""

import argparse
from typing import Any, Literal, NoReturn, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.analysis.neighbors import METRICS
from core.cli import data, imports, jobs, looking, runs, train
from core.config import PRESETS, ModelConfig, SplitConfig, TrainConfig
from core.datasets import BUNDLED
from core.errors import UsageError
from core.export import FORMATS


class _Parser(argparse.ArgumentParser):
    """Tells a wrong call as every other error is told."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `{self.prog} --help` shows what is allowed")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="python -m core", description="Train embedding models and look inside them.", allow_abbrev=False
    )
    _add_json(parser)
    calls = parser.add_subparsers(title="calls", required=True, metavar="CALL")
    _add(calls, "datasets", data.list_datasets, "List the datasets.")
    imports.add_flags(
        _add(calls, "import", imports.import_files, "Make a dataset of rating tables: files, folders or archives.")
    )
    _add_train(calls)
    _add(calls, "jobs", jobs.list_jobs, "List the jobs of the dashboard's queue.")
    cancel = _add(calls, "cancel", jobs.cancel, "Ask a job to stop.")
    cancel.add_argument("job_id", metavar="JOB", help="Its id, as `jobs` shows it.")
    _add(calls, "runs", runs.list_runs, "List the trained models.")
    _add_run_call(calls, "show", runs.show, "Show a run's settings, results and history.")
    _add_run_call(calls, "delete", runs.delete, "Delete a run from the store, for good.")
    _add_components(calls)
    _add_neighbors(calls)
    export = _add_run_call(calls, "export", runs.export, "Write a run's embeddings or its model to files.")
    export.add_argument("--format", required=True, choices=FORMATS, help="What to write.")
    export.add_argument("--to", required=True, metavar="DIR", help="Folder to write into; made where there is none.")
    return parser


def _add(calls: Any, name: str, command: Any, summary: str) -> argparse.ArgumentParser:
    call: argparse.ArgumentParser = calls.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    _add_json(call)
    call.set_defaults(command=command)
    return call


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Allowed before and after the name of the call; without a default the one does not undo the other.
    text = "Print one JSON document instead of text."
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)


def _add_run_call(calls: Any, name: str, command: Any, summary: str) -> argparse.ArgumentParser:
    call = _add(calls, name, command, summary)
    call.add_argument("run_id", metavar="RUN", help="Its id, 16 hex digits, as `runs` shows it.")
    return call


def _add_components(calls: Any) -> None:
    call = _add_run_call(
        calls, "components", looking.components, "Show the items at both ends of a principal component."
    )
    call.add_argument("--component", type=int, default=1, metavar="K", help="Which one, counted from 1 (default 1).")
    call.add_argument("--top", type=int, default=10, metavar="N", help="Items at each end (default 10).")
    call.add_argument(
        "--min-ratings", type=int, default=21, metavar="N", help="List only items with at least N ratings (default 21)."
    )
    call.add_argument(
        "--fit-min-ratings",
        type=int,
        default=0,
        metavar="N",
        help="Compute the components from items with at least N ratings (default 0: from all).",
    )
    call.add_argument("--centered", action="store_true", help="Subtract the column means first (default: do not).")


def _add_neighbors(calls: Any) -> None:
    call = _add_run_call(calls, "neighbors", looking.neighbors, "Show the items closest to one item.")
    call.add_argument("--item", required=True, metavar="ID", help="The item's own id in the data.")
    call.add_argument("--metric", choices=METRICS, default="cosine", help="How closeness is measured (default cosine).")
    call.add_argument("--top", type=int, default=10, metavar="N", help="How many (default 10).")


def _add_train(calls: Any) -> None:
    call = _add(calls, "train", train.train, "Train a model, unless the store has it already.")
    call.add_argument("--dataset", default=BUNDLED, metavar="ID", help=f"What to learn from (default {BUNDLED}).")
    call.add_argument(
        "--preset",
        default="default",
        metavar="P",
        help="Settings to begin with, overridden by the flags below: " + ", ".join(PRESETS) + " (default: default).",
    )
    call.add_argument("--queue", action="store_true", help="Hand it to the dashboard's workers and return at once.")
    for title, settings in (("split", SplitConfig), ("model", ModelConfig), ("training", TrainConfig)):
        group = call.add_argument_group(title, settings.__doc__)
        for name, field in _fields(settings):
            _add_setting(group, name, field)


def _fields(settings: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return list(settings.model_fields.items())


def _add_setting(group: Any, name: str, field: FieldInfo) -> None:
    """One flag. Its value stays text: the config turns it into what it wants, or says why not."""
    flag, text = f"--{name.replace('_', '-')}", (field.description or "").replace("%", "%%")
    if field.annotation is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        return
    choices = _choices(field.annotation)
    metavar = f"{{{','.join(choices)}}}" if choices else ("N" if field.annotation is int else "X")
    group.add_argument(flag, default=None, metavar=metavar, help=text + _limits(field))


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, also of one that may be None."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in _choices(part))


def _limits(field: FieldInfo) -> str:
    said = []
    for limit in field.metadata:
        match limit:
            case annotated_types.Ge():
                said.append(f"at least {limit.ge}")
            case annotated_types.Gt():
                said.append(f"more than {limit.gt}")
            case annotated_types.Le():
                said.append(f"at most {limit.le}")
    return f" ({', '.join(said)})" if said else ""
