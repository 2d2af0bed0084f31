"""The calls about what is stored: datasets, runs, the jobs of the dashboard's queue, and what was deleted."""

import argparse
import contextlib
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import data
from core.access import COMMAND_LINE
from core.cli.common import Answer, attributes, listing, load, pairs, table
from core.data.nouns import count
from core.data.splits import split
from core.data.text import one_line
from core.disk.quota import megabytes
from core.disk.reading import SetAside
from core.disk.trash import Entry, Trash, kept_days
from core.disk.upkeep import tidy
from core.errors import BadSchemaError, UnknownDatasetError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.model.events import Epoch
from core.model.run import Run
from core.store.runs import RunStore

if TYPE_CHECKING:
    from core.analysis.compare.score import SplitScore

REFERENCES = {
    "mean": "predicting the mean",
    "averages": "averages only",
    "slopes": "averages, consensus and popularity",
    "chance": "by chance",
    "popularity": "the most popular first",
}
"""What `Started.references` are called."""


def list_datasets(_: argparse.Namespace) -> Answer:
    """All datasets with their sizes; what is not used is told on stderr."""
    columns = ("id", "name", "users", "items", "ratings", "min_rating", "max_rating")
    infos = [info.as_json() for info in data.infos()]
    report_set_aside(data.set_aside(), "dataset")
    entries = [{column: about[column] for column in (*columns, "digest")} for about in infos]
    return Answer(entries, listing(entries, {column: column for column in columns}))


def add_dataset(call: argparse.ArgumentParser) -> None:
    """Which dataset it is about."""
    call.add_argument("dataset_id", metavar="DATASET", help="Its id, as `datasets` shows it.")


def add_rename_flags(call: argparse.ArgumentParser) -> None:
    """What `rename` can be told."""
    add_dataset(call)
    call.add_argument("name", metavar="NAME", help="The new name.")
    call.add_argument("--noun", metavar="WORD", help="What is rated, singular, such as movie or book.")


def rename_dataset(arguments: argparse.Namespace) -> Answer:
    """Another name, or another word for what is rated; the id and the runs stay."""
    about = data.rename(arguments.dataset_id, arguments.name, arguments.noun, by=COMMAND_LINE)
    return Answer(about.as_json(), pairs([("dataset", about.dataset_id), ("name", about.name), ("noun", about.noun)]))


def delete_dataset(arguments: argparse.Namespace) -> Answer:
    """Move a dataset into the trash, and name the runs that learned from it; they stay."""
    runs: list[str] = []
    with contextlib.suppress(BadSchemaError):  # what cannot be read can still be deleted
        runs = [run.run_id for run in RunStore().learned_from(data.info(arguments.dataset_id).digest)]
    entry = data.delete(arguments.dataset_id, by=COMMAND_LINE)
    text = f"{len(runs)} runs learned from it and stay: {', '.join(runs)}" if runs else "no run learned from it"
    document = {"deleted": arguments.dataset_id, "runs": runs, "trash_id": entry.entry_id}
    return Answer(document, f"deleted {arguments.dataset_id}; {text}\n{how_to_restore(entry)}")


def list_runs(_: argparse.Namespace) -> Answer:
    """All runs, newest first; what was set aside is told on stderr."""
    store = RunStore()
    runs = store.list()
    report_set_aside(store.set_aside(), "run")
    document = [
        {
            "run_id": run.run_id,
            "created_at": run.created_at,
            "config": run.config.model_dump(),
            "dataset": asdict(run.dataset),
            "metrics": asdict(run.outcome),
            "size": run.size,
        }
        for run in runs
    ]
    rows = [
        (
            run.run_id,
            run.created_at,
            run.dataset.dataset_id,
            run.config.model,
            run.config.dimensions,
            run.outcome.epochs,
            run.outcome.metric and run.outcome.metric.metric.title,
            run.outcome.metric and run.outcome.metric.value,
        )
        for run in runs
    ]
    headings = ("run", "created", "dataset", "model", "dimensions", "epochs", "metric", "value")
    return Answer(document, table(headings, rows, empty="no runs yet; `python -m core train` makes one"))


