"""The calls about datasets."""

import argparse

from core import datasets
from core.cli.answer import Answer, table
from core.errors import UnknownDatasetError
from core.ratings import Ratings
from core.run import Run


def list_datasets(_: argparse.Namespace) -> Answer:
    """All datasets with their sizes."""
    columns = ("id", "name", "users", "items", "ratings", "min_rating", "max_rating")
    known = [datasets.info(dataset_id).as_json() for dataset_id in datasets.dataset_ids()]
    found = [{column: about[column] for column in (*columns, "digest")} for about in known]
    return Answer(found, table(columns, [[dataset[column] for column in columns] for dataset in found]))


def ratings_of(run: Run) -> Ratings:
    """The data a run learned from.

    Raises:
        UnknownDatasetError: It is no longer there, or something else has its id now.
    """
    ratings = datasets.load(run.dataset.dataset_id)
    if ratings.digest != run.dataset.digest:
        raise UnknownDatasetError(
            f"run {run.run_id} learned from another version of dataset {run.dataset.dataset_id!r:.60}; "
            "train again on this one, or bring the earlier one back"
        )
    return ratings
