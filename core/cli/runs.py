"""The calls about runs in the store."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.answer import Answer, attributes, listing, pairs, table
from core.cli.common import load
from core.export import export as export_files
from core.model.run import Run
from core.store.runs import RunStore


def list_runs(_: argparse.Namespace) -> Answer:
    """All runs, newest first; what was set aside is told on stderr."""
    store = RunStore()
    runs = store.list()
    for aside in store.set_aside():
        print(f"set aside: run {aside.run_id} ({aside.reason}), now at {aside.path}", file=sys.stderr)
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
            run.outcome.val_rmse,
        )
        for run in runs
    ]
    headings = ("run", "created", "dataset", "model", "dimensions", "epochs", "val_rmse")
    return Answer(document, table(headings, rows, empty="no runs yet; `python -m core train` makes one"))


def show(arguments: argparse.Namespace) -> Answer:
    """Everything about one run but its arrays."""
    store = RunStore()
    run = store.load(arguments.run_id)
    return Answer(_document(run, store), _text(run))


def delete(arguments: argparse.Namespace) -> Answer:
    """Remove one run, and tell what it was."""
    store = RunStore()
    run = store.load(arguments.run_id)
    document = _document(run, store) | {"deleted": True}
    store.delete(run.run_id)
    return Answer(document, f"deleted run {run.run_id}")


def export(arguments: argparse.Namespace) -> Answer:
    """Write files; their paths."""
    run, ratings = load(arguments.run_id)
    files = [str(path) for path in export_files(run, ratings, arguments.format, Path(arguments.to))]
    return Answer({"files": files}, "\n".join(files))


def _document(run: Run, store: RunStore) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "created_at": run.created_at,
        "origin": run.origin.kind,
        "formula": run.scorer.formula(),
        "path": str(store.folder / run.run_id),
        "config": run.config.model_dump(),
        "dataset": asdict(run.dataset),
        "metrics": asdict(run.outcome) | attributes(run.started, ("mean_rmse", "averages_rmse")),
        "split": {key: value for key, value in asdict(run.started).items() if key.startswith(("n_", "unseen_"))},
        "history": [asdict(epoch) for epoch in run.history],
        "versions": dict(run.versions),
    }


def _text(run: Run) -> str:
    outcome, started = run.outcome, run.started
    facts = pairs(
        [
            ("run", run.run_id),
            ("created", run.created_at),
            ("dataset", f"{run.dataset.name} ({run.dataset.dataset_id}), {run.dataset.ratings:,} ratings"),
            ("validation RMSE", outcome.val_rmse),
            ("best of any epoch", outcome.best_val_rmse),
            ("predicting the mean", started.mean_rmse),
            ("averages only", started.averages_rmse),
            ("formula", run.scorer.formula()),
            ("weights kept", f"epoch {outcome.kept_epoch} of {outcome.epochs}"),
            ("seconds", outcome.train_seconds),
            *run.config.model_dump().items(),
        ]
    )
    history = [asdict(epoch) for epoch in run.history]
    return f"{facts}\n\n{listing(history, {name: name for name in history[0]})}"