def show_run(arguments: argparse.Namespace) -> Answer:
    """Everything about one run but its arrays."""
    store = RunStore()
    run = store.load(arguments.run_id)
    score = _score(run)
    document = _run_document(run, store) | {"score": score and asdict(score)}
    return Answer(document, _run_text(run, score))


def _score(run: Run) -> "SplitScore | None":
    """The errors apart by what training has seen; None where that cannot be told."""
    if run.origin.kind != "trained" or not run.scorer.guesses_ratings:
        return None
    try:
        ratings = data.ratings_of(run.dataset)
    except UnknownDatasetError:
        return None
    from core.analysis.compare.score import score_of  # with all that is told of components: no other listing needs it

    return score_of(run, ratings, split(ratings, run.config.split))


def delete_run(arguments: argparse.Namespace) -> Answer:
    """Move one run into the trash, and tell what it was."""
    store = RunStore()
    run = store.load(arguments.run_id)
    document = _run_document(run, store)
    entry = store.delete(run.run_id, by=COMMAND_LINE)
    document |= {"deleted": True, "trash_id": entry.entry_id}
    return Answer(document, f"deleted run {run.run_id}\n{how_to_restore(entry)}")


def add_export_flags(call: argparse.ArgumentParser) -> None:
    """What `export` can be told."""
    from core.export.formats import FORMATS  # pandas, which takes a second to import

    call.add_argument("--format", required=True, choices=FORMATS, help="What to write.")
    call.add_argument("--to", required=True, metavar="DIR", help="Folder to write into; made where there is none.")


def export_run(arguments: argparse.Namespace) -> Answer:
    """Write files; their paths."""
    from core.export.formats import export

    run, ratings = load(arguments.run_id)
    files = [str(path) for path in export(run, ratings, arguments.format, Path(arguments.to))]
    return Answer({"files": files}, "\n".join(files))


def _run_document(run: Run, store: RunStore) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "created_at": run.created_at,
        "origin": run.origin.kind,
        "formula": run.scorer.formula(),
        "path": str(store.folder / run.run_id),
        "config": run.config.model_dump(),
        "dataset": asdict(run.dataset),
        "metrics": asdict(run.outcome)
        | attributes(run.started, ("mean_rmse", "averages_rmse", "slopes_rmse", "references")),
        "split": {key: value for key, value in asdict(run.started).items() if key.startswith(("n_", "unseen_"))},
        "history": [asdict(epoch) for epoch in run.history],
        "versions": dict(run.versions),
    }


def _vectors_text(run: Run) -> str:
    facts = {"run": run.run_id, "created": run.created_at, "dataset": f"{run.dataset.name} ({run.dataset.dataset_id})"}
    sizes = {"rows": run.dataset.items, **({"users": run.dataset.users} if run.dataset.users else {})}
    return pairs({**facts, **sizes, "dimensions": run.config.dimensions, "trained": "elsewhere"}.items())


def _run_text(run: Run, score: "SplitScore | None") -> str:
    if run.origin.kind == "imported":
        return "\n".join([_vectors_text(run), *(f"{name}: {text}" for name, text in run.origin.provenance.items())])
    outcome, started = run.outcome, run.started
    apart = (
        [
            ("on items with a training rating", score.warm_rmse),
            (f"on items without ({count(score.n_cold, 'rating')})", score.cold_rmse),
            ("before clipping", score.raw_rmse),
            ("guesses that near", f"{score.within:.0%}"),
        ]
        if score
        else []
    )
    facts = pairs(
        [
            ("run", run.run_id),
            ("created", run.created_at),
            ("dataset", f"{run.dataset.name} ({run.dataset.dataset_id}), {count(run.dataset.ratings, 'rating')}"),
            *([(f"validation {measured.metric.title}", measured.value)] if (measured := outcome.metric) else []),
            *apart,
            *([("best of any epoch", outcome.best_val_rmse)] if outcome.best_val_rmse is not None else []),
            *((REFERENCES[name], value) for name, value in started.references.items()),
            ("formula", run.scorer.formula()),
            ("weights kept", f"epoch {outcome.kept_epoch} of {outcome.epochs}"),
            ("seconds", outcome.train_seconds),
            *run.config.model_dump().items(),
        ]
    )
    history = [asdict(epoch) for epoch in run.history]
    return f"{facts}\n\n{listing(history, {field.name: field.name for field in fields(Epoch)})}"


