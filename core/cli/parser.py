"""Which calls there are, and what each may be told. What a call needs is imported when it is made, and no other's."""

import argparse
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from core.errors import UsageError


@dataclass(frozen=True)
class _Call:
    """One call; one that `writes` is refused before it does anything where the home cannot be written to."""

    module: str  # in `core.cli`
    answer: str  # its function that makes the call
    summary: str
    flags: str = ""  # its function that adds what the call may be told; empty where that is nothing
    writes: bool = False
    about_run: bool = False  # whether a run has to be named first


def _about_run(module: str, answer: str, summary: str, flags: str = "", *, writes: bool = False) -> _Call:
    return _Call(module, answer, summary, flags, writes=writes, about_run=True)


_CALLS = {
    "datasets": _Call("stored", "list_datasets", "List the datasets."),
    "import": _Call(
        "imports",
        "import_files",
        "Make a dataset of rating tables: files, folders or archives.",
        "add_flags",
        writes=True,
    ),
    "vectors": _Call(
        "imports", "open_files", "Open vectors that were trained elsewhere.", "add_vector_flags", writes=True
    ),
    "download": _Call(
        "imports", "download", "Fetch a MovieLens release and make a dataset of it.", "add_download_flags", writes=True
    ),
    "rename": _Call("stored", "rename_dataset", "Give a dataset another name.", "add_rename_flags", writes=True),
    "delete-dataset": _Call(
        "stored", "delete_dataset", "Move a dataset to the trash; its runs stay.", "add_dataset", writes=True
    ),
    "train": _Call("train", "train", "Train a model, unless the store has it already.", "add_flags", writes=True),
    "sweep": _Call(
        "sweep", "sweep", "Train one model with many settings, and show which of them matter.", "add_flags", writes=True
    ),
    "sweeps": _Call("sweep", "list_sweeps", "List the sweeps."),
    "jobs": _Call("stored", "list_jobs", "List the jobs of the dashboard's queue."),
    "cancel": _Call("stored", "cancel_job", "Ask a job to stop.", "add_job", writes=True),
    "runs": _Call("stored", "list_runs", "List the trained models."),
    "show": _about_run("stored", "show_run", "Show a run's settings, results and history."),
    "delete": _about_run("stored", "delete_run", "Move a run to the trash.", writes=True),
    "trash": _Call("stored", "list_trash", "List what was deleted and can be restored.", "add_trash_flags"),
    "restore": _Call("stored", "restore", "Put back what was deleted.", "add_entry", writes=True),
    "export": _about_run("stored", "export_run", "Write a run's embeddings or its model to files.", "add_export_flags"),
    "score": _Call(
        "compare",
        "show_score",
        "Train runs' settings on several splits, and show how sure their errors and differences are.",
        "add_score_flags",
        writes=True,
    ),
    "person": _Call("person", "show", "Match somebody's own ratings to the items of a run's data.", "add_flags"),
    "components": _about_run(
        "components", "show", "Show the items at both ends of a principal component.", "add_flags"
    ),
    "name": _about_run(
        "components", "name", "Name the ends of a component, or show the names there are.", "add_name_flags"
    ),
    "cost": _about_run("components", "cost", "Show how many components the predictions need.", "add_settings"),
    "neighbors": _about_run("listings", "show_neighbors", "Show the items closest to one item.", "add_neighbors_flags"),
    "analogy": _about_run("listings", "show_analogy", "Show the items closest to a - b + c.", "add_analogy_flags"),
    "biases": _about_run("listings", "show_biases", "Show learned biases beside plain averages.", "add_biases_flags"),
    "compare": _about_run("compare", "show", "Show how alike two runs are.", "add_flags"),
    "new-item": _about_run(
        "new_item", "show", "Place an item that nobody has rated, by its year and genres.", "add_flags"
    ),
    "recommend": _about_run("recommend", "show", "Guess what somebody new would like.", "add_recommend_flags"),
    "explain": _about_run("recommend", "explain_guess", "Take one guess apart, term by term.", "add_explain_flags"),
    # Those that keep what they compute, as they write.
    "map": _about_run(
        "studies", "draw", "Draw a map of the items, and tell how faithful it is.", "add_map_flags", writes=True
    ),
    "film": _about_run(
        "studies",
        "write_film",
        "Write the film of a training as one file that any browser plays.",
        "add_film_flags",
        writes=True,
    ),
    "clusters": _about_run(
        "studies", "clusters", "Group the items, and name the groups.", "add_clusters_flags", writes=True
    ),
    "stability": _about_run(
        "studies",
        "stability",
        "Train again from other seeds, and show what comes back, which is no proof.",
        "add_stability_flags",
        writes=True,
    ),
    "proof": _about_run(
        "studies", "proof", "Test the components of the predictions on several splits.", "add_proof_flags", writes=True
    ),
    "twins": _about_run(
        "studies", "twins", "Train the same model on ratings without taste.", "add_twins_flags", writes=True
    ),
    "support": _about_run(
        "studies", "support", "Train again to see which neighbors hold.", "add_support_flags", writes=True
    ),
    "one-hot": _about_run(
        "studies",
        "one_hot",
        "Show what embeddings of several sizes bring over one-hot vectors.",
        "add_one_hot_flags",
        writes=True,
    ),
    "axis": _about_run(
        "listings", "show_axis", "Project the items on an axis between two sets of them.", "add_axis_flags"
    ),
}


class _Parser(argparse.ArgumentParser):
    """Tells a wrong call as every other error is told."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of ending the process."""
        raise UsageError(f"{message}; `{self.prog} --help` shows what is allowed")


class _CallParser(_Parser):
    """The parser of one call, which learns what the call may be told when it is first asked."""

    def __init__(self, *, call: _Call, **how: Any) -> None:
        super().__init__(**how)
        self._call: _Call | None = call

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What was told, as every parser says it, once the call's flags are there."""
        call, self._call = self._call, None
        if call is not None:
            self._describe(call)
        return super().parse_known_args(args, namespace)

    def _describe(self, call: _Call) -> None:
        module = import_module(f"core.cli.{call.module}")
        _add_json(self)
        self.set_defaults(command=getattr(module, call.answer), writes=call.writes)
        if call.about_run:
            self.add_argument("run_id", metavar="RUN", help="Its id, 16 hex digits, as `runs` shows it.")
        if call.flags:
            getattr(module, call.flags)(self)


def build_parser(program: str, more: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, for a help that calls it `program` and ends with `more`."""
    parser = _Parser(
        prog=program, description="Train embedding models and look inside them.", epilog=more, allow_abbrev=False
    )
    _add_json(parser)
    calls = parser.add_subparsers(title="calls", required=True, metavar="CALL", parser_class=_CallParser)
    for name, call in _CALLS.items():
        calls.add_parser(name, help=call.summary, description=call.summary, allow_abbrev=False, call=call)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Allowed before and after the name of the call; without a default the one does not undo the other.
    text = "Print one JSON document instead of text."
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)
