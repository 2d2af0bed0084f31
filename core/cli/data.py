"""The calls about datasets."""

import argparse
import contextlib

from core import data
from core.cli.answer import Answer, listing, pairs
from core.errors import BadSchemaError
from core.store.runs import RunStore


def list_datasets(_: argparse.Namespace) -> Answer:
    """All datasets with their sizes."""
    columns = ("id", "name", "users", "items", "ratings", "min_rating", "max_rating")
    infos = [data.info(dataset_id).as_json() for dataset_id in data.dataset_ids()]
    entries = [{column: about[column] for column in (*columns, "digest")} for about in infos]
    return Answer(entries, listing(entries, {column: column for column in columns}))


def rename(arguments: argparse.Namespace) -> Answer:
    """Another name, or another word for what is rated; the id and the runs stay."""
    about = data.rename(arguments.dataset_id, arguments.name, arguments.noun)
    return Answer(about.as_json(), pairs([("dataset", about.dataset_id), ("name", about.name), ("noun", about.noun)]))


def delete(arguments: argparse.Namespace) -> Answer:
    """Remove a dataset, and name the runs that learned from it; they stay."""
    runs: list[str] = []
    with contextlib.suppress(BadSchemaError):  # what cannot be read can still be deleted
        runs = [run.run_id for run in RunStore().learned_from(data.info(arguments.dataset_id).digest)]
    data.delete(arguments.dataset_id)
    text = f"{len(runs)} runs learned from it and stay: {', '.join(runs)}" if runs else "no run learned from it"
    return Answer({"deleted": arguments.dataset_id, "runs": runs}, f"deleted {arguments.dataset_id}; {text}")