def list_jobs(_: argparse.Namespace) -> Answer:
    """All jobs, in the order in which they were submitted; what is not used is told on stderr."""
    report_set_aside(queue.set_aside(), "job")
    document = [_job_document(job) for job in queue.jobs()]
    headings = {name: name for name in ("job_id", "kind", "state", "progress", "code", "run_id")}
    return Answer(document, listing(document, headings, empty="no jobs"))


def add_job(call: argparse.ArgumentParser) -> None:
    """Which job it is about."""
    call.add_argument("job_id", metavar="JOB", help="Its id, as `jobs` shows it.")


def cancel_job(arguments: argparse.Namespace) -> Answer:
    """Ask a job to stop; the job as it stands then."""
    job = queue.cancel(arguments.job_id, by=COMMAND_LINE)
    state = "running, and was asked to stop" if job.canceling else job.state
    return Answer(_job_document(job), f"job {job.job_id} is {state}")


def report_set_aside(entries: Iterable[SetAside], what: str) -> None:
    """Say on stderr what is not used, why, and where it is."""
    for entry in entries:
        name, reason = (one_line(text, 300) for text in (entry.name, entry.reason))
        print(f"set aside: {what} {name} ({reason}), now at {one_line(str(entry.path), 1000)}", file=sys.stderr)


def _job_document(job: Job) -> dict[str, Any]:
    shown = ("job_id", "kind", "state", "progress", "code", "message", "run_id", "title")
    return attributes(job, (*shown, "canceling", "created_at", "seconds"))


def add_trash_flags(call: argparse.ArgumentParser) -> None:
    """Whether to list or to empty."""
    call.add_argument("--empty", action="store_true", help="Remove everything in it for good.")


def list_trash(arguments: argparse.Namespace) -> Answer:
    """What was deleted and can be restored, or was just removed for good."""
    tidy()
    there = Trash()
    entries = there.empty(by=COMMAND_LINE) if arguments.empty else there.entries()
    document = [_entry_json(entry) for entry in entries]
    if arguments.empty:
        size = megabytes(sum(entry.size for entry in entries))
        return Answer(document, f"removed {count(len(entries), 'entry')} for good, {size}")
    headings = ("id", "kind", "title", "deleted", "kept until", "size")
    rows = [
        (
            entry.entry_id,
            entry.kind,
            entry.title,
            entry.deleted_at[:16],
            f"{entry.kept_until:%Y-%m-%d}",
            megabytes(entry.size),
        )
        for entry in entries
    ]
    return Answer(document, table(headings, rows, empty="the trash is empty"))


def add_entry(call: argparse.ArgumentParser) -> None:
    """What of the trash it is about."""
    call.add_argument("entry_id", metavar="ID", help="Its id in the trash, as `trash` shows it.")


def restore(arguments: argparse.Namespace) -> Answer:
    """Put what was deleted back where it was."""
    entry = Trash().restore(arguments.entry_id, by=COMMAND_LINE)
    return Answer(_entry_json(entry), f"restored {entry.title}: {', '.join(entry.parts)}")


def _entry_json(entry: Entry) -> dict[str, Any]:
    """The object that the command line prints for an entry."""
    return asdict(entry) | {"kept_until": entry.kept_until.isoformat(timespec="milliseconds")}


def how_to_restore(entry: Entry) -> str:
    """What is said after a deletion."""
    return f"`python -m core restore {entry.entry_id}` brings it back within {count(kept_days(), 'day')}"
