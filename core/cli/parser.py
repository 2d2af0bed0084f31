"""Which calls there are, and what each may be told."""

import argparse
from typing import Any, NoReturn

from core.cli import compare, components, imports, listings, new_item, person, recommend, stored, studies, sweep, train
from core.cli.common import add_fields, add_settings
from core.config import SHARED_FIELDS, SplitConfig, TrainConfig
from core.data import BUNDLED
from core.errors import UsageError
from core.export.formats import FORMATS
from core.model.families import MODEL_SETTINGS, PRESETS
from core.studies.neighbors import NEIGHBORS
from core.studies.one_hot import ONE_HOT
from core.studies.proofs import PROOF
from core.studies.twins import TWINS

_MAKE_STUDIES = ("map", "clusters", "stability", "proof", "twins", "support", "one-hot", "film")
"""Calls about a run that keep what they compute."""


class _Parser(argparse.ArgumentParser):
    """Tells a wrong call as every other error is told."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of ending the process."""
        raise UsageError(f"{message}; `{self.prog} --help` shows what is allowed")


def build_parser(program: str, more: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, for a help that calls it `program` and ends with `more`."""
    parser = _Parser(
        prog=program, description="Train embedding models and look inside them.", epilog=more, allow_abbrev=False
    )
    _add_json(parser)
    calls = parser.add_subparsers(title="calls", required=True, metavar="CALL")
    _add_data(calls)
    _add_train(calls)
    summary = "Train one model with many settings, and show which of them matter."
    sweep.add_flags(_add(calls, "sweep", sweep.sweep, summary, writes=True))
    _add(calls, "sweeps", sweep.list_sweeps, "List the sweeps.")
    _add(calls, "jobs", stored.list_jobs, "List the jobs of the dashboard's queue.")
    cancel = _add(calls, "cancel", stored.cancel_job, "Ask a job to stop.", writes=True)
    cancel.add_argument("job_id", metavar="JOB", help="Its id, as `jobs` shows it.")
    _add_runs(calls)
    _add_analyses(calls)
    return parser


def _add_data(calls: Any) -> None:
    _add(calls, "datasets", stored.list_datasets, "List the datasets.")
    summary = "Make a dataset of rating tables: files, folders or archives."
    imports.add_flags(_add(calls, "import", imports.import_files, summary, writes=True))
    summary = "Open vectors that were trained elsewhere."
    imports.add_vector_flags(_add(calls, "vectors", imports.open_files, summary, writes=True))
    summary = "Fetch a MovieLens release and make a dataset of it."
    imports.add_download_flags(_add(calls, "download", imports.download, summary, writes=True))
    rename = _add(calls, "rename", stored.rename_dataset, "Give a dataset another name.", writes=True)
    rename.add_argument("dataset_id", metavar="DATASET", help="Its id, as `datasets` shows it.")
    rename.add_argument("name", metavar="NAME", help="The new name.")
    rename.add_argument("--noun", metavar="WORD", help="What is rated, singular, such as movie or book.")
    summary = "Move a dataset to the trash; its runs stay."
    delete = _add(calls, "delete-dataset", stored.delete_dataset, summary, writes=True)
    delete.add_argument("dataset_id", metavar="DATASET", help="Its id, as `datasets` shows it.")


def _add_runs(calls: Any) -> None:
    _add(calls, "runs", stored.list_runs, "List the trained models.")
    _add_run_call(calls, "show", stored.show_run, "Show a run's settings, results and history.")
    _add_run_call(calls, "delete", stored.delete_run, "Move a run to the trash.", writes=True)
    stored.add_trash_flags(_add(calls, "trash", stored.list_trash, "List what was deleted and can be restored."))
    restore = _add(calls, "restore", stored.restore, "Put back what was deleted.", writes=True)
    restore.add_argument("entry_id", metavar="ID", help="Its id in the trash, as `trash` shows it.")
    export = _add_run_call(calls, "export", stored.export_run, "Write a run's embeddings or its model to files.")
    export.add_argument("--format", required=True, choices=FORMATS, help="What to write.")
    export.add_argument("--to", required=True, metavar="DIR", help="Folder to write into; made where there is none.")


def _add_analyses(calls: Any) -> None:
    summary = "Train runs' settings on several splits, and show how sure their errors and differences are."
    compare.add_score_flags(_add(calls, "score", compare.show_score, summary, writes=True))
    person.add_flags(_add(calls, "person", person.show, "Match somebody's own ratings to the items of a run's data."))

    def add(name: str, command: Any, add_flags: Any, summary: str) -> None:
        """One about a run."""
        add_flags(_add_run_call(calls, name, command, summary, writes=name in _MAKE_STUDIES))

    add("components", components.show, components.add_flags, "Show the items at both ends of a principal component.")
    add(
        "name", components.name, components.add_name_flags, "Name the ends of a component, or show the names there are."
    )
    add("cost", components.cost, add_settings, "Show how many components the predictions need.")
    add("neighbors", listings.show_neighbors, listings.add_neighbors_flags, "Show the items closest to one item.")
    add("analogy", listings.show_analogy, listings.add_analogy_flags, "Show the items closest to a - b + c.")
    add("biases", listings.show_biases, listings.add_biases_flags, "Show learned biases beside plain averages.")
    add("compare", compare.show, compare.add_flags, "Show how alike two runs are.")
    add("new-item", new_item.show, new_item.add_flags, "Place an item that nobody has rated, by its year and genres.")
    add("recommend", recommend.show, recommend.add_recommend_flags, "Guess what somebody new would like.")
    add("explain", recommend.explain_guess, recommend.add_explain_flags, "Take one guess apart, term by term.")
    add("map", studies.draw, studies.add_map_flags, "Draw a map of the items, and tell how faithful it is.")
    summary = "Write the film of a training as one file that any browser plays."
    add("film", studies.write_film, studies.add_film_flags, summary)
    add("clusters", studies.clusters, studies.add_clusters_flags, "Group the items, and name the groups.")
    summary = "Train again from other seeds, and show what comes back, which is no proof."
    add("stability", studies.stability, studies.add_stability_flags, summary)
    summary = "Test the components of the predictions on several splits."
    add("proof", studies.proof, studies.add_settings_of(PROOF), summary)
    add("twins", studies.twins, studies.add_settings_of(TWINS), "Train the same model on ratings without taste.")
    add("support", studies.support, studies.add_settings_of(NEIGHBORS), "Train again to see which neighbors hold.")
    summary = "Show what embeddings of several sizes bring over one-hot vectors."
    add("one-hot", studies.one_hot, studies.add_settings_of(ONE_HOT), summary)
    add("axis", listings.show_axis, listings.add_axis_flags, "Project the items on an axis between two sets of them.")


def _add(calls: Any, name: str, command: Any, summary: str, *, writes: bool = False) -> argparse.ArgumentParser:
    """A call; one that `writes` is refused before it does anything where the home cannot be written to."""
    call: argparse.ArgumentParser = calls.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    _add_json(call)
    call.set_defaults(command=command, writes=writes)
    return call


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Allowed before and after the name of the call; without a default the one does not undo the other.
    text = "Print one JSON document instead of text."
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)


def _add_run_call(
    calls: Any, name: str, command: Any, summary: str, *, writes: bool = False
) -> argparse.ArgumentParser:
    call = _add(calls, name, command, summary, writes=writes)
    call.add_argument("run_id", metavar="RUN", help="Its id, 16 hex digits, as `runs` shows it.")
    return call


def _add_train(calls: Any) -> None:
    call = _add(calls, "train", train.train, "Train a model, unless the store has it already.", writes=True)
    call.add_argument("--dataset", default=BUNDLED, metavar="ID", help=f"What to learn from (default {BUNDLED}).")
    text = "Settings to begin with, overridden by the flags below: " + ", ".join(PRESETS) + " (default: default)."
    call.add_argument("--preset", default="default", metavar="P", help=text)
    call.add_argument("--queue", action="store_true", help="Hand it to the dashboard's workers and return at once.")
    train.add_spark_flags(call.add_argument_group("spark", "What goes with --engine spark."))
    about_model = "What the model is; a setting that its family does not have is refused."
    for title, about, fields in (
        ("split", SplitConfig.__doc__, SplitConfig.model_fields),
        ("model", about_model, MODEL_SETTINGS),
        ("training", TrainConfig.__doc__, {**TrainConfig.model_fields, **SHARED_FIELDS}),
    ):
        add_fields(call.add_argument_group(title, about), fields)
