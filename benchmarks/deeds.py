"""What one person may try on another's things, by the page's own buttons, and how to tell that it was done."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.session import Session
from core import data
from core.access import Visitor
from core.jobs import queue
from core.model.families import PRESETS
from core.store.runs import RunStore
from core.studies import component_names

ALLOWED = "train"
"""What a stranger may: by it the messages that are sent again are seen to work."""


def deeds(run_id: str, dataset_id: str) -> dict[str, Callable[[Session, str], None]]:
    """What to do in a session to this run, this dataset, and a job, by name."""
    return {
        "stop": lambda session, job: visit(session, "jobs", f"job={job}", lambda: session.press("Stop")),
        "name": lambda session, _: visit(
            session,
            "components",
            f"run={run_id}",
            lambda: session.change("text_input", "Your name for the low", string_value="named by a stranger"),
        ),
        ALLOWED: lambda session, _: visit(session, "train", "epochs=1&seed=77", lambda: session.press("Train")),
        "rename": lambda session, _: visit(session, "datasets", f"dataset={dataset_id}", lambda: rename(session)),
        "delete a model": lambda session, _: visit(session, "runs", "", lambda: delete_row(session)),
        "delete": lambda session, _: visit(session, "datasets", f"dataset={dataset_id}", lambda: delete(session)),
        "import": lambda session, _: visit(session, "datasets", "section=MovieLens+releases", lambda: fetch(session)),
    }


def happened(job_id: str, run_id: str, dataset_id: str) -> dict[str, bool]:
    """Which deeds the home shows."""
    info = data.info(dataset_id) if dataset_id in data.dataset_ids() else None
    return {
        "stop": queue.get(job_id).canceling or queue.get(job_id).state == "canceled",
        "name": any("stranger" in str(name) for name in component_names.get(run_id, by=Visitor("nobody"))),
        "rename": info is None or info.name != "Attacked",
        "delete": info is None,
        "delete a model": run_id not in {run.run_id for run in RunStore().list()},
        ALLOWED: any(job.kind == "train" and queue.spec(job.job_id)["config"]["seed"] == 77 for job in queue.jobs()),
        "import": any(job.kind in {"import", "download"} for job in queue.jobs()),
    }


def visit(session: Session, page: str, query: str, deed: Callable[[], None]) -> None:
    """Open a page by a link and do something on it."""
    session.open(page, query)
    deed()


def rename(session: Session) -> None:
    """Give the dataset on the page another name."""
    session.press("Rename")
    session.change("text_input", "Name", string_value="Renamed by a stranger")
    session.press("Save")


def delete(session: Session) -> None:
    """Delete the dataset on the page."""
    session.press("Delete")
    session.press("Delete")


def delete_row(session: Session) -> None:
    """Select the first model in the table, and delete it."""
    session.change("dataframe", "", string_value='{"selection": {"rows": [0], "columns": [], "cells": []}}')
    session.press("Delete")
    session.press("Delete")


def fetch(session: Session) -> None:
    """Download the first release that there is."""
    session.change("checkbox", "I have read these conditions", bool_value=True)
    session.press("Download and import")


def furnish(folder: Path) -> tuple[str, str]:
    """A home with a model and a dataset that are not the stranger's; their ids."""
    table = folder / "Attacked.csv"
    rows = (f"{user},{item},{(user * item) % 5 + 1}" for user in range(30) for item in range(30))
    table.write_text("\n".join(["userId,movieId,rating", *rows]) + "\n", encoding="utf-8")
    for call in (["import", str(table), "--name", "Attacked"], ["train", "--epochs", "1"]):
        subprocess.run([sys.executable, "-m", "core", *call], check=True, stdout=subprocess.DEVNULL)
    (run,) = RunStore().list()
    return run.run_id, next(one for one in data.dataset_ids() if data.info(one).name == "Attacked")


def long_job() -> str:
    """The id of a training that goes on for minutes and is nobody's here."""
    config = PRESETS["default"].model_copy(update={"epochs": 1000, "batch_size": 64, "seed": 99})
    return queue.submit_training(config, data.BUNDLED, by=Visitor("somebody else")).job_id
