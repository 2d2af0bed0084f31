"""Which calls there are, and what each may be told."""

import argparse
from typing import Any, NoReturn

from core.cli import (
    axis,
    biases,
    common,
    compare,
    components,
    data,
    imports,
    jobs,
    naming,
    neighbors,
    recommend,
    runs,
    studies,
    train,
)
from core.cli.fields import add_fields
from core.config import SplitConfig, TrainConfig
from core.data import BUNDLED
from core.errors import UsageError
from core.export import FORMATS
from core.model.families import MODEL_SETTINGS, PRESETS


class _Parser(argparse.ArgumentParser):
    """Tells a wrong call as every other error is told."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of ending the process."""
        raise UsageError(f"{message}; `{self.prog} --help` shows what is allowed")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="python -m core", description="Train embedding models and look inside them.", allow_abbrev=False
    )
    _add_json(parser)
    calls = parser.add_subparsers(title="calls", required=True, metavar="CALL")
    _add_data(calls)
    _add_train(calls)
    _add(calls, "jobs", jobs.list_jobs, "List the jobs of the dashboard's queue.")
    cancel = _add(calls, "cancel", jobs.cancel, "Ask a job to stop.")
    cancel.add_argument("job_id", metavar="JOB", help="Its id, as `jobs` shows it.")
    _add_runs(calls)
    _add_analyses(calls)
    return parser


def _add_data(calls: Any) -> None:
    _add(calls, "datasets", data.list_datasets, "List the datasets.")
    imports.add_flags(
        _add(calls, "import", imports.import_files, "Make a dataset of rating tables: files, folders or archives.")
    )
    imports.add_download_flags(
        _add(calls, "download", imports.download, "Fetch a MovieLens release and make a dataset of it.")
    )
    rename = _add(calls, "rename", data.rename, "Give a dataset another name.")
    rename.add_argument("dataset_id", metavar="DATASET", help="Its id, as `datasets` shows it.")
    rename.add_argument("name", metavar="NAME", help="The new name.")
    rename.add_argument("--noun", metavar="WORD", help="What is rated, singular, such as movie or book.")
    delete = _add(calls, "delete-dataset", data.delete, "Delete a dataset, for good; its runs stay.")
    delete.add_argument("dataset_id", metavar="DATASET", help="Its id, as `datasets` shows it.")


def _add_runs(calls: Any) -> None:
    _add(calls, "runs", runs.list_runs, "List the trained models.")
    _add_run_call(calls, "show", runs.show, "Show a run's settings, results and history.")
    _add_run_call(calls, "delete", runs.delete, "Delete a run from the store, for good.")
    export = _add_run_call(calls, "export", runs.export, "Write a run's embeddings or its model to files.")
    export.add_argument("--format", required=True, choices=FORMATS, help="What to write.")
    export.add_argument("--to", required=True, metavar="DIR", help="Folder to write into; made where there is none.")


def _add_analyses(calls: Any) -> None:
    components.add_flags(
        _add_run_call(
            calls, "components", components.components, "Show the items at both ends of a principal component."
        )
    )
    naming.add_flags(
        _add_run_call(
            calls, "name", naming.name_component, "Name the ends of a component, or show the names there are."
        )
    )
    common.add_settings(_add_run_call(calls, "cost", components.cost, "Show how many components the predictions need."))
    neighbors.add_flags(_add_run_call(calls, "neighbors", neighbors.neighbors, "Show the items closest to one item."))
    biases.add_flags(_add_run_call(calls, "biases", biases.biases, "Show learned biases beside plain averages."))
    compare.add_flags(_add_run_call(calls, "compare", compare.compare, "Show how alike two runs are."))
    recommend.add_recommend_flags(
        _add_run_call(calls, "recommend", recommend.recommend, "Guess what somebody new would like.")
    )
    recommend.add_explain_flags(
        _add_run_call(calls, "explain", recommend.explain_guess, "Take one guess apart, term by term.")
    )
    studies.add_map_flags(
        _add_run_call(calls, "map", studies.draw, "Draw a map of the items, and tell how faithful it is.")
    )
    studies.add_clusters_flags(
        _add_run_call(calls, "clusters", studies.clusters, "Group the items, and name the groups.")
    )
    studies.add_stability_flags(
        _add_run_call(calls, "stability", studies.stability, "Train again from other seeds, and show what comes back.")
    )
    axis.add_flags(_add_run_call(calls, "axis", axis.show, "Project the items on an axis between two sets of them."))


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
    about_model = "What the model is; a setting that its family does not have is refused."
    for title, about, fields in (
        ("split", SplitConfig.__doc__, SplitConfig.model_fields),
        ("model", about_model, MODEL_SETTINGS),
        ("training", TrainConfig.__doc__, TrainConfig.model_fields),
    ):
        add_fields(call.add_argument_group(title, about), fields)
