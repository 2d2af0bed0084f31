"""The calls about datasets."""

import argparse
import contextlib

from core import data
from core.cli.answer import Answer, pairs, table
from core.errors import BadSchemaError
from core.store.runs import RunStore


def list_datasets(_: argparse.Namespace) -> Answer:
    """All datasets with their sizes."""
    columns = ("id", "name", "users", "items", "ratings", "min_rating", "max_rating")
    infos = [data.info(dataset_id).as_json() for dataset_id in data.dataset_ids()]
    found = [{column: about[column] for column in (*columns, "digest")} for about in infos]
    return Answer(found, table(columns, [[dataset[column] for column in columns] for dataset in found]))


def rename(called: argparse.Namespace) -> Answer:
    """Another name, or another word for what is rated; the id and the runs stay."""
    about = data.rename(called.dataset_id, called.name, called.noun)
    return Answer(about.as_json(), pairs([("dataset", about.dataset_id), ("name", about.name), ("noun", about.noun)]))


def delete(called: argparse.Namespace) -> Answer:
    """Remove a dataset, and name the runs that learned from it; they stay."""
    runs: list[str] = []
    with contextlib.suppress(BadSchemaError):  # what cannot be read can still be deleted
        runs = [run.run_id for run in RunStore().learned_from(data.info(called.dataset_id).digest)]
    data.delete(called.dataset_id)
    text = f"{len(runs)} runs learned from it and stay: {', '.join(runs)}" if runs else "no run learned from it"
    return Answer({"deleted": called.dataset_id, "runs": runs}, f"deleted {called.dataset_id}; {text}")
